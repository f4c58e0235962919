"""Fit the weights of ``audioq/features/playback.py`` on labelled folders.

    python benchmarks/training/playback.py REAL MADE... --workers 2

Each call is measured as it is; calls of speech that are not blocked, also with half and twice their rate in the header,
and intact ones (of the first two folders) with their pitch and formants changed as between a child's and a deep voice,
or only their tempo. Calls at 8 kHz are brought to 16 kHz before they are halved. It prints what is found and wrongly
said of talkers left out, the limits that let so few of the others over them, and the weights. Real calls of voices fa
and ml are left out.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from audioq.audio import read
from audioq.features.playback import NEEDS, speed_statistics
from audioq.measurement import measure
from audioq.simulate.voice_change import change_formants, change_pitch, change_speed
from benchmarks.threads import one_thread_each
from benchmarks.training.processing import logistic

FOLDS = 8
DECAY = 0.005
FALSE_RATE = 0.0025
"""Share of calls at their true speed that may lie over the limit of each wrong one."""
WITHHELD = ("fa", "ml")
WRONG = ("half", "double")
OTHERS: Mapping[str, tuple[float, float, float]] = {
    "child": (7, 1.25, 1.0),
    "small child": (11, 1.35, 1.0),
    "deep": (-6, 0.87, 1.0),
    "hasty": (0, 1.0, 1.4),
    "slow": (0, 1.0, 0.7),
}
"""Voices at their true speed: semitones, ratio of the formants, ratio of the tempo."""
EVERY = 4
"""Of further folders, every fourth call is given a wrong rate."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """One recording: where it is from, its talker, what was done to it, what it shows."""

    folder: str
    talker: str
    sort: str
    statistics: Mapping[str, float]


def changed(y: Floats, sr: int, sort: str) -> tuple[Floats, int]:
    """Return the samples, shape (channels, n), and the rate that the header is to state."""
    if sort == "true":
        return y, sr
    if sort in WRONG:
        import soxr

        low, high = (16000, 1 << 30) if sort == "half" else (0, 24000)  # rates that headers are wrong about
        rate = min(max(sr, low), high)
        if rate != sr:
            y = np.stack([soxr.resample(row, sr, rate) for row in y])
        return y, rate // 2 if sort == "half" else 2 * rate
    semitones, formants, tempo = OTHERS[sort]

    def voice(row: Floats) -> Floats:
        if semitones:
            row = change_formants(change_pitch(row, sr, semitones), sr, formants)
        return change_speed(row, sr, tempo) if tempo != 1 else row

    return np.stack([voice(row) for row in y]).astype(np.float32), sr


def example(task: tuple[Path, dict[str, Any], str]) -> list[Example]:
    """Measure one labelled recording after a change; one example a channel of which enough is loud."""
    folder, label, sort = task
    audio = read(folder / label["file"])
    y, sr = changed(np.concatenate(list(audio.blocks(30 * audio.sr)), axis=1), audio.sr, sort)
    table = measure(read((np.ascontiguousarray(y), sr)))
    given = [table.curves[name] if name in table.curves else table.numbers[name] for name in NEEDS]
    rows = [speed_statistics(*(curve[i] for curve in given)) for i in range(table.channels)]
    return [Example(folder.name, talker_of(label), sort, row) for row in rows if row is not None]


def talker_of(label: Mapping[str, Any]) -> str:
    """Return who speaks first."""
    return str((label.get("source") or {}).get("voice") or (label.get("voices") or ["?"])[0])


def tasks_of(folders: Sequence[Path]) -> list[tuple[Path, dict[str, Any], str]]:
    """Return what is to be measured."""
    tasks = []
    for nth, folder in enumerate(folders):
        for i, line in enumerate((folder / "labels.jsonl").read_text("utf-8").splitlines()):
            label = json.loads(line)
            if talker_of(label) in WITHHELD or label.get("content", "speech") not in ("speech", "tone+speech:dtmf"):
                continue
            sorts = ["true"]
            if label["label"] != "blocked" and (nth <= 1 or i % EVERY == 0):
                sorts += WRONG
                sorts += OTHERS if nth <= 1 and label["label"] == "intact" else ()
            tasks += [(folder, label, sort) for sort in sorts]
    return tasks


def fitted(rows: Sequence[Example], wrong: str) -> dict[str, float]:
    """Weights on the statistics as they are, and ``offset``; both classes count alike."""
    names = list(rows[0].statistics)
    x = np.array([[row.statistics[name] for name in names] for row in rows])
    y = np.array([row.sort == wrong for row in rows])
    weight = np.where(y, 1 / y.sum(), 1 / (~y).sum()) * len(y) / 2
    return dict(zip([*names, "offset"], logistic(x, y, weight, DECAY * len(y)).tolist(), strict=True))


def logit(weights: Mapping[str, float], row: Example) -> float:
    """Return the logarithm of the odds that a recording has the wrong speed."""
    return weights["offset"] + sum(weights[name] * value for name, value in row.statistics.items())


def crossed(rows: Sequence[Example], wrong: str) -> NDArray[np.float64]:
    """Return the logit of each recording by weights that never saw its talker."""
    talkers = sorted({row.talker for row in rows})
    np.random.default_rng(1).shuffle(talkers)
    fold = {talker: i % FOLDS for i, talker in enumerate(talkers)}
    said = np.zeros(len(rows))
    for k in range(FOLDS):
        weights = fitted([row for row in rows if fold[row.talker] != k], wrong)
        for i, row in enumerate(rows):
            if fold[row.talker] == k:
                said[i] = logit(weights, row)
    return said


def report(rows: Sequence[Example], wrong: str) -> None:
    """Print what is found of one wrong speed."""
    said = crossed(rows, wrong)
    sorts, folders = np.array([row.sort for row in rows]), np.array([row.folder for row in rows])
    limit = np.quantile(said[sorts != wrong], 1 - FALSE_RATE)
    print(f"{wrong}: limit {limit:.2f}, a probability of {1 / (1 + np.exp(-limit)):.4f}")
    for sort in ("true", *WRONG, *OTHERS):
        of = sorts == sort
        print(f"  {sort}: {(said[of] > limit).sum()} of {of.sum()} called so")
    for folder in sorted(set(folders)):
        of = (sorts == wrong) & (folders == folder)
        plain = (sorts == "true") & (folders == folder)
        found, false = (said[of] > limit).sum(), (said[plain] > limit).sum()
        print(f"  {folder}: found {found} of {of.sum()}, wrongly {false} of {plain.sum()}")
    print({name: float(f"{value:.4g}") for name, value in fitted(rows, wrong).items()})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="playback.py", description="Fit what tells a wrong sampling rate.")
    parser.add_argument("folders", nargs="+", type=Path, help="folders with labels.jsonl")
    parser.add_argument("--workers", type=int, default=None, help="processes; as many as there are cores without it")
    asked = parser.parse_args(arguments)
    one_thread_each()
    with ProcessPoolExecutor(asked.workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        rows = [row for found in pool.map(example, tasks_of(asked.folders), chunksize=8) for row in found]
    for wrong in WRONG:
        report(rows, wrong)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
