"""The sample of hold music."""

from __future__ import annotations

import numpy as np

from audioq.simulate.music import hold_music
from benchmarks.sampling.calls import Call
from benchmarks.sampling.making import Made


def waiting(calls: list[Call]) -> Made:
    """Hold music and nothing else: the piece of 16 s once."""
    sr = 48_000
    return Made(hold_music(16.0, sr, np.random.default_rng(7))[np.newaxis], sr, [])
