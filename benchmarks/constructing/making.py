"""Making: every construct at every rate with every voice in turn, written as a labelled folder."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audioq.simulate.truth import TrueEvent
from benchmarks.constructing.built import Built
from benchmarks.constructing.catalogue import CONSTRUCTS, Construct
from benchmarks.constructing.speakers import Speaker

RATES = (8000, 16000, 48000)

LabelLine = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One recording to be made."""

    construct: str
    sr: int
    turn: int
    seed: int
    speaker: Speaker
    folder: Path

    @property
    def name(self) -> str:
        """Name of the recording."""
        return f"{self.construct}_{self.sr // 1000}k_{self.turn:03d}"

    @property
    def file(self) -> str:
        """Name below the folder."""
        return f"audio/{self.name}.flac"


def plan(
    constructs: Sequence[Construct],
    rates: Sequence[int],
    variants: int,
    speakers: Sequence[Speaker],
    seed: int,
    folder: Path,
) -> list[Task]:
    """Every construct at every rate, `variants` times; voices in turn, in another order for each construct and rate."""
    tasks = []
    for construct in constructs:
        for sr in rates:
            # Seeded by name, so that a call sounds the same whichever others are asked for.
            order = np.random.default_rng(_seeds(seed, construct.name, sr)).permutation(len(speakers)).tolist()
            tasks += [
                Task(construct.name, sr, turn, seed, speakers[order[turn % len(order)]], folder)
                for turn in range(variants)
            ]
    return tasks


def _seeds(seed: int, *names: object) -> list[int]:
    return [seed, zlib.crc32(" ".join(map(str, names)).encode())]


def built(task: Task) -> Built:
    """The sound of one recording, within full scale."""
    rng = np.random.default_rng(_seeds(task.seed, task.construct, task.sr, task.turn))
    one = CONSTRUCTS[task.construct].build(task.speaker, task.sr, task.turn, rng)
    return Built(np.clip(one.y, -1.0, 32767.0 / 32768.0).astype(np.float32), one.how, one.truth)


def make(task: Task) -> LabelLine:
    """Make and write one recording; return its label."""
    one, construct = built(task), CONSTRUCTS[task.construct]
    soundfile.write(task.folder / task.file, one.y, task.sr, subtype="PCM_16")
    speech = construct.content == "speech"
    return {
        "file": task.file,
        "dur": round(one.y.size / task.sr, 3),
        "fs": task.sr,
        "label": construct.label,
        "grey": False,
        "delivered": 1.0 if one.truth is None else round(one.truth.delivered, 4),
        "events": [] if one.truth is None else [_event(event) for event in one.truth.events],
        "construct": construct.name,
        "how": one.how,
        "content": construct.content,
        "voices": [task.speaker.voice.name] if speech else [],
        "source": {"voice": task.speaker.voice.name, "origin": task.speaker.origin} if speech else {"origin": "tones"},
        "seed": task.seed,
    }


def _event(event: TrueEvent) -> dict[str, Any]:
    return {
        "start": round(event.start, 4),
        "end": round(event.end, 4),
        "kind": event.kind,
        "outer": [round(edge, 4) for edge in event.outer],
        "minor": event.minor,
        "how": event.how,
        "alt": list(event.alt),
    }


def write_labels(lines: Sequence[LabelLine], folder: Path) -> None:
    """Write the labels beside the recordings."""
    with (folder / "labels.jsonl").open("w", encoding="utf-8") as handle:
        handle.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
