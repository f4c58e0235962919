"""Absences: stretches that the container has no packets for, and which of them are losses.

A sender that has nothing to say may stop sending (DTX): its codec says so in a tiny packet and then refreshes the
background at long, regular intervals. Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.listening import listen
from audioq.masks import filled, runs
from audioq.table import HOP_SECONDS, FeatureTable, Note

MARK = "container_gap"
"""Name of the marks; tables of recordings without time stamps have none."""

_DTX_CODECS = frozenset(("opus", "amr_nb", "amr_wb", "speex", "g729", "g723_1", "evs"))
"""Codecs whose senders may fall silent; in others every missing packet is a loss."""

_JUST_BEFORE = 5
"""Frames before a gap that show whether speech was going on."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """The gaps of a channel; arrays of one length."""

    starts: NDArray[np.float64]
    """Seconds."""
    ends: NDArray[np.float64]
    sizes: NDArray[np.float32]
    """Bytes of the packet before each."""

    def __len__(self) -> int:
        return len(self.starts)

    def only(self, which: NDArray[np.bool_]) -> Gaps:
        """Return some of them."""
        return Gaps(self.starts[which], self.ends[which], self.sizes[which])

    def mask(self, n_frames: int) -> NDArray[np.bool_]:
        """Return the frames that they touch, shape (n_frames,)."""
        first, past = np.floor(self.starts / HOP_SECONDS + 1e-6), np.ceil(self.ends / HOP_SECONDS - 1e-6)
        past = np.minimum(past, n_frames).astype(np.int64)
        return filled(n_frames, np.minimum(first.astype(np.int64), past), past)


def gaps_of(table: FeatureTable, channel: int) -> Gaps:
    """Return all gaps of a channel in the order of time."""
    marks = table.marks.get(MARK)
    if marks is None:
        return Gaps(np.zeros(0), np.zeros(0), np.zeros(0, np.float32))
    own = marks[marks["channel"] == channel]
    return Gaps(own["start"] / table.format.sr, own["end"] / table.format.sr, own["value"])


def not_sent(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> Gaps:
    """Gaps in which the sender had nothing to send (DTX), as far as can be told.

    No speech was going on before, and the packet before is as tiny as those that announce it; or there are several
    such gaps in a row, of one length and with hardly any sound between them.
    """
    gaps = gaps_of(table, channel)
    if len(gaps) == 0 or table.format.codec not in _DTX_CODECS:
        return gaps.only(np.zeros(len(gaps), np.bool_))
    return gaps.only(_quiet_before(table, channel, gaps, limits) & (_tiny(gaps, limits) | _regular(gaps, limits)))


def _quiet_before(table: FeatureTable, channel: int, gaps: Gaps, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    speech = np.concatenate([[0], np.cumsum(listen(table, channel, limits).speech)])
    past = np.minimum(np.floor(gaps.starts / HOP_SECONDS + 1e-6).astype(np.int64), table.n_frames)
    quiet: NDArray[np.bool_] = speech[past] == speech[np.maximum(past - _JUST_BEFORE, 0)]
    return quiet


def _tiny(gaps: Gaps, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    tiny: NDArray[np.bool_] = gaps.sizes <= limits["gap.tiny"]
    return tiny


def _regular(gaps: Gaps, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Gaps with one of the same length close behind or before them, on both sides or twice on one."""
    length = gaps.ends - gaps.starts
    short = length <= limits["gap.dtx_longest"]
    alike = np.abs(np.diff(length)) <= limits["gap.dtx_alike"]
    near = gaps.starts[1:] - gaps.ends[:-1] <= limits["gap.dtx_refresh"]
    pair = np.concatenate([[False, False], alike & near & short[1:] & short[:-1], [False, False]])
    # pair[k + 1] says whether gap k - 1 and gap k belong together; three in a row make a habit.
    before, after = pair[1:-2], pair[2:-1]
    before_that, after_that = pair[:-3], pair[3:]
    habit: NDArray[np.bool_] = (before & after) | (before & before_that) | (after & after_that)
    return habit


def lost(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Frames of the gaps that are losses in or beside speech, shape (n_frames,).

    The reader wrote the zeros there because the container has no packets: no further proof is needed. What is
    missing in a longer pause is left to the rules for zeros.
    """
    gaps = gaps_of(table, channel)
    if len(gaps) == 0:
        return np.zeros(table.n_frames, np.bool_)
    long = gaps.only(gaps.ends - gaps.starts >= limits["gap.shortest"])
    mask = long.mask(table.n_frames) & ~not_sent(table, channel, limits).mask(table.n_frames)
    return beside_speech(mask, table, channel, limits)


def beside_speech(
    mask: NDArray[np.bool_], table: FeatureTable, channel: int, limits: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Return the runs of a mask with speech close before or behind them."""
    starts, ends = runs(mask)
    speech = np.concatenate([[0], np.cumsum(listen(table, channel, limits).speech)])
    reach = round(limits["gap.beside"] * 100)
    first, past = np.maximum(starts - reach, 0), np.minimum(ends + reach, len(mask))
    beside = speech[past] > speech[first]
    return filled(len(mask), starts[beside], ends[beside])


def dtx_notes(table: FeatureTable, limits: Mapping[str, float]) -> tuple[Note, ...]:
    """Say where gaps are taken for silence that was not sent, on the channel with most of them."""
    found = max((not_sent(table, channel, limits) for channel in range(table.channels)), key=len)
    if len(found) == 0:
        return ()
    seconds = round(float((found.ends - found.starts).sum()), 2)
    return (Note("dtx_gaps", (("count", len(found)), ("seconds", seconds))),)


def gap_seconds(table: FeatureTable, channel: int, start: float, end: float) -> float:
    """Seconds between two times that the container has no packets for."""
    gaps = gaps_of(table, channel)
    overlaps = np.minimum(gaps.ends, end) - np.maximum(gaps.starts, start)
    return float(np.maximum(overlaps, 0).sum())
