"""Ranks: the order of numbers, ties shared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ranks_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ranks from 0, shape (n,); equal values share their mean rank."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    means = np.cumsum(counts) - (counts + 1) / 2
    return np.asarray(means[place], dtype=np.float64)
