"""Playback: whether a voice sounds as if it were played at half or at twice its speed.

A wrong sampling rate in a header does that: 48 kHz written as 24 kHz, 8 kHz as 16 kHz. Everything moves with it:
pitch, formants and the upper edge of the band by an octave, and glides of the pitch, changes of the spectrum and the
rise and fall of syllables by a factor of two. A deep or a high voice moves the first and not the second, a slow or a
hasty one the second and not the first. All are statistics of a channel.
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
    "shape_flux",
    "shape_correlation",
    "band_edge",
    "harmonic_contrast",
    "spectral_lines",
    "active_level_dbfs",
    "noise_floor_dbfs",
)
"""Curves and numbers that `playback_speed` takes, in order."""

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "half": {
        "pitch_10": 1.457,
        "pitch_50": 1.567,
        "pitch_90": 1.428,
        "high": 0.4717,
        "glide": -82.57,
        "jumpy": -8.467,
        "flux_90": -3.425,
        "correlation_50": 6.405,
        "edge_50": -0.2304,
        "edge_90": -0.2103,
        "harmonics_75": -0.3866,
        "lines": -4.123,
        "course": -3.052,
        "haste": -2.376,
        "offset": 2.392,
    },
    "double": {
        "pitch_10": -1.482,
        "pitch_50": -0.0131,
        "pitch_90": -2.185,
        "high": 3.431,
        "glide": -4.283,
        "jumpy": 2.821,
        "flux_90": 5.493,
        "correlation_50": -15.45,
        "edge_50": 0.3854,
        "edge_90": 0.3322,
        "harmonics_75": -0.6673,
        "lines": 3.007,
        "course": 2.437,
        "haste": -0.4765,
        "offset": -0.1536,
    },
}
"""For each wrong speed: a weight for each statistic, and ``offset``: logits, 0 at even odds.

Fitted by ``benchmarks/training/playback.py`` on calls that were given half or twice their rate, against the same calls
as they were and with their pitch, formants or tempo alone changed.
"""

LEAST_FRAMES, LEAST_VOICED = 150, 50
"""Less than 1.5 s of loud sound, or 0.5 s with a pitch, says too little."""
BELOW_ACTIVE_DB, ABOVE_FLOOR_DB = 15.0, 8.0
PERIODIC = 0.7
"""Frames with at least this periodicity have a pitch."""
FEWEST_LINES = 3.0
"""Frames with fewer spectral lines hold a tone."""
_SMALL_OCTAVES = 0.3
"""A pitch that moves further from frame to frame has jumped."""
_HIGH_MS = 3.3
"""Pitch periods below this belong to hardly any grown voice."""
_STEPS = (5, 20)
"""Frames over which the course of the level is followed."""


def playback_speed(
    *curves: NDArray[np.float32] | NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how likely each channel is played at half its speed, and at twice its speed.

    Parameters
    ----------
    *curves : ndarray
        What `NEEDS` names: nine curves, float32, shape (channels, n_frames), and two numbers, float64,
        shape (channels,).

    Returns
    -------
    half, double : ndarray, float64, shape (channels,)
        Probability at even odds beforehand, 0 to 1; NaN where less than 1.5 s of loud sound is heard, or less than
        0.5 s of it has a pitch.
    """
    rows = [speed_statistics(*(curve[i] for curve in curves)) for i in range(len(curves[0]))]
    half, double = (
        np.array([np.nan if row is None else _probability(row, WEIGHTS[speed]) for row in rows], np.float64)
        for speed in ("half", "double")
    )
    return half, double


def _probability(statistics: Mapping[str, float], weights: Mapping[str, float]) -> float:
    logit = weights["offset"] + sum(weight * statistics[name] for name, weight in weights.items() if name != "offset")
    return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


def speed_statistics(
    level: NDArray[np.float32],
    zero_share: NDArray[np.float32],
    periodicity: NDArray[np.float32],
    pitch_lag: NDArray[np.float32],
    shape_flux: NDArray[np.float32],
    shape_correlation: NDArray[np.float32],
    band_edge: NDArray[np.float32],
    harmonic_contrast: NDArray[np.float32],
    spectral_lines: NDArray[np.float32],
    active_level_dbfs: float,
    noise_floor_dbfs: float,
) -> dict[str, float] | None:
    """Return what is told of one channel, or None where too little of it is loud or has a pitch.

    Parameters
    ----------
    level, ..., spectral_lines : ndarray, float32, shape (n_frames,)
        Curves of the channel.
    active_level_dbfs, noise_floor_dbfs : float
        Its active speech level and background, dBFS.

    Returns
    -------
    dict of str to float, or None
        `pitch_10`, `pitch_50`, `pitch_90` [octaves over 1 ms], quantiles of the pitch period; `high`, share of periods
        under 3.3 ms; `glide` [octaves] of the pitch in 10 ms, upper quartile; `jumpy`, share of steps beyond 0.3
        octaves; `flux_90` [log dB] and `correlation_50`, change of the spectrum's shape; `edge_50`, `edge_90` [kHz] of
        the band; `harmonics_75` [dB]; `lines` [log bins]; `course` [log dB], mean change of the level in 50 ms, and
        `haste`, the same over that in 200 ms.
    """
    if not np.isfinite(active_level_dbfs):
        return None
    bottom = max(active_level_dbfs - BELOW_ACTIVE_DB, noise_floor_dbfs + ABOVE_FLOOR_DB)
    loud = (level >= bottom) & (zero_share < 0.2) & (spectral_lines >= FEWEST_LINES)
    voiced = loud & (periodicity >= PERIODIC)
    if loud.sum() < LEAST_FRAMES or voiced.sum() < LEAST_VOICED:
        return None
    octaves = np.log2(pitch_lag)
    steps = np.abs(np.diff(octaves))[voiced[1:] & voiced[:-1]]
    jumps = steps >= _SMALL_OCTAVES
    near, far = (_course(np.maximum(level, np.float32(bottom)), loud, n) for n in _STEPS)
    pitch = octaves[voiced]
    return {
        "pitch_10": quantile(pitch, 0.1),
        "pitch_50": quantile(pitch, 0.5),
        "pitch_90": quantile(pitch, 0.9),
        "high": float((pitch_lag[voiced] < _HIGH_MS).mean()),
        "glide": quantile(steps[~jumps], 0.75),
        "jumpy": float(jumps.mean()) if len(jumps) else 0.0,
        "flux_90": float(np.log(0.3 + quantile(shape_flux[loud], 0.9))),
        "correlation_50": quantile(shape_correlation[loud], 0.5),
        "edge_50": quantile(band_edge[loud], 0.5) / 1000,
        "edge_90": quantile(band_edge[loud], 0.9) / 1000,
        "harmonics_75": quantile(harmonic_contrast[loud], 0.75),
        "lines": float(np.log(quantile(spectral_lines[voiced], 0.5))),
        "course": near,
        "haste": near - far,
    }


def _course(level: NDArray[np.float32], loud: NDArray[np.bool_], n: int) -> float:
    """Logarithm of the mean change of the level over `n` frames of which the first or the last is loud."""
    either = loud[n:] | loud[:-n]
    return float(np.log(0.1 + np.abs(level[n:] - level[:-n])[either].mean()))
