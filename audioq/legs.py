"""Legs: several recordings of one call, each of a part of its channels, judged together.

They are put side by side where they are judged, not mixed: rates and lengths may differ, and all times of a leg count
from its own beginning. A leg that cannot be read leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from audioq.errors import AudioError, AudioqError, InstallationError
from audioq.features import CALL_FEATURES, FRAME_FEATURES, CallFeature, FrameFeature
from audioq.kinds import KINDS, Kind
from audioq.messages import text
from audioq.report import Failure, Leg, Report, report_on
from audioq.roles import Channels, Roles, assign_roles
from audioq.rules import RULES, Rule
from audioq.table import FeatureTable, Format, Note
from audioq.thresholds import DEFAULT_THRESHOLDS, Thresholds

if TYPE_CHECKING:
    from audioq.audio import Source

_JOINED = " + "


@dataclass(frozen=True, slots=True)
class _Reading:
    """How each leg is read and measured."""

    start: float | None
    end: float | None
    stream: int | None
    sha256: bool
    raw_format: str | None
    max_duration: float | None
    features: Sequence[FrameFeature]
    call_features: Sequence[CallFeature]


def analyze_legs(
    legs: Mapping[str, Source],
    *,
    call_id: str | None = None,
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
    expect_speech: Channels = None,
    ignore_channels: Channels = None,
    side: str | None = None,
) -> Report:
    """Say what happened to the sound of a call of which each side has a recording of its own.

    Parameters
    ----------
    legs : mapping of str to source
        Name of each leg and its recording: path, bytes, binary file or (array, sr).
    call_id : str, optional
        What the call is called; stands in the report.
    start, end : float, optional
        Part of each recording to be analysed, in seconds.
    stream : int, optional
        Which audio track of each file to analyse, counted from 0; see `read`.
    thresholds : Thresholds
    features, call_features, kinds, rules : sequences
    sha256 : bool
        Whether to take the digest of each file's bytes.
    raw_format : str, optional
        What bytes without a header are; see `read`.
    max_duration : float, optional
        The most seconds of sound that each file may hold; see `read`.
    expect_speech, ignore_channels : names or numbers of legs, optional
        Legs that ought to carry speech, and those that are not to be judged; a leg stands for all of its channels.
    side : {"far", "both", "near"}, optional
        Whose voice a channel holds; see `analyze`.

    Returns
    -------
    Report
        Channels are numbered on from leg to leg. `missing` has the legs that could not be read.

    Raises
    ------
    AudioError
        No leg can be read.
    RolesError
        The roles do not fit the legs; an `AudioError` too.
    """
    # Before the work of measuring: roles may not fit.
    assign_roles(len(legs), list(legs), expect_speech, ignore_channels, side=side, source=call_id or "legs")
    how = _Reading(start, end, stream, sha256, raw_format, max_duration, features, call_features)
    read = {name: _attempt(name, source, how, call_id) for name, source in legs.items()}
    return compose_legs(
        read,
        call_id=call_id,
        thresholds=thresholds,
        kinds=kinds,
        rules=rules,
        expect_speech=expect_speech,
        ignore_channels=ignore_channels,
        side=side,
    )


def compose_legs(
    read: Mapping[str, FeatureTable | Failure],
    *,
    call_id: str | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    kinds: Sequence[Kind] = KINDS,
    rules: Sequence[Rule] = RULES,
    expect_speech: Channels = None,
    ignore_channels: Channels = None,
    side: str | None = None,
) -> Report:
    """Judge the tables of the legs of a call; the second half of `analyze_legs`.

    Parameters
    ----------
    read : mapping of str to FeatureTable or Failure
        Name of each leg, and what was measured of it or why nothing could be.
    call_id, thresholds, kinds, rules, expect_speech, ignore_channels, side
        See `analyze_legs`.

    Returns
    -------
    Report

    Raises
    ------
    AudioError
        There is no table, or the roles do not fit the legs.
    """
    roles = assign_roles(len(read), list(read), expect_speech, ignore_channels, side=side, source=call_id or "legs")
    tables = {name: one for name, one in read.items() if isinstance(one, FeatureTable)}
    missing = tuple(one for one in read.values() if isinstance(one, Failure))
    if not tables:
        problems = "; ".join(failure.message for failure in missing)
        raise AudioError(call_id or "legs", text("error.no_leg", {"problems": problems}), text("remedy.no_leg"))
    spread = _spread(roles, tables)
    report = report_on(list(tables.values()), thresholds, kinds, rules, spread, list(tables))
    lost = [Note("leg_missing", (("leg", one.leg or ""), ("problem", one.message))) for one in missing]
    return replace(
        report,
        file=_JOINED.join(table.file for table in tables.values()),
        sha256=None,
        format=_format([table.format for table in tables.values()]),
        warnings=(*report.warnings, *lost),
        call_id=call_id,
        legs=tuple(Leg(name, one.file, one.sha256, _format([one.format])) for name, one in tables.items()),
        missing=missing,
    )


def _attempt(name: str, source: Source, how: _Reading, call_id: str | None) -> FeatureTable | Failure:
    from audioq.audio import read
    from audioq.measurement import measure

    try:
        part: dict[str, Any] = {"start": how.start, "end": how.end, "stream": how.stream, "sha256": how.sha256}
        audio = read(source, **part, raw_format=how.raw_format, max_duration=how.max_duration)
        return measure(audio, how.features, how.call_features)
    except InstallationError:
        raise  # no recording is to blame
    except AudioqError as error:
        file = error.source if isinstance(error, AudioError) else name
        return Failure(file, type(error).__name__, str(error), call_id, name)


def _spread(roles: Roles, tables: Mapping[str, FeatureTable]) -> Roles:
    """Return the roles of the channels of those legs that were read; a leg of several channels numbers them."""
    names: list[str] = []
    expected: set[int] = set()
    ignored: set[int] = set()
    for name, table in tables.items():
        leg, own = roles.names.index(name), range(len(names), len(names) + table.channels)
        names += [name] if table.channels == 1 else [f"{name} {i + 1}" for i in range(table.channels)]
        expected |= set(own) if leg in roles.expected else set()
        ignored |= set(own) if leg in roles.ignored else set()
    # Where only ignored legs are left, their own verdict is better than none.
    return Roles(tuple(names), frozenset(expected), frozenset(ignored if len(ignored) < len(names) else ()), roles.side)


def _format(formats: Sequence[Format]) -> Format:
    """Sum up formats: the highest rate, all channels, the longest time."""
    rates = {one.codec_sr for one in formats}
    return Format(
        container=_JOINED.join(dict.fromkeys(one.container for one in formats)),
        codec=_JOINED.join(dict.fromkeys(one.codec for one in formats)),
        sr=max(one.sr for one in formats),
        codec_sr=rates.pop() if len(rates) == 1 else None,
        channels=sum(one.channels for one in formats),
        duration=round(max(one.duration for one in formats), 3),
    )
