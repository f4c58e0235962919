"""Stretch: a piece of time of one kind, true or said, and the arithmetic of such pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

KINDS = ("dropout", "buzz", "stutter")
"""The kinds that are asked for; every other kind of stretch is neither asked for nor punished."""

COLLAR = 0.05
"""Seconds by which an edge may be off without being counted as wrong."""

JOIN_GAP = 0.06
"""Stretches of one kind that are no further apart than this many seconds are one stretch."""

_EPSILON = 1e-9

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A half-open piece of time in seconds.

    Parameters
    ----------
    start, end : float
        Edges.
    kind : str
        What happened there, in audioq's words.
    outer : tuple of float
        How far the edges may move without saying anything wrong (into pauses, say).
    minor : bool
        Too slight to be asked for; saying it is no false alarm either.
    alt : tuple of str
        Kinds that are accepted instead.
    """

    start: float
    end: float
    kind: str
    outer: Span
    minor: bool = False
    alt: tuple[str, ...] = ()


def said(start: float, end: float, kind: str) -> Stretch:
    """Return a stretch without any margin: what a tool said."""
    return Stretch(start, end, kind, (start, end))


def _joined(first: Stretch, second: Stretch) -> Stretch:
    return replace(
        first,
        end=max(first.end, second.end),
        minor=first.minor and second.minor,
        outer=(min(first.outer[0], second.outer[0]), max(first.outer[1], second.outer[1])),
    )


def join(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Join stretches that are closer than `JOIN_GAP`; the first gives kind and alternatives."""
    joined: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda one: one.start):
        if joined and stretch.start - joined[-1].end <= JOIN_GAP:
            joined[-1] = _joined(joined[-1], stretch)
        else:
            joined.append(stretch)
    return joined


def union(intervals: Iterable[Span]) -> list[Span]:
    """Return the same set of times as disjoint intervals in order."""
    merged: list[Span] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def overlap(stretch: Stretch, intervals: Sequence[Span]) -> float:
    """Return the seconds of a stretch that lie inside disjoint intervals."""
    return sum(max(0.0, min(stretch.end, end) - max(stretch.start, start)) for start, end in intervals)


def widened(interval: Span) -> Span:
    """Return an interval with a collar at both edges."""
    return interval[0] - COLLAR, interval[1] + COLLAR


def _snapped(guess: Stretch, truth: Stretch) -> Span:
    # An edge is as good as the true one within the collar, or anywhere in the margin outside it.
    start, end = guess.start, guess.end
    low, high = widened(truth.outer)
    if abs(start - truth.start) <= COLLAR + _EPSILON or low - _EPSILON <= start <= truth.start:
        start = truth.start
    if abs(end - truth.end) <= COLLAR + _EPSILON or truth.end <= end <= high + _EPSILON:
        end = truth.end
    return start, end


def likeness(guess: Stretch, truth: Stretch) -> float:
    """Return intersection over union, after edges that are near enough are snapped to the truth."""
    start, end = _snapped(guess, truth)
    shared = max(0.0, min(end, truth.end) - max(start, truth.start))
    spanned = max(end, truth.end) - min(start, truth.start)
    return shared / spanned if spanned > 0 else 0.0
