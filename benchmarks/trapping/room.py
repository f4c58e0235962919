"""Room: what else is heard where somebody speaks: keys, wind, knocks, music."""

from __future__ import annotations

import numpy as np

from audioq.simulate import Samples, colored_noise
from audioq.simulate.music import pluck
from benchmarks.trapping.places import add_at, at_rms, edged, loudness, seconds

CHORDS = ((0, 4, 7), (-3, 0, 4), (-7, -3, 0), (-5, -1, 2))
"""Half tones over c."""


def key(sr: int, rng: np.random.Generator) -> Samples:
    """One key, 60 to 120 ms: it hits the ground, and comes up again more softly; the peak is 1."""
    out = np.zeros(seconds(rng, 0.06, 0.12, sr), np.float32)
    for at, gain in ((0, 1.0), (round(0.6 * out.size), rng.uniform(0.3, 0.6))):
        n = round(rng.uniform(0.004, 0.012) * sr)
        band = (rng.uniform(800.0, 2000.0), min(0.48 * sr, 7000.0))
        snap = colored_noise(n, sr, rng, level_dbfs=-12.0, band=band) * np.exp(-4.0 * np.arange(n) / n)
        add_at(out, np.asarray(gain * snap, np.float32), at)
    return np.asarray(out / max(float(np.abs(out).max()), 1e-9), np.float32)


def typing(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Keys, 4 to 9 a second, word by word, near the microphone."""
    out = np.array(speech, np.float32)
    peak = 10.0 ** ((loudness(speech, sr) + rng.uniform(-2.0, 8.0)) / 20.0)
    at = seconds(rng, 0.1, 0.5, sr)
    while at < out.size:
        for _ in range(int(rng.integers(3, 9))):
            add_at(out, np.float32(peak * rng.uniform(0.5, 1.0)) * key(sr, rng), min(at, out.size))
            at += seconds(rng, 0.11, 0.25, sr)
        at += seconds(rng, 0.2, 0.7, sr)
    return out


def gusts(n: int, sr: int, rng: np.random.Generator) -> Samples:
    """Wind in a microphone: rumble below 200 Hz that swells within half a second; RMS 1."""
    rumble = colored_noise(n, sr, rng, level_dbfs=0.0, color="brown", band=(15.0, 200.0))
    knots = np.arange(0.0, n / sr + 1.0, 0.5)
    swell = np.interp(np.arange(n) / sr, knots, rng.beta(0.6, 1.4, knots.size)) ** 1.5
    return at_rms(rumble * swell, 0.0)


def wind(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Gusts as loud as the voice, which drive the microphone to its limits."""
    blown = speech + gusts(speech.size, sr, rng) * np.float32(10.0 ** ((loudness(speech, sr) + 3.0) / 20.0))
    # Half a thousandth of the samples lies beyond the limit.
    limit = float(np.quantile(np.abs(blown), 0.9995))
    return np.clip(blown / np.float32(limit), -1.0, 1.0).astype(np.float32)


def knock(sr: int, rng: np.random.Generator) -> Samples:
    """A knuckle on a door: 60 to 100 ms of wood; the peak is 1."""
    n = seconds(rng, 0.06, 0.1, sr)
    t = np.arange(n) / sr
    wood = np.sum([np.sin(2 * np.pi * f * t) * np.exp(-t * f / 6.0) for f in rng.uniform(100.0, 500.0, 4)], axis=0)
    click = colored_noise(n, sr, rng, level_dbfs=-6.0) * np.exp(-t / 0.002)
    out = (wood + 0.5 * click) * edged(n, 2, n // 3)
    return np.asarray(out / np.abs(out).max(), np.float32)


def knocks(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Three to five knocks, about four a second, now and then."""
    out = np.array(speech, np.float32)
    peak = 10.0 ** ((loudness(speech, sr) + rng.uniform(3.0, 12.0)) / 20.0)
    at = seconds(rng, 0.2, 1.0, sr)
    while at < out.size:
        for _ in range(int(rng.integers(3, 6))):
            add_at(out, np.float32(peak * rng.uniform(0.7, 1.0)) * knock(sr, rng), min(at, out.size))
            at += seconds(rng, 0.18, 0.3, sr)
        at += seconds(rng, 1.0, 2.5, sr)
    return np.clip(out, -1.0, 1.0)


def tune(n: int, sr: int, rng: np.random.Generator) -> Samples:
    """Chords, a bass, a melody by chance and a drum, in some key and tempo; RMS 1."""
    out, beat, home = np.zeros(n, np.float32), rng.uniform(0.35, 0.6), rng.uniform(200.0, 350.0)
    for step in range(int(n / sr / beat) + 1):
        at, chord = round(step * beat * sr), CHORDS[step // 4 % 4]
        sung = int(rng.choice(chord)) + 12
        parts = [(chord[0] - 24, 0.5, 0.3), (sung, 0.6, 0.22), *((tone, 1.2, 0.1) for tone in chord)]
        for half_tones, decay, gain in parts:
            sound = pluck(home * 2.0 ** (half_tones / 12.0), round(1.8 * beat * sr), sr, decay)
            add_at(out, np.float32(gain) * sound, min(at, n))
        hat = colored_noise(round(0.05 * sr), sr, rng, level_dbfs=-26.0, band=(2500.0, min(0.48 * sr, 11_000.0)))
        add_at(out, hat * np.linspace(1.0, 0.0, hat.size, dtype=np.float32) ** 2, min(at, n))
    return at_rms(out, 0.0)


def music(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Hold music and nothing else."""
    level = rng.uniform(-26.0, -18.0)
    return at_rms(tune(speech.size, sr, rng), level)


def music_behind(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Music in the room, 8 to 18 dB under the voice."""
    gain = 10.0 ** ((loudness(speech, sr) - rng.uniform(8.0, 18.0)) / 20.0)
    return np.asarray(speech + np.float32(gain) * tune(speech.size, sr, rng), np.float32)
