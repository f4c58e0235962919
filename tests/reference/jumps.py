"""Third difference of the samples against 50 ms around it, sample by sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve, decibel, starts


def residual(x: NDArray[np.float64], i: int) -> float:
    return float(x[i] - 3 * x[i - 1] + 3 * x[i - 2] - x[i - 3])


def waveform_jumps(y: NDArray[np.float32], sr: int) -> tuple[Curve, Curve]:
    hop = sr // 100
    x = y.astype(np.float64)
    rows = []
    for start in starts(sr):
        places = range(start - 2 * hop, start + 3 * hop)
        square = {i: residual(x, i) ** 2 for i in places}
        at = max(range(start, start + hop), key=lambda i, s=square: s[i])  # type: ignore[misc]
        rest = sum(value for i, value in square.items() if i != at) / (5 * hop - 1)
        rows.append((decibel(square[at]) - decibel(max(rest, 1e-12)), (at - start) * 10 / hop))
    jump, jump_at = np.array(rows).T
    return jump, jump_at
