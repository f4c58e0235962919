"""Hum: sound of the mains, 50 or 60 Hz and their harmonics."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from audioq.frames import LOW_SR, MARGIN, TILE, Frames, decibel

_SPAN = TILE + 2 * MARGIN
"""Hops seen at once: 1.92 s, which tells 50 Hz from its neighbours 2 Hz away."""


def hum_contrast(frames: Frames, *, harmonics: int = 6, aside_hz: float = 3.0) -> NDArray[np.float32]:
    """Return how far the lines of the mains stand out of the frequencies beside them.

    Parameters
    ----------
    frames : Frames
    harmonics : int
        Lines taken, the fundamental included.
    aside_hz : float
        Distance of the neighbours in Hz.

    Returns
    -------
    ndarray, float32, shape (channels, TILE)
        Mean contrast of the lines in dB, the larger of 50 and 60 Hz, over 1.92 s about the tile; the same in
        every frame of the tile.
    """
    hop = LOW_SR // 200
    rows = frames.lowest.reshape(len(frames.lowest), _SPAN, hop)
    within, between = _waves(LOW_SR // 2, harmonics, aside_hz)
    # First from hop to hop, then within the hop; real products, because complex ones cost more than twice as much.
    folded = np.matmul(between, rows).reshape(len(rows), -1, 2, hop)
    parts = np.matmul(folded, within)
    real, imag = parts[..., 0, 0] - parts[..., 1, 1], parts[..., 0, 1] + parts[..., 1, 0]
    power = decibel(np.square(real) + np.square(imag)).reshape(len(rows), 2, harmonics, 3)
    contrast = power[..., 1] - power[..., [0, 2]].max(axis=-1)
    strongest = np.sort(contrast, axis=-1)[..., harmonics // 2 :].mean(axis=-1).max(axis=1)
    return np.repeat(strongest[:, None], TILE, axis=1).astype(np.float32)


@cache
def _waves(sr: int, harmonics: int, aside: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Demodulators within a hop, shape (lines, hop, 2), and from hop to hop, (2 * lines, hops); real and imaginary."""
    lines = np.array([[[f * k + d for d in (-aside, 0, aside)] for k in range(1, harmonics + 1)] for f in (50, 60)])
    omega = -2j * np.pi * lines.reshape(-1, 1)
    hop = sr // 100
    window = np.hanning(_SPAN)
    within = np.exp(omega * (np.arange(hop) / sr))
    between = np.exp(omega * (np.arange(_SPAN) / 100)) * (window / (window.sum() * hop))
    pairs = np.stack([between.real, between.imag], axis=1).reshape(-1, _SPAN)
    return np.stack([within.real, within.imag], axis=2).astype(np.float32), pairs.astype(np.float32)
