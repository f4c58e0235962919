"""Steadiness: how constant the pitch of a voice stays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def pitch_wander(pitch_lag: NDArray[np.float32], periodicity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much the pitch period changes over 30 ms, in percent.

    Parameters
    ----------
    pitch_lag : ndarray, float32, shape (channels, n_frames)
        Best pitch lag in ms.
    periodicity : ndarray, float32, shape (channels, n_frames)
        Normalised correlation at that lag.

    Returns
    -------
    ndarray, float32, shape (channels, n_frames)
        Range of the lag over the frame and its two neighbours against its mean, octave jumps included;
        100 where one of the three is not periodic at all.
    """
    lag = np.pad(pitch_lag, ((0, 0), (1, 1)), mode="edge")
    three = np.stack([lag[:, :-2], lag[:, 1:-1], lag[:, 2:]])
    heard = np.pad(periodicity, ((0, 0), (1, 1)), mode="edge")
    weakest = np.minimum(np.minimum(heard[:, :-2], heard[:, 1:-1]), heard[:, 2:])
    wander = 100 * (three.max(axis=0) - three.min(axis=0)) / three.mean(axis=0)
    return np.where(weakest > 0, np.minimum(wander, 100), 100).astype(np.float32)


def phase_jump(periodicity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far the periodicity dips between two periodic stretches 40 ms apart.

    Where time was cut out of a voiced sound the pitch phase jumps: the waveform before and after repeats
    itself, but not across the cut.
    """
    padded = np.pad(periodicity, ((0, 0), (2, 2)), mode="edge")
    around = np.minimum(padded[:, :-4], padded[:, 4:])
    return np.maximum(0, around - periodicity).astype(np.float32)
