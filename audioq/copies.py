"""Copies: which of the stretches that were heard before, sample for sample, are harm, and of which kind.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audioq.listening import bell
from audioq.masks import filled
from audioq.table import HOP_SECONDS, FeatureTable


def packets(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Frames in which a packet was filled with the one before it, shape (n_frames,)."""
    return _copied(table, channel, limits, short=True)


def loops(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Frames in which more than a packet was played again, shape (n_frames,)."""
    return _copied(table, channel, limits, short=False)


def _copied(table: FeatureTable, channel: int, limits: Mapping[str, float], *, short: bool) -> NDArray[np.bool_]:
    """Frames of copies that are loud enough to be heard and nearly as long as what they copy.

    A machine that makes tones writes the same samples again and again; its few lines give it away.
    """
    copies = table.marks.get("repeat")  # tables made before there were such marks lack it
    if copies is None or len(copies) == 0:
        return np.zeros(table.n_frames, np.bool_)
    copies = copies[copies["channel"] == channel]
    length, lag = copies["end"] - copies["start"], copies["value"]
    told = (length >= limits["copy.share"] * lag) & ((lag <= limits["copy.packet"] * table.format.sr) == short)
    frame = HOP_SECONDS * table.format.sr
    starts = np.floor(copies["start"][told] / frame + 1e-6).astype(np.int64)
    ends = np.minimum(np.ceil(copies["end"][told] / frame - 1e-6).astype(np.int64), table.n_frames)
    heard = table["level"][channel] >= table.number("active_level_dbfs", channel) - limits["copy.below_active"]
    few = table["spectral_lines"][channel] <= limits["copy.lines"]
    no_voice = np.concatenate([[0], np.cumsum(~heard | few | bell(table, channel, limits))])
    voice = no_voice[ends] - no_voice[starts] <= 0.5 * (ends - starts)
    return filled(table.n_frames, starts[voice], ends[voice])
