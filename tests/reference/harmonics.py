"""Ripple of the log spectrum: a sum of cosines for every period, frame by frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve


def harmonic_contrast(S_db: NDArray[np.float32], shortest: float = 2.5, longest: float = 15.0) -> Curve:
    """`S_db` has shape (at least 128 bins, n_frames)."""
    window = np.hanning(128)
    khz = np.arange(128) * 0.03125
    heights = []
    for column in S_db[:128].T.astype(np.float64):
        ripples = []
        for eighths in range(int(shortest * 8), int(longest * 8) + 1):
            wave = np.cos(2 * np.pi * eighths / 8 * khz) * window
            ripples.append(2 / window.sum() * np.sum((wave - wave.mean()) * column))
        heights.append(max(ripples))
    return np.array(heights)
