"""Edges: events whose place is known exactly, found one to one within 20 ms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.scoring.events import Counts, Detection, total
from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.stretches import KINDS, Stretch

TOLERANCE = 0.02
"""Seconds by which either edge may be off."""
_EPSILON = 1e-9

NAMES: dict[str, tuple[str, tuple[str, ...]]] = {
    "silence": ("dropout", ()),
    "stutter": ("stutter", ("buzz",)),
    "delete": ("splice", ()),
}
"""What the labels of chopped speech call an event -> kind asked for, kinds accepted instead."""
POINTS = frozenset({"delete"})
"""Kinds that are a point in time: only the start counts."""
ALARMING = (*KINDS, "splice")


@dataclass(frozen=True, slots=True)
class EdgeFigures:
    """Detection by the truth's kind, and alarms a minute in recordings without any event."""

    kinds: dict[str, Detection]
    alarms_per_min_without_event: float | None


def edge_figures(labels: Sequence[Label], predictions: Predictions) -> EdgeFigures:
    """Return how many events of exactly known place were found, edge by edge."""
    rows: dict[str, list[Counts]] = {}
    for label in labels:
        for kind in sorted({event.kind for event in label.events}):
            truth = [event for event in label.events if event.kind == kind]
            rows.setdefault(kind, []).append(_match(truth, predictions[label].events, kind))
    return EdgeFigures({kind: total(counts) for kind, counts in rows.items()}, _alarms_per_minute(labels, predictions))


def _alarms_per_minute(labels: Iterable[Label], predictions: Predictions) -> float | None:
    clean = [one for one in labels if not one.events and not one.facts.get("glitch") and one.seconds]
    minutes = sum(one.seconds / 60 for one in clean)
    alarms = sum(event.kind in ALARMING for one in clean for event in predictions[one].events)
    return alarms / minutes if minutes else None


def _match(truth: Sequence[Stretch], said: Sequence[Stretch], kind: str) -> Counts:
    wanted, others = NAMES.get(kind, (kind, ()))
    claims = [event for event in said if event.kind == wanted or event.kind in others]
    found: set[int] = set()
    used: set[int] = set()
    for _, i, j in _candidates(truth, claims, kind):
        if i not in found and j not in used:
            found.add(i)
            used.add(j)
    # A claim of an accepted kind is welcome where it fits, but no alarm where it does not.
    alarms = sum(j not in used and claim.kind == wanted for j, claim in enumerate(claims))
    return len(found), len(truth) - len(found), alarms


def _candidates(truth: Sequence[Stretch], claims: Sequence[Stretch], kind: str) -> list[tuple[float, int, int]]:
    found = []
    for i, event in enumerate(truth):
        for j, claim in enumerate(claims):
            off = _edges_off(event, claim, kind)
            if max(off) <= TOLERANCE + _EPSILON:
                found.append((sum(off), i, j))
    return sorted(found)


def _edges_off(event: Stretch, claim: Stretch, kind: str) -> tuple[float, float]:
    start = abs(claim.start - event.start)
    return start, 0.0 if kind in POINTS else abs(claim.end - event.end)
