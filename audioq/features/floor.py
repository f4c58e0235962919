"""Floor: the level of the background that the call itself sets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def noise_floor(
    level: NDArray[np.float32],
    level_low: NDArray[np.float32],
    zero_share: NDArray[np.float32],
    *,
    lowest_dbfs: float = -90.0,
    percentile: float = 10.0,
    steady_db: float = 6.0,
) -> NDArray[np.float64]:
    """Return the noise floor of each channel.

    A low percentile of the level over frames that hold sound: digital silence, appended or in gated
    pauses, says nothing of the background and is left out, and so are frames whose level falls apart
    within 10 ms, as the edges of gaps do.

    Parameters
    ----------
    level, level_low : ndarray, float32, shape (channels, n_frames)
        RMS level and lowest level over 5 ms within the frame, dBFS.
    zero_share : ndarray, float32, shape (channels, n_frames)
        Share of exact zeros, 0 to 1.
    lowest_dbfs : float
        Frames at or below this level count as digital silence: one step of 16 bit.
    percentile : float
        Percentile of the level taken, in percent.
    steady_db : float
        Largest fall within a frame, in dB.

    Returns
    -------
    ndarray, float64, shape (channels,)
        Floor in dBFS; `lowest_dbfs` where a channel holds no sound at all.
    """
    heard = (level > lowest_dbfs) & (zero_share < 0.2) & (level - level_low < steady_db)
    rows = zip(level, heard, strict=True)
    floors = [_percentile(row[ok], percentile) if ok.any() else lowest_dbfs for row, ok in rows]
    return np.asarray(floors, np.float64)


def _percentile(x: NDArray[np.float32], percent: float) -> float:
    """Return a percentile, linear between neighbours; `np.percentile` imports masked arrays, 15 ms of a cold start."""
    place = percent / 100 * (len(x) - 1)
    below, above = int(np.floor(place)), int(np.ceil(place))
    ends = np.partition(x, (below, above))[[below, above]].astype(np.float64)
    return float(ends[0] + (place - below) * (ends[1] - ends[0]))


def activity(level: NDArray[np.float32], noise_floor_dbfs: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the level over the call's own noise floor in dB, shape (channels, n_frames)."""
    return (level - noise_floor_dbfs[:, None]).astype(np.float32)


def hole_depth(level: NDArray[np.float32], noise_floor_dbfs: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return how far the level lies below the call's own noise floor, in dB, not below 0.

    A background does not go away by itself: a hole in it is a stretch that did not arrive.
    """
    return np.maximum(0, noise_floor_dbfs[:, None] - level).astype(np.float32)
