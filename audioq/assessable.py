"""assess: whether a recording could have revealed each kind of harm, and what hides it where it could not.

Silence about a kind means something only where the kind would have shown. Part of the judgement: it reads the
table, the events, the scores and the thresholds, and knows no audio.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from audioq.events import Event
from audioq.rules import Label
from audioq.scores import Scores
from audioq.table import FeatureTable, Note
from audioq.thresholds import DEFAULT_THRESHOLDS
from audioq.verdict import Verdict, less_sure

HARMS = ("dropout", "buzz", "stutter", "splice")
"""The kinds on which a verdict can rest."""

ASSESSED = (*HARMS, "dead_air", "clipping", "click")
"""The kinds of which a report says whether the recording could have revealed them."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Whether a channel could have revealed one kind of event.

    Attributes
    ----------
    kind : str
        One of `ASSESSED`.
    assessable : bool
        Whether an event of this kind would have been seen, or was.
    why : tuple of Note
        What hides the kind, with numbers; `messages` has the sentence under ``assessable.<id>``. Empty where
        nothing does.
    """

    kind: str
    assessable: bool
    why: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _Channel:
    """What the hindrances look at."""

    table: FeatureTable
    number: int
    scores: Mapping[str, float]
    seconds: Mapping[str, float]
    """Time that events of a kind fill."""


def assess(
    table: FeatureTable,
    events: Sequence[Event],
    scores: Scores,
    thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS,
) -> tuple[tuple[Assessment, ...], ...]:
    """Say for each channel which kinds of event it could have revealed.

    A kind of which events were found counts as assessable, whatever speaks against it; one of `HARMS` only if an
    event counts for the verdict, which one between tones does not.

    Parameters
    ----------
    table : FeatureTable
    events : sequence of Event
        What `find` returned for this table.
    scores : Scores
        What `score` returned for both.
    thresholds : mapping of str to float

    Returns
    -------
    tuple of tuple of Assessment
        For each channel one of each kind, in the order of `ASSESSED`.
    """
    return tuple(_channel(table, events, i, own, thresholds) for i, own in enumerate(scores.channels))


def hidden(assessments: Sequence[Assessment], kinds: Sequence[str] = ASSESSED) -> tuple[str, ...]:
    """Return those of the given kinds that a channel could not have revealed."""
    return tuple(a.kind for a in assessments if not a.assessable and a.kind in kinds)


def temper(
    verdict: Verdict, assessments: Sequence[Assessment], thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS
) -> Verdict:
    """Return a verdict that is less sure where harm would not have shown.

    Only an ``intact`` that rests on speech is changed: other words rest on what was found, and without speech the
    rules cap the confidence already. The probabilities move towards equal ones by ``confidence.hidden`` times the
    share of `HARMS` that is hidden, so the label stays the likeliest.

    Parameters
    ----------
    verdict : Verdict
    assessments : sequence of Assessment
        Those of the channel on which the verdict rests.
    thresholds : mapping of str to float

    Returns
    -------
    Verdict
        The same label, rule and reasons.
    """
    known = [a for a in assessments if a.kind in HARMS]
    if verdict.label is not Label.INTACT or verdict.basis != "speech" or not known:
        return verdict
    return less_sure(verdict, thresholds["confidence.hidden"] * len(hidden(known)) / len(known))


def _channel(
    table: FeatureTable, events: Sequence[Event], number: int, own: Mapping[str, float], limits: Mapping[str, float]
) -> tuple[Assessment, ...]:
    mine = [event for event in events if event.channel == number]
    names = {"music", "tone", "processed_voice"}
    seconds = {name: math.fsum(e.end - e.start for e in mine if e.kind == name) for name in names}
    channel = _Channel(table, number, own, seconds)
    against = [(hides, note) for hides, look in HINDRANCES for note in look(channel, limits)]
    found = {event.kind for event in mine if event.affects_verdict or event.kind not in HARMS}
    results = []
    for kind in ASSESSED:
        why = () if kind in found else tuple(note for hides, note in against if kind in hides)
        results.append(Assessment(kind, not why, why))
    return tuple(results)


def _note(id: str, **values: float) -> list[Note]:
    return [Note(id, tuple((name, round(float(value), 2) + 0.0) for name, value in values.items()))]


def _without_speech(channel: _Channel, limits: Mapping[str, float]) -> list[Note]:
    """Tones, music or nothing: no speech that could have been harmed."""
    if channel.scores["speech_s"] >= limits["speech.least"]:
        return []
    longest = max(("tone", "music"), key=lambda kind: channel.seconds[kind])
    seconds = channel.seconds[longest]
    return _note(f"only_{longest}", seconds=seconds) if seconds > 0 else _note("nothing_heard")


def _little_speech(channel: _Channel, limits: Mapping[str, float]) -> list[Note]:
    speech, limit = channel.scores["speech_s"], limits["assessable.speech"]
    return _note("little_speech", speech=speech, limit=limit) if limits["speech.least"] <= speech < limit else []


def _low_level(channel: _Channel, limits: Mapping[str, float]) -> list[Note]:
    level, limit = channel.scores["active_level_dbfs"], limits["assessable.level"]
    return _note("low_level", level=level, limit=limit) if _spoken(channel, limits) and level < limit else []


def _filled_gaps(channel: _Channel, limits: Mapping[str, float]) -> list[Note]:
    """Noise so near to the speech that a gap which it fills is none."""
    snr, limit = channel.scores["snr_db"], limits["assessable.gap_snr"]
    return _note("filled_gaps", snr=snr, limit=limit) if snr < limit else []


def _masking_noise(channel: _Channel, limits: Mapping[str, float]) -> list[Note]:
    snr, limit = channel.scores["snr_db"], limits["assessable.masked_snr"]
    return _note("masking_noise", snr=snr, limit=limit) if snr < limit else []


def _narrow_band(channel: _Channel, limits: Mapping[str, float]) -> list[Note]:
    edge, limit = channel.scores["bandwidth_hz"], limits["assessable.bandwidth"]
    return _note("narrow_band", bandwidth=edge, limit=limit) if edge < limit else []


def _processed(channel: _Channel, limits: Mapping[str, float]) -> list[Note]:
    seconds = channel.seconds["processed_voice"]
    enough = seconds > 0 and seconds >= limits["assessable.processed"] * channel.table.duration
    return _note("processed_voice", seconds=seconds) if enough else []


def _too_short(channel: _Channel, limits: Mapping[str, float]) -> list[Note]:
    seconds, limit = channel.table.duration, limits["dead_air.shortest"]
    return _note("too_short", duration=seconds, limit=limit) if seconds < limit else []


def _rerecorded(channel: _Channel, limits: Mapping[str, float]) -> list[Note]:
    """A room between the call and the recorder: nothing falls off faster than echoes let it, onto steady noise."""
    known = channel.table.numbers.get("loudspeaker")  # tables made before it was measured lack it
    probability = math.nan if known is None else float(known[channel.number])
    return _note("rerecorded", probability=probability) if probability >= limits["assessable.room"] else []


def _spoken(channel: _Channel, limits: Mapping[str, float]) -> bool:
    return channel.scores["speech_s"] >= limits["speech.least"]


HINDRANCES: tuple[tuple[tuple[str, ...], Callable[[_Channel, Mapping[str, float]], list[Note]]], ...] = (
    (HARMS, _without_speech),
    (HARMS, _little_speech),
    (HARMS, _low_level),
    (("dropout", "dead_air"), _filled_gaps),
    (("buzz", "stutter", "splice", "click"), _masking_noise),
    (("buzz", "splice", "click"), _narrow_band),
    (("dropout", "buzz", "splice", "clipping", "click"), _rerecorded),
    (("buzz",), _processed),
    (("dead_air",), _too_short),
)
"""The kinds that each hindrance hides, and how it is seen; a note for each that holds."""
