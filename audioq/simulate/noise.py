"""Noise of a colour and a level, alone or under a signal."""

from __future__ import annotations

import numpy as np

from audioq.simulate.activity import active_level
from audioq.simulate.spans import Harmed, Samples

SLOPES = {"white": 0.0, "pink": -0.5, "brown": -1.0}
"""Exponent of the amplitude over frequency."""

LOWEST_HZ = 20.0
"""Under this frequency the spectrum is flat, so that no colour runs away."""


def colored_noise(
    n: int,
    sr: int,
    rng: np.random.Generator,
    *,
    level_dbfs: float,
    color: str = "white",
    band: tuple[float, float] | None = None,
) -> Samples:
    """Gaussian noise.

    Parameters
    ----------
    n : int
        Number of samples.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Source of chance.
    level_dbfs : float
        RMS level over the whole, in dB under a full scale of 1.
    color : {"white", "pink", "brown"}
        Power that is flat, or falls by 3 or 6 dB an octave.
    band : (float, float), optional
        Lowest and highest frequency in Hz.

    Returns
    -------
    ndarray, float32, shape (n,)
    """
    if color not in SLOPES:
        raise ValueError(f"unknown colour {color!r}; use one of {', '.join(SLOPES)}")
    if n == 0:
        return np.zeros(0, np.float32)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    f = np.fft.rfftfreq(n, 1.0 / sr)
    spectrum *= np.maximum(f, LOWEST_HZ) ** SLOPES[color]
    if band is not None:
        spectrum[(f < band[0]) | (f > band[1])] = 0.0
    y = np.fft.irfft(spectrum, n)
    rms = max(float(np.sqrt(np.mean(y**2))), 1e-30)
    return np.asarray(y * (10.0 ** (level_dbfs / 20.0) / rms), np.float32)


def add_noise(y: Samples, sr: int, rng: np.random.Generator, *, snr_db: float, color: str = "white") -> Harmed:
    """Noise under a signal at a distance from its active level; no harm by transmission, so the truth is empty."""
    level = active_level(y, sr)
    if not np.isfinite(level):
        raise ValueError("a silent signal has no level that noise could be measured against")
    return y + colored_noise(y.size, sr, rng, level_dbfs=level - snr_db, color=color), []
