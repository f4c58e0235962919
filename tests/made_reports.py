"""Reports made by hand, for tests of what comes after them."""

from __future__ import annotations

import math

from audioq.assessable import ASSESSED, Assessment
from audioq.events import Event, Evidence
from audioq.report import ChannelReport, Failure, Report
from audioq.scores import METRICS
from audioq.table import Format, Note
from audioq.verdict import Label, Reason, Verdict

FAILURE = Failure("gone.wav", "AudioError", "gone.wav: no such file; check the name")

EVENTS = (
    Event(1.0, 2.5, "dropout", 0, 0.9, 0.7, True, (Evidence("level", -80.0, "dBFS", -55.0),)),
    Event(3.0, 3.4, "buzz", 0, 0.8, 0.4, True, (Evidence("periodicity", math.nan, "", None),)),
    Event(9.0, 9.01, "click", 0, 0.6, 0.1, False),
)


def a_verdict(label: str = "blocked", *, basis: str = "speech", rivals: tuple[str, ...] = ()) -> Verdict:
    probabilities = {"intact": 0.05, "degraded": 0.05, "blocked": 0.05, label: 0.9}
    reason = Reason("of_ours", "delivered_ratio", 0.09, "ratio", 0.15)
    return Verdict(Label(label), probabilities, "of_ours", (reason,), basis, rivals)


def assessments(**hindrances: tuple[Note, ...]) -> tuple[Assessment, ...]:
    """Return one assessment of each kind; those named are hidden by the given notes."""
    return tuple(Assessment(kind, kind not in hindrances, hindrances.get(kind, ())) for kind in ASSESSED)


def some_scores(**changes: float) -> dict[str, float]:
    scores = {metric.name: 1.0 for metric in METRICS}
    return scores | {"mos": math.nan, "delivered_ratio": 0.09, "duration_s": 10.0, "severity": 0.8} | changes


def a_report(
    file: str = "call.wav",
    *,
    label: str = "blocked",
    events: tuple[Event, ...] = EVENTS,
    channels: int = 1,
    sha256: str | None = None,
    verdict: Verdict | None = None,
    warnings: tuple[Note, ...] = (),
    assessable: tuple[Assessment, ...] = (),
    **scores: float,
) -> Report:
    verdict = verdict or a_verdict(label)
    return Report(
        file=file,
        sha256=sha256,
        format=Format("WAV", "ulaw", 8000, None, channels, 10.0),
        verdict=verdict,
        severity=0.8,
        scores=some_scores(**scores),
        events=events,
        channels=(ChannelReport(verdict, some_scores(**scores), assessable),) * channels,
        warnings=warnings,
        thresholds="0123456789ab",
        version="0.1.0",
        assessable=assessable,
    )
