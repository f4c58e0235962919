"""Traces: could an automatic gain, a noise suppressor or an undone lossy coding be told from a recording?

::

    python benchmarks/traces.py MADE REAL --most 60

Whole calls with speech, kept as they were, are sent through each design of ``benchmarks/recorders.py``, and statistics
that follow from how such things work, and from no level that a design happens to have, are taken. For each design they
are weighed on the other designs of its class and on other talkers, and the limit is set where `FALSE` of the untouched
calls lie over it. Real calls of voices fa and ml are left out.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audioq.audio import read
from audioq.features import FRAME_FEATURES, FrameFeature
from audioq.frames import Frames
from audioq.masks import bridged, runs
from audioq.measurement import measure
from audioq.table import FeatureTable, Quantity
from benchmarks.recorders import Design, installed
from benchmarks.threads import one_thread_each
from benchmarks.training.processing import logistic
from benchmarks.training.room import WITHHELD

FALSE = 0.04
FOLDS = 5
LOWEST_BIN, BAND_BINS = 32, 8
"""Spectral holes are looked for from 1 kHz on, in bands of 250 Hz."""
HOLE, VALLEY_DB = 1e-3, 10.0
BELOW_ACTIVE_DB, BREATH, LEAST_PAUSE, TAIL = 20.0, 15, 30, 15
"""Speech lies over the first [dB]; shorter breaks belong to it, shorter pauses say nothing, and each loses its head
and a third of that at its end to the sound around it [frames]."""
EDGE = 20
"""Frames at the beginning and the end of a pause of which a release is told."""

STATISTICS = {
    "gain": ("floor_travel", "shape_travel", "release"),
    "suppression": ("valleys_soft", "valleys_loud", "holes_soft", "holes_loud"),
    "undone": ("holes_soft", "holes_loud", "valleys_soft", "valleys_loud"),
}
"""What each class is told by."""


def emptied(frames: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the share of bins 30 dB under the mean of their band, and of mel bands 10 dB under both neighbours.

    A codec sets to zero what it takes to be inaudible, a suppressor what it takes for noise (and leaves lone tones).
    Each is of shape (channels, TILE).
    """
    S = frames.around(frames.S, 0, 0)[:, LOWEST_BIN:]
    bands = (int(min(frames.band_hz, frames.sr / 2) / 31.25) - LOWEST_BIN - BAND_BINS) // BAND_BINS
    X = S[:, : bands * BAND_BINS].reshape(len(S), bands, BAND_BINS, -1)
    holes = (X < X.mean(axis=2, keepdims=True) * np.float32(HOLE)).mean(axis=(1, 2))
    mel = frames.around(frames.mel_db, 0, 0)
    first = mel.shape[1] // 3
    depth = np.minimum(mel[:, first - 2 : -4], mel[:, first + 2 :]) - mel[:, first:-2]
    return holes.astype(np.float32), (depth > VALLEY_DB).mean(axis=1).astype(np.float32)


FEATURE = FrameFeature(emptied, {name: Quantity("1", "emptied bands") for name in ("holes", "valleys")})


