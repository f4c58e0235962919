"""Sides: channels of one recording, or recordings of one call, heard beside each other.

Each table keeps its own rate and length; nothing is mixed. Times of separate recordings count from
their own beginnings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from audioq.chain import Recording, fitted, recognise
from audioq.events import Event, find
from audioq.kinds import KINDS, Kind
from audioq.listening import listen
from audioq.masks import bridged, long_enough
from audioq.recorder import spared
from audioq.roles import NO_ROLES, Roles
from audioq.rules import Label
from audioq.scores import Scores, due, score, sum_up
from audioq.table import HOP_SECONDS, FeatureTable, Note
from audioq.thresholds import DEFAULT_THRESHOLDS
from audioq.verdict import Verdict

MOST_SPANS = 5
"""The most silences that a note names one by one; the events `dead_air` have the times of all."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one recording holds; channels and events are numbered within it."""

    table: FeatureTable
    events: tuple[Event, ...]
    scores: Scores
    recording: Recording


def hear(
    table: FeatureTable,
    thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS,
    kinds: Sequence[Kind] = KINDS,
    side: str | None = None,
) -> Side:
    """Find and score what one recording holds, with the limits that fit how it was recorded."""
    recording = recognise(table, thresholds, side)
    limits, sound = fitted(thresholds, recording), spared(table, recording.faults, thresholds)
    events = find(sound, limits, kinds)
    return Side(table, events, score(sound, events, limits), recording)


def beside(
    sides: Sequence[Side], thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS, roles: Roles = NO_ROLES
) -> tuple[Scores, tuple[Event, ...]]:
    """Return the scores and events of all sides, their channels numbered on from side to side."""
    events: list[Event] = []
    channels: list[Mapping[str, float]] = []
    for side in sides:
        events += [replace(event, channel=event.channel + len(channels)) for event in side.events]
        channels += side.scores.channels
    return sum_up(channels, events, thresholds, roles), tuple(sorted(events))


def remarks(
    sides: Sequence[Side],
    verdicts: Sequence[Verdict],
    thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS,
    roles: Roles = NO_ROLES,
) -> tuple[Note, ...]:
    """Say of channels what no verdict says: left out, unused, or silent from some moment on.

    Parameters
    ----------
    sides : sequence of Side
    verdicts : sequence of Verdict
        One for each channel; only a side that is intact may have been muted.
    thresholds : mapping of str to float
    roles : Roles

    Returns
    -------
    tuple of Note
        In the order of the channels. ``channel`` counts from 0; ``start`` and ``speech`` are in seconds.
    """
    scores, events = beside(sides, thresholds, roles)
    speech_s = [own["speech_s"] for own in scores.channels]
    sounding = {event.channel for event in events if event.kind in ("tone", "music")}
    counting = due(speech_s, [i in sounding for i in range(len(speech_s))], thresholds, roles)
    places = [(side, channel) for side in sides for channel in range(side.table.channels)]
    notes: list[Note] = []
    for i, place in enumerate(places):
        if i in roles.ignored:
            notes.append(_note("ignored_channel", i, roles))
        elif speech_s[i] < thresholds["speech.least"]:
            unused = bool(roles.expected) and i not in counting and i not in sounding
            notes += [_note("silent_channel", i, roles)] if unused else []
        elif speech_s[i] >= thresholds["hardly.speech"] and verdicts[i].label is Label.INTACT:
            others = [places[j] for j in roles.judged(len(places)) if j != i]
            notes += _muted(i, place, others, thresholds, roles)
    return tuple(notes)


def long_silences(
    sides: Sequence[Side], thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS, roles: Roles = NO_ROLES
) -> tuple[Note, ...]:
    """Name the long silences between the words of a single channel of which nobody said whose voice it holds.

    No sound tells whether somebody spoke then and was not heard. Silences that begin as a loss does are dropouts and
    not named here.

    Returns
    -------
    tuple of Note
        None or one: how many there are, ``seconds`` in all, and when the longest are.
    """
    if roles.side is not None or sum(side.table.channels for side in sides) != 1:
        return ()
    silent = [(event.start, event.end) for event in sides[0].events if event.kind == "dead_air"]
    spoken = np.flatnonzero(_words(sides[0], 0, thresholds)) * HOP_SECONDS if silent else np.zeros(0)
    between = [(a, b) for a, b in silent if spoken.size and a > spoken[0] and b < spoken[-1]]
    if not between:
        return ()
    longest = sorted(sorted(between, key=lambda span: span[0] - span[1])[:MOST_SPANS])
    spans = ", ".join(f"{a:.1f}-{b:.1f}" for a, b in longest)
    seconds = round(sum(b - a for a, b in between), 2)
    return (_note("long_silences", 0, roles, count=len(between), seconds=seconds, spans=spans),)


def _note(id: str, channel: int, roles: Roles, **values: float | str) -> Note:
    name = roles.name(channel)
    named: tuple[tuple[str, str | float], ...] = () if name is None else (("name", name),)
    return Note(id, (("channel", channel), *named, *values.items()))


def _muted(
    number: int,
    place: tuple[Side, int],
    others: Sequence[tuple[Side, int]],
    limits: Mapping[str, float],
    roles: Roles,
) -> list[Note]:
    """Whether a side that spoke ends by itself, long before its end, while another talks on."""
    side, channel = place
    spoken = np.flatnonzero(_words(side, channel, limits))
    duration = side.table.duration
    if not spoken.size or duration - spoken[-1] * HOP_SECONDS <= limits["muted.silence"]:
        return []
    if any(e.channel == channel and e.kind == "dropout" and e.end > duration - 0.1 for e in side.events):
        return []  # cut off in mid-sound: that is a loss, and the rules speak of it
    start = int(spoken[-1]) + 1
    heard = [float(_words(other, i, limits)[start : side.table.n_frames].sum()) * HOP_SECONDS for other, i in others]
    speech = max(heard, default=0.0)
    if speech <= limits["muted.speech"]:
        return []
    return [_note("microphone_muted", number, roles, start=round(start * HOP_SECONDS, 2), speech=round(speech, 2))]


def _words(side: Side, channel: int, limits: Mapping[str, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return long_enough(
        bridged(listen(side.table, channel, limits).speech, round(100 * limits["muted.join"])),
        round(100 * limits["muted.word"]),
    )
