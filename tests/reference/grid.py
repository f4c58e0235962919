"""The time grid, one frame after the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.frames import MARGIN, TILE

Curve = NDArray[np.float64]


def starts(sr: int) -> list[int]:
    """First sample of every frame of a tile that lies behind its margin."""
    return [(MARGIN + t) * (sr // 100) for t in range(TILE)]


def decibel(power: float) -> float:
    return float(10 * np.log10(power + 1e-12))


def mean_square(y: NDArray[np.floating], start: int, length: int) -> float:
    return sum(float(v) ** 2 for v in y[start : start + length]) / length
