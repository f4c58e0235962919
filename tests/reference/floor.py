"""Noise floor, channel by channel and frame by frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def noise_floor(
    level: NDArray[np.float32], level_low: NDArray[np.float32], zero_share: NDArray[np.float32]
) -> list[float]:
    floors = []
    for rows in zip(level, level_low, zero_share, strict=True):
        heard = [v for v, low, zeros in zip(*rows, strict=True) if v > -90 and zeros < 0.2 and v - low < 6]
        floors.append(_tenth(sorted(heard)) if heard else -90.0)
    return floors


def _tenth(values: list[float]) -> float:
    """Tenth percentile, between the two nearest ranks."""
    place = (len(values) - 1) / 10
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return float(values[below] + (place - below) * (values[above] - values[below]))
