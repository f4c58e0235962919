"""Steadiness of the pitch, frame by frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve


def _near(row: NDArray[np.float32], t: int) -> float:
    return float(row[min(max(t, 0), len(row) - 1)])


def pitch_wander(lag: NDArray[np.float32], periodicity: NDArray[np.float32]) -> Curve:
    wander = []
    for t in range(len(lag)):
        lags = [_near(lag, t + d) for d in (-1, 0, 1)]
        heard = all(_near(periodicity, t + d) > 0 for d in (-1, 0, 1))
        wander.append(min(100.0, 100 * (max(lags) - min(lags)) / (sum(lags) / 3)) if heard else 100.0)
    return np.array(wander)


def phase_jump(periodicity: NDArray[np.float32]) -> Curve:
    frames = range(len(periodicity))
    dips = [min(_near(periodicity, t - 2), _near(periodicity, t + 2)) - _near(periodicity, t) for t in frames]
    return np.maximum(0, dips)
