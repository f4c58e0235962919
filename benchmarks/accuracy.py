"""Accuracy: what audioq says of labelled recordings against what is true.

::

    python benchmarks/accuracy.py FOLDER
    python benchmarks/accuracy.py FOLDER --only voice=fa,ml --json figures.json
    python benchmarks/accuracy.py FOLDER --predictions stored.jsonl
    python benchmarks/accuracy.py FOLDER --edges
    python benchmarks/accuracy.py FOLDER --peers ffmpeg,essentia

FOLDER holds ``labels.jsonl`` and the recordings that it names. Exit codes: 0 done, 1 done without some files that the
labels name, 2 nothing can be scored.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# The checkout's root, so that this file runs as a script from anywhere, without an installation.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# Before numpy is imported: one thread, as every peer has, or waiting threads are counted as work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.analysis import predict_all
from benchmarks.peers.catalogue import PEERS, chosen
from benchmarks.peers.comparison import Plan, side_by_side
from benchmarks.peers.environments import HOME, WEIGHTS
from benchmarks.scoring.completeness import (
    check_common,
    sentence_on_failures,
    sentence_on_frames,
    split_by_presence,
)
from benchmarks.scoring.edges import edge_figures
from benchmarks.scoring.labels import Label, read_labels
from benchmarks.scoring.predictions import Predictions, Row, predictions_of, read_predictions
from benchmarks.scoring.printout import edges_text, text_of
from benchmarks.scoring.problems import ScoringError
from benchmarks.scoring.scorecard import as_json, score
from benchmarks.scoring.selection import Filter, read_filter, select


def _filter(text: str) -> Filter:
    try:
        return read_filter(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


def _change(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=NUMBER") from problem


def _jobs(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of processes, 1 or more")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="accuracy.py", description="Score audioq on labelled recordings.")
    add = parser.add_argument
    add("folder", type=Path, help="folder with labels.jsonl, or such a file")
    add("--predictions", type=Path, metavar="FILE", help="score these stored lines; nothing is analysed")
    add("--save", type=Path, metavar="FILE", help="store the predictions, one line a recording")
    add("--only", type=_filter, action="append", default=[], metavar="KEY=A,B", help="score these labels only")
    add("--not", type=_filter, action="append", default=[], metavar="KEY=A,B", dest="without", help="leave these out")
    add("--set", type=_change, action="append", default=[], metavar="NAME=VALUE", dest="changes", help="a threshold")
    add("--side", choices=("far", "both", "near"), help="whose voice the recordings hold, as audioq --side")
    add("--weights", type=Path, metavar="FILE", help="other weights of the network (training/train.py -o FILE)")
    add("--edges", action="store_true", help="events of exactly known place, edge by edge, instead of the rest")
    add("--json", type=Path, metavar="FILE", help="write the figures as JSON (- prints them instead of the text)")
    add("--peers", metavar="NAME,NAME", help="a table beside other tools (peers/catalogue.py), or all of them")
    add("--peers-home", type=Path, default=HOME, metavar="FOLDER", help="their environments and what they said")
    add("--nisqa-weights", type=Path, metavar="FILE", help=f"weights of NISQA (default: ${WEIGHTS})")
    add("--markdown", action="store_true", help="print the table of --peers as Markdown")
    add("--jobs", type=_jobs, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)")
    return parser


def _rows(labels: Sequence[Label], options: argparse.Namespace) -> list[Row]:
    """Analyse the recordings; those that are not there get a row with an error, in their place."""
    present, absent = split_by_presence(labels)
    _check_changes(dict(options.changes))
    found = {
        row["file"]: row
        for row in (*predict_all(present, dict(options.changes), options.jobs, options.weights, options.side), *absent)
    }
    return [found[label.file] for label in labels]


def _check_changes(changes: dict[str, float]) -> None:
    from audioq.errors import ThresholdError
    from audioq.thresholds import DEFAULT_THRESHOLDS

    try:
        DEFAULT_THRESHOLDS.with_values(changes)
    except ThresholdError as problem:
        raise ScoringError(f"--set: {problem}") from problem


def _predictions(
    everything: Sequence[Label], labels: Sequence[Label], options: argparse.Namespace
) -> tuple[Predictions, str | None, dict[str, float | None]]:
    """Return what was said, one sentence on recordings of which nothing could be, and CPU seconds by file."""
    if options.predictions is not None:
        stored = read_predictions(options.predictions)
        check_common(everything, labels, stored)
        # What is said of recordings that were left out is known, and not to be counted as unknown.
        left_out = {label.name for label in everything} - {label.name for label in labels}
        return stored.without(left_out), None, {}
    rows = _rows(labels, options)
    if options.save is not None:
        _save(rows, options.save)
    return predictions_of(rows), sentence_on_failures(rows), {row["file"]: row.get("cpu_s") for row in rows}


def _save(rows: Sequence[Row], file: Path) -> None:
    lines = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
    _write_text(file, "".join(lines))


def _write_text(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise ScoringError(f"{file} cannot be written: {problem.strerror or problem}") from problem


def _figures(labels: Sequence[Label], predictions: Predictions, edges: bool) -> tuple[dict[str, Any], str]:
    if edges:
        exact = edge_figures(labels, predictions)
        return asdict(exact), edges_text(exact)
    card = score(labels, predictions)
    return as_json(card), text_of(card)


def _write(figures: dict[str, Any], text: str, file: Path | None) -> None:
    document = json.dumps(figures, indent=1, ensure_ascii=False) + "\n"
    sys.stdout.write(document if file == Path("-") else text)
    if file is not None and file != Path("-"):
        _write_text(file, document)


def _plan(options: argparse.Namespace) -> Plan | None:
    """Return which peers to run, before anything is analysed: a misspelt name should not cost an hour."""
    if options.peers is None:
        return None
    if find_spec("resource") is None:
        raise ScoringError("--peers needs Linux, macOS or WSL: it counts CPU by Python's `resource`, which is not here")
    if options.nisqa_weights is not None:
        os.environ[WEIGHTS] = str(options.nisqa_weights)
    try:
        peers = chosen(options.peers.split(","), PEERS)
    except ValueError as problem:
        raise ScoringError(f"--peers: {problem}") from problem
    return Plan(peers, options.peers_home, options.jobs, options.edges)


def _check_folders(files: Iterable[Path | None]) -> None:
    """Refuse files that could not be written, before an hour of analysis and not after."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            raise ScoringError(f"{file} cannot be written: there is no folder {file.parent}")


def _run(options: argparse.Namespace) -> int:
    _check_folders((options.save, options.json))
    everything = read_labels(options.folder)
    labels = select(everything, options.only, options.without)
    if not labels:
        raise ScoringError(f"no label of {len(everything)} is left: look at --only and --not")
    plan = _plan(options)
    predictions, failures, cpu_s = _predictions(everything, labels, options)
    figures, text = _figures(labels, predictions, options.edges)
    if plan is not None:
        table = side_by_side(labels, predictions, cpu_s, plan)
        figures["peers"] = table.data()
        text += "\n" + (table.markdown() if options.markdown else table.text())
    _write(figures, text, options.json)
    sentences = [failures, None if options.edges else sentence_on_frames(labels)]
    for sentence in filter(None, sentences):
        print(f"accuracy.py: {sentence}", file=sys.stderr)
    return int(any(sentences))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except ScoringError as problem:
        print(f"accuracy.py: {problem}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
