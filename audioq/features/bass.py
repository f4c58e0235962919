"""Bass: the sound below the voice's second harmonic, which small loudspeakers cannot play."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.frames import Frames, decibel

BIN_HZ = 31.25


def bass_level(frames: Frames, *, low_hz: float = 62.5, high_hz: float = 218.75) -> NDArray[np.float32]:
    """Return the mean power of the bins of the bass.

    Parameters
    ----------
    frames : Frames
    low_hz, high_hz : float
        First and last bin, both included.

    Returns
    -------
    ndarray, float32, shape (channels, TILE)
        Mean power a bin in dB, on the scale of `Frames.S`.
    """
    S = frames.around(frames.S, 0, 0)
    return decibel(S[:, round(low_hz / BIN_HZ) : round(high_hz / BIN_HZ) + 1].mean(axis=1))
