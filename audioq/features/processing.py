"""Processing: whether a voice sounds made, as by a low-rate codec or a robot effect, all call long.

Three things give such a voice away. Its pitch never moves; nothing in it is ever quite periodic although it is loud
(a voice times a tone); or its spectrum glides from one set of parameters to the next, with clear harmonics and no
roughness. All are statistics over the loud frames of a channel, so packets lost here and there hardly move them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audioq.features.quantiles import quantile

NEEDS = (
    "level",
    "zero_share",
    "periodicity",
    "pitch_lag",
    "harmonic_contrast",
    "spread",
    "shape_correlation",
    "modulation_25",
    "active_level_dbfs",
    "noise_floor_dbfs",
)
"""Curves and numbers that `processed_voice` takes, in order."""

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "fixed_pitch": {"pitch_deviation": -57.19, "offset": 4.282},
    "ring": {"periodicity_90": -25.4, "same_lag": -11.89, "offset": 25.44},
    "low_rate": {
        "harmonics_25": 0.7298,
        "roughness": -6.708,
        "ripple_75": -5.0,
        "periodicity_step_90": 21.7,
        "correlation_25": 9.604,
        "offset": -3.914,
    },
}
"""For each sort of processing: a weight for each statistic, and ``offset``. They are logits, 0 at the limit.

Fitted by ``benchmarks/training/processing.py`` on 999 calls of natural voices through usual codecs, 105 through LPC-10
and 30 traps (a voice times a tone, a voice of one pitch); 0.45 % of the natural ones lie over 0 in each sort.
"""

LEAST_FRAMES = 300
"""Less than 3 s of loud sound says too little."""
BELOW_ACTIVE_DB, ABOVE_FLOOR_DB = 15.0, 8.0
PERIODIC = 0.7
"""Frames with at least this periodicity have a pitch."""


def processed_voice(*curves: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how clearly the voice of each channel is a processed one.

    Parameters
    ----------
    *curves : ndarray
        What `NEEDS` names: eight curves, float32, shape (channels, n_frames), and two numbers, float64,
        shape (channels,).

    Returns
    -------
    ndarray, float64, shape (channels,)
        0 to 1; 0.5 lies at the limit that ``benchmarks/training/processing.py`` sets. NaN where less than 3 s
        of loud sound is heard.
    """
    rows = (voice_statistics(*(curve[i] for curve in curves)) for i in range(len(curves[0])))
    return np.array([np.nan if row is None else _clearest(row) for row in rows], np.float64)


def _clearest(statistics: Mapping[str, float]) -> float:
    """The largest of the sorts' scores."""
    logits = [
        weights["offset"] + sum(weight * statistics[name] for name, weight in weights.items() if name != "offset")
        for weights in WEIGHTS.values()
    ]
    return float(1 / (1 + np.exp(-np.clip(max(logits), -30, 30))))


def voice_statistics(
    level: NDArray[np.float32],
    zero_share: NDArray[np.float32],
    periodicity: NDArray[np.float32],
    pitch_lag: NDArray[np.float32],
    harmonic_contrast: NDArray[np.float32],
    spread: NDArray[np.float32],
    shape_correlation: NDArray[np.float32],
    modulation_25: NDArray[np.float32],
    active_level_dbfs: float,
    noise_floor_dbfs: float,
) -> dict[str, float] | None:
    """Return what is told of one channel, or None where too little of it is loud.

    Parameters
    ----------
    level, ..., modulation_25 : ndarray, float32, shape (n_frames,)
        Curves of the channel.
    active_level_dbfs, noise_floor_dbfs : float
        Its active speech level and background, dBFS.

    Returns
    -------
    dict of str to float, or None
        `pitch_deviation` [octaves], within half an octave of the median; `periodicity_90`, the quantile that a frame
        in ten exceeds; `same_lag`, share of voiced neighbours with one lag; `harmonics_25` [dB], lower quartile;
        `roughness`, second against first difference of the spread; `ripple_75` [dB]; `periodicity_step_90`;
        `correlation_25`.
    """
    bottom = max(active_level_dbfs - BELOW_ACTIVE_DB, noise_floor_dbfs + ABOVE_FLOOR_DB)
    loud = (level >= bottom) & (zero_share < 0.2) if np.isfinite(active_level_dbfs) else np.zeros(len(level), bool)
    if loud.sum() < LEAST_FRAMES:
        return None
    deviation, same = _pitch_statistics(pitch_lag, loud & (periodicity >= PERIODIC))
    steps = np.abs(np.diff(periodicity))[loud[1:]]
    return {
        "pitch_deviation": deviation,
        "same_lag": same,
        "periodicity_90": quantile(periodicity[loud], 0.9),
        "harmonics_25": quantile(harmonic_contrast[loud], 0.25),
        "roughness": _roughness(spread, loud),
        "ripple_75": quantile(modulation_25[loud], 0.75),
        "periodicity_step_90": quantile(steps, 0.9),
        "correlation_25": quantile(shape_correlation[loud], 0.25),
    }


def _pitch_statistics(lag: NDArray[np.float32], voiced: NDArray[np.bool_]) -> tuple[float, float]:
    """Deviation of the pitch near its median, octaves, and share of voiced pairs that share a lag.

    Where less than half a second has a pitch, what natural voices show: too little speaks against one.
    """
    if voiced.sum() < LEAST_FRAMES // 6:
        return 0.2, 0.1
    octaves = np.log2(lag[voiced])
    near = octaves[np.abs(octaves - quantile(octaves, 0.5)) < 0.5]
    pairs = voiced[1:] & voiced[:-1]
    same = float((np.diff(lag)[pairs] == 0).mean()) if pairs.any() else 0.0
    return float(near.std()), same


def _roughness(x: NDArray[np.float32], loud: NDArray[np.bool_]) -> float:
    """Median second difference over median first difference, both without sign, inside loud stretches."""
    inside = loud[2:] & loud[1:-1] & loud[:-2]
    first, second = np.abs(np.diff(x))[1:][inside], np.abs(np.diff(x, n=2))[inside]
    if not len(first):
        return 1.0
    return quantile(second, 0.5) / (quantile(first, 0.5) + 1e-3)
