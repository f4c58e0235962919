"""Absences: stretches that the container has no packets for, and which of them are losses.

A sender that has nothing to say may stop sending (DTX): its codec says so in a tiny packet and then refreshes the
background at long, regular intervals. Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.listening import speech_edge
from audioq.masks import filled
from audioq.table import HOP_SECONDS, FeatureTable, Note

MARK = "container_gap"
"""Name of the marks; tables of recordings without time stamps have none."""

_DTX_CODECS = frozenset(("opus", "amr_nb", "amr_wb", "speex", "g729", "g723_1", "evs"))
"""Codecs whose senders may fall silent; in others every missing packet is a loss."""


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

    def seconds(self, start: float, end: float) -> float:
        """Return how many seconds of them lie between two times."""
        overlaps = np.minimum(self.ends, end) - np.maximum(self.starts, start)
        return float(np.maximum(overlaps, 0).sum())

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

    The packet before is as tiny as those that announce it; or no speech was going on, and such gaps come in a row,
    as long as from one refresh to the next and with hardly any sound between them.
    """
    gaps = gaps_of(table, channel)
    return gaps.only(_not_sent(table, channel, gaps, limits))


def _not_sent(table: FeatureTable, channel: int, gaps: Gaps, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    if len(gaps) == 0 or table.format.codec not in _DTX_CODECS:
        return np.zeros(len(gaps), np.bool_)
    announced = gaps.sizes <= limits["gap.tiny" if table.format.codec == "opus" else "gap.sid"]
    quiet = ~_after_speech(table, channel, gaps, limits)
    return announced | _in_a_row(gaps, announced | quiet, limits)


def _after_speech(table: FeatureTable, channel: int, gaps: Gaps, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Whether speech was going on right before each gap."""
    past = np.floor(gaps.starts / HOP_SECONDS + 1e-6).astype(np.int64)
    return _speech(table, channel, past[:, None] - np.arange(1, round(limits["gap.beside"] * 100) + 1), limits)


def _before_speech(table: FeatureTable, channel: int, gaps: Gaps, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Whether speech goes on right behind each gap."""
    first = np.ceil(gaps.ends / HOP_SECONDS - 1e-6).astype(np.int64)
    return _speech(table, channel, first[:, None] + np.arange(round(limits["gap.beside"] * 100)), limits)


def _speech(
    table: FeatureTable, channel: int, frames: NDArray[np.int64], limits: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Whether any of the frames in each row stands out as speech does and is no tone.

    A few frames a gap, where `listen` would go through all: this is asked once an event.
    """
    inside = (frames >= 0) & (frames < table.n_frames)
    frames = np.clip(frames, 0, table.n_frames - 1)
    heard = table["level"][channel][frames] >= speech_edge(table, channel, limits)
    with np.errstate(invalid="ignore"):
        heard &= ~(table["spectral_lines"][channel][frames] <= -limits["tone.offset"])
    speech: NDArray[np.bool_] = (heard & inside).any(axis=1)
    return speech


def _in_a_row(gaps: Gaps, quiet: NDArray[np.bool_], limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Gaps after quiet that follow each other closely, all of one length but the last, which speech may end."""
    length = gaps.ends - gaps.starts
    usable = quiet & (length <= limits["gap.dtx_longest"])
    near = (gaps.starts[1:] - gaps.ends[:-1] <= limits["gap.dtx_refresh"]) & usable[1:] & usable[:-1]
    alike = near & (np.abs(np.diff(length)) <= limits["gap.dtx_alike"])
    shorter = near & (np.diff(length) < 0)
    row = np.zeros(len(gaps), np.bool_)
    row[1:] |= alike
    row[:-1] |= alike
    row[1:] |= shorter & row[:-1]
    return row


def lost(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> Gaps:
    """Gaps that are losses in or beside speech.

    The reader wrote the zeros there because the container has no packets: no further proof is needed. What is
    missing in a longer pause is left to the rules for zeros; and where the sender may fall silent by itself, so is
    what does not begin in speech.
    """
    gaps = gaps_of(table, channel)
    if len(gaps) == 0:
        return gaps
    missing = gaps.ends - gaps.starts >= limits["gap.shortest"]
    beside = _after_speech(table, channel, gaps, limits)
    if table.format.codec not in _DTX_CODECS:
        beside |= _before_speech(table, channel, gaps, limits)
    return gaps.only(missing & beside & ~_not_sent(table, channel, gaps, limits))


def dtx_notes(table: FeatureTable, limits: Mapping[str, float]) -> tuple[Note, ...]:
    """Say where gaps are taken for silence that was not sent, on the channel with most of them."""
    found = max((not_sent(table, channel, limits) for channel in range(table.channels)), key=len)
    if len(found) == 0:
        return ()
    seconds = round(float((found.ends - found.starts).sum()), 2)
    return (Note("dtx_gaps", (("count", len(found)), ("seconds", seconds))),)
