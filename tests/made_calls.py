"""Voices, tapes and parts made by hand, for tests of the simulated calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audioq.simulate import speechlike
from audioq.simulate.contents import per_sample
from audioq.simulate.ingredients import SECTIONS
from audioq.simulate.recipes import Part, Recipe
from audioq.simulate.settings import checked
from audioq.simulate.spans import Samples
from audioq.simulate.tape import Tape
from audioq.simulate.voices import Voice, _voice, speech_frames

HOP = 80
"""Samples of a frame of 10 ms at the 8 kHz of `a_tape`."""


def part(section: str, name: str, **settings: Any) -> Part:
    """Return a part of a plan with its defaults filled in."""
    return Part(name, checked(name, SECTIONS[section].settings(name), settings))


@cache
def voice(name: str = "a", sr: int = 16000) -> Voice:
    """Return a talker who is not there; the name decides how it sounds."""
    return _voice(name, [(speechlike(8.0, sr, np.random.default_rng(sum(name.encode()))), sr)])


@cache
def talk(duration: float = 6.0, sr: int = 16000, seed: int = 3) -> tuple[Samples, np.ndarray]:
    """Return speech-like sound and where it is speech, sample by sample."""
    y = speechlike(duration, sr, np.random.default_rng(seed))
    return y, per_sample(speech_frames(y, sr), y.size, round(0.01 * sr))


def write_voice(file: Path, seed: int = 1, seconds: float = 6.0, sr: int = 16000, factor: float = 1.0) -> Path:
    """Write speech-like sound to a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(file, np.clip(factor * speechlike(seconds, sr, np.random.default_rng(seed)), -1.0, 1.0), sr)
    return file


def a_tape(
    n_frames: int = 200, speech: Sequence[tuple[int, int]] = ((50, 150),), level_dbfs: float = -26.0, sr: int = 8000
) -> Tape:
    """Return noise at one level in the frames of speech, and 60 dB under it in the pauses."""
    hop = round(0.01 * sr)
    active = np.zeros(n_frames * hop, bool)
    for start, end in speech:
        active[start * hop : end * hop] = True
    noise = np.random.default_rng(1).uniform(-1.0, 1.0, active.size) * np.sqrt(3.0) * 10.0 ** (level_dbfs / 20.0)
    y = (noise * np.where(active, 1.0, 1e-3)).astype(np.float32)
    return Tape(sr, y, y, active, np.zeros(y.size, np.uint8))


def changed(tape: Tape, start: int, end: int, state: int, gain: float = 1.0) -> Tape:
    """Return a tape with other samples from `start` to `end`: in another state, and heard with another gain."""
    y, states = tape.y.copy(), tape.state.copy()
    y[start:end] *= np.float32(gain)
    states[start:end] = state
    return replace(tape, y=y, state=states)


def shortened(recipe: Recipe, seconds: float = 4.0) -> Recipe:
    """Return a recipe, and all that it mixes, with calls of one short length."""
    mix = tuple((shortened(other, seconds), weight) for other, weight in recipe.mix)
    return replace(recipe, duration_s=(seconds, seconds), mix=mix)
