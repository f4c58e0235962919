"""Event: a stretch of time in which something happened to the sound, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number that speaks for an event and can be checked by eye on its curve."""

    curve: str
    value: float
    unit: str
    limit: float | None


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A half-open stretch ``start <= t < end`` in seconds on one channel.

    A point in time (a `splice`, a `click`) spans 5 ms to either side.
    """

    start: float
    end: float
    kind: str
    channel: int
    confidence: float
    severity: float
    affects_verdict: bool
    evidence: tuple[Evidence, ...] = ()
