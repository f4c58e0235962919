"""Bass: the sound below the voice's second harmonic, which small loudspeakers cannot play."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.features.quantiles import quantile
from audioq.frames import Frames, decibel

BIN_HZ = 31.25
QUIET_DB = 25.0
"""A frame so far below the active speech level belongs to a pause."""
LEAST_FRAMES = 10
"""Where less than 0.1 s is that quiet, the quietest tenth stands for the pauses."""


def bass_level(frames: Frames, *, low_hz: float = 62.5, high_hz: float = 218.75) -> NDArray[np.float32]:
    """Return the mean power of the bins of the bass.

    Parameters
    ----------
    frames : Frames
    low_hz, high_hz : float
        First and last bin, both included.

    Returns
    -------
    ndarray, float32, shape (channels, TILE)
        Mean power a bin in dB, on the scale of `Frames.S`.
    """
    S = frames.around(frames.S, 0, 0)
    return decibel(S[:, round(low_hz / BIN_HZ) : round(high_hz / BIN_HZ) + 1].mean(axis=1))


def pause_bass(
    bass: NDArray[np.float32],
    level: NDArray[np.float32],
    zero_share: NDArray[np.float32],
    active_level_dbfs: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the bass of the pauses against their level.

    The noise of a room and of a microphone reaches down to the bass (white noise has -25 dB at 16 kHz and -22 dB at
    8 kHz, pink noise about -16 dB); what comes over a telephone line was cut off below 300 Hz.

    Parameters
    ----------
    bass : ndarray, float32, shape (channels, n_frames)
        Mean power a bin of the bass, dB.
    level : ndarray, float32, shape (channels, n_frames)
        RMS level, dBFS.
    zero_share : ndarray, float32, shape (channels, n_frames)
        Share of exact zeros, 0 to 1.
    active_level_dbfs : ndarray, float64, shape (channels,)
        Active speech level, dBFS.

    Returns
    -------
    ndarray, float64, shape (channels,)
        Median over quiet frames, dB; NaN where there is no speech.
    """
    rows = zip(bass, level, zero_share, active_level_dbfs, strict=True)
    return np.array([_pause_bass(*row) if np.isfinite(row[3]) else np.nan for row in rows], np.float64)


def _pause_bass(
    bass: NDArray[np.float32], level: NDArray[np.float32], zero_share: NDArray[np.float32], active: float
) -> float:
    quiet = (level < active - QUIET_DB) & (zero_share < 0.2)
    if quiet.sum() < LEAST_FRAMES:
        quiet = level <= quantile(level, 0.1)
    return quantile(bass[quiet] - level[quiet], 0.5)
