"""Events: which true events were found, and what was said without a cause."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.stretches import KINDS, Span, Stretch, join, likeness, overlap, union, widened

MATCH = 0.3
"""Least likeness (intersection over union) of a match."""
ALLOWED_SHARE = 0.5
"""A claim that lies this far inside allowed time is no false alarm."""
FRAGMENT_SHARE = 0.9
"""A claim that lies this far inside true events is a fragment of them, not a false alarm."""

ASKED = (*KINDS, "any")
"""The kinds asked for, and `any`: all of them as one."""
SCOPES = ("not_blocked", "all")

Counts = tuple[int, int, int]
"""Hits, misses, false alarms."""


@dataclass(frozen=True, slots=True)
class Detection:
    """Hits, misses and false alarms with the usual ratios; None where undefined."""

    tp: int
    fn: int
    fp: int
    precision: float | None
    recall: float | None
    f1: float | None


def detection(hits: int, misses: int, alarms: int) -> Detection:
    """Return the ratios of three counts."""
    return Detection(
        hits,
        misses,
        alarms,
        hits / (hits + alarms) if hits + alarms else None,
        hits / (hits + misses) if hits + misses else None,
        2 * hits / (2 * hits + misses + alarms) if hits + misses + alarms else None,
    )


def total(counts: Iterable[Counts]) -> Detection:
    """Return the ratios of summed counts."""
    rows = list(counts)
    return detection(*(sum(row[i] for row in rows) for i in range(3)))


def in_scope(label: Label, scope: str) -> bool:
    """Return whether a recording counts: all, or all that are not blocked."""
    return scope == "all" or not label.blocked


def asked_events(events: Iterable[Stretch]) -> list[Stretch]:
    """Return what was said of the kinds asked for; an event without length says nothing."""
    return [event for event in events if event.kind in KINDS and event.end > event.start]


def _of_kind(events: Iterable[Stretch], kind: str) -> list[Stretch]:
    return [event for event in events if event.kind == kind or (kind == "any" and event.kind in KINDS)]


def _allowed(truth: Iterable[Stretch], kind: str) -> list[Span]:
    """Return the time in which a claim of this kind is neither asked for nor punished."""
    return union(
        widened((event.start, event.end))
        for event in truth
        if event.minor or event.kind not in KINDS or kind in event.alt
    )


def _candidates(required: Sequence[Stretch], claims: Sequence[Stretch]) -> list[tuple[float, int, int]]:
    found = []
    for i, truth in enumerate(required):
        low, high = widened(truth.outer)
        found += [
            (likeness(claim, truth), i, j) for j, claim in enumerate(claims) if claim.end > low and claim.start < high
        ]
    return sorted(found, reverse=True)


def _matches(required: Sequence[Stretch], claims: Sequence[Stretch]) -> tuple[set[int], set[int]]:
    """Pair truth and claims one to one, the most alike first."""
    found: set[int] = set()
    used: set[int] = set()
    for value, i, j in _candidates(required, claims):
        if value >= MATCH and i not in found and j not in used:
            found.add(i)
            used.add(j)
    return found, used


def _found_by_another_name(truth: Stretch, said: Sequence[Stretch]) -> bool:
    others = join(event for event in said if event.kind in truth.alt)
    return any(likeness(claim, truth) >= MATCH for claim in others)


def _is_excused(claim: Stretch, allowed: Sequence[Span], margins: Sequence[Span]) -> bool:
    length = max(claim.end - claim.start, 1e-9)
    if overlap(claim, allowed) >= ALLOWED_SHARE * length:
        return True
    return overlap(claim, margins) >= FRAGMENT_SHARE * length


def match(truth: Sequence[Stretch], said: Sequence[Stretch], kind: str) -> Counts:
    """Count hits, misses and false alarms of one kind, or of `any` kind, in one recording.

    Parameters
    ----------
    truth, said : sequence of Stretch
        All events of the recording, of every kind.
    kind : str
        One of `ASKED`.
    """
    required = [event for event in join(_of_kind(truth, kind)) if not event.minor]
    claims = join(_of_kind(said, kind))
    found, used = _matches(required, claims)
    if kind != "any":
        found |= {i for i, event in enumerate(required) if event.alt and _found_by_another_name(event, said)}
    allowed, margins = _allowed(truth, kind), union(widened(event.outer) for event in required)
    alarms = sum(j not in used and not _is_excused(claim, allowed, margins) for j, claim in enumerate(claims))
    return len(found), len(required) - len(found), alarms


def said_on_intact(labels: Iterable[Label], predictions: Predictions) -> list[tuple[Label, int, float]]:
    """Return events said and minutes of each intact recording of known length without any true event."""
    sure = [one for one in labels if one.verdict == "intact" and not one.grey]
    clean = [one for one in sure if not one.events and one.seconds]
    return [(one, _n_events(predictions[one].events), one.seconds / 60) for one in clean]


def false_events_per_minute(labels: Iterable[Label], predictions: Predictions) -> float | None:
    """Return how many events were said a minute of intact recordings without any true event."""
    rows = said_on_intact(labels, predictions)
    minutes = sum(row[2] for row in rows)
    return sum(row[1] for row in rows) / minutes if minutes else None


def _n_events(events: Sequence[Stretch]) -> int:
    return sum(len(join(_of_kind(events, kind))) for kind in KINDS)
