"""Report: everything that audioq says of one recording; `analyze` composes the walk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audioq.absences import dtx_notes
from audioq.assessable import Assessment, assess, temper
from audioq.events import Event, find
from audioq.features import CALL_FEATURES, FRAME_FEATURES, CallFeature, FrameFeature
from audioq.kinds import KINDS, Kind
from audioq.rules import RULES, Rule
from audioq.scores import METRICS, score
from audioq.table import FeatureTable, Format, Note
from audioq.thresholds import DEFAULT_THRESHOLDS, Thresholds
from audioq.verdict import Verdict, judge

if TYPE_CHECKING:
    from audioq.audio import Source

_SHORT_S = 3.0
"""A recording shorter than this gets a warning."""


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """Verdict and scores of one channel, and what it could have revealed."""

    verdict: Verdict
    scores: Mapping[str, float]
    assessable: tuple[Assessment, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What happened to the sound of one recording. All numbers are rounded already."""

    file: str
    sha256: str | None
    format: Format
    verdict: Verdict
    severity: float
    scores: Mapping[str, float]
    events: tuple[Event, ...]
    channels: tuple[ChannelReport, ...]
    warnings: tuple[Note, ...]
    thresholds: str
    """Fingerprint of the thresholds."""
    version: str
    assessable: tuple[Assessment, ...] = ()
    """Which kinds of event the channel of the verdict could have revealed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that could not be judged: the kind of error and one sentence."""

    file: str
    type: str
    message: str


def analyze(
    source: Source,
    *,
    sr: int | None = None,
    start: float | None = None,
    end: float | None = None,
    stream: int | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    features: Sequence[FrameFeature] = FRAME_FEATURES,
    call_features: Sequence[CallFeature] = CALL_FEATURES,
    kinds: Sequence[Kind] = KINDS,
    rules: Sequence[Rule] = RULES,
    sha256: bool = False,
) -> Report:
    """Say what happened to the sound of a recording.

    Parameters
    ----------
    source : path, ``"-"``, bytes, binary file, array, or (array, sr)
        See `read`.
    sr : int, optional
        Rate in Hz, for arrays only.
    start, end : float, optional
        Part of the recording to be analysed, in seconds.
    stream : int, optional
        Which audio track of a file to analyse, counted from 0; see `read`.
    thresholds : Thresholds
    features, call_features, kinds, rules : sequences
        What is measured, found and judged; ``(*KINDS, mine)`` adds your own.
    sha256 : bool
        Whether to take the digest of the file's bytes.

    Returns
    -------
    Report

    Raises
    ------
    AudioError
        The recording cannot be read, or holds nothing that can be judged.
    """
    from audioq.audio import read
    from audioq.measurement import measure

    audio = read(source, sr=sr, start=start, end=end, stream=stream, sha256=sha256)
    table = measure(audio, features, call_features)
    return compose(table, thresholds=thresholds, kinds=kinds, rules=rules)


def compose(
    table: FeatureTable,
    *,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    kinds: Sequence[Kind] = KINDS,
    rules: Sequence[Rule] = RULES,
) -> Report:
    """Find, score and judge what a table holds, and assess what it could show; the second half of `analyze`.

    Parameters
    ----------
    table : FeatureTable
        From `measure` or `load`.
    thresholds : Thresholds
    kinds, rules : sequences

    Returns
    -------
    Report
        With all numbers rounded: the same table and thresholds give the same bytes.
    """
    from audioq import __version__

    events = find(table, thresholds, kinds)
    scores = score(table, events, thresholds)
    call, channels = judge(scores, events, thresholds, rules)
    shown = assess(table, events, scores, thresholds)
    numbers = _rounded_scores(scores.channels[call.channel])
    return Report(
        file=table.file,
        sha256=table.sha256,
        format=replace(table.format, duration=round(table.format.duration, 3)),
        verdict=_rounded_verdict(temper(call, shown[call.channel], thresholds)),
        severity=numbers["severity"],
        scores=numbers,
        events=tuple(_rounded_event(event) for event in events),
        channels=tuple(
            ChannelReport(_rounded_verdict(temper(verdict, own_shown, thresholds)), _rounded_scores(own), own_shown)
            for verdict, own, own_shown in zip(channels, scores.channels, shown, strict=True)
        ),
        warnings=(*table.notes, *dtx_notes(table, thresholds), *_short(table)),
        thresholds=thresholds.fingerprint,
        version=__version__,
        assessable=shown[call.channel],
    )


def _short(table: FeatureTable) -> tuple[Note, ...]:
    seconds = round(table.duration, 2)
    return (Note("short", (("duration", seconds),)),) if seconds < _SHORT_S else ()


def _rounded_scores(values: Mapping[str, float]) -> dict[str, float]:
    """Round to the decimals of `METRICS`; adding 0 turns -0.0 into 0.0."""
    return {metric.name: round(values[metric.name], metric.decimals) + 0.0 for metric in METRICS}


def _rounded_event(event: Event) -> Event:
    return replace(
        event,
        start=round(event.start, 4),
        end=round(event.end, 4),
        confidence=round(event.confidence, 3),
        severity=round(event.severity, 3),
        evidence=tuple(replace(e, value=_significant(e.value), limit=_significant(e.limit)) for e in event.evidence),
    )


def _rounded_verdict(verdict: Verdict) -> Verdict:
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
