"""Active speech level by ITU-T P.56, method B."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_HOP_S = 0.01


def speech_level(
    level: NDArray[np.float32],
    magnitude: NDArray[np.float32],
    *,
    time_constant_s: float = 0.03,
    hangover_s: float = 0.2,
    margin_db: float = 15.9,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return active speech level and activity factor.

    ITU-T P.56 (12/2011), clause 8: an envelope by two exponential averages, counts of the time above
    thresholds 6 dB apart with a hangover, and the threshold at which the level of the active time lies
    `margin_db` above it, by interpolation. The averages run on the mean magnitude of 10 ms rather than on
    samples, which moves the result by less than 0.2 dB on speech.

    Parameters
    ----------
    level : ndarray, float32, shape (channels, n_frames)
        RMS level in dBFS.
    magnitude : ndarray, float32, shape (channels, n_frames)
        Mean magnitude, full scale 1.
    time_constant_s, hangover_s, margin_db : float
        Constants T, H and M of the recommendation.

    Returns
    -------
    active_level_dbfs : ndarray, float64, shape (channels,)
        NaN where a channel holds no sound.
    activity_factor : ndarray, float64, shape (channels,)
        Share of the time that is active, 0 to 1.
    """
    envelope = _smooth(_smooth(magnitude.astype(np.float64), time_constant_s), time_constant_s)
    total = np.sum(10 ** (level.astype(np.float64) / 10) - 1e-12, axis=1)
    results = [_method_b(*row, hangover_s, margin_db) for row in zip(envelope, total, strict=True)]
    return np.array([r[0] for r in results]), np.array([r[1] for r in results])


def _smooth(x: NDArray[np.float64], time_constant_s: float) -> NDArray[np.float64]:
    """Exponential average along time; its response is cut where it has fallen under 1e-7."""
    g = np.exp(-_HOP_S / time_constant_s)
    response = (1 - g) * g ** np.arange(int(np.ceil(np.log(1e-7) / np.log(g))))
    return np.stack([np.convolve(row, response)[: len(row)] for row in x])


def _method_b(envelope: NDArray[np.float64], total: float, hangover_s: float, margin: float) -> tuple[float, float]:
    thresholds = 2.0 ** np.arange(-15, 0)
    active = np.array([_held(envelope >= c, int(round(hangover_s / _HOP_S))).sum() for c in thresholds], float)
    if total <= 1e-9 or active[0] == 0:
        return float("nan"), 0.0
    used = active > 0
    level = 10 * np.log10(total / active[used])
    above = level - 20 * np.log10(thresholds[used]) - margin
    if above[0] <= 0:
        return float(level[0]), float(active[0] / len(envelope))
    below = np.flatnonzero(above <= 0)
    if len(below) == 0:
        return float(level[-1]), float(active[used][-1] / len(envelope))
    j = int(below[0])
    weight = above[j - 1] / (above[j - 1] - above[j])
    result = level[j - 1] + weight * (level[j] - level[j - 1])
    return float(result), float(total / 10 ** (result / 10) / len(envelope))


def _held(mask: NDArray[np.bool_], hold: int) -> NDArray[np.bool_]:
    """A mask that stays true for `hold` frames after each true one."""
    frames = np.arange(len(mask))
    last = np.maximum.accumulate(np.where(mask, frames, -hold - 1))
    return frames - last <= hold
