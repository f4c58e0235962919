"""Level: how strong the sound of a frame is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.frames import MARGIN, STEPS_PER_HOP, TILE, Frames, decibel


def levels(frames: Frames) -> tuple[NDArray[np.float32], ...]:
    """Return RMS level, lowest level, peak and mean magnitude of each frame.

    Parameters
    ----------
    frames : Frames

    Returns
    -------
    level : ndarray, float32, shape (channels, TILE)
        RMS over 10 ms in dBFS (a square wave of full scale has 0), floored at -120.
    level_low : ndarray, float32, shape (channels, TILE)
        Lowest RMS over 5 ms in dBFS, at steps of 2.5 ms.
    peak : ndarray, float32, shape (channels, TILE)
        Largest magnitude in dBFS.
    magnitude : ndarray, float32, shape (channels, TILE)
        Mean magnitude, full scale 1.
    """
    inner = _inner(frames.steps)
    y = np.abs(frames.tile)
    pairs = inner + _inner(np.roll(frames.steps, -1, axis=1))
    peak = y.max(axis=2)
    return decibel(inner.mean(axis=2)), decibel(pairs.min(axis=2) / 2), decibel(peak * peak), y.mean(axis=2)


def _inner(steps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the short-time energies of the tile alone, shape (channels, TILE, STEPS_PER_HOP)."""
    inner = steps[:, MARGIN * STEPS_PER_HOP : (MARGIN + TILE) * STEPS_PER_HOP]
    return inner.reshape(len(steps), TILE, STEPS_PER_HOP)
