"""What a recorder does to what it hears: another rate, or a loudspeaker and a room between."""

from __future__ import annotations

import numpy as np

from audioq.simulate.devices.rooms import reverberation
from audioq.simulate.devices.surroundings import even_noise
from audioq.simulate.spans import Samples

NARROWEST = 0.97
"""A band that reaches this share of half the rate has no upper limit."""


def fitted(y: Samples, n: int) -> Samples:
    """The signal, cut or filled up with zeros to `n` samples."""
    return np.concatenate([y[:n], np.zeros(max(0, n - y.size), np.float32)]).astype(np.float32)


def resampled(y: Samples, sr: int, rng: np.random.Generator, *, rate: str) -> Samples:
    """At another rate and back: what lies above half the lower rate is gone. Nothing is left to chance.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Not used.
    rate : str
        The rate between, in Hz.

    Returns
    -------
    ndarray, float32, shape (n,)
        The signal itself where the rate is its own.
    """
    import soxr

    between = int(rate)
    if between == sr or not y.size:
        return np.array(y, np.float32)
    return fitted(np.asarray(soxr.resample(soxr.resample(y, sr, between), between, sr), np.float32), y.size)


def loudspeaker(
    y: Samples,
    sr: int,
    rng: np.random.Generator,
    *,
    low_hz: float = 300.0,
    high_hz: float = 4500.0,
    rt60_s: float = 0.25,
    level_dbfs: float = -55.0,
) -> Samples:
    """Played by the loudspeaker of one telephone and recorded by a second one beside it.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Source of chance: the room and its noise.
    low_hz, high_hz : float
        Band of the loudspeaker, 24 dB an octave at both ends; at low rates the upper end is that of the rate.
    rt60_s : float
        Seconds in which the small room falls by 60 dB; its tail lies 6 dB under the direct sound.
    level_dbfs : float
        RMS level of the pink noise of the room, in the gaps too.

    Returns
    -------
    ndarray, float32, shape (n,)
        As loud as the band was.
    """
    from scipy.signal import butter, sosfilt

    if not y.size:
        return np.array(y, np.float32)

    narrow = high_hz < NARROWEST * sr / 2.0
    band, kind = ([low_hz, high_hz], "bandpass") if narrow else (low_hz, "highpass")
    heard = sosfilt(butter(4, band, kind, fs=sr, output="sos"), y.astype(np.float64)).astype(np.float32)
    heard = reverberation(heard, sr, rng, rt60_s=rt60_s, direct_db=6.0)
    return heard + even_noise(y.size, sr, rng, level_dbfs=level_dbfs, color="pink")
