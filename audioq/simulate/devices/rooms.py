"""Rooms: the direct sound, and what the walls send back."""

from __future__ import annotations

import numpy as np

from audioq.simulate.spans import Samples

EARLY_GAP_SECONDS = 0.004
"""The first wall answers after this time; until then there is the direct sound alone."""

DAMPED_HZ = 4000.0
"""Walls and air swallow more above this."""

TAIL_DB = 80.0
"""The tail is followed as far down as this."""


def echo_tail(sr: int, rng: np.random.Generator, *, rt60_s: float, direct_db: float) -> Samples:
    """What a room adds to an impulse: noise that decays exponentially after a gap.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Source of chance: the room.
    rt60_s : float
        Seconds in which the sound falls by 60 dB.
    direct_db : float
        Energy of the direct sound (1) over that of the tail before its damping, in dB.

    Returns
    -------
    ndarray, float32, shape (m,)
        Zero up to the gap.
    """
    from scipy.signal import lfilter

    t = np.arange(round(rt60_s * TAIL_DB / 60.0 * sr)) / sr
    noise, decay = rng.standard_normal(t.size), 10.0 ** (-3.0 * t / rt60_s)
    keep = float(np.exp(-2.0 * np.pi * min(DAMPED_HZ, 0.4 * sr) / sr))
    tail = lfilter([1.0 - keep], [1.0, -keep], noise) * decay
    energy = max(float(np.sum((noise * decay) ** 2)), 1e-30)  # before the damping, whatever the rate
    gap = np.zeros(round(EARLY_GAP_SECONDS * sr))
    return np.asarray(np.concatenate([gap, tail]) * np.sqrt(10.0 ** (-direct_db / 10.0) / energy), np.float32)


def reverberation(y: Samples, sr: int, rng: np.random.Generator, *, rt60_s: float, direct_db: float = 3.0) -> Samples:
    """A talker in a room: the direct sound as it was, and the tail under it, cut at the end of the signal.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Source of chance: the room.
    rt60_s : float
        Seconds in which the sound falls by 60 dB.
    direct_db : float
        Energy of the direct sound over that of the tail, in dB: how near the talker is.

    Returns
    -------
    ndarray, float32, shape (n,)
    """
    from scipy.signal import oaconvolve

    if not np.any(y):
        return np.array(y, np.float32)
    tail = echo_tail(sr, rng, rt60_s=rt60_s, direct_db=direct_db)
    added = oaconvolve(y, tail)[: y.size].astype(np.float32)
    first = int(np.flatnonzero(y)[0])
    added[: first + round(EARLY_GAP_SECONDS * sr)] = 0.0  # rounding of the transform: nothing was said yet
    return np.asarray(y + added, np.float32)
