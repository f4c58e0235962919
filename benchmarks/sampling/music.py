"""Hold music that nobody owns."""

from __future__ import annotations

import numpy as np

from audioq.simulate import (
    Samples,
    colored_noise,
)
from benchmarks.sampling.calls import Call
from benchmarks.sampling.making import Made


def note(f: float, n: int, sr: int, decay: float) -> Samples:
    """A plucked tone of `n` samples that dies away within about `decay` seconds."""
    t = np.arange(n) / sr
    wave = sum(np.sin(2.0 * np.pi * k * f * t) / k**1.5 * np.exp(-k * t / decay) for k in range(1, 7) if k * f < sr / 2)
    return np.asarray(wave * np.minimum(t / 0.006, 1.0) * np.minimum((n - np.arange(n)) / sr / 0.02, 1.0), np.float32)


def hold_music(calls: list[Call]) -> Made:
    """Four chords, twice round: bass, held chords, a broken chord, a melody and a drum."""
    sr, beat, rng = 48_000, 0.5, np.random.default_rng(7)
    chords = [(0, 4, 7), (-3, 0, 4), (-7, -3, 0), (-5, -1, 2)] * 2
    melody = [
        12,
        16,
        19,
        16,
        12,
        9,
        12,
        16,
        17,
        16,
        14,
        12,
        11,
        14,
        19,
        14,
        16,
        19,
        24,
        19,
        16,
        12,
        9,
        12,
        17,
        21,
        19,
        17,
    ]
    melody += [14, 11, 12, 12]
    y = np.zeros(round(len(chords) * 4 * beat * sr), np.float32)

    def play(time: float, sound: Samples, gain: float) -> None:
        first = round(time * sr)
        y[first : first + sound.size] += gain * sound[: y.size - first]

    def pitch(half_tones: int) -> float:
        return float(261.63 * 2.0 ** (half_tones / 12.0))

    for bar, chord in enumerate(chords):
        for step in range(4):
            time = (4 * bar + step) * beat
            play(time, note(pitch(chord[0] - 24), round(beat * sr), sr, 0.5), 0.30)
            play(time, note(pitch(melody[4 * bar + step]), round(0.9 * sr), sr, 0.6), 0.22)
            for half in range(2):
                hat = colored_noise(round(0.05 * sr), sr, rng, level_dbfs=-20.0, band=(5000.0, 11_000.0))
                play(time + half * beat / 2, hat * np.linspace(1.0, 0.0, hat.size, dtype=np.float32) ** 2, 0.5)
                play(time + half * beat / 2, note(pitch(chord[(step + half) % 3]), round(0.3 * sr), sr, 0.25), 0.14)
        for half_tones in chord:
            play(4 * bar * beat, note(pitch(half_tones), round(4.2 * beat * sr), sr, 2.5), 0.10)
    return Made((0.5 * y / np.max(np.abs(y)))[np.newaxis], sr, [])
