"""Modulation: ripple of the level at the frame rates of codecs.

Repeated or muted packets pulse at the packet rate; see Paping and Faehnle (1997), who look for the
peak at the codec's frame rate in the modulation spectrum.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from audioq.frames import MARGIN, STEPS_PER_HOP, TILE, Frames, decibel

RATES_HZ = (50 / 3, 25.0, 100 / 3, 50.0, 100.0)
"""One over 60, 40, 30, 20 and 10 ms."""
_SPAN = 128
"""Steps of 2.5 ms in a window: 320 ms."""


def level_ripple(frames: Frames) -> tuple[NDArray[np.float32], ...]:
    """Return the ripple of the level at codec frame rates.

    Parameters
    ----------
    frames : Frames

    Returns
    -------
    tuple of 5 ndarrays, float32, shape (channels, TILE)
        Amplitude of the ripple of the level (2.5 ms steps, 320 ms window) at 16.7, 25, 33.3, 50 and 100 Hz,
        in dB.
    """
    db = np.maximum(decibel(frames.steps), np.float32(-96))
    first = MARGIN * STEPS_PER_HOP + STEPS_PER_HOP // 2 - _SPAN // 2
    strides = (db.strides[0], STEPS_PER_HOP * db.strides[1], db.strides[1])
    windows = np.lib.stride_tricks.as_strided(db[:, first:], (len(db), TILE, _SPAN), strides)
    waves = np.matmul(windows.copy(), _waves())
    n = len(RATES_HZ)
    ripple = np.hypot(waves[..., :n], waves[..., n:])
    return tuple(ripple[..., i] for i in range(n))


@cache
def _waves() -> NDArray[np.float32]:
    """Hann-windowed cosines and sines, mean taken off, scaled to amplitudes; shape (_SPAN, 10)."""
    window = np.hanning(_SPAN)[:, None]
    phase = 2 * np.pi * np.outer(np.arange(_SPAN) * 0.0025, RATES_HZ)
    waves = np.hstack([np.cos(phase), np.sin(phase)]) * window
    waves -= waves.sum(axis=0) / window.sum() * window
    scaled: NDArray[np.float32] = (waves * (2 / window.sum())).astype(np.float32)
    return scaled
