"""Breakdown: the figures of the recordings that share a loss, a codec, a language, ..."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.scoring.event_counts import EventCounts
from benchmarks.scoring.events import Detection
from benchmarks.scoring.groups import GROUPS, grouped
from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.verdicts import FalseAlarms, false_alarms, pairs, verdict_figures


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Verdicts of a group; `false_alarm` is None where none of its recordings is intact."""

    n: int
    accuracy: float
    macro_f1: float
    false_alarm: FalseAlarms | None


Detections = dict[str, dict[str, Detection]]
"""Scope -> kind -> figures."""


def verdict_groups(sure: Sequence[Label], predictions: Predictions) -> dict[str, dict[str, GroupFigures]]:
    """Return the verdicts' figures by key and group; a key that no label has is absent."""
    figures = {}
    for key in GROUPS:
        groups = {name: [sure[i] for i in places] for name, places in grouped(sure, key).items()}
        if groups:
            figures[key] = {name: _group(members, predictions) for name, members in groups.items()}
    return figures


def _group(labels: Sequence[Label], predictions: Predictions) -> GroupFigures:
    figures = verdict_figures(pairs(labels, predictions))
    assert figures is not None  # a group is made by its first recording
    alarms = false_alarms(labels, predictions).get("all_intact")
    return GroupFigures(figures.n, figures.accuracy, figures.macro_f1, alarms)


def event_groups(counts: EventCounts) -> dict[str, dict[str, Detections]]:
    """Return the events' figures by key and group; a key that no label has is absent."""
    figures = {}
    for key in GROUPS:
        groups = grouped(counts.labels, key)
        if groups:
            figures[key] = {name: counts.part(places).figures() for name, places in groups.items()}
    return figures
