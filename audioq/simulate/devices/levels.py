"""What moves the level: a fixed gain, an overdriven stage, and an automatic one."""

from __future__ import annotations

import numpy as np

from audioq.simulate.activity import frame_levels
from audioq.simulate.clipping import clip
from audioq.simulate.spans import Samples

FRAME_SECONDS = 0.01
SILENT_DBFS = -70.0
"""Frames under this level tell the automatic gain nothing: it stays where it is."""

PAUSE_DB = 25.0
"""Frames this far under the level that is followed are pauses."""

PAUSE_DB_PER_S = 1.0
"""In a pause the level that is followed sinks this fast, so that noise comes up slowly."""

MOST_GAIN_DB = 30.0


def gain(y: Samples, sr: int, rng: np.random.Generator, *, gain_db: float) -> Samples:
    """Louder or softer; nothing is cut off, and nothing is left to chance."""
    return np.asarray(y * np.float32(10.0 ** (gain_db / 20.0)), np.float32)


def overdrive(y: Samples, sr: int, rng: np.random.Generator, *, drive_db: float) -> Samples:
    """Amplified by `drive_db` and cut off at full scale; nothing is left to chance."""
    return clip(y, sr, drive_db=drive_db)[0]


def agc_gain(y: Samples, sr: int, *, target_dbfs: float, attack_s: float = 0.2, release_s: float = 1.0) -> Samples:
    """The gain of an automatic level control at every sample.

    The level that it follows is a power, averaged with one time constant when it rises and another when it falls,
    and left to sink slowly where the sound pauses; the gain is what takes that level to the target, at most 30 dB up.
    It begins with a gain of 1.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    target_dbfs : float
        Level that it wants, RMS. Speech comes out up to 2 dB softer, since loud moments count for more.
    attack_s, release_s : float
        Time constants by which it follows louder and softer sound.

    Returns
    -------
    ndarray, float32, shape (n,)
        Factors, by straight lines between frames of 10 ms.
    """
    levels = frame_levels(y, sr)
    if not levels.size:
        return np.ones(y.size, np.float32)
    followed = np.empty(levels.size)
    power = 10.0 ** (target_dbfs / 10.0)
    rise, fall = (1.0 - np.exp(-FRAME_SECONDS / max(s, 1e-3)) for s in (attack_s, release_s))
    sink = 10.0 ** (-PAUSE_DB_PER_S * FRAME_SECONDS / 10.0)
    powers = 10.0 ** (levels / 10.0)
    silent, pause = 10.0 ** (SILENT_DBFS / 10.0), 10.0 ** (-PAUSE_DB / 10.0)
    for k, now in enumerate(powers.tolist()):  # the level depends on itself in a way that bends
        if now > silent:
            power = power * sink if now < power * pause else power + (rise if now > power else fall) * (now - power)
        followed[k] = power
    factors = np.minimum(10.0 ** (target_dbfs / 20.0) / np.sqrt(followed), 10.0 ** (MOST_GAIN_DB / 20.0))
    hop = round(sr * FRAME_SECONDS)
    return np.asarray(np.interp(np.arange(y.size), (np.arange(levels.size) + 0.5) * hop, factors), np.float32)


def agc(
    y: Samples,
    sr: int,
    rng: np.random.Generator,
    *,
    target_dbfs: float = -23.0,
    attack_s: float = 0.2,
    release_s: float = 1.0,
) -> Samples:
    """A slow automatic level control (see `agc_gain`); nothing is left to chance."""
    return y * agc_gain(y, sr, target_dbfs=target_dbfs, attack_s=attack_s, release_s=release_s)
