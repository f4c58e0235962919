"""Jumps: places where the waveform does not go on as it began, as clicks and splices leave them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.frames import MARGIN, TILE, Frames, decibel


def waveform_jumps(frames: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how far the third difference of the samples stands out of its surroundings, and where.

    The third difference is a fixed predictor of order 3: speech leaves a small residual, a step or a
    kink of the waveform a large one that lasts a few samples.

    Parameters
    ----------
    frames : Frames

    Returns
    -------
    jump : ndarray, float32, shape (channels, TILE)
        Largest residual of the frame against the RMS residual of 50 ms around it, itself left out, in dB.
    jump_at : ndarray, float32, shape (channels, TILE)
        Place of that residual in ms after the start of the frame.
    """
    hop = frames.hop_length
    first, last = (MARGIN - 2) * hop, (MARGIN + TILE + 2) * hop
    y = frames.y[:, first - 3 : last]
    step = y[:, 1:] - y[:, :-1]
    residual = (step[:, 2:] - step[:, 1:-1]) - (step[:, 1:-1] - step[:, :-2])
    square = np.square(residual).reshape(len(y), TILE + 4, hop)
    at, peak = square.argmax(axis=2), square.max(axis=2)
    energy = square.sum(axis=2)
    n = energy.shape[1]
    around = sum(energy[:, i : n - 4 + i] for i in range(5)) - peak[:, 2:-2]
    mean = np.maximum(around / (5 * hop - 1), np.float32(1e-12))
    return decibel(peak[:, 2:-2]) - decibel(mean), (at[:, 2:-2] * (10 / hop)).astype(np.float32)
