"""Normalised correlation of a window with the signal before it: np.correlate, window by window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.frames import MARGIN, TILE


def correlations(y: NDArray[np.float32], hop: int, window: int, longest: int, step: int) -> NDArray[np.float64]:
    """Rows: every `step` frames of a tile. Columns: lags of 0 to `longest` samples."""
    x = y.astype(np.float64)
    rows = []
    for t in range(0, TILE, step):
        start = (MARGIN + t) * hop + step * hop // 2 - window // 2
        now = x[start : start + window]
        dots = np.correlate(x[start - longest : start + window], now, "valid")[::-1]
        norms = [_norm(x[start - lag : start - lag + window]) for lag in range(longest + 1)]
        rows.append(dots / _norm(now) / norms)
    return np.array(rows)


def _norm(x: NDArray[np.float64]) -> float:
    """Root of the energy; sound below -100 dBFS is no sound."""
    return float(np.sqrt(np.sum(x**2) + 1e-10 * len(x)))
