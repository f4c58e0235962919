"""Recording: the sound of one call with what is known to be wrong with it, before anything is done to it."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audioq.audio import read
from audioq.batches.folders import recordings as files_below
from audioq.report import Failure
from audioq.simulate import Span

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"

Sound = NDArray[np.float32]
"""Samples of shape (channels, n), full scale is 1."""


@dataclass(frozen=True)
class Recording:
    """The sound of one call, and the true spans of harm in it, of all channels together."""

    name: str
    y: Sound
    sr: int
    truth: tuple[Span, ...] = ()

    @cached_property
    def seconds(self) -> float:
        """Length."""
        return float(self.y.shape[1] / self.sr)

    def rng(self, purpose: str) -> np.random.Generator:
        """Chance that depends on the recording's name and a purpose only."""
        return np.random.default_rng(zlib.crc32(f"{self.name}, {purpose}".encode()))


def to_16_bits(y: Sound) -> NDArray[np.int16]:
    """Samples as a file of 16 bits holds them."""
    return np.clip(np.round(y * 32768.0), -32768, 32767).astype(np.int16)


def from_16_bits(whole: NDArray[np.int16]) -> Sound:
    """Samples as they are read from a file of 16 bits."""
    return whole.astype(np.float32) / np.float32(32768.0)


def has_16_bits(y: Sound) -> bool:
    """Whether 16 bits hold these samples without rounding."""
    return bool(np.array_equal(from_16_bits(to_16_bits(y)), y))


def read_recording(file: Path, truth: tuple[Span, ...] = ()) -> Recording:
    """Decode a whole file.

    Raises
    ------
    AudioError
        It cannot be read.
    """
    audio = read(file)
    return Recording(file.name, np.concatenate(list(audio.blocks(1 << 20)), axis=1), audio.sr, truth)


def recordings_in(folder: Path) -> list[Path]:
    """The recordings of a folder, sorted; empty where there are none."""
    found = [Path(one) for one in files_below([folder]) if not isinstance(one, Failure)]
    return [file for file in found if file.is_file()]


def known_harm(folder: Path) -> dict[str, tuple[Span, ...]]:
    """True spans by file name from the folder's ``manifest.csv``; without one, nothing is known to be wrong."""
    manifest = folder / "manifest.csv"
    if not manifest.is_file():
        return {}
    with manifest.open(encoding="utf-8", newline="") as handle:
        return {row["file"]: tuple(_spans(row["spans"])) for row in csv.DictReader(handle)}


def _spans(text: str) -> Iterator[Span]:
    for one in filter(None, text.split(";")):
        kind, _, times = one.partition(":")
        start, end = map(float, times.split("-"))
        yield Span(start, end, kind)
