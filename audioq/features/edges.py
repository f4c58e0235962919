"""Edges: how far the level falls and rises within 10 and 30 ms.

Loss that is muted falls and comes back within milliseconds; speech that pauses decays. After the
mute detection of ITU-T P.563 (clause 7.3), here on steps of 2.5 ms and without a fixed floor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.frames import MARGIN, STEPS_PER_HOP, TILE, Frames, decibel


def steepness(frames: Frames, *, lowest_db: float = -96.0) -> tuple[NDArray[np.float32], ...]:
    """Return the steepest fall and rise about each frame.

    Parameters
    ----------
    frames : Frames
    lowest_db : float
        Levels below this count as this [dBFS]: under one step of 16 bit, so that digital zero has no infinite edge.

    Returns
    -------
    fall_10, rise_10, fall_30, rise_30 : ndarray, float32, shape (channels, TILE)
        Largest change between two levels over 5 ms, 10 or 30 ms apart, centred in the frame, in dB; not
        below 0.
    """
    pairs = frames.steps.copy()
    pairs[:, 1:] += frames.steps[:, :-1]
    pairs *= np.float32(0.5)
    db = np.maximum(decibel(pairs), np.float32(lowest_db))
    first = MARGIN * STEPS_PER_HOP
    curves: list[NDArray[np.float32]] = []
    for apart in (4, 12):
        before = db[:, first - apart // 2 : first - apart // 2 + TILE * STEPS_PER_HOP]
        after = db[:, first - apart // 2 + apart :][:, : TILE * STEPS_PER_HOP]
        change = (after - before).reshape(len(db), TILE, STEPS_PER_HOP)
        curves += [np.maximum(0, -change.min(axis=2)), np.maximum(0, change.max(axis=2))]
    return tuple(curves)
