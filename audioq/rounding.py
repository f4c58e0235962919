"""Rounding: the numbers of a report, so that the same table and thresholds give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from audioq.chain import Recording
from audioq.events import Event
from audioq.scores import METRICS
from audioq.table import Format
from audioq.verdict import Verdict


def rounded_format(format: Format) -> Format:
    """Return a format with its duration in whole milliseconds."""
    return replace(format, duration=round(format.duration, 3))


def rounded_scores(values: Mapping[str, float]) -> dict[str, float]:
    """Round to the decimals of `METRICS`; adding 0 turns -0.0 into 0.0."""
    return {metric.name: round(values[metric.name], metric.decimals) + 0.0 for metric in METRICS}


def rounded_event(event: Event) -> Event:
    """Return an event with times to 0.1 ms."""
    return replace(
        event,
        start=round(event.start, 4),
        end=round(event.end, 4),
        confidence=round(event.confidence, 3),
        severity=round(event.severity, 3),
        evidence=tuple(replace(e, value=_significant(e.value), limit=_significant(e.limit)) for e in event.evidence),
    )


def rounded_verdict(verdict: Verdict) -> Verdict:
    """Return a verdict whose probabilities still sum to 1."""
    probabilities = {label: round(p, 4) for label, p in verdict.probabilities.items()}
    others = sum(p for label, p in probabilities.items() if label != verdict.label)
    probabilities[verdict.label.value] = round(1 - others, 4)  # so that what is printed sums to 1
    return replace(
        verdict,
        probabilities=probabilities,
        because=tuple(replace(r, value=_significant(r.value), limit=_significant(r.limit)) for r in verdict.because),
    )


def _significant(value: Any) -> Any:
    """Round to four decimals, which every unit in use here can bear."""
    return None if value is None else round(float(value), 4) + 0.0


def rounded_recording(recording: Recording) -> Recording:
    """Return what was recognised of a recorder, with times to 1 ms."""
    faults = tuple(
        replace(fault, value=round(fault.value, 4), spans=tuple((round(a, 3), round(b, 3)) for a, b in fault.spans))
        for fault in recording.faults
    )
    return replace(recording, confidence=round(recording.confidence, 3), faults=faults)
