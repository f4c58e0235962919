"""Fades: how straight the level falls.

When packets stop, real clients let the last pitch cycles die along a straight line in dB (about 157 dB/s
after voiced sound, 400 dB/s after noise-like sound) down to digital zero; speech decays in a curve.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def line_fit(level: NDArray[np.float32], *, frames: int = 6) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit a line to the level over a short window about each frame.

    Parameters
    ----------
    level : ndarray, float32, shape (channels, n_frames)
        RMS level in dBFS.
    frames : int
        Length of the window, in frames.

    Returns
    -------
    fade_slope : ndarray, float32, shape (channels, n_frames)
        Fall of the level in dB/s, positive where it falls.
    fade_error : ndarray, float32, shape (channels, n_frames)
        RMS distance of the level from the line, in dB.
    """
    before = (frames - 1) // 2
    padded = np.pad(level, ((0, 0), (before, frames - 1 - before)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, frames, axis=1)
    t = np.arange(frames) - (frames - 1) / 2
    slope = windows @ (t / np.square(t).sum())
    spread = windows.var(axis=2, dtype=np.float64) - np.square(slope) * np.square(t).mean()
    return (-100 * slope).astype(np.float32), np.sqrt(np.maximum(spread, 0)).astype(np.float32)
