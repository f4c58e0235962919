"""Measuring: one recording through all its changes, and the tallies of many recordings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from audioq.errors import AudioError
from audioq.report import Report, analyze
from benchmarks.invariance.changes import Pair, Take
from benchmarks.invariance.comparing import Seen, differences, fate, missing, on_the_recording, outside, within
from benchmarks.invariance.recordings import Recording
from benchmarks.invariance.table import (
    EVENTS,
    MONOTONE,
    MONOTONY,
    REPORT,
    RISE_ALLOWED,
    VERDICT,
    Invariance,
)

FOUND, OLD = "found again", "not invented"


@dataclass(slots=True)
class Tally:
    """How often something held, of how often it was asked."""

    held: int = 0
    of: int = 0

    @property
    def share(self) -> float:
        """Part that held; 1 where nothing was asked."""
        return self.held / self.of if self.of else 1.0

    def count(self, held: int, of: int) -> None:
        """Add to both."""
        self.held += held
        self.of += of


@dataclass(slots=True)
class Findings:
    """Tallies by invariance and measure, and every single failure in words.

    Measures are ``report``, ``verdict``, ``mos``, ``delivered_ratio``, and ``found again KIND`` and
    ``not invented KIND`` for every kind of event.
    """

    tallies: dict[str, dict[str, Tally]] = field(default_factory=dict)
    failures: list[dict[str, str]] = field(default_factory=list)

    def count(self, invariance: str, measure: str, held: int, of: int) -> None:
        """Add to a tally."""
        self.tallies.setdefault(invariance, {}).setdefault(measure, Tally()).count(held, of)

    def fail(self, invariance: str, measure: str, recording: str, what: str) -> None:
        """Remember one failure."""
        self.failures.append({"invariance": invariance, "measure": measure, "recording": recording, "what": what})


class Reports:
    """Reports of the takes of one recording; each take is analysed once."""

    def __init__(self) -> None:
        self._known: dict[str, Report] = {}

    def __call__(self, take: Take) -> Report:
        if take.key not in self._known:
            self._known[take.key] = analyze(take.source)
        return self._known[take.key]


def measure_one(recording: Recording, invariances: Iterable[Invariance], reports: Reports | None = None) -> Findings:
    """Try all invariances on one recording."""
    findings, reports = Findings(), reports or Reports()
    for invariance in invariances:
        for pair in invariance.change(recording):
            try:
                before, after = reports(pair.before), analyze(pair.after.source)
            except AudioError as problem:
                findings.count(invariance.name, "read", 0, 1)
                findings.fail(invariance.name, "read", recording.name, str(problem))
                continue
            if REPORT in invariance.holds:
                _compare_reports(findings, invariance, recording, pair, before, after)
            if VERDICT in invariance.holds:
                _compare_verdicts(findings, invariance, recording, before, after)
            if EVENTS in invariance.holds:
                _compare_events(findings, invariance, recording, pair, before, after)
            if MONOTONY in invariance.holds:
                _compare_scores(findings, invariance, recording, pair, before, after)
    return findings


def _compare_reports(
    findings: Findings, invariance: Invariance, recording: Recording, pair: Pair, before: Report, after: Report
) -> None:
    differ = differences(before, after, pair.after.order)
    findings.count(invariance.name, REPORT, not differ, 1)
    if differ:
        findings.fail(invariance.name, REPORT, recording.name, f"differs in {', '.join(differ)}")


def _compare_verdicts(
    findings: Findings, invariance: Invariance, recording: Recording, before: Report, after: Report
) -> None:
    one, other = before.verdict, after.verdict
    findings.count(invariance.name, VERDICT, one.label == other.label, 1)
    if one.label != other.label:
        was, now = (f"{said.label} by {said.rule} ({said.confidence:.2f})" for said in (one, other))
        what = f"{was} is {now}"
        findings.fail(invariance.name, VERDICT, recording.name, what)


def _compare_events(
    findings: Findings, invariance: Invariance, recording: Recording, pair: Pair, before: Report, after: Report
) -> None:
    everything = on_the_recording(after, pair.after)
    one = within(on_the_recording(before, pair.before), pair.window)
    other = within(everything, pair.window)
    beyond = outside(everything, pair.window)
    lost = missing(one, other, invariance.tolerance)
    new = missing(other, one, invariance.tolerance) + [event for event in beyond if event.asked]
    for measure, asked, missed, there in ((FOUND, one, lost, everything), (OLD, [*other, *beyond], new, one)):
        for kind, n in _counts(event for event in asked if event.asked).items():
            findings.count(invariance.name, f"{measure} {kind}", n - _counts(missed).get(kind, 0), n)
        for event in missed:
            what = f"{event.start:.3f} to {event.end:.3f} in channel {event.channel}; {fate(event, there)}"
            findings.fail(invariance.name, f"{measure} {event.kind}", recording.name, what)


def _counts(events: Iterable[Seen]) -> dict[str, int]:
    return Counter(event.kind for event in events)


def _compare_scores(
    findings: Findings, invariance: Invariance, recording: Recording, pair: Pair, before: Report, after: Report
) -> None:
    one, other = before.channels[pair.channel].scores, after.channels[pair.channel].scores
    for score in MONOTONE:
        rises = [_rise(before.scores, after.scores, score), _rise(one, other, score)]
        if not any(math.isnan(rise) for rise in rises):
            findings.count(invariance.name, score, max(rises) <= RISE_ALLOWED + 1e-9, 1)
            if max(rises) > RISE_ALLOWED + 1e-9:
                what = f"{pair.after.key}: from {one[score]} to {other[score]}"
                findings.fail(invariance.name, score, recording.name, what)


def _rise(before: Mapping[str, float], after: Mapping[str, float], score: str) -> float:
    return after[score] - before[score]


def put_together(parts: Sequence[Findings]) -> Findings:
    """The findings of many recordings as one."""
    whole = Findings()
    for part in parts:
        for invariance, tallies in part.tallies.items():
            for measure, tally in tallies.items():
                whole.count(invariance, measure, tally.held, tally.of)
        whole.failures += part.failures
    return whole
