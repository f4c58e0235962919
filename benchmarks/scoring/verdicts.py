"""Verdicts: confusion, accuracy, F1 and false alarms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scoring.labels import CLASSES, Label
from benchmarks.scoring.predictions import Predictions

SAID = (*CLASSES, "none")

GREY = "_grey"
"""Behind the name of a distractor: those of its recordings that are grey."""
GREY_BY_NATURE = frozenset({"vocoder"})

Pair = tuple[str, str]
"""True verdict, verdict that was said."""


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Figures of one class against the others."""

    precision: float
    recall: float
    f1: float
    n: int


@dataclass(frozen=True, slots=True)
class VerdictFigures:
    """Figures of all classes; a class that no recording has is left out of `macro_f1`."""

    n: int
    accuracy: float
    macro_f1: float
    per_class: dict[str, ClassFigures]
    confusion: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Share of intact recordings that were called otherwise; `grey`: all of them are grey."""

    rate: float
    n: int
    grey: bool = False


def pairs(labels: Iterable[Label], predictions: Predictions) -> list[Pair]:
    """Return (truth, said) of the labels that have a verdict; what was not said is ``none``."""
    return [(label.verdict, predictions[label].verdict) for label in labels if label.verdict is not None]


def confusion(rows: Sequence[Pair]) -> dict[str, dict[str, int]]:
    """Count what was said for each truth."""
    counts = {truth: dict.fromkeys(SAID, 0) for truth in CLASSES}
    for truth, answer in rows:
        counts[truth][answer if answer in CLASSES else "none"] += 1
    return counts


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _class_figures(counts: dict[str, dict[str, int]], name: str) -> ClassFigures:
    hits, n = counts[name][name], sum(counts[name].values())
    claimed = sum(counts[truth][name] for truth in CLASSES)
    return ClassFigures(_ratio(hits, claimed), _ratio(hits, n), _ratio(2 * hits, n + claimed), n)


def verdict_figures(rows: Sequence[Pair]) -> VerdictFigures | None:
    """Return the figures of pairs of truth and answer; None without any pair."""
    if not rows:
        return None
    counts = confusion(rows)
    per_class = {name: _class_figures(counts, name) for name in CLASSES}
    macro_f1 = float(np.mean([one.f1 for one in per_class.values() if one.n]))
    return VerdictFigures(len(rows), _accuracy(rows), macro_f1, per_class, counts)


def _accuracy(rows: Sequence[Pair]) -> float:
    return sum(truth == answer for truth, answer in rows) / len(rows)


def _alarm_groups(label: Label) -> list[str]:
    if label.verdict != "intact":
        return []
    if not label.distractor:
        return [] if label.grey else ["all_intact"]
    if not label.grey:
        return ["all_intact", label.distractor, "all_distractors"]
    # How often grey ones are called damaged is worth knowing, but by itself. Vocoders are grey by nature: their name
    # is enough.
    return [label.distractor if label.distractor in GREY_BY_NATURE else label.distractor + GREY]


def false_alarms(labels: Iterable[Label], predictions: Predictions) -> dict[str, FalseAlarms]:
    """Return how often intact recordings were called otherwise: all, and by what makes them look damaged."""
    groups: dict[str, list[Label]] = {}
    for label in labels:
        for name in _alarm_groups(label):
            groups.setdefault(name, []).append(label)
    return {name: _alarms(members, predictions) for name, members in sorted(groups.items())}


def _alarms(labels: Sequence[Label], predictions: Predictions) -> FalseAlarms:
    otherwise = sum(predictions[label].verdict != "intact" for label in labels)
    return FalseAlarms(otherwise / len(labels), len(labels), all(label.grey for label in labels))
