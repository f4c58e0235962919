"""Tiles of sound for tests of the kernels: one tile with its margins, two channels of very different sound."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from audioq.frames import MARGIN, TILE, Frames, frame
from audioq.simulate import RINGBACK_US, call_progress, colored_noise, speechlike

HOPS = TILE + 2 * MARGIN
SECONDS = HOPS / 100
"""A tile with its margins."""


@cache
def two_channels(sr: int) -> NDArray[np.float32]:
    """Speech beside noise, digital silence, tones and a loud end; shape (2, HOPS * sr // 100)."""
    rng = np.random.default_rng(7)
    n = HOPS * sr // 100
    speech = speechlike(SECONDS, sr, rng)
    mixed = colored_noise(n, sr, rng, level_dbfs=-50, color="pink")
    mixed[n // 4 : n // 2] = call_progress(RINGBACK_US, SECONDS, sr)[0][n // 4 : n // 2]
    mixed[n // 2 : n // 2 + sr // 10] = 0
    mixed[3 * n // 4 :] += colored_noise(n - 3 * n // 4, sr, rng, level_dbfs=-12)
    y = np.stack([speech, mixed]).astype(np.float32)
    y.setflags(write=False)
    return y


def a_tile(y: NDArray[np.floating], sr: int, band_hz: float | None = None) -> Frames:
    """Frames of a signal that fills a tile and its margins, shape (n,) or (channels, n)."""
    samples = np.ascontiguousarray(np.atleast_2d(y), np.float32)
    return frame(samples, sr, band_hz=sr / 2 if band_hz is None else band_hz)


def frame_at(seconds: float) -> int:
    """Frame of the tile that holds a time of the signal, margins counted."""
    return int(round(seconds * 100, 6)) - MARGIN
