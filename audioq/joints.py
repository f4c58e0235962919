"""Joints: which of the places where the waveform does not go on were cut, and not struck, clipped or switched.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audioq.listening import bell, listen
from audioq.masks import widened
from audioq.table import MARK_DTYPE, FeatureTable


def cuts(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.int64]:
    """Frames in which sound was cut out of a voice and the ends put together."""
    return _frames(cut_marks(table, channel, limits), table)


def cut_marks(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.void]:
    """Return the marks of the places where sound was cut out of a voice and the ends put together.

    Clipping, strokes of a bell and the teeth of a processed voice leave many such places in a row, a cut one; a
    key or a knock comes with a rise of the level, a gap with silence on one side.
    """
    marks = table.marks.get("discontinuity")  # tables made before there were such marks lack it
    if marks is None or len(marks) == 0:
        return np.zeros(0, MARK_DTYPE)
    marks = marks[marks["channel"] == channel]
    times = marks["start"] / table.format.sr
    least = least_contrast(table, limits)
    alone = np.diff(times, prepend=-1.0) >= limits["splice.alone"]
    alone &= np.diff(times, append=table.duration + 1) >= limits["splice.alone"]
    frames = _frames(marks, table)
    level, active = table["level"][channel], table.number("active_level_dbfs", channel)
    heard = _lowest(level)[frames] >= active - limits["splice.below_active"]
    steady = np.maximum(table["fall_10"][channel], table["rise_10"][channel])[frames] <= limits["splice.steepest"]
    other = listen(table, channel, limits).tone | bell(table, channel, limits) | (table["clipped_share"][channel] > 0)
    kept = (marks["value"] >= least) & alone & heard & steady & ~widened(other, 1)[frames]
    cut: NDArray[np.void] = marks[kept]
    return cut


def _frames(marks: NDArray[np.void], table: FeatureTable) -> NDArray[np.int64]:
    return np.asarray(np.minimum(marks["start"] * 100 // table.format.sr, table.n_frames - 1), np.int64)


def least_contrast(table: FeatureTable, limits: Mapping[str, float]) -> float:
    """Contrast in dB from which a break of the waveform may be a cut, at the rate of the recording."""
    return limits["splice.contrast" if table.format.sr >= limits["splice.wide"] else "splice.contrast_narrow"]


def _lowest(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Smallest value of each frame and the two beside it."""
    padded = np.pad(x, 1, mode="edge")
    return np.minimum(np.minimum(padded[:-2], padded[1:-1]), padded[2:])
