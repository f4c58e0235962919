"""Report: everything that audioq says of one recording; `analyze` composes the walk."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audioq.assessable import Assessment, assess, temper
from audioq.cautions import numbered, of_recorders, of_recordings
from audioq.chain import Recording, doubted, fitted, renumbered, said_of_side
from audioq.events import Event
from audioq.features import CALL_FEATURES, FRAME_FEATURES, CallFeature, FrameFeature
from audioq.kinds import KINDS, Kind
from audioq.roles import NO_ROLES, Channels, Roles, assign_roles
from audioq.rounding import rounded_event, rounded_format, rounded_recording, rounded_scores, rounded_verdict
from audioq.rules import RULES, Rule
from audioq.sides import beside, hear, long_silences, remarks
from audioq.table import FeatureTable, Format, Note
from audioq.thresholds import DEFAULT_THRESHOLDS, Thresholds
from audioq.verdict import Verdict, judge

if TYPE_CHECKING:
    from audioq.audio import Source


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """Verdict and scores of one channel, and what it could have revealed."""

    verdict: Verdict
    scores: Mapping[str, float]
    assessable: tuple[Assessment, ...] = ()
    name: str | None = None
    """What the channel is called, where that was said."""
    role: str | None = None
    """``expected`` to carry speech, or ``ignored``, where that was said."""
    leg: str | None = None
    """The leg of the call that holds the channel, where a call has several."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One of several recordings of a call."""

    name: str
    file: str
    sha256: str | None
    format: Format


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that could not be judged: the kind of error and one sentence."""

    file: str
    type: str
    message: str
    call_id: str | None = None
    leg: str | None = None


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
    call_id: str | None = None
    """What the call is called, where that was said."""
    legs: tuple[Leg, ...] = ()
    """The recordings of the call, where it has several; `file` and `format` sum them up."""
    missing: tuple[Failure, ...] = ()
    """Legs that could not be read."""
    recording: Recording | None = None
    """How the channel of the verdict was recorded, as far as that is heard."""

    @property
    def roles_given(self) -> bool:
        """Whether names, roles or legs tell the channels apart by more than their order."""
        return any(own.name or own.role or own.leg for own in self.channels)


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
    raw_format: str | None = None,
    max_duration: float | None = None,
    channels: str | Sequence[str] | None = None,
    expect_speech: Channels = None,
    ignore_channels: Channels = None,
    side: str | None = None,
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
    raw_format : str, optional
        What bytes without a header are; see `read`.
    max_duration : float, optional
        The most seconds of sound that a file may hold; see `read`.
    channels : sequence of str, or str with commas, optional
        A name for each channel, in their order.
    expect_speech, ignore_channels : names or numbers, optional
        Channels that ought to carry speech, and those that are not to be judged; numbers count from 0.
    side : {"far", "both", "near"}, optional
        Whose voice a channel holds: that of the other end, of both, or of the recorder's own end.

    Returns
    -------
    Report

    Raises
    ------
    AudioError
        The recording cannot be read or holds nothing that can be judged.
    RolesError
        The roles do not fit its channels; an `AudioError` too.
    """
    from audioq.audio import read
    from audioq.measurement import measure

    how: dict[str, Any] = {"sr": sr, "start": start, "end": end, "stream": stream, "raw_format": raw_format}
    audio = read(source, sha256=sha256, max_duration=max_duration, **how)
    # Before the work of measuring: roles may not fit.
    roles = assign_roles(audio.channels, channels, expect_speech, ignore_channels, side=side, source=audio.source)
    return report_on([measure(audio, features, call_features)], thresholds, kinds, rules, roles)


def compose(
    table: FeatureTable,
    *,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    kinds: Sequence[Kind] = KINDS,
    rules: Sequence[Rule] = RULES,
    channels: str | Sequence[str] | None = None,
    expect_speech: Channels = None,
    ignore_channels: Channels = None,
    side: str | None = None,
) -> Report:
    """Find, score and judge what a table holds, and assess what it could show; the second half of `analyze`.

    Parameters
    ----------
    table : FeatureTable
        From `measure` or `load`.
    thresholds : Thresholds
    kinds, rules : sequences
    channels, expect_speech, ignore_channels, side
        Roles of the channels, as in `analyze`.

    Returns
    -------
    Report
        With all numbers rounded: the same table and thresholds give the same bytes.
    """
    roles = assign_roles(table.channels, channels, expect_speech, ignore_channels, side=side, source=table.file)
    return report_on([table], thresholds, kinds, rules, roles)


def report_on(
    tables: Sequence[FeatureTable],
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    kinds: Sequence[Kind] = KINDS,
    rules: Sequence[Rule] = RULES,
    roles: Roles = NO_ROLES,
    legs: Sequence[str] = (),
) -> Report:
    """Judge tables as the sides of one call.

    Parameters
    ----------
    tables : sequence of FeatureTable
        Their channels are numbered on from table to table.
    thresholds : Thresholds
    kinds, rules : sequences
    roles : Roles
        Of all channels.
    legs : sequence of str
        A name for each table, where they are legs of a call.

    Returns
    -------
    Report
        File, digest and format are those of the first table.
    """
    from audioq import __version__

    sides = [hear(table, thresholds, kinds, roles.side) for table in tables]
    scores, events = beside(sides, thresholds, roles)
    limits = fitted(thresholds, Recording("unknown", math.nan, side=roles.side))
    call, verdicts = judge(scores, events, limits, rules, roles)
    events = tuple(replace(e, affects_verdict=False) if e.channel in roles.ignored else e for e in events)
    shown = [own for side in sides for own in assess(side.table, side.events, side.scores, thresholds)]
    numbers = rounded_scores(scores.channels[call.channel])
    table = tables[0]
    of_side = [(side, first) for side, first in numbered(sides) for _ in range(side.table.channels)]

    def doubt(verdict: Verdict) -> Verdict:
        own, _ = of_side[verdict.channel]
        return doubted(verdict, own.recording, own.table, thresholds)

    of_leg = [leg for leg, one in zip(legs, tables, strict=False) for _ in range(one.channels)]
    return Report(
        file=table.file,
        sha256=table.sha256,
        format=rounded_format(table.format),
        verdict=rounded_verdict(doubt(temper(call, shown[call.channel], thresholds))),
        severity=numbers["severity"],
        scores=numbers,
        events=tuple(rounded_event(event) for event in events),
        channels=tuple(
            ChannelReport(
                rounded_verdict(doubt(temper(verdict, shown[i], thresholds))),
                rounded_scores(scores.channels[i]),
                shown[i],
                roles.name(i),
                roles.role(i),
                of_leg[i] if of_leg else None,
            )
            for i, verdict in enumerate(verdicts)
        ),
        warnings=(
            *of_recordings(tables, legs, thresholds),
            *said_of_side(roles.side),
            *of_recorders(sides, legs, thresholds),
            *(() if legs else long_silences(sides, thresholds, roles)),
            *remarks(sides, verdicts, thresholds, roles),
        ),
        thresholds=thresholds.fingerprint,
        version=__version__,
        assessable=shown[call.channel],
        recording=rounded_recording(renumbered(of_side[call.channel][0].recording, of_side[call.channel][1])),
    )
