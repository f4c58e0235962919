"""Repeats, found by comparing every sample with that of every lag before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def repeats(y: NDArray[np.float32], lags: range, shortest: int) -> set[tuple[int, int, int]]:
    """Every longest stretch (first, one past last, lag) that equals what was heard one lag before."""
    found = set()
    for lag in lags:
        place = lag
        while place < len(y):
            end = place
            while end < len(y) and y[end] == y[end - lag]:
                end += 1
            if end - place >= shortest:
                found.add((place, end, lag))
            place = end + 1
    return found
