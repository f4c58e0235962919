"""Rerecording: whether a loudspeaker played the call and a microphone recorded it, as by a second phone.

A room lies between: its noise fills every pause evenly and is never left out, sound dies away in it, and what it falls
by in 10 ms is limited by echoes. A small loudspeaker plays no bass, so the bass of the recording does not rise when
somebody speaks. All are statistics of a channel.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audioq.features.quantiles import quantile

NEEDS = (
    "level",
    "zero_share",
    "bass",
    "hole_depth",
    "spread",
    "fall_10",
    "fall_30",
    "active_level_dbfs",
    "noise_floor_dbfs",
)
"""Curves and numbers that `loudspeaker_probability` takes, in order."""

WEIGHTS: Mapping[str, float] = {
    "hole": -0.1069,
    "bass_rise": -0.09512,
    "quiet_spread": -0.5069,
    "quiet_deviation": -0.184,
    "fall_10": -0.08384,
    "fall_30": -0.08896,
    "offset": 8.648,
}
"""A weight for each statistic, and ``offset``: a logit, 0 at even odds. Fitted by ``benchmarks/training/room.py``."""

LEAST_FRAMES = 50
"""Less than half a second of loud sound says too little."""
LEAST_SNR_DB = 5.0
"""Nor does noise from which nothing stands out."""
BELOW_ACTIVE_DB, QUIET_DB = 15.0, 25.0
_AROUND = 10
"""Frames to either side of loud sound in which its ends lie."""


def loudspeaker_probability(*curves: NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how likely each channel was played by a loudspeaker and recorded by a microphone.

    Parameters
    ----------
    *curves : ndarray
        What `NEEDS` names: seven curves, float32, shape (channels, n_frames), and two numbers, float64,
        shape (channels,).

    Returns
    -------
    ndarray, float64, shape (channels,)
        Probability, 0 to 1; NaN where less than half a second of loud sound stands out of the noise.
    """
    rows = (room_statistics(*(curve[i] for curve in curves)) for i in range(len(curves[0])))
    return np.array([np.nan if row is None else _probability(row) for row in rows], np.float64)


def _probability(statistics: Mapping[str, float]) -> float:
    logit = WEIGHTS["offset"] + sum(weight * statistics[name] for name, weight in WEIGHTS.items() if name != "offset")
    return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


def room_statistics(
    level: NDArray[np.float32],
    zero_share: NDArray[np.float32],
    bass: NDArray[np.float32],
    hole_depth: NDArray[np.float32],
    spread: NDArray[np.float32],
    fall_10: NDArray[np.float32],
    fall_30: NDArray[np.float32],
    active_level_dbfs: float,
    noise_floor_dbfs: float,
) -> dict[str, float] | None:
    """Return what is told of one channel, or None where too little of it is loud.

    Parameters
    ----------
    level, ..., fall_30 : ndarray, float32, shape (n_frames,)
        Curves of the channel.
    active_level_dbfs, noise_floor_dbfs : float
        Its active speech level and background, dBFS.

    Returns
    -------
    dict of str to float, or None
        `hole` [dB], how deep the background sinks in one frame in a thousand; `bass_rise` [dB], the bass of loud frames
        (the tenth that is loudest) over that of quiet ones; `quiet_spread` [dB], median over bands; `quiet_deviation`
        [dB] of the level; `fall_10`, `fall_30` [dB], exceeded by 1 % of the frames near sound.
    """
    if not active_level_dbfs - noise_floor_dbfs >= LEAST_SNR_DB:
        return None
    loud = level >= active_level_dbfs - BELOW_ACTIVE_DB
    if loud.sum() < LEAST_FRAMES:
        return None
    quiet = (level < active_level_dbfs - QUIET_DB) & (zero_share < 0.2)
    if quiet.sum() < LEAST_FRAMES // 5:
        quiet = level <= quantile(level, 0.1)
    near = np.convolve(loud, np.ones(2 * _AROUND + 1), "same") > 0
    return {
        "hole": min(quantile(hole_depth, 0.999), 20.0),
        "bass_rise": min(max(quantile(bass[loud], 0.9) - quantile(bass[quiet], 0.5), 0.0), 60.0),
        "quiet_spread": min(quantile(spread[quiet], 0.5), 10.0),
        "quiet_deviation": min(float(level[quiet].std()), 10.0),
        "fall_10": quantile(fall_10[near], 0.99),
        "fall_30": quantile(fall_30[near], 0.99),
    }
