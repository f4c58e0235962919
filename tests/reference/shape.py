"""The form of the mel spectrum, frame by frame; mel weights and flatness by librosa."""

from __future__ import annotations

import librosa
import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve

from audioq.frames import SPECTRUM_MARGIN, TILE


def mel_weights(n_bins: int, n_bands: int) -> NDArray[np.float32]:
    """The lowest bands of the 24 that span 100 Hz to 8 kHz, over the lowest bins of 31.25 Hz."""
    weights = librosa.filters.mel(sr=16000, n_fft=512, n_mels=24, fmin=100, fmax=8000, htk=True, norm=None)
    return np.asarray(weights[:n_bands, :n_bins], np.float32)


def spectral_shape(S: NDArray[np.float32], n_bands: int, dynamic_range_db: float = 40.0) -> tuple[Curve, ...]:
    """`S` has shape (n_bins, TILE + 2 * SPECTRUM_MARGIN)."""
    power = [mel_weights(len(S), n_bands).astype(np.float64) @ column + 1e-12 for column in S.T.astype(np.float64)]
    forms = []
    for p in power:
        db = 10 * np.log10(p)
        lifted = np.array([max(band, db.max() - dynamic_range_db) for band in db])
        forms.append(lifted - lifted.mean())
    rows = []
    for t in range(SPECTRUM_MARGIN, SPECTRUM_MARGIN + TILE):
        flux = np.sqrt(np.mean((forms[t + 1] - forms[t - 1]) ** 2))
        product = np.mean(forms[t - 1] * forms[t + 2])
        correlation = product / max(1e-3, forms[t - 1].std() * forms[t + 2].std())
        flat = librosa.feature.spectral_flatness(S=power[t][:, None], power=1.0, amin=1e-12)[0, 0]
        rows.append((flux, correlation, forms[t].std(), 10 * np.log10(flat)))
    return tuple(np.array(rows).T)
