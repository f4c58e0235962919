"""Can it be heard that one channel holds two voices? Fit and check statistics of pitch, band, level and background.

    python benchmarks/training/voices.py MIX MADE PHONE REAL --check MIX MADE PHONE

Folders are lab corpora and real calls. Those whose labels have ``post.mix`` hold two voices where at least 30 % of the
far one arrived, the others one; recordings of several talkers are left out, and so are real calls of voices fa and ml.
The limit is the lowest that at most 3 % of the single voices of any fitted folder exceed, talkers left out fold by
fold. audioq has no such detector: this shows why.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from audioq.audio import read
from audioq.features import FRAME_FEATURES, FrameFeature
from audioq.frames import Frames, mel_centres
from audioq.listening import listen
from audioq.masks import bridged, long_enough, runs
from audioq.measurement import measure
from audioq.table import FeatureTable, Quantity
from audioq.thresholds import DEFAULT_THRESHOLDS
from benchmarks.threads import one_thread_each
from benchmarks.training.processing import logistic

FOLDS, MOST_FALSE, LEAST_ARRIVED, DECAY = 6, 0.03, 0.3, 0.03
WITHHELD = ("fa", "ml")
BANDS = len(mel_centres()) - 2
WINDOW, STEP = 150, 75
"""Frames of 10 ms of a window, and from one to the next."""
Curve = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """One recording: where it is from, its talker, whether it holds two voices, its statistics."""

    folder: str
    talker: str
    two: bool
    statistics: tuple[float, ...]


def _mel_bands(frames: Frames) -> tuple[Curve, ...]:
    mel = frames.around(frames.mel_db, 0, 0)
    undefined = np.full_like(mel[:, 0], np.nan)
    return tuple(mel[:, i] if i < mel.shape[1] else undefined for i in range(BANDS))


MEL = FrameFeature(_mel_bands, {f"mel_{i}": Quantity("dB", f"level in mel band {i}") for i in range(BANDS)})


def gap_of_two(x: Curve) -> tuple[float, float]:
    """Fit two normal curves of one width; return their distance times the root of the lesser share, and the gain.

    The gain is that in mean log-likelihood over one normal curve.

    Examples
    --------
    >>> distance, gain = gap_of_two(np.r_[np.linspace(-1, 1, 99), np.linspace(9, 11, 99)])
    >>> 6.5 < distance < 7.5, gain > 1
    (True, True)
    """
    whole = x.std() + 1e-3
    low, high = (float(value) for value in np.quantile(x, (0.25, 0.75)))
    width, share = whole / 2, 0.5
    for _ in range(60):
        near = share * np.exp(-0.5 * ((x - low) / width) ** 2) / width + 1e-12
        far = (1 - share) * np.exp(-0.5 * ((x - high) / width) ** 2) / width + 1e-12
        own = near / (near + far)
        share = float(own.mean())
        low, high = float(own @ x / (own.sum() + 1e-9)), float((1 - own) @ x / ((1 - own).sum() + 1e-9))
        width = max(float(np.sqrt((own * (x - low) ** 2 + (1 - own) * (x - high) ** 2).mean())), 0.02)
    gain = float(np.log(near + far).mean() + np.log(whole) + 0.5)
    return abs(high - low) * min(share, 1 - share) ** 0.5, gain


def best_split(values: Curve, weights: Curve) -> float:
    """Return the largest distance between the means of turns parted at one value, lesser parts counting less."""
    order = np.argsort(values)
    values, shares, best = values[order], weights[order] / weights.sum(), 0.0
    for i in range(1, len(values)):
        first = float(shares[:i].sum())
        low, high = np.average(values[:i], weights=shares[:i]), np.average(values[i:], weights=shares[i:])
        best = max(best, float((first * (1 - first)) ** 0.5 * (high - low)))
    return best


def voice_statistics(table: FeatureTable) -> tuple[float, ...] | None:
    """Return what may tell two voices from one; None where too little speech is heard."""
    at = {name: curve[0] for name, curve in table.curves.items()}
    speech = listen(table, 0, DEFAULT_THRESHOLDS).speech & (at["muted"] < 0.5) & (at["concealed"] < 0.5)
    speech &= at["zero_share"] < 0.2
    pitch = np.log2(np.maximum(at["pitch_lag"], 1))
    voiced = speech & (at["periodicity"] > 0.75) & (np.abs(np.diff(pitch, prepend=pitch[:1])) < 0.08)
    mel = np.stack([at[f"mel_{i}"] for i in range(BANDS)])
    mel = mel[np.isfinite(mel).all(axis=1)]
    if speech.sum() < 200 or voiced.sum() < 60:
        return None
    edge = np.log2(np.maximum(at["band_edge"][speech], 100))
    changes = _changes(mel, speech, at["zero_share"] < 0.2)
    if changes is None:
        return None
    spread = (
        float(np.nanstd(edge)),
        float(np.quantile(at["level"][speech], 0.95) - np.quantile(at["level"][speech], 0.2)),
    )
    rough = (
        float(np.quantile(at["harmonic_contrast"][speech], 0.9)),
        float(np.quantile(at["periodicity"][speech], 0.9)),
    )
    return (
        float(pitch[voiced].std()),
        *gap_of_two(pitch[voiced]),
        *spread,
        *rough,
        *changes,
        *_turns(pitch, mel, speech, voiced),
    )


def _changes(mel: Curve, speech: NDArray[np.bool_], heard: NDArray[np.bool_]) -> tuple[float, ...] | None:
    """How treble, bass and level of speech, and level and shape of the background, change from window to window."""
    tops, floors = [], []
    for start in range(0, mel.shape[1] - WINDOW, STEP):
        own = slice(start, start + WINDOW)
        if heard[own].sum() < WINDOW // 2 or (speech[own] & heard[own]).sum() < 40:
            continue
        floors.append(np.quantile(mel[:, own][:, heard[own]], 0.05, axis=1))
        tops.append(10 * np.log10((10 ** (mel[:, own][:, speech[own]] / 10)).mean(axis=1)))
    if len(tops) < 3:
        return None
    top, floor = np.array(tops), np.array(floors)
    third = 2 * top.shape[1] // 3
    relative, shape = top - top.max(axis=1, keepdims=True), floor - floor.mean(axis=1, keepdims=True)
    speaking = (relative[:, third:].mean(axis=1).std(), relative[:, :3].mean(axis=1).std(), top.max(axis=1).std())
    return tuple(map(float, (*speaking, floor.mean(axis=1).std(), shape.std(axis=0).mean())))


def _turns(
    pitch: Curve, mel: Curve, speech: NDArray[np.bool_], voiced: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """How far the turns fall apart in pitch, treble and background."""
    rows = []
    for start, end in zip(*runs(long_enough(bridged(speech, 30), 60)), strict=True):
        own, around = slice(start, end), slice(max(0, start - 20), end + 20)
        if voiced[own].sum() < 15:
            continue
        loud = mel[:, own][:, speech[own]].mean(axis=1)
        treble = loud[2 * len(loud) // 3 :].mean() - loud.max()
        floor = np.quantile(mel[:, around], 0.05, axis=1).mean()
        rows.append((end - start, np.median(pitch[own][voiced[own]]), treble, floor))
    if len(rows) < 2:
        return 0.0, 0.0, 0.0
    lengths, *values = np.array(rows, np.float32).T
    low, middle, high = (best_split(own, lengths) for own in values)
    return low, middle, high


def example(task: tuple[Path, dict[str, Any]]) -> Example | None:
    """Measure one labelled recording; None where it is withheld, grey, of several talkers, or too little is heard."""
    folder, label = task
    voices = label.get("voices") or [(label.get("source") or {}).get("voice", "?")]
    mixed = bool((label.get("post") or {}).get("mix"))
    unclear = (
        label.get("content", "speech") != "speech" or label["delivered"] < LEAST_ARRIVED if mixed else len(voices) > 1
    )
    if label["grey"] or voices[0] in WITHHELD or unclear:
        return None
    statistics = voice_statistics(measure(read(folder / label["file"]), (*FRAME_FEATURES, MEL)))
    return None if statistics is None else Example(folder.name, str(voices[0]), mixed, statistics)


def examples(folders: Sequence[Path]) -> list[Example]:
    """Measure all recordings of the folders."""
    tasks = [(f, json.loads(line)) for f in folders for line in (f / "labels.jsonl").read_text("utf-8").splitlines()]
    one_thread_each()
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        return [one for one in pool.map(example, tasks, chunksize=8) if one is not None]


def odds(fit: Sequence[Example], rows: Sequence[Example]) -> NDArray[np.float64]:
    """Fit on some recordings and return the log odds of two voices in others."""
    x, y = np.array([row.statistics for row in fit]), np.array([row.two for row in fit])
    middle, width = np.median(x, axis=0), x.std(axis=0) + 1e-9
    weight = np.where(y, 0.5 / y.sum(), 0.5 / (~y).sum())

    def scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
        linear = np.clip((values - middle) / width, -2.5, 2.5)
        return np.concatenate([linear, np.abs(linear)], axis=1)

    *weights, offset = logistic(scaled(x), y, weight, DECAY)
    said: NDArray[np.float64] = scaled(np.array([row.statistics for row in rows])) @ np.array(weights) + offset
    return said


def left_out(rows: Sequence[Example]) -> NDArray[np.float64]:
    """Return the log odds of each recording, fitted without its talker."""
    talkers = sorted({row.talker for row in rows})
    np.random.default_rng(1).shuffle(talkers)
    fold = np.array([talkers.index(row.talker) % FOLDS for row in rows])
    said = np.zeros(len(rows))
    for k in range(fold.max() + 1):
        own = [row for row, number in zip(rows, fold, strict=True) if number == k]
        said[fold == k] = odds([row for row, number in zip(rows, fold, strict=True) if number != k], own)
    return said


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="voices.py", description="Fit and check what may tell two voices from one.")
    parser.add_argument("folders", nargs="+", type=Path, help="folders with labels.jsonl")
    parser.add_argument("--check", nargs="+", type=Path, default=[], help="folders on which nothing is fitted")
    given = parser.parse_args(arguments)
    rows = examples(given.folders)
    said = left_out(rows)
    single = {row.folder for row in rows if not row.two}
    places = {name: np.array([row.folder == name and not row.two for row in rows]) for name in single}
    limit = max(float(np.quantile(said[place], 1 - MOST_FALSE, method="higher")) for place in places.values())
    checked = examples(given.check)
    parts = [("talkers left out", rows, said), ("not fitted", checked, odds(rows, checked) if checked else np.zeros(0))]
    for word, group, values in parts:
        for key in sorted({(row.folder, row.two) for row in group}):
            over = [value > limit for row, value in zip(group, values, strict=True) if (row.folder, row.two) == key]
            voices = "two voices" if key[1] else "one voice"
            print(f"{key[0]}, {voices}, {word}: called two {sum(over)} of {len(over)} = {np.mean(over):.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
