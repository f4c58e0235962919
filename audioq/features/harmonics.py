"""Harmonics: how far the harmonics of the voice stand out of the gaps between them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from audioq.frames import Frames, decibel

_BINS = 128
"""Bins below 4 kHz: the same band at every rate."""


def harmonic_contrast(frames: Frames, *, pitch_ms: tuple[float, float] = (2.5, 15.0)) -> NDArray[np.float32]:
    """Return the height of the cepstral peak as the ripple of the log spectrum.

    Parameters
    ----------
    frames : Frames
    pitch_ms : (float, float)
        Shortest and longest pitch period searched, in ms.

    Returns
    -------
    ndarray, float32, shape (channels, TILE)
        Amplitude of the strongest ripple between harmonics and gaps, in dB (Noll, 1967: cepstrum pitch).
    """
    S_db = decibel(frames.around(frames.S[:, :_BINS], 0, 0))
    strongest: NDArray[np.float32] = np.matmul(_cosines(*pitch_ms), S_db).max(axis=1)
    return strongest


@cache
def _cosines(shortest: float, longest: float) -> NDArray[np.float32]:
    """Cosines over the bins at periods an eighth of a ms apart, mean taken off, scaled to amplitudes."""
    periods = np.arange(shortest, longest + 1e-9, 0.125)
    bins_khz = np.arange(_BINS) * 0.03125
    window = np.hanning(_BINS)
    waves = np.cos(2 * np.pi * periods[:, None] * bins_khz) * window
    waves -= waves.mean(axis=1, keepdims=True)
    scaled: NDArray[np.float32] = (waves * (2 / window.sum())).astype(np.float32)
    return scaled