def statistics_of(table: FeatureTable) -> dict[str, float]:
    """Return what the first channel of a table shows; NaN where it holds too little.

    Returns
    -------
    dict of str to float
        `floor_travel` [dB]: median distance of the pauses' backgrounds from their median, `shape_travel` [dB]:
        deviation of their flatness, `release` [dB]: median rise of the background from the beginning of a pause to its
        end; `holes_...`, `valleys_...`: logarithm of the mean share in loud frames and in softer ones.
    """
    level, active = table["level"][0], table.number("active_level_dbfs", 0)
    floor = table.number("noise_floor_dbfs", 0)
    found = dict.fromkeys(("floor_travel", "shape_travel", "release"), np.nan)
    loud = level >= active - 15
    soft = ~loud & (level > max(floor + 3, -80))
    for name in ("holes", "valleys"):
        for where, frames in (("loud", loud), ("soft", soft)):
            share = float(table[name][0][frames].mean()) if frames.sum() > EDGE else np.nan
            found[f"{name}_{where}"] = float(np.log(share + 3e-4))
    pauses = [level[pause] for pause in _pauses(table, active)]
    if len(pauses) >= 3:
        floors = np.array([np.median(np.sort(one)[: max(5, len(one) // 2)]) for one in pauses])
        found["floor_travel"] = float(np.median(np.abs(floors - np.median(floors))))
        found["shape_travel"] = float(np.std([np.median(table["flatness"][0][p]) for p in _pauses(table, active)]))
        rises = [np.median(one[-EDGE:]) - np.median(one[:EDGE]) for one in pauses]
        found["release"] = float(np.median(rises))
    return found


def _pauses(table: FeatureTable, active: float) -> Iterator[slice]:
    """Pauses that hold a background, without the sound around them and without losses."""
    level = table["level"][0]
    whole = (table["zero_share"][0] < 0.2) & (level > -85) & (table["muted"][0] < 0.5) & (table["concealed"][0] < 0.5)
    starts, ends = runs(~bridged(level >= active - BELOW_ACTIVE_DB, BREATH))
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        pause = slice(start + TAIL * (start > 0), end - TAIL // 3)
        if end - start >= LEAST_PAUSE and pause.stop - pause.start >= 10 and whole[pause].mean() >= 0.9:
            yield pause


@dataclass(frozen=True, slots=True)
class Example:
    """One recording behind one design: its folder and talker, its class and design ("none" twice), what it shows."""

    folder: str
    talker: str
    kind: str
    design: str
    shows: Mapping[str, float]


def examples_of(task: tuple[Path, dict[str, Any]]) -> list[Example]:
    """Send one recording through all designs and measure it each time."""
    folder, label = task
    audio = read(folder / label["file"])
    y = np.concatenate(list(audio.blocks(audio.sr * 60)), axis=1)[0]
    talker = str((label.get("source") or {}).get("voice") or (label.get("voices") or ["?"])[0])
    rows = []
    everything: list[tuple[str, str, Design | None]] = [("none", "none", None)]
    everything += [(kind, *one) for kind, designs in installed().items() for one in designs.items()]
    for kind, name, design in everything:
        rng = np.random.default_rng(zlib.crc32(f"{name} {label['file']}".encode()))
        z, sr = (y, audio.sr) if design is None else design(y.copy(), audio.sr, rng)
        z = np.round(np.clip(z, -1, 0.99997) * 32768).astype(np.float32) / 32768
        table = measure(read((z, sr)), features=(*FRAME_FEATURES, FEATURE))
        rows.append(Example(folder.name, talker, kind, name, statistics_of(table)))
    return rows


def untouched(folder: Path, most: int) -> list[tuple[Path, dict[str, Any]]]:
    """Return labels of calls with speech that were kept as they were, at most so many, drawn by chance."""
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines() if line.strip()]
    kept = []
    for row in rows:
        post, voice = row.get("post") or {}, (row.get("source") or {}).get("voice")
        changed = post.get("agc") or post.get("reenc") or post.get("phone") or row.get("chain")
        plain = str(row["file"]).endswith((".flac", ".wav")) and row.get("content", "speech") == "speech"
        if plain and not changed and row["label"] != "blocked" and voice not in WITHHELD:
            kept.append((folder, row))
    order = np.random.default_rng(1).permutation(len(kept))[:most]
    return [kept[i] for i in sorted(order.tolist())]


def scored(rows: Sequence[Example], kind: str, left_out: str) -> NDArray[np.float64]:
    """Return the logit of each recording, weighed on other designs of the class and on other talkers; NaN if untold."""
    x = np.array([[row.shows[name] for name in STATISTICS[kind]] for row in rows])
    told = np.isfinite(x).all(axis=1)
    played = np.array([row.kind == kind for row in rows])
    none = np.array([row.kind == "none" for row in rows])
    fit = told & (none | (played & np.array([row.design != left_out for row in rows])))
    fold = np.array([zlib.crc32(row.talker.encode()) % FOLDS for row in rows])
    logits = np.full(len(rows), np.nan)
    for k in range(FOLDS):
        used, asked = fit & (fold != k), told & (fold == k)
        counts = np.where(played[used], 1 / max(played[used].sum(), 1), 1 / max(none[used].sum(), 1)) * used.sum() / 2
        weights = logistic(x[used], played[used], counts)
        logits[asked] = x[asked] @ weights[:-1] + weights[-1]
    return logits


def ranked(high: NDArray[np.float64], low: NDArray[np.float64]) -> float:
    """Area under the curve: how often one of `high` lies over one of `low`."""
    pairs = high[:, None] - low[None, :]
    return float((pairs > 0).mean() + (pairs == 0).mean() / 2)


def report(rows: Sequence[Example]) -> Iterator[str]:
    """Yield the lines of the table: a design each; others are behind designs of the other classes.

    The precision is that of as many recordings of this design, untouched ones and others.
    """
    yield "| class | design left out | told of | AUC | found at 4 % false | others so called | precision |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for kind, designs in installed().items():
        for name in designs:
            logits = scored(rows, kind, name)
            own, none, others = (
                logits[[is_of(row) for row in rows]]
                for is_of in (
                    lambda row, name=name: row.design == name,
                    lambda row: row.kind == "none",
                    lambda row, kind=kind: row.kind not in (kind, "none"),
                )
            )
            told = float(np.isfinite(own).mean())
            own, none, others = (values[np.isfinite(values)] for values in (own, none, others))
            limit = float(np.quantile(none, 1 - FALSE))
            found, false, wrong = (float((values > limit).mean()) for values in (own, none, others))
            precise = found / max(found + false + wrong, 1e-9)
            shares = f"{found:.0%} | {wrong:.0%} | {precise:.0%}"
            yield f"| {kind} | {name} | {told:.0%} | {ranked(own, none):.2f} | {shares} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="traces.py", description="Ask what a recorder's processing leaves behind.")
    parser.add_argument("folders", nargs="+", type=Path, help="folders with labels.jsonl")
    parser.add_argument("--most", type=int, default=60, metavar="N", help="calls of each folder, default 60")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), metavar="N", help="processes")
    options = parser.parse_args(arguments)
    tasks = [task for folder in options.folders for task in untouched(folder, options.most)]
    one_thread_each()
    with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        rows = [row for one in pool.map(examples_of, tasks) for row in one]
    print("\n".join(report(rows)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
