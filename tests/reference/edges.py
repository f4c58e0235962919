"""Falls and rises: the level over 5 ms before and after every 2.5 ms of a frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve, decibel, mean_square, starts


def steepness(y: NDArray[np.float32], sr: int, lowest_db: float = -96.0) -> tuple[Curve, ...]:
    step = sr // 400

    def level(centre: int) -> float:
        return max(lowest_db, decibel(mean_square(y, centre - step, 2 * step)))

    curves = []
    for apart in (4, 12):
        changes = np.array(
            [
                [level(s + k * step + apart // 2 * step) - level(s + k * step - apart // 2 * step) for k in range(4)]
                for s in starts(sr)
            ]
        )
        curves += [np.maximum(0, -changes.min(axis=1)), np.maximum(0, changes.max(axis=1))]
    return tuple(curves)
