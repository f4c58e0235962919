"""Changed: other voices and paces out of the same words, a noise suppressor, and the effects that people put on."""

from __future__ import annotations

import numpy as np

from audioq.simulate import Samples, colored_noise
from audioq.simulate.devices.suppression import noise_suppression
from audioq.simulate.voice_change import change_pitch, change_speed
from benchmarks.trapping.mouth import spoken_by
from benchmarks.trapping.places import at_rms, loudness
from benchmarks.trapping.quiet import with_floor
from benchmarks.trapping.voicing import pulses

SEMITONES = 6.0
PACE = 0.2


def child(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Six half tones higher, as from a small mouth."""
    return change_pitch(speech, sr, SEMITONES)


def deep(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Six half tones lower, as from a large mouth."""
    return change_pitch(speech, sr, -SEMITONES)


def fast(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """A fifth faster."""
    return change_speed(speech, sr, 1.0 + PACE)


def slow(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """A fifth slower."""
    return change_speed(speech, sr, 1.0 - PACE)


def suppressed(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """A noisy room (10 to 20 dB under the voice) behind a noise suppressor."""
    noisy = with_floor(speech, sr, rng, rng.uniform(10.0, 20.0))
    return noise_suppression(noisy, sr, rng, strength_db=rng.uniform(10.0, 25.0))


def ring_modulation(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """A robot's voice: the speech times a tone of 30 to 80 Hz."""
    phase = 2.0 * np.pi * rng.uniform(30.0, 80.0) * np.arange(speech.size) / sr
    return np.asarray(speech * np.sqrt(2.0) * np.sin(phase), np.float32)


def vocoder(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """A robot's voice: the same mouth before pulses of one fixed pitch."""
    source = pulses(np.full(speech.size, rng.uniform(90.0, 160.0)), sr)
    said = spoken_by(source / max(float(np.std(source)), 1e-12), speech, sr)
    level = float(20.0 * np.log10(np.sqrt(np.mean(speech.astype(np.float64) ** 2)) + 1e-12))
    floor = colored_noise(speech.size, sr, rng, level_dbfs=loudness(speech, sr) - 50.0, color="pink")
    return at_rms(said, level) + floor
