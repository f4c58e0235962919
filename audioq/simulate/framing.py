"""Framing: the tracks of a tape on frames of 10 ms, at any rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.activity import HOP_SECONDS
from audioq.simulate.spans import Samples

Frames = NDArray[np.bool_]


def means(track: NDArray[np.bool_] | NDArray[np.float64], sr: int) -> NDArray[np.float64]:
    """Means over frames, which begin at the sample next to every 10 ms: at 11025 Hz they have 110 samples or 111."""
    per_second = round(1.0 / HOP_SECONDS)
    n_frames = track.size * per_second // sr
    borders = np.rint(np.arange(n_frames + 1) * sr / per_second).astype(np.int64)
    sums = np.add.reduceat(track[: borders[-1]].astype(np.float64), borders[:-1]) if n_frames else np.zeros(0)
    return np.asarray(sums / np.diff(borders))


def majority(track: NDArray[np.bool_], sr: int) -> Frames:
    """Frames of which at least half the samples hold."""
    return np.asarray(means(track, sr) >= 0.5)


def levels(y: Samples, sr: int) -> NDArray[np.float64]:
    """RMS levels of frames in dBFS; -200 for silence."""
    return np.asarray(10.0 * np.log10(means(y.astype(np.float64) ** 2, sr) + 1e-20))


def levels_of_lost(y: Samples, lost: NDArray[np.bool_], sr: int, n_frames: int) -> NDArray[np.float64]:
    """Levels over the lost samples of `n_frames` frames, in dBFS: real speech beside a gap says nothing of its fill."""
    around = np.ones(n_frames)
    power = np.convolve(means(np.where(lost, y.astype(np.float64) ** 2, 0.0), sr), around, "same")
    share = np.convolve(means(lost, sr), around, "same")
    return np.asarray(10.0 * np.log10(power / np.maximum(share, 1e-9) + 1e-20))
