"""Bandwidth: the highest frequency that a frame holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.frames import Frames


def band_edge(frames: Frames, *, depth_db: float = 50.0) -> NDArray[np.float32]:
    """Return the highest frequency whose power lies within `depth_db` of the strongest bin.

    Parameters
    ----------
    frames : Frames
    depth_db : float
        Depth below the strongest bin in dB.

    Returns
    -------
    ndarray, float32, shape (channels, TILE)
        Frequency in Hz, at most the band that the source can hold and at most 8000; NaN in digital silence.
    """
    S = frames.around(frames.S, 0, 0)
    top = S.max(axis=1, keepdims=True)
    within = S > top * np.float32(10 ** (-depth_db / 10))
    # The highest bin by a product and a maximum: a search from above would go through memory backwards.
    highest = (within * np.arange(S.shape[1], dtype=np.int16)[:, None]).max(axis=1)
    edge = np.minimum(highest * np.float32(31.25), np.float32(min(frames.band_hz, frames.sr / 2)))
    return np.where(top[:, 0] > 0, edge, np.float32(np.nan)).astype(np.float32)
