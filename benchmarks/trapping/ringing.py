"""Ringing: telephone digits, sirens, alarms and bells beside or over speech."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audioq.simulate import Samples
from audioq.simulate.keypads import touch_tone
from benchmarks.trapping.places import Curve, add_at, edged, inserted, loudness, seam, seconds

SMOKE_HZ = 3100.0
"""A smoke alarm beeps here, three times half a second with half a second between, then 1.5 s of rest (ISO 8201)."""
BELL_HZ = (1400.0, 2130.0, 3230.0)
BELL_STROKES = 20.0
"""Strokes a second of an electromechanical bell."""


def _digit(sr: int, rng: np.random.Generator, level_dbfs: float) -> Samples:
    return touch_tone(str(rng.integers(10)), seconds(rng, 0.06, 0.18, sr), sr, level_dbfs=level_dbfs)


def _digits(sr: int, rng: np.random.Generator, level_dbfs: float) -> Iterator[Samples]:
    for _ in range(int(rng.integers(3, 8))):
        yield _digit(sr, rng, level_dbfs)
        yield np.zeros(seconds(rng, 0.05, 0.12, sr), np.float32)


def dtmf_over(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """A key is pressed now and then while somebody speaks."""
    out = np.array(speech, np.float32)
    level = loudness(speech, sr) + rng.uniform(-3.0, 6.0)
    at = seconds(rng, 0.2, 0.8, sr)
    while at < out.size:
        add_at(out, _digit(sr, rng, level), at)
        at += seconds(rng, 0.5, 1.5, sr)
    return out


def dtmf_between(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Digits in a pause; the line is exactly zero between them, as gateways leave it."""
    hush = np.zeros(seconds(rng, 0.05, 0.15, sr), np.float32)
    row = np.concatenate([hush, *_digits(sr, rng, loudness(speech, sr)), hush])
    return inserted(speech, row, seam(speech, sr, rng))


def _over(speech: Samples, sr: int, sound: Curve, under_db: float) -> Samples:
    """The speech with a sound over it, by the level of the sound while it lasts."""
    lasting = sound[np.abs(sound) > 1e-6]
    rms = float(np.sqrt(np.mean(lasting**2))) if lasting.size else 1.0
    return np.asarray(speech + sound * (10.0 ** ((loudness(speech, sr) - under_db) / 20.0) / rms), np.float32)


def siren(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """A two-tone siren from afar, a fourth apart, from somewhere in the recording on."""
    t = np.arange(speech.size) / sr
    low, half = rng.uniform(400.0, 700.0), rng.uniform(0.4, 0.8)
    f = np.where(np.mod(t, 2.0 * half) < half, low, low * 4.0 / 3.0)
    phase = 2.0 * np.pi * np.cumsum(f) / sr
    wave = np.sin(phase) + 0.5 * np.sin(2.0 * phase) + 0.3 * np.sin(3.0 * phase)
    swell = edged(t.size, t.size // 2, t.size // 2)
    return _over(speech, sr, wave * swell, rng.uniform(6.0, 15.0))


def smoke_alarm(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Three beeps and a rest, again and again."""
    t = np.arange(speech.size) / sr + rng.uniform(0.0, 4.0)
    on = (np.mod(t, 4.0) < 3.0) & (np.mod(np.mod(t, 4.0), 1.0) < 0.5)
    soft = np.convolve(on.astype(np.float64), np.ones(n := round(0.004 * sr)) / n, "same")
    return _over(speech, sr, np.sin(2.0 * np.pi * SMOKE_HZ * t) * soft, rng.uniform(6.0, 15.0))


def phone_ringing(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Another telephone in the room rings: a bell with 20 strokes a second, 1 s on and 2 s off."""
    t = np.arange(speech.size) / sr + rng.uniform(0.0, 3.0)
    since = np.mod(t, 1.0 / BELL_STROKES)
    partials = np.sum([np.sin(2.0 * np.pi * f * t) for f in BELL_HZ if f < 0.45 * sr], axis=0)
    on = (np.mod(t, 3.0) < 1.0).astype(np.float64)
    soft = np.convolve(on, np.ones(n := round(0.03 * sr)) / n, "same")
    return _over(speech, sr, partials * np.exp(-since / 0.02) * soft, rng.uniform(3.0, 12.0))
