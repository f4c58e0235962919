"""Speakers: whose words the constructed calls hold."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from audioq.errors import SimulationError
from audioq.simulate import Samples, Voice, read_voices, speechlike
from audioq.simulate.sources import find_sources
from benchmarks.trapping.excerpts import SAMPLES
from benchmarks.trapping.spoken import all_spoken

SPEECHLIKE = 4
"""Voices made of pulses and hisses, each with a seed of its own."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice, and where it comes from: ``recorded``, ``speechlike``, ``tts`` or ``given``."""

    voice: Voice
    origin: str


def given(folders: Sequence[Path], notes: list[str]) -> list[Speaker]:
    """The voices of clean recordings in folders.

    Raises
    ------
    SimulationError
        There is none that can serve.
    """
    sources, problems = find_sources(folders)
    speakers = _read([(one.path, one.talker) for one in sources], "given", notes)
    notes += problems
    if not speakers:
        raise SimulationError("--speech holds no clean speech that can serve; name a folder of clean recordings")
    return speakers


def own(seed: int, notes: list[str]) -> list[Speaker]:
    """The voices that are always there: of the samples, speech-like ones, and those of installed synthesisers."""
    recorded = [(str(file), "allison") for file in intact_samples()]
    with tempfile.TemporaryDirectory() as folder:
        made = _written(_speechlike(seed), Path(folder))
        spoken = _written(all_spoken(notes), Path(folder))
        return [
            *_read(recorded, "recorded", notes),
            *_read(made, "speechlike", notes),
            *_read(spoken, "tts", notes),
        ]


def intact_samples() -> list[Path]:
    """The real calls among the samples that are intact and were passed on sample for sample; one woman speaks."""
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["label"] == "intact"]
    return [SAMPLES / row["file"] for row in rows if row["origin"] != "synthetic" and "(changed)" not in row["origin"]]


def _speechlike(seed: int) -> Iterator[tuple[str, Samples, int]]:
    for i in range(SPEECHLIKE):
        yield f"speechlike_{i}", speechlike(15.0, 16000, np.random.default_rng([seed, i])), 16000


def _written(voices: Iterable[tuple[str, Samples, int]], folder: Path) -> list[tuple[str, str]]:
    """File and name of voices, for a voice is read from a file."""
    files = []
    for name, y, sr in voices:
        files.append((str(folder / f"{name}.wav"), name))
        soundfile.write(files[-1][0], y, sr, subtype="FLOAT")
    return files


def _read(files: Sequence[tuple[str, str]], origin: str, notes: list[str]) -> list[Speaker]:
    voices, problems = read_voices(files)
    notes += problems
    return [Speaker(voice, origin) for voice in voices if voice.phrases]
