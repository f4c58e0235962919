"""Hold music that nobody owns: four chords, a melody, a bass and a drum."""

from __future__ import annotations

import math

import numpy as np

from audioq.simulate.noise import colored_noise
from audioq.simulate.spans import Samples

BEAT_SECONDS = 0.5
BEATS = 4
"""Beats in a bar, one chord a bar."""

CHORDS = ((0, 4, 7), (-3, 0, 4), (-7, -3, 0), (-5, -1, 2))
"""Half tones over middle C."""

MELODY = (
    *(12, 16, 19, 16, 12, 9, 12, 16, 17, 16, 14, 12, 11, 14, 19, 14),
    *(16, 19, 24, 19, 16, 12, 9, 12, 17, 21, 19, 17, 14, 11, 12, 12),
)
"""One note a beat; eight bars, then again."""

MIDDLE_C_HZ = 261.63
PEAK = 0.5


def pluck(f: float, n: int, sr: int, decay: float) -> Samples:
    """A plucked tone of `f` Hz and `n` samples that dies away within about `decay` seconds."""
    t = np.arange(n) / sr
    wave = sum(np.sin(2.0 * np.pi * k * f * t) / k**1.5 * np.exp(-k * t / decay) for k in range(1, 7) if k * f < sr / 2)
    return np.asarray(wave * np.minimum(t / 0.006, 1.0) * np.minimum((n - np.arange(n)) / sr / 0.02, 1.0), np.float32)


def hold_music(duration: float, sr: int, rng: np.random.Generator, *, half_tones: int = 0) -> Samples:
    """Chords, a broken chord, bass, melody and drum, 120 beats a minute; made, so that it may be passed on.

    Parameters
    ----------
    duration : float
        Seconds; the piece has 16 and begins again.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Plays the drum.
    half_tones : int
        How much higher the whole piece is played.

    Returns
    -------
    ndarray, float32, shape (n,)
        With a greatest magnitude of 0.5.
    """
    y = np.zeros(round(duration * sr), np.float32)
    beat = BEAT_SECONDS

    def play(time: float, sound: Samples, gain: float) -> None:
        first = round(time * sr)
        room = y[first : first + sound.size]
        room += gain * sound[: room.size]

    def string(note: int, seconds: float, decay: float) -> Samples:
        f = float(MIDDLE_C_HZ * 2.0 ** ((note + half_tones) / 12.0))
        return pluck(f, round(seconds * sr), sr, decay)

    for bar in range(math.ceil(duration / (BEATS * beat))):
        chord = CHORDS[bar % len(CHORDS)]
        for step in range(BEATS):
            time = (BEATS * bar + step) * beat
            play(time, string(chord[0] - 24, beat, 0.5), 0.30)
            play(time, string(MELODY[(BEATS * bar + step) % len(MELODY)], 0.9, 0.6), 0.22)
            for half in range(2):
                hat = colored_noise(round(0.05 * sr), sr, rng, level_dbfs=-20.0, band=(5000.0, 11_000.0))
                play(time + half * beat / 2, hat * np.linspace(1.0, 0.0, hat.size, dtype=np.float32) ** 2, 0.5)
                play(time + half * beat / 2, string(chord[(step + half) % 3], 0.3, 0.25), 0.14)
        for note in chord:
            play(BEATS * bar * beat, string(note, 4.2 * beat, 2.5), 0.10)
    return PEAK * y / max(float(np.max(np.abs(y), initial=0.0)), 1e-12)
