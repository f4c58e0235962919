"""Hum of the mains."""

from __future__ import annotations

import numpy as np

from audioq.simulate.spans import Harmed, Samples, Span

HARMONICS = (1.0, 0.6, 0.5, 0.25, 0.2, 0.1)
"""Amplitude of the mains frequency and its multiples, relative to the first."""


def add_hum(y: Samples, sr: int, *, frequency: float = 50.0, level_dbfs: float = -40.0) -> Harmed:
    """The mains frequency (50 or 60 Hz) and its multiples under the whole signal, `level_dbfs` RMS together."""
    t = np.arange(y.size) / sr
    tone = np.zeros(y.size)
    for k, amplitude in enumerate(HARMONICS, start=1):
        if k * frequency < sr / 2:
            tone += amplitude * np.sin(2.0 * np.pi * k * frequency * t + 0.7 * k)
    tone *= 10.0 ** (level_dbfs / 20.0) / max(float(np.sqrt(np.mean(tone**2))) if y.size else 0.0, 1e-12)
    return (y + tone).astype(np.float32), [Span(0.0, y.size / sr, "hum")] if y.size else []
