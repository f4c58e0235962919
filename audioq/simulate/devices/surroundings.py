"""Noise round the talker, and noise of the recorder's own."""

from __future__ import annotations

import numpy as np

from audioq.simulate.activity import active_level
from audioq.simulate.hums import add_hum
from audioq.simulate.noise import colored_noise
from audioq.simulate.spans import Samples

SILENT_LEVEL_DBFS = -26.0
"""A silent signal counts as one of this active level, the usual one of telephone speech."""

STREET_BAND_HZ = (50.0, 4500.0)
PASSING_BAND_HZ = (60.0, 1800.0)
"""What passes by is duller than the rest of the street."""

PASSING_SECONDS = 5.0
"""One vehicle in this time on average."""

PASSING_WIDTH_SECONDS = (0.5, 2.0)
PASSING_DB = (4.0, 12.0)
"""How far a vehicle rises over the street at its nearest."""


def even_noise(
    n: int,
    sr: int,
    rng: np.random.Generator,
    *,
    level_dbfs: float,
    color: str = "white",
    band: tuple[float, float] | None = None,
) -> Samples:
    """`colored_noise`, cut from a piece whose length suits the transform: others take ten times as long."""
    from scipy.fft import next_fast_len

    whole = colored_noise(next_fast_len(n, real=True), sr, rng, level_dbfs=level_dbfs, color=color, band=band)
    return whole[:n]


def _heard_level(y: Samples, sr: int) -> float:
    """Active level in dBFS, or the usual one."""
    level = active_level(y, sr)
    return level if np.isfinite(level) else SILENT_LEVEL_DBFS


def noisy_room(y: Samples, sr: int, rng: np.random.Generator, *, snr_db: float, color: str = "pink") -> Samples:
    """Even noise of a colour, `snr_db` under the active level (a silent signal counts as -26 dBFS)."""
    return y + even_noise(y.size, sr, rng, level_dbfs=_heard_level(y, sr) - snr_db, color=color)


def _band(low: float, high: float, sr: int) -> tuple[float, float]:
    """A band, cut to what the rate holds."""
    return low, min(high, 0.47 * sr)


def street(y: Samples, sr: int, rng: np.random.Generator, *, snr_db: float) -> Samples:
    """A street: pink noise in a band, and vehicles that come, pass and go.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Source of chance.
    snr_db : float
        Active level of the signal over the RMS level of the whole street, in dB.

    Returns
    -------
    ndarray, float32, shape (n,)
    """
    if not y.size:
        return np.array(y, np.float32)
    bed = even_noise(y.size, sr, rng, level_dbfs=0.0, color="pink", band=_band(*STREET_BAND_HZ, sr))
    passing = even_noise(y.size, sr, rng, level_dbfs=0.0, color="pink", band=_band(*PASSING_BAND_HZ, sr))
    duration = y.size / sr
    t = np.linspace(0.0, duration, max(2, round(duration * 100)))
    swell = np.zeros(t.size)
    for _ in range(1 + rng.poisson(duration / PASSING_SECONDS)):
        near, width = rng.uniform(0.0, duration), rng.uniform(*PASSING_WIDTH_SECONDS)
        height = 10.0 ** (rng.uniform(*PASSING_DB) / 20.0)
        swell += height / (1.0 + ((t - near) / width) ** 2)  # as the square of the distance at an even speed
    noise = bed + passing * np.interp(np.arange(y.size) / sr, t, swell).astype(np.float32)
    rms = float(np.sqrt(np.mean(noise.astype(np.float64) ** 2)))
    return y + noise * np.float32(10.0 ** ((_heard_level(y, sr) - snr_db) / 20.0) / max(rms, 1e-12))


def hum(y: Samples, sr: int, rng: np.random.Generator, *, level_dbfs: float, frequency: float = 50.0) -> Samples:
    """Hum of the mains and its multiples, `level_dbfs` RMS; nothing here is left to chance."""
    return add_hum(y, sr, frequency=frequency, level_dbfs=level_dbfs)[0]


def recorder_noise(
    y: Samples, sr: int, rng: np.random.Generator, *, level_dbfs: float, color: str = "white"
) -> Samples:
    """Noise of the recorder itself, at a level that does not depend on the signal, in the gaps too."""
    return y + even_noise(y.size, sr, rng, level_dbfs=level_dbfs, color=color)
