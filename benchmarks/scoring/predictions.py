"""Prediction: what was said of one recording, from a report or from a stored line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.scoring.labels import Label, base_name
from benchmarks.scoring.lines import read_lines
from benchmarks.scoring.problems import ScoringError
from benchmarks.scoring.stretches import Stretch, said
from benchmarks.scoring.true_events import AUDIOQ_KIND

if TYPE_CHECKING:
    from audioq.report import Report

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was said of one recording.

    Parameters
    ----------
    file : str
        Path as the line gives it.
    verdict : str
        Label that was said, or ``none`` where there is no prediction.
    probabilities : mapping
        Class -> probability; empty where none were said.
    scores : mapping
        Name -> number; undefined scores are absent.
    events : tuple of Stretch
        What was said to have happened when.
    """

    file: str
    verdict: str = "none"
    probabilities: Mapping[str, float] | None = None
    scores: Mapping[str, float] | None = None
    events: tuple[Stretch, ...] = ()

    def score(self, name: str) -> float | None:
        """Return a score, or None where it is undefined."""
        value = (self.scores or {}).get(name)
        return value if value is not None and math.isfinite(value) else None


NOTHING = Prediction("")


class Predictions:
    """Finds the prediction for a label: by file name, and by folders where names recur."""

    def __init__(self, predictions: Iterable[Prediction]) -> None:
        self._by_name: dict[str, list[Prediction]] = {}
        for prediction in predictions:
            self._by_name.setdefault(base_name(prediction.file), []).append(prediction)

    @property
    def names(self) -> frozenset[str]:
        """File names for which something was said."""
        return frozenset(self._by_name)

    def without(self, names: Iterable[str]) -> Predictions:
        """Return the predictions for all other file names."""
        dropped = set(names)
        return Predictions(one for name, rows in self._by_name.items() if name not in dropped for one in rows)

    def __contains__(self, label: Label) -> bool:
        return label.name in self._by_name

    def __getitem__(self, label: Label) -> Prediction:
        found = self._by_name.get(label.name, [NOTHING])
        tail = "/" + label.file.replace("\\", "/")
        exact = [one for one in found if ("/" + one.file.replace("\\", "/")).endswith(tail)]
        return (exact or found)[-1]


def read_predictions(file: Path) -> Predictions:
    """Read stored lines; a line without a verdict (a failure) says nothing.

    Raises
    ------
    ScoringError
        The file cannot be read, or a line cannot be understood.
    """
    found = []
    for number, row in read_lines(file):
        try:
            found += [_prediction(row)] if row.get("verdict") is not None else []
            _check(row)
        except _CannotBeError as problem:
            raise ScoringError(f"{file}, line {number}: {problem}") from problem
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            raise ScoringError(f"{file}, line {number}, is no line of `audioq analyze --format json`") from problem
    if not found:
        raise ScoringError(f"{file} holds no verdict: there must be one line a recording")
    return Predictions(found)


class _CannotBeError(Exception):
    """A line that can be read and says what cannot be."""


def _check(row: Row) -> None:
    """Refuse what a slip of the pen makes of a prediction; it would count as wrong without a word."""
    if row.get("verdict") is None:
        return
    # Another word than the three classes is a tool that does not decide: it counts as none of them.
    made = _prediction(row)
    for name, value in (made.probabilities or {}).items():
        if not 0.0 <= value <= 1.0:
            raise _CannotBeError(f"the probability of {name!r} is {value:g}: write 0 to 1")


def predictions_of(rows: Sequence[Row]) -> Predictions:
    """Make predictions of lines in the form of ``audioq analyze --format json``."""
    return Predictions(_prediction(row) for row in rows if row.get("verdict") is not None)


def _prediction(row: Row) -> Prediction:
    verdict = row["verdict"]
    label, probabilities = verdict, None
    if isinstance(verdict, dict):
        label, probabilities = verdict.get("label"), verdict.get("probabilities")
    events = tuple(_said(event) for event in row.get("events") or ())
    return Prediction(row["file"], str(label), _numbers(probabilities), _numbers(row.get("scores")), events)


def _numbers(given: Mapping[str, Any] | None) -> dict[str, float] | None:
    """Return the numbers under their names; null is undefined, and left out."""
    return None if given is None else {name: float(value) for name, value in given.items() if value is not None}


def _said(event: Mapping[str, Any]) -> Stretch:
    return said(float(event["start"]), float(event["end"]), AUDIOQ_KIND.get(event["kind"], event["kind"]))


def row_of(report: Report, file: str) -> Row:
    """Return the line of a report: only what is scored, so that it can be stored and read again."""
    verdict = report.verdict
    return {
        "file": file,
        "verdict": {
            "label": str(verdict.label),
            "probabilities": {str(name): float(value) for name, value in verdict.probabilities.items()},
            "basis": verdict.basis,
            "rule": verdict.rule,
        },
        "severity": _number(report.severity),
        "scores": {name: _number(value) for name, value in report.scores.items()},
        "events": [
            {"start": one.start, "end": one.end, "kind": one.kind, "channel": one.channel, "confidence": one.confidence}
            for one in report.events
        ],
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
