"""Intervals: how far a figure might lie from where it lay by luck of the calls, or of the talkers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.bootstrap import Floats, Interval, bounds, drawn_sums, ratios
from benchmarks.scoring.event_counts import EventCounts
from benchmarks.scoring.events import ASKED, SCOPES, said_on_intact
from benchmarks.scoring.groups import UNITS
from benchmarks.scoring.labels import CLASSES, Label
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.verdicts import SAID, FalseAlarms

_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Units:
    """How many calls, or talkers, the recordings of each figure have: bounds over a handful are too narrow."""

    macro_f1: int
    intact_called_otherwise: int
    events: dict[str, int]
    false_events_per_min_on_intact: int


@dataclass(frozen=True, slots=True)
class Intervals:
    """Bounds of 95 % of the main figures, had other units been drawn; None where undefined."""

    units: Units
    macro_f1: Interval | None
    intact_called_otherwise: Interval | None
    events: dict[str, dict[str, Interval | None]]
    false_events_per_min_on_intact: Interval | None


def intervals(judged: Sequence[Label], predictions: Predictions, counts: EventCounts, unit: str) -> Intervals:
    """Return the bootstrap intervals of labels that have a verdict, over one of `UNITS`."""
    sure = [label for label in judged if not label.grey]
    intact = [label for label in sure if label.verdict == "intact"]
    scopes = {scope: counts.within(scope) for scope in SCOPES}
    clean = said_on_intact(judged, predictions)
    return Intervals(
        units=Units(
            macro_f1=_n_units(sure, unit),
            intact_called_otherwise=_n_units(intact, unit),
            events={scope: _n_units(part.labels, unit) for scope, part in scopes.items()},
            false_events_per_min_on_intact=_n_units([row[0] for row in clean], unit),
        ),
        macro_f1=macro_f1_interval(sure, predictions, unit),
        intact_called_otherwise=_alarm_interval(intact, predictions, unit),
        events={scope: _event_intervals(part, unit) for scope, part in scopes.items()},
        false_events_per_min_on_intact=_false_event_interval(clean, unit),
    )


def _n_units(labels: Iterable[Label], unit: str) -> int:
    return len(set(_units(labels, unit)))


def _units(labels: Iterable[Label], unit: str) -> list[str]:
    return [UNITS[unit](label) for label in labels]


def _confusions(labels: Sequence[Label], predictions: Predictions) -> NDArray[np.int64]:
    """Return the confusion of each recording, shape (recordings, truth, said)."""
    counts = np.zeros((len(labels), len(CLASSES), len(SAID)), dtype=np.int64)
    for i, label in enumerate(labels):
        said = predictions[label].verdict
        counts[i, CLASSES.index(str(label.verdict)), SAID.index(said if said in SAID else "none")] = 1
    return counts


def _macro_f1(counts: Floats) -> Floats:
    """Return macro-F1 of confusions, shape (draws, truth, said); absent classes are left out."""
    hits = np.diagonal(counts, axis1=1, axis2=2)
    n, claimed = counts.sum(axis=2), counts[:, :, : len(CLASSES)].sum(axis=1)
    f1 = 2 * hits / np.maximum(n + claimed, 1)
    return np.asarray((f1 * (n > 0)).sum(axis=1) / (n > 0).sum(axis=1), dtype=np.float64)


def macro_f1_interval(labels: Sequence[Label], predictions: Predictions, unit: str = "calls") -> Interval | None:
    """Return the bootstrap interval of macro-F1 over one of `UNITS`, each drawn as a whole."""
    judged = [label for label in labels if label.verdict is not None]
    if not judged:
        return None
    counts = _confusions(judged, predictions)
    drawn = drawn_sums(counts.reshape(len(judged), -1), _units(judged, unit))
    return bounds(_macro_f1(drawn.reshape(-1, *counts.shape[1:])))


def _alarm_interval(intact: Sequence[Label], predictions: Predictions, unit: str) -> Interval | None:
    if not intact:
        return None
    rows = np.array([(predictions[label].verdict != "intact", 1) for label in intact], dtype=np.int64)
    drawn = drawn_sums(rows, _units(intact, unit))
    return bounds(ratios(drawn[:, 0], drawn[:, 1]))


def _event_intervals(counts: EventCounts, unit: str) -> dict[str, Interval | None]:
    if not counts.labels:
        return dict.fromkeys(ASKED)
    drawn = drawn_sums(counts.counts.reshape(len(counts.labels), -1), _units(counts.labels, unit))
    hits, misses, alarms = np.moveaxis(drawn.reshape(len(drawn), len(ASKED), 3), 2, 0)
    f1 = ratios(2 * hits, 2 * hits + misses + alarms)
    return {kind: bounds(f1[:, i]) for i, kind in enumerate(ASKED)}


def _false_event_interval(rows: Sequence[tuple[Label, int, float]], unit: str) -> Interval | None:
    if not rows:
        return None
    drawn = drawn_sums(np.array([row[1:] for row in rows], dtype=np.float64), _units([row[0] for row in rows], unit))
    return bounds(ratios(drawn[:, 0], drawn[:, 1]))


def rate_interval(alarms: FalseAlarms) -> Interval:
    """Return Wilson's interval of a share, which holds for few recordings and for none wrong too."""
    z2, n, p = _NORMAL_95**2, alarms.n, alarms.rate
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _NORMAL_95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # Rounding must not put the share itself outside.
    return Interval(min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half)))
