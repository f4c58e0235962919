"""Levels, frame by frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve, decibel, mean_square, starts


def levels(y: NDArray[np.float32], sr: int) -> tuple[Curve, ...]:
    hop = sr // 100
    rows = []
    for start in starts(sr):
        x = np.abs(y[start : start + hop].astype(np.float64))
        lows = [mean_square(y, start + k * hop // 4, hop // 2) for k in range(4)]
        rows.append((decibel(mean_square(y, start, hop)), decibel(min(lows)), decibel(x.max() ** 2), sum(x) / hop))
    return tuple(np.array(rows).T)
