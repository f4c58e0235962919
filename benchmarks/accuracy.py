"""Accuracy: what audioq says of labelled recordings against what is true.

::

    python benchmarks/accuracy.py FOLDER
    python benchmarks/accuracy.py FOLDER --only voice=fa,ml --json figures.json
    python benchmarks/accuracy.py FOLDER --predictions stored.jsonl
    python benchmarks/accuracy.py FOLDER --edges

FOLDER holds ``labels.jsonl`` and the recordings that it names.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

# The checkout's root, so that this file runs as a script from anywhere, without an installation.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.analysis import predict_all
from benchmarks.scoring.edges import edge_figures
from benchmarks.scoring.labels import Label, read_labels
from benchmarks.scoring.predictions import Predictions, Row, predictions_of, read_predictions
from benchmarks.scoring.printout import edges_text, text_of
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="accuracy.py", description="Score audioq on labelled recordings.")
    add = parser.add_argument
    add("folder", type=Path, help="folder with labels.jsonl, or such a file")
    add("--predictions", type=Path, metavar="FILE", help="score these stored lines; nothing is analysed")
    add("--save", type=Path, metavar="FILE", help="store the predictions, one line a recording")
    add("--only", type=_filter, action="append", default=[], metavar="KEY=A,B", help="score these labels only")
    add("--not", type=_filter, action="append", default=[], metavar="KEY=A,B", dest="without", help="leave these out")
    add("--set", type=_change, action="append", default=[], metavar="NAME=VALUE", dest="changes", help="a threshold")
    add("--edges", action="store_true", help="events of exactly known place, edge by edge, instead of the rest")
    add("--json", type=Path, metavar="FILE", help="write the figures as JSON (- prints them instead of the text)")
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)")
    return parser


def _predictions(labels: Sequence[Label], options: argparse.Namespace) -> Predictions:
    if options.predictions is not None:
        return read_predictions(options.predictions)
    rows = predict_all(labels, dict(options.changes), options.jobs)
    if options.save is not None:
        _save(rows, options.save)
    return predictions_of(rows)


def _save(rows: Sequence[Row], file: Path) -> None:
    with file.open("w", encoding="utf-8") as handle:
        handle.writelines(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)


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
        file.write_text(document, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 2 usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        everything = read_labels(options.folder)
    except OSError as problem:
        parser.error(f"no labels: {problem}")
    labels = select(everything, options.only, options.without)
    if not labels:
        parser.error("no label is left; look at --only and --not")
    # What is said of recordings that were left out is known, and not to be counted as unknown.
    left_out = {label.name for label in everything} - {label.name for label in labels}
    figures, text = _figures(labels, _predictions(labels, options).without(left_out), options.edges)
    _write(figures, text, options.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
