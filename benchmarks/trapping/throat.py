"""Throat: creak, laughter, singing, trills, and speech whose words lie in its pitch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audioq.simulate import Samples, colored_noise
from benchmarks.trapping.places import (
    Curve,
    add_at,
    at_rms,
    edged,
    inserted,
    loudness,
    pauses,
    seam,
    seconds,
    stretches,
)
from benchmarks.trapping.quiet import with_floor
from benchmarks.trapping.voicing import formants, pulses, through_mouth, train

CREAK_HZ = (25.0, 60.0)
TRILL_HZ = (25.0, 30.0)
LAUGHS_HZ = (4.0, 6.0)
"""Bursts a second."""
VIBRATO_HZ = (5.0, 6.5)
SCALE = (0, 2, 4, 7, 9, 12)
"""Half tones of the notes that are sung."""
TONES = ((0, 0), (-5, 4), (-2, -7, 2), (6, -6))
"""Pitch of a syllable in half tones over the middle: level, rising, dipping, falling."""


def creak_of(n: int, sr: int, rng: np.random.Generator) -> Samples:
    """Separate pulses of the glottis, 25 to 60 a second, each period 20 % off by chance; RMS 1, `n` samples."""
    rate = np.geomspace(rng.uniform(45.0, 58.0), rng.uniform(30.0, 45.0), 2 + round(n / sr * CREAK_HZ[1]))
    periods = np.clip(1.0 / rate * rng.uniform(0.8, 1.2, rate.size), 1.0 / CREAK_HZ[1], 1.0 / CREAK_HZ[0])
    source = train(np.cumsum(periods) * sr, n) * np.linspace(1.0, 0.6, n)
    return through_mouth(source, sr, formants(rng), 1500.0)


def creak(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Phrases end in creak of up to 0.5 s."""
    out = with_floor(speech, sr, rng, rng.uniform(40.0, 55.0))
    for start, end in pauses(speech, sr):
        # The last word has died away where a pause starts, so the creak begins a little earlier.
        at = max(0, start - round(0.06 * sr))
        n = min(seconds(rng, 0.2, 0.5, sr), end - at)
        sound = creak_of(n, sr, rng) * edged(n, 1, n // 3)
        add_at(out, at_rms(sound, loudness(speech, sr) - rng.uniform(4.0, 10.0)), at)
    return out


def laugh_of(sr: int, rng: np.random.Generator) -> Samples:
    """Eight to fourteen breathy bursts, 4 to 6 a second, that sink in pitch and loudness; between them breath."""
    count, rate = int(rng.integers(8, 15)), rng.uniform(*LAUGHS_HZ)
    f0, shape = rng.uniform(180.0, 380.0), formants(rng)
    out = np.zeros(round((count + 0.5) / rate * sr), np.float32)
    for k in range(count):
        n = round(rng.uniform(0.45, 0.6) / rate * sr)
        pitch = f0 * 0.97**k * np.linspace(1.1, 0.9, n)
        voice = through_mouth(pulses(pitch, sr), sr, shape)
        breath = through_mouth(rng.standard_normal(n), sr, shape, 4000.0)
        loud = edged(n, round(0.025 * sr), round(0.06 * sr)) * 0.92**k
        add_at(out, np.asarray((voice + 0.4 * breath) * loud, np.float32), round(k / rate * sr))
    exhaled = through_mouth(rng.standard_normal(out.size), sr, shape, 4000.0)
    weaker = 10.0 ** (-rng.uniform(14.0, 22.0) / 20.0) * 0.92 ** (np.arange(out.size) * rate / sr)
    return np.asarray(out + exhaled * weaker, np.float32)


def laughter(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Somebody laughs once or twice, between words."""
    out = np.array(speech, np.float32)
    for _ in range(int(rng.integers(1, 3))):
        sound = at_rms(laugh_of(sr, rng), loudness(speech, sr) - rng.uniform(0.0, 6.0))
        floor = colored_noise(sound.size, sr, rng, level_dbfs=loudness(speech, sr) - 45.0, color="pink")
        out = inserted(out, sound + floor, seam(out, sr, rng))
    return out


def trills(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Rolled r: about one in a second, 0.12 to 0.3 s, the loudness beaten 25 to 30 times a second."""
    out = np.array(speech, np.float32)
    for start, end in stretches(speech, sr):
        at = start + seconds(rng, 0.03, 0.3, sr)
        while at + (n := seconds(rng, 0.12, 0.3, sr)) < end:
            phase = 2.0 * np.pi * rng.uniform(*TRILL_HZ) * np.arange(n) / sr
            beat = 0.5 * (1.0 - np.cos(phase)) * rng.uniform(0.6, 0.95)
            out[at : at + n] *= (1.0 - beat * edged(n, round(0.02 * sr), round(0.02 * sr))).astype(np.float32)
            at += n + seconds(rng, 0.4, 1.2, sr)
    return out


def _melody(n: int, sr: int, rng: np.random.Generator) -> Iterator[tuple[int, int, float]]:
    """First sample, last sample and pitch of each note; breath is taken after a few."""
    at, left, home = seconds(rng, 0.1, 0.3, sr), int(rng.integers(2, 5)), rng.uniform(110.0, 260.0)
    while at < n - round(0.4 * sr):
        end = min(n, at + seconds(rng, 0.8, 3.0, sr))
        yield at, end, home * 2.0 ** (int(rng.choice(SCALE)) / 12.0)
        left -= 1
        at = end + (seconds(rng, 0.3, 0.6, sr) if left == 0 else 0)
        left = left or int(rng.integers(2, 5))


def vibrato(n: int, sr: int, rng: np.random.Generator) -> Curve:
    """Factor on the pitch: 30 to 80 cents, 5 to 6.5 times a second, growing over the first 0.3 s."""
    t = np.arange(n) / sr
    depth = rng.uniform(30.0, 80.0) / 1200.0 * np.clip(t / 0.3, 0.0, 1.0)
    return np.asarray(2.0 ** (depth * np.sin(2.0 * np.pi * rng.uniform(*VIBRATO_HZ) * t)))


def singing(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Long steady vowels with vibrato, note after note; nobody speaks."""
    out = colored_noise(speech.size, sr, rng, level_dbfs=-65.0, color="pink")
    size = rng.uniform(0.95, 1.15)
    for start, end, hertz in _melody(speech.size, sr, rng):
        n = end - start
        voice = through_mouth(pulses(hertz * vibrato(n, sr, rng), sr), sr, formants(rng, size))
        add_at(out, at_rms(voice, -22.0) * edged(n, round(0.06 * sr), round(0.1 * sr)).astype(np.float32), start)
    return out


def tone_of(n: int, hertz: float, rng: np.random.Generator) -> Curve:
    """The pitch of one syllable in Hz: level, rising, dipping or falling by up to an octave."""
    steps = TONES[int(rng.integers(len(TONES)))]
    return np.asarray(hertz * 2.0 ** (np.interp(np.linspace(0, len(steps) - 1, n), np.arange(len(steps)), steps) / 12))


def tonal(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Syllables each with a strong movement of pitch of its own, in phrases of three to seven."""
    out = colored_noise(speech.size, sr, rng, level_dbfs=-68.0, color="pink")
    at, left, hertz, size = seconds(rng, 0.1, 0.3, sr), 4, rng.uniform(110.0, 230.0), rng.uniform(0.95, 1.15)
    while at + (n := seconds(rng, 0.18, 0.32, sr)) < out.size:
        shape, hiss = formants(rng, size), seconds(rng, 0.04, 0.09, sr)
        breath = through_mouth(rng.standard_normal(hiss), sr, shape, 6000.0)
        add_at(out, at_rms(breath, -38.0) * edged(hiss, hiss // 3, hiss // 2).astype(np.float32), at)
        voice = at_rms(through_mouth(pulses(tone_of(n, hertz, rng), sr), sr, shape), -21.0)
        add_at(out, voice * edged(n, round(0.025 * sr), round(0.07 * sr)).astype(np.float32), at + hiss // 2)
        left -= 1
        at += n + (seconds(rng, 0.3, 0.9, sr) if left == 0 else 0)
        left = left or int(rng.integers(3, 8))
    return out
