"""Recipes of what audioq must call blocked."""

from __future__ import annotations

import numpy as np

from audioq.simulate import (
    Span,
    colored_noise,
    zero_fill,
)
from benchmarks.sampling.calls import Call
from benchmarks.sampling.making import Made, harmed, part


def one_way(calls: list[Call]) -> Made:
    """One direction is heard, the other is digital silence."""
    y, sr = part(calls[0])
    return Made(np.stack([y, np.zeros_like(y)]), sr, [Span(0.0, y.size / sr, "dead_air")], 0.0)


def died(calls: list[Call]) -> Made:
    """About a second of speech, cut in mid-word; silence to the end."""
    y, sr = part(calls[0], 2.2)
    cut = 1.40
    return harmed(y, sr, zero_fill(y, sr, [(cut, y.size / sr)]))


def outage_noise(calls: list[Call]) -> Made:
    """Nothing but the noise of the recorder."""
    n = 15 * 8000
    y = colored_noise(n, 8000, np.random.default_rng(31), level_dbfs=-62.0, color="pink", band=(60.0, 3600.0))
    return Made(y[np.newaxis], 8000, [Span(0.0, 15.0, "dead_air")], 0.0)
