"""Speech-like sound: syllables in phrases, moving pitch, moving formants, fricatives, pauses with a floor.

Nobody speaks here, and nothing is said; but what detectors listen to is there: voiced and noise-like sound, natural
attacks and releases, and pauses that are no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.activity import active_level
from audioq.simulate.noise import colored_noise
from audioq.simulate.spans import Samples

STEP_SECONDS = 0.005
"""Grid of pitch, loudness and formants; straight lines between."""

VOWELS_HZ = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
    (490, 1350, 1690),
)
"""First three formants of a, e, i, o, u and r (after Peterson and Barney 1952)."""

FOURTH_FORMANT_HZ = 3500.0
WIDTHS_HZ = (90.0, 130.0, 200.0, 300.0)
WEIGHTS = (1.0, 0.9, 0.8, 0.6)
TILT_HZ = 400.0
"""The source, as it leaves the lips, falls by 6 dB an octave above this."""

HIGHEST_HZ = 5500.0
TAPER_HZ = 2500.0
"""Harmonics end here, and grow weaker over this width below."""

SYLLABLE_SECONDS = (0.13, 0.27)
PHRASE_SYLLABLES = (4, 11)
PAUSE_SECONDS = (0.3, 0.9)
ATTACK_SECONDS = 0.025
RELEASE_SECONDS = 0.06

Curve = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Syllable:
    """A vowel from `start` for `length` seconds; before it, a fricative of `breath` seconds round `hiss` Hz."""

    start: float
    length: float
    vowel: int
    loudness: float
    breath: float
    hiss: float


def _syllables(duration: float, rng: np.random.Generator) -> list[Syllable]:
    """Phrases of syllables until the time is over; the last one ends before it."""
    syllables: list[Syllable] = []
    time = rng.uniform(0.1, 0.3)
    left = int(rng.integers(*PHRASE_SYLLABLES))
    while True:
        length = rng.uniform(*SYLLABLE_SECONDS) * (1.4 if left == 1 else 1.0)
        breath = rng.uniform(0.05, 0.11) if rng.random() < 0.5 else 0.0
        vowel, hiss = int(rng.integers(len(VOWELS_HZ))), float(rng.uniform(2500.0, 6000.0))
        if time + breath + length + RELEASE_SECONDS > duration:
            return syllables
        syllables.append(Syllable(time + breath, length, vowel, rng.uniform(0.5, 1.0), breath, hiss))
        left -= 1
        time += breath + length + (rng.uniform(*PAUSE_SECONDS) if left == 0 else rng.uniform(-0.01, 0.03))
        left = left or int(rng.integers(*PHRASE_SYLLABLES))


def _swell(t: Curve, start: float, end: float) -> Curve:
    """1 from start to end with a quick attack and a bent, slower release (power of a cosine)."""
    rise = np.clip((t - start) / ATTACK_SECONDS, 0.0, 1.0)
    fall = np.clip((end + RELEASE_SECONDS - t) / (2.0 * RELEASE_SECONDS), 0.0, 1.0)
    return np.asarray(np.sin(np.pi / 2 * rise) ** 2 * np.sin(np.pi / 2 * fall) ** 3)


def _loudness(t: Curve, syllables: list[Syllable]) -> Curve:
    """Loudness of the voice on the grid `t`."""
    loudness = np.zeros(t.size)
    for s in syllables:
        loudness = np.maximum(loudness, s.loudness * _swell(t, s.start, s.start + s.length))
    return loudness


def _pitch(t: Curve, f0: float, rng: np.random.Generator) -> Curve:
    """Pitch on the grid in Hz: a slow melody, and the small trembling of real voices."""
    knots = np.arange(0.0, t[-1] + 0.5, 0.25)
    melody = np.interp(t, knots, rng.uniform(-0.18, 0.18, knots.size))
    tremble = np.convolve(rng.standard_normal(t.size), np.ones(3) / 3.0, "same") * 0.008
    return np.asarray(f0 * np.exp(melody + tremble))


def _formants(t: Curve, syllables: list[Syllable], size: float) -> Curve:
    """Four formants on the grid in Hz, shape (4, t.size), gliding from vowel to vowel."""
    knots = [s.start + place * s.length for s in syllables for place in (0.3, 0.7)]
    vowels = [VOWELS_HZ[s.vowel] for s in syllables for _ in range(2)]
    moving = [np.interp(t, knots, [vowel[k] for vowel in vowels]) for k in range(3)]
    return np.asarray([*moving, np.full(t.size, FOURTH_FORMANT_HZ)]) * size


def _gain(f: Curve, formants: Curve) -> Curve:
    """Amplitude of a harmonic at `f` Hz (a curve) behind the glottis and under the formants."""
    gain = np.zeros(f.size)
    for middle, width, weight in zip(formants, WIDTHS_HZ, WEIGHTS, strict=True):
        gain += weight / np.hypot(1.0, (f - middle) / (width / 2.0)) ** 1.6
    tilt = 1.0 / np.hypot(1.0, f / TILT_HZ)
    return np.asarray(gain * tilt * np.clip((HIGHEST_HZ - f) / TAPER_HZ, 0.0, 1.0))


def _voice(n: int, sr: int, syllables: list[Syllable], rng: np.random.Generator) -> Curve:
    """The voiced part: harmonics in step (a pulse a cycle), each as loud as the formants let it pass."""
    t = np.arange(0.0, n / sr + 2 * STEP_SECONDS, STEP_SECONDS)
    times = np.arange(n) / sr
    f0 = _pitch(t, rng.uniform(95.0, 220.0), rng)
    formants = _formants(t, syllables, rng.uniform(0.95, 1.15))
    loudness = _loudness(t, syllables)
    phase = 2.0 * np.pi * np.cumsum(np.interp(times, t, f0)) / sr
    voice = np.zeros(n)
    highest = min(HIGHEST_HZ, 0.45 * sr)
    for k in range(1, int(highest / f0.min()) + 1):
        amplitude = loudness * _gain(k * f0, formants) * (k * f0 < highest)
        voice += np.interp(times, t, amplitude) * np.cos(k * phase)
    return voice


def _fricatives(n: int, sr: int, syllables: list[Syllable], rng: np.random.Generator) -> Curve:
    """The noise-like part: a hiss of half an octave before some vowels."""
    hisses = np.zeros(n)
    times = np.arange(n) / sr
    for s in syllables:
        first, last = max(0, round((s.start - s.breath - 0.02) * sr)), min(n, round((s.start + 0.12) * sr))
        middle = min(s.hiss, 0.36 * sr)
        if s.breath and last > first:
            hiss = colored_noise(last - first, sr, rng, level_dbfs=-24.0, band=(middle / 1.3, middle * 1.3))
            hisses[first:last] += hiss * _swell(times[first:last], s.start - s.breath, s.start)
    return hisses


def speechlike(
    duration: float,
    sr: int,
    rng: np.random.Generator,
    *,
    level_dbfs: float = -23.0,
    floor_dbfs: float | None = -65.0,
) -> Samples:
    """A signal that behaves like clean speech.

    Parameters
    ----------
    duration : float
        Seconds.
    sr : int
        Sampling rate in Hz, 8000 or more.
    rng : numpy.random.Generator
        Chooses the voice and what it does; the same seed gives the same sound.
    level_dbfs : float
        RMS level while active.
    floor_dbfs : float, optional
        Level of the pink noise under it all; None for digital silence in the pauses.

    Returns
    -------
    ndarray, float32, shape (n,)
        Within full scale.
    """
    n = round(duration * sr)
    y = np.zeros(n, np.float32)
    syllables = _syllables(duration, rng)
    if syllables:
        voice = _voice(n, sr, syllables, rng)
        y = (voice / np.max(np.abs(voice)) + _fricatives(n, sr, syllables, rng)).astype(np.float32)
        y *= np.float32(10.0 ** ((level_dbfs - active_level(y, sr)) / 20.0))
    if floor_dbfs is not None:
        y = y + colored_noise(n, sr, rng, level_dbfs=floor_dbfs, color="pink")
    return np.clip(y, -1.0, 1.0).astype(np.float32)
