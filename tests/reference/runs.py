"""Runs of samples, found by looking at one sample after the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Run = tuple[int, int, int, float]
"""Channel, first sample, one past the last, value."""


def runs(y: NDArray[np.float32], key: Callable[[float], float | None], shortest: int) -> list[Run]:
    """Longest stretches over which `key` gives one and the same value; None is no run."""
    found: list[Run] = []
    for channel, row in enumerate(y):
        place = 0
        while place < len(row):
            value, end = key(float(row[place])), place + 1
            while end < len(row) and key(float(row[end])) == value:
                end += 1
            if value is not None and end - place >= shortest:
                found.append((channel, place, end, value))
            place = end
    return found


def zero(x: float) -> float | None:
    return 0.0 if x == 0 else None


def held(x: float) -> float | None:
    return x if x != 0 else None


def clipped(x: float) -> float | None:
    return float(np.sign(x)) if abs(x) >= np.float32(0.98) else None
