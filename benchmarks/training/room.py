"""Fit the weights of ``audioq/features/rerecording.py`` on labelled folders.

    python benchmarks/reencoded.py REAL -o again --chains loudspeaker
    python benchmarks/training/room.py MADE PHONE REAL again/loudspeaker

MADE and PHONE are corpora of calls of which some (labels with ``post.phone``, or ``chain`` "loudspeaker") were played
into a room. It prints the weights, and what is found and wrongly said of talkers left out. Real calls of voices fa and
ml are left out of the fit.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from audioq.audio import read
from audioq.features.rerecording import NEEDS, room_statistics
from audioq.measurement import measure
from benchmarks.threads import one_thread_each
from benchmarks.training.processing import logistic

FOLDS = 5
DECAY = 0.01
WITHHELD = ("fa", "ml")


@dataclass(frozen=True, slots=True)
class Example:
    """One recording: where it is from, its talker, whether a loudspeaker played it, what it shows."""

    folder: str
    talker: str
    played: bool
    statistics: Mapping[str, float]


def example(task: tuple[Path, dict[str, Any]]) -> Example | None:
    """Measure one labelled recording; None where it is withheld or too little of it is loud."""
    folder, label = task
    talker = str((label.get("source") or {}).get("voice") or (label.get("voices") or ["?"])[0])
    if talker in WITHHELD:
        return None
    table = measure(read(folder / label["file"]))
    given = [table.curves[n][0] if n in table.curves else table.numbers[n][0] for n in NEEDS]
    statistics = room_statistics(*given)
    played = bool((label.get("post") or {}).get("phone")) or label.get("chain") == "loudspeaker"
    return None if statistics is None else Example(folder.name, talker, played, statistics)


def examples(folders: Sequence[Path]) -> list[Example]:
    """Measure all recordings of the folders."""
    tasks = [(f, json.loads(line)) for f in folders for line in (f / "labels.jsonl").read_text("utf-8").splitlines()]
    one_thread_each()
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        return [one for one in pool.map(example, tasks, chunksize=8) if one is not None]


def fitted(rows: Sequence[Example]) -> dict[str, float]:
    """Weights on the statistics as they are, and ``offset``; folders count alike in each class."""
    names = list(rows[0].statistics)
    x = np.array([[row.statistics[name] for name in names] for row in rows])
    y = np.array([row.played for row in rows])
    groups: dict[tuple[str, bool], int] = defaultdict(int)
    for row in rows:
        groups[row.folder, row.played] += 1
    n_groups = {played: sum(p == played for _, p in groups) for played in (False, True)}
    weight = np.array([1 / groups[row.folder, row.played] / n_groups[row.played] for row in rows])
    return dict(zip([*names, "offset"], logistic(x, y, weight, DECAY * weight.sum()).tolist(), strict=True))


def says(weights: Mapping[str, float], row: Example) -> bool:
    """Whether a recording lies above even odds."""
    return weights["offset"] + sum(weights[name] * value for name, value in row.statistics.items()) > 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="room.py", description="Fit what tells a re-recorded call.")
    parser.add_argument("folders", nargs="+", type=Path, help="folders with labels.jsonl")
    rows = examples(parser.parse_args(arguments).folders)
    talkers = sorted({row.talker for row in rows})
    np.random.default_rng(1).shuffle(talkers)
    fold = {talker: i % FOLDS for i, talker in enumerate(talkers)}
    said: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    for k in range(FOLDS):
        weights = fitted([row for row in rows if fold[row.talker] != k])
        for row in rows:
            if fold[row.talker] == k:
                said[row.folder, row.played].append(says(weights, row))
    for (folder, played), answers in sorted(said.items()):
        print(
            f"{folder}, {'played' if played else 'not played'}: called played {np.mean(answers):.3f} of {len(answers)}"
        )
    print({name: float(f"{value:.4g}") for name, value in fitted(rows).items()})
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
