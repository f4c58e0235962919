"""Voicing: a voice of pulses and formants, for sounds of the throat that the speech at hand does not hold."""

from __future__ import annotations

import numpy as np

from audioq.simulate import Samples
from audioq.simulate.speech import VOWELS_HZ
from benchmarks.trapping.places import Curve

HIGHER_HZ = (3500.0, 4500.0)
WIDTHS_HZ = (80.0, 110.0, 160.0, 220.0, 280.0)
RING_SECONDS = 0.1
"""A formant has died away after this."""


def train(places: Curve, n: int) -> Curve:
    """Pulses of height 1 at places between samples, each shared by its two neighbours, shape (n,)."""
    inside = places[(places >= 0.0) & (places < n - 1)]
    left = inside.astype(np.int64)
    right = inside - left
    shared = np.bincount(left, 1.0 - right, n) + np.bincount(left + 1, right, n)
    return np.asarray(shared, np.float64)


def pulses(f0: Curve, sr: int) -> Curve:
    """One pulse a cycle of a pitch in Hz, shape (n,) like the pitch."""
    turns = np.cumsum(f0) / sr
    whole = np.arange(1, int(turns[-1]) + 1 if turns.size else 1)
    return train(np.interp(whole, turns, np.arange(turns.size, dtype=np.float64)), turns.size)


def formants(rng: np.random.Generator, size: float = 1.0) -> tuple[float, ...]:
    """The five formants of some vowel in Hz; a `size` over 1 is a smaller mouth."""
    return tuple(f * size for f in (*VOWELS_HZ[int(rng.integers(len(VOWELS_HZ)))], *HIGHER_HZ))


def through_mouth(source: Curve, sr: int, shape: tuple[float, ...], tilt_hz: float = 500.0) -> Samples:
    """A source as it leaves a mouth of these formants, in Hz; above `tilt_hz` it falls by 6 dB an octave, RMS 1."""
    n = source.size + round(RING_SECONDS * sr)
    f = np.fft.rfftfreq(n, 1.0 / sr)
    gain = 1.0 / (1.0 + 1j * f / tilt_hz)
    for middle, width in zip(shape, WIDTHS_HZ, strict=True):
        if middle < 0.48 * sr:
            gain = gain * middle**2 / (middle**2 - f**2 + 1j * f * width)
    gain[f < 50.0] = 0.0
    y = np.fft.irfft(np.fft.rfft(source, n) * gain, n)[: source.size]
    return np.asarray(y / max(float(np.sqrt(np.mean(y**2))), 1e-12), np.float32)
