"""Making: every trap laid in every excerpt, written as a labelled folder."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audioq.simulate import Samples
from benchmarks.trapping.catalogue import TRAPS, TTS, UNTOUCHED, Trap
from benchmarks.trapping.excerpts import Excerpt

LabelLine = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One recording to be made: a trap in an excerpt."""

    trap: str
    excerpt: Excerpt
    seed: int
    folder: Path

    @property
    def file(self) -> str:
        """Name below the folder."""
        return f"audio/{self.trap}__{self.excerpt.name}.flac"


def plan(traps: Sequence[Trap], excerpts: Sequence[Excerpt], seed: int, folder: Path) -> list[Task]:
    """Every trap in every excerpt; in every second synthetic voice only, for these are a trap of their own."""
    voices = [one for one in excerpts if one.origin == TTS.name]
    others = [one for one in excerpts if one.origin != TTS.name]
    pools = {UNTOUCHED.name: others, TTS.name: voices}
    return [
        Task(trap.name, one, seed, folder) for trap in traps for one in pools.get(trap.name, [*others, *voices[::2]])
    ]


def laid(task: Task) -> Samples:
    """The sound of one recording, within full scale."""
    names = zlib.crc32(f"{task.trap} {task.excerpt.name}".encode())
    # Seeded by name, so that a trap sounds the same whichever others are asked for.
    y = TRAPS[task.trap].lay(task.excerpt.y, task.excerpt.sr, np.random.default_rng([task.seed, names]))
    return np.clip(y, -1.0, 32767.0 / 32768.0).astype(np.float32)


def make(task: Task) -> LabelLine:
    """Make and write one recording; return its label."""
    y, excerpt, trap = laid(task), task.excerpt, TRAPS[task.trap]
    voice, origin = (trap.name, "alone") if trap.alone else (excerpt.voice, excerpt.origin)
    soundfile.write(task.folder / task.file, y, excerpt.sr, subtype="PCM_16")
    return {
        "file": task.file,
        "dur": round(y.size / excerpt.sr, 3),
        "fs": excerpt.sr,
        "label": "intact",
        "grey": trap.processed,
        "delivered": 1.0,
        "events_per_min": 0.0,
        "events": [],
        "distractor": trap.name,
        "content": "music" if trap.name == "music" else "speech",
        "voices": [voice],
        "source": {"excerpt": excerpt.name, "voice": voice, "origin": origin},
        # All traps in one excerpt hold the same words, and are not independent.
        "call": task.file if trap.alone else excerpt.name,
        "seed": task.seed,
    }


def write_labels(lines: Sequence[LabelLine], folder: Path) -> None:
    """Write the labels beside the recordings."""
    with (folder / "labels.jsonl").open("w", encoding="utf-8") as handle:
        handle.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
