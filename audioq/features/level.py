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
    inner, later = _inner(frames.steps, 0), _inner(frames.steps, 1)
    pairs = inner + later
    lowest = np.minimum(np.minimum(pairs[..., 0], pairs[..., 1]), np.minimum(pairs[..., 2], pairs[..., 3]))
    y = np.abs(frames.tile)
    peak = y.max(axis=2)
    # Sums of slices and `einsum` take a fraction of the time of `mean` over a short last axis.
    mean = (inner[..., 0] + inner[..., 1] + inner[..., 2] + inner[..., 3]) / np.float32(STEPS_PER_HOP)
    magnitude = np.einsum("cth->ct", y) / np.float32(frames.hop_length)
    return decibel(mean), decibel(lowest / np.float32(2)), decibel(peak * peak), magnitude


def _inner(steps: NDArray[np.float32], late: int) -> NDArray[np.float32]:
    """Return the short-time energies of the tile, `late` steps late, shape (channels, TILE, STEPS_PER_HOP)."""
    first = MARGIN * STEPS_PER_HOP + late
    return steps[:, first : first + TILE * STEPS_PER_HOP].reshape(len(steps), TILE, STEPS_PER_HOP)
