"""ITU-T P.56 (12/2011), method B, sample by sample, in the words of clause 7."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TIME_CONSTANT_S, HANGOVER_S, MARGIN_DB = 0.03, 0.2, 15.9


def speech_level(y: NDArray[np.float32], sr: int) -> tuple[float, float]:
    """Active level in dBFS (a full-scale square wave has 0) and activity factor."""
    g = float(np.exp(-1 / (sr * TIME_CONSTANT_S)))
    hold = round(HANGOVER_S * sr)
    thresholds = 2.0 ** np.arange(-15, 0)
    active, hangover = np.zeros(len(thresholds)), np.full(len(thresholds), hold)
    square = p = q = 0.0
    for x in map(float, y):
        square += x * x
        p = g * p + (1 - g) * abs(x)
        q = g * q + (1 - g) * p
        over = q >= thresholds
        held = ~over & (hangover < hold)
        active += over | held
        hangover = np.where(over, 0, hangover + held)
    previous: tuple[float, float] | None = None
    for threshold, count in zip(thresholds, active, strict=True):
        if count == 0:
            break
        level = 10 * np.log10(square / count)
        above = level - 20 * np.log10(threshold) - MARGIN_DB
        if above <= 0:
            if previous is not None:
                level = previous[0] + (level - previous[0]) * previous[1] / (previous[1] - above)
            return float(level), float(square / 10 ** (level / 10) / len(y))
        previous = (level, above)
    return float("nan"), 0.0
