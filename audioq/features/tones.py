"""Tones: how few lines the spectrum of a frame consists of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.frames import Frames


def spectral_lines(frames: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the effective number of spectral bins and the strongest frequency.

    Parameters
    ----------
    frames : Frames

    Returns
    -------
    spectral_lines : ndarray, float32, shape (channels, TILE)
        ``sum(S)^2 / sum(S^2)``, the participation number in bins: about 2 for one tone, 4 for two tones, tens
        for speech; NaN in digital silence.
    peak_hz : ndarray, float32, shape (channels, TILE)
        Frequency of the strongest bin in Hz.
    """
    S = frames.around(frames.S, 0, 0)
    total = S.sum(axis=1, dtype=np.float32)
    square = np.einsum("cbt,cbt->ct", S, S)
    silent = square <= 0
    lines = np.square(total) / np.where(silent, np.float32(1), square)
    return np.where(silent, np.float32(np.nan), lines), S.argmax(axis=1).astype(np.float32) * np.float32(31.25)
