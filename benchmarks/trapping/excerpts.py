"""Excerpts: the undamaged speech in which traps are laid."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audioq.audio import read
from audioq.batches.folders import recordings
from audioq.errors import SimulationError
from audioq.report import Failure
from audioq.simulate import Samples, active_frames, speechlike
from benchmarks.sampling.making import resampled
from benchmarks.trapping.spoken import all_spoken

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
RATES = (8000, 16000, 48000)
MOST_SECONDS = 12.0
MARGIN_SECONDS = 0.4
"""So much is kept before the first word and after the last."""
LEAST_SECONDS = 2.0
SPEECHLIKE = 6
"""Made voices, each with a seed of its own."""
MOST_GIVEN = 48
"""At most this many recordings of the folders that are given, evenly taken."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of undamaged speech, shape (n,).

    Parameters
    ----------
    name : str
        Different for every excerpt.
    y : ndarray, float32, shape (n,)
    sr : int
        Rate in Hz.
    voice : str
        Who speaks.
    origin : str
        ``recorded``, ``speechlike``, ``tts`` or ``given``; labels of traps that hold nothing of it say ``alone``.
    """

    name: str
    y: Samples
    sr: int
    voice: str
    origin: str


def trimmed(y: Samples, sr: int) -> Samples:
    """From shortly before the first word to shortly after the last one that ends within 12 s."""
    active = np.flatnonzero(active_frames(y, sr)) * 0.01
    if not active.size:
        return y[:0]
    start = max(0.0, float(active[0]) - MARGIN_SECONDS)
    within = active[active < start + MOST_SECONDS - MARGIN_SECONDS]
    end = float(within[-1]) + MARGIN_SECONDS
    return y[round(start * sr) : round(end * sr)]


def first_channel(path: str | Path) -> tuple[Samples, int]:
    """The first channel of a recording, shape (n,), and its rate."""
    audio = read(str(path))
    blocks = [block[0] for block in audio.blocks(1 << 20)]
    return np.concatenate(blocks), audio.sr


def _at_rates(name: str, y: Samples, sr: int, voice: str, origin: str, rates: Sequence[int]) -> list[Excerpt]:
    cut = trimmed(y, sr)
    return [
        Excerpt(f"{name}_{rate // 1000}k", np.clip(resampled(cut, sr, rate), -1.0, 1.0), rate, voice, origin)
        for rate in rates
    ]


def recorded() -> list[Excerpt]:
    """The real calls among the samples that are intact and were passed on sample for sample, at every rate."""
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["label"] == "intact"]
    files = [row["file"] for row in rows if row["origin"] != "synthetic" and "(changed)" not in row["origin"]]
    return [
        one
        for file in files
        for one in _at_rates(
            Path(file).stem.removeprefix("intact_"), *first_channel(SAMPLES / file), "allison", "recorded", RATES
        )
    ]


def made(seed: int) -> list[Excerpt]:
    """Speech-like sound, two voices at every rate."""
    found = []
    for i in range(SPEECHLIKE):
        sr = RATES[i % len(RATES)]
        y = speechlike(10.0, sr, np.random.default_rng([seed, i]))
        found.append(Excerpt(f"speechlike_{i}", y, sr, f"speechlike_{i}", "speechlike"))
    return found


def synthetic(notes: list[str]) -> Iterator[Excerpt]:
    """One excerpt of every synthesiser's voice, the rates in turn."""
    for i, (name, y, sr) in enumerate(all_spoken(notes)):
        yield from _at_rates(name, y, sr, name, "tts", [RATES[i % len(RATES)]])


def given(folders: Sequence[Path], notes: list[str]) -> list[Excerpt]:
    """Clean recordings from folders, the rates in turn.

    Raises
    ------
    SimulationError
        A folder is missing or holds no recording.
    """
    found: list[tuple[Path, str]] = []
    for folder in folders:
        for file in recordings([folder]):
            if isinstance(file, Failure):
                raise SimulationError(file.message)
            found.append((folder, file))
    if len(found) > MOST_GIVEN:
        notes.append(f"{MOST_GIVEN} of the {len(found)} recordings under --speech are used, evenly taken")
        found = [found[i * len(found) // MOST_GIVEN] for i in range(MOST_GIVEN)]
    excerpts = []
    for i, (folder, file) in enumerate(found):
        y, sr = first_channel(file)
        inside = Path(file).relative_to(folder) if folder.is_dir() else Path(Path(file).name)
        voice = inside.parts[0] if len(inside.parts) > 1 else inside.stem
        (one,) = _at_rates(f"given_{i:03d}_{inside.stem}", y, sr, voice, "given", [RATES[i % len(RATES)]])
        if one.y.size < LEAST_SECONDS * one.sr:
            notes.append(f"{file} holds less than {LEAST_SECONDS:g} s of speech and is left out")
        else:
            excerpts.append(one)
    return excerpts
