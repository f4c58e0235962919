"""Ripple of the level: one sum a rate and frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve, decibel, mean_square, starts

RATES_HZ = (50 / 3, 25.0, 100 / 3, 50.0, 100.0)
SPAN = 128


def level_ripple(y: NDArray[np.float32], sr: int) -> tuple[Curve, ...]:
    step = sr // 400
    db = np.array([max(-96.0, decibel(mean_square(y, i * step, step))) for i in range(len(y) // step)])
    window = np.hanning(SPAN)
    rows = []
    for start in starts(sr):
        first = start // step + 2 - SPAN // 2
        x = db[first : first + SPAN]
        x = x - np.sum(window * x) / window.sum()
        sums = [np.sum(window * x * np.exp(-2j * np.pi * rate * 0.0025 * np.arange(SPAN))) for rate in RATES_HZ]
        rows.append(np.abs(sums) * 2 / window.sum())
    return tuple(np.array(rows).T)
