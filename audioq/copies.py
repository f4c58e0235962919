"""Copies: which of the stretches that were heard before, sample for sample, are harm, and of which kind.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audioq.listening import bell
from audioq.masks import filled
from audioq.table import HOP_SECONDS, MARK_DTYPE, FeatureTable


def packets(
    table: FeatureTable, channel: int, limits: Mapping[str, float], span: tuple[int, int] | None = None
) -> NDArray[np.bool_]:
    """Frames in which a packet was filled with the one before it, of all the channel or of a span of frames."""
    return _copied(table, channel, limits, span, short=True)


def loops(
    table: FeatureTable, channel: int, limits: Mapping[str, float], span: tuple[int, int] | None = None
) -> NDArray[np.bool_]:
    """Frames in which more than a packet was played again, of all the channel or of a span of frames."""
    return _copied(table, channel, limits, span, short=False)


def long_copies(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.void]:
    """Marks of copies that last as long as a fair share of their lag."""
    copies = table.marks.get("repeat", np.zeros(0, MARK_DTYPE))  # tables made before there were such marks lack it
    copies = copies[copies["channel"] == channel]
    long: NDArray[np.void] = copies[copies["end"] - copies["start"] >= limits["copy.share"] * copies["value"]]
    return long


def _copied(
    table: FeatureTable, channel: int, limits: Mapping[str, float], span: tuple[int, int] | None, *, short: bool
) -> NDArray[np.bool_]:
    """Frames of copies that are loud enough to be heard and nearly as long as what they copy.

    A machine that makes tones writes the same samples again and again; its few lines give it away.
    """
    first, last = span or (0, table.n_frames)
    copies = long_copies(table, channel, limits)
    copies = copies[(copies["value"] <= limits["copy.packet"] * table.format.sr) == short]
    frame = HOP_SECONDS * table.format.sr
    starts = np.clip(np.floor(copies["start"] / frame + 1e-6).astype(np.int64), first, last) - first
    ends = np.clip(np.ceil(copies["end"] / frame - 1e-6).astype(np.int64), first, last) - first
    starts, ends = starts[ends > starts], ends[ends > starts]
    if len(starts) == 0:
        return np.zeros(last - first, np.bool_)
    frames = slice(first, last)
    heard = table["level"][channel, frames] >= table.number("active_level_dbfs", channel) - limits["copy.below_active"]
    few = table["spectral_lines"][channel, frames] <= limits["copy.lines"]
    no_voice = np.concatenate([[0], np.cumsum(~heard | few | bell(table, channel, limits, frames))])
    voice = no_voice[ends] - no_voice[starts] <= 0.5 * (ends - starts)  # most of it
    return filled(last - first, starts[voice], ends[voice])
