"""Shape: how the spectrum's form changes, apart from its level.

Concealment freezes the spectrum: the last pitch cycles go on while speech would move. The level may
fall at the same time, so the change is taken without it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.frames import Frames


def spectral_shape(frames: Frames, *, dynamic_range_db: float = 40.0) -> tuple[NDArray[np.float32], ...]:
    """Return change, correlation, spread and flatness of the mel spectrum.

    Parameters
    ----------
    frames : Frames
    dynamic_range_db : float
        Bands further below the strongest one are lifted to this depth [dB], so that noise in empty bands
        is no change.

    Returns
    -------
    shape_flux : ndarray, float32, shape (channels, TILE)
        RMS over bands of the change within 20 ms, mean change taken off, in dB.
    shape_correlation : ndarray, float32, shape (channels, TILE)
        Correlation of the mel spectra (dB) 10 ms before and 20 ms after the frame, -1 to 1.
    spread : ndarray, float32, shape (channels, TILE)
        Standard deviation of the mel spectrum over bands, in dB.
    flatness : ndarray, float32, shape (channels, TILE)
        Geometric against arithmetic mean of the mel bands, in dB, 0 for a flat spectrum.
    """
    mel = frames.mel_db
    top = mel.max(axis=1, keepdims=True)
    lifted = np.maximum(mel, top - np.float32(dynamic_range_db))
    centred = lifted - lifted.mean(axis=1, keepdims=True)
    spread = np.sqrt(np.square(centred).mean(axis=1))
    flux = np.sqrt(np.square(frames.around(centred, -1, 1) - frames.around(centred, 1, -1)).mean(axis=1))
    product = (frames.around(centred, 1, -1) * frames.around(centred, -2, 2)).mean(axis=1)
    norm = frames.around(spread, 1, -1) * frames.around(spread, -2, 2)
    now = frames.around(mel, 0, 0)
    power = np.exp(now * np.float32(np.log(10) / 10)).mean(axis=1)
    flatness = now.mean(axis=1) - np.float32(10 / np.log(10)) * np.log(power)
    return flux, product / np.maximum(norm, np.float32(1e-3)), frames.around(spread, 0, 0), flatness
