"""Recording: a WAV file of speech-like sound of any length, the same on every machine.

Turns of voiced syllables and hisses in a band of formants over a quiet background, with pauses: an
undamaged call, as far as an analysis can tell. ``python benchmarks/recording.py FILE SECONDS RATE CHANNELS``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

SEED = 20240
PASSAGE_SECONDS = 60.0
"""The passage is played again and again: what an analysis costs does not hang on novelty."""
_BACKGROUND = 10 ** (-65 / 20)
_FORMANTS = ((500.0, 120.0, 1.0), (1500.0, 200.0, 0.5), (2500.0, 300.0, 0.25))
"""Centre and width in Hz, gain."""

Floats = NDArray[np.float64]


def _formants(sound: Floats, sr: int, shift: float) -> Floats:
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / sr)
    gain = sum(peak / (1 + ((hertz - shift * centre) / width) ** 2) for centre, width, peak in _FORMANTS)
    return np.fft.irfft(spectrum * gain, len(sound))


def _pulses(n: int, sr: int, rng: np.random.Generator) -> Floats:
    """Return pulses of a voice that glides and trembles."""
    glide = np.linspace(rng.uniform(100, 180), rng.uniform(90, 200), n)
    tremble = 1 + 0.01 * np.cumsum(rng.standard_normal(n)) / np.sqrt(n)
    turns = np.floor(np.cumsum(glide * tremble) / sr)
    return np.diff(turns, prepend=0.0)


def _syllable(sr: int, rng: np.random.Generator) -> Floats:
    n = int(rng.uniform(0.12, 0.35) * sr)
    hiss = rng.random() < 0.25
    source = 0.3 * rng.standard_normal(n) if hiss else _pulses(n, sr, rng) + 0.02 * rng.standard_normal(n)
    sound = _formants(source, sr, rng.uniform(2.0, 2.6) if hiss else rng.uniform(0.8, 1.3))
    sound *= np.sin(np.pi * np.arange(n) / n) ** 0.7
    return np.asarray(rng.uniform(0.1, 0.3) * sound / np.max(np.abs(sound)), dtype=np.float64)


def passage(sr: int, seconds: float = PASSAGE_SECONDS, seed: int = SEED) -> Floats:
    """Return speech-like sound, shape (n,): 2 to 5 s of syllables, then 0.3 to 3 s of background."""
    rng = np.random.default_rng(seed)
    sound = _BACKGROUND * rng.standard_normal(int(seconds * sr))
    at = int(0.5 * sr)
    while at < len(sound):
        turn_end = at + int(rng.uniform(2, 5) * sr)
        while at < min(turn_end, len(sound)):
            syllable = _syllable(sr, rng)[: len(sound) - at]
            sound[at : at + len(syllable)] += syllable
            at += len(syllable) + int(rng.uniform(0.0, 0.08) * sr)
        at += int(rng.uniform(0.3, 3) * sr)
    return sound


def write_recording(file: Path, seconds: float, sr: int, channels: int) -> None:
    """Write a 16-bit WAV file; a second channel speaks half a passage later."""
    one = passage(sr)
    shift = len(one) // max(1, channels)
    block = np.stack([np.roll(one, shift * channel) for channel in range(channels)], axis=1)
    pcm = np.round(np.clip(block, -1, 1) * 32767).astype(np.int16)
    left = int(seconds * sr)
    with soundfile.SoundFile(file, "w", sr, channels, "PCM_16", format="WAV") as handle:
        while left > 0:
            handle.write(pcm[:left])
            left -= len(pcm)


def main(arguments: Sequence[str]) -> int:
    """Write a recording as the command line says."""
    file, seconds, sr, channels = arguments
    write_recording(Path(file), float(seconds), int(sr), int(channels))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
