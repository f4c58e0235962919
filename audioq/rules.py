"""RULES: ordered, with permanent ids; the first that holds gives the verdict of a channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Label(StrEnum):
    """The three things that a call can be judged to be."""

    INTACT = "intact"
    DEGRADED = "degraded"
    BLOCKED = "blocked"


Facts = Mapping[str, float]
"""Scores of a channel and what its events add: `FACTS` in `verdict`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the verdict.

    Attributes
    ----------
    id : str
        Permanent name; its sentence is ``rule.<id>`` in `messages`.
    label : Label
    basis : str
        What the verdict rests on: ``speech``, ``no_speech`` or ``not_answered``.
    holds : callable
        (facts, thresholds) -> bool.
    reasons : tuple of (str, str or None)
        Scores that are given as reasons, each with the threshold that it is held against.
    rivals : tuple of str
        Other explanations that fit as well.
    capped : bool
        Whether the confidence is capped.
    cap : str
        The threshold that caps it.
    meaning : str
        For rules of your own; the built-in ones have theirs in `messages`.
    """

    id: str
    label: Label
    basis: str
    holds: Callable[[Facts, Mapping[str, float]], bool]
    reasons: tuple[tuple[str, str | None], ...]
    rivals: tuple[str, ...] = ()
    capped: bool = False
    meaning: str = field(default="")
    cap: str = "confidence.cap"


def _speechless(facts: Facts, limits: Mapping[str, float]) -> bool:
    return facts["speech_s"] < limits["speech.least"]


def _remains_only(facts: Facts, limits: Mapping[str, float]) -> bool:
    """Traces of a call are heard, but no speech."""
    return _speechless(facts, limits) and facts["disturbed_s"] > 0


def _hardly_speaks(facts: Facts, limits: Mapping[str, float]) -> bool:
    """A long recording, no tones, and hardly any speech."""
    little = facts["speech_s"] < limits["hardly.speech"] and facts["duration_s"] > limits["hardly.duration"]
    return little and facts["tone_s"] == 0


def _listens(facts: Facts, limits: Mapping[str, float]) -> bool:
    """Another side carries the speech, and nobody said that this one ought to."""
    return not facts["speech_expected"] and facts["others_speech_s"] > limits["one_way.speech"]


def _signs(facts: Facts) -> float:
    """How many sure signs a channel shows; `scores` counts them by the minute of speech and one second more."""
    return float(round(facts["signs_per_minute"] * (facts["speech_s"] + 1) / 60))


RULES: tuple[Rule, ...] = (
    Rule(
        "tones_then_nothing",
        Label.BLOCKED,
        "not_answered",
        lambda f, t: _speechless(f, t) and f["tone_s"] > 0 and f["after_tone_s"] > t["tone.cadence"],
        (("after_tone_s", "tone.cadence"), ("tone_s", None)),
        ("never_answered", "call_simply_ended"),
        capped=True,
    ),
    Rule(
        "not_answered",
        Label.INTACT,
        "not_answered",
        lambda f, t: _speechless(f, t) and f["tone_s"] + f["music_s"] > 0,
        (("tone_s", None), ("music_s", None), ("speech_s", "speech.least")),
        ("never_answered",),
        capped=True,
    ),
    Rule(
        "only_remains",
        Label.BLOCKED,
        "speech",
        _remains_only,
        (("speech_s", "speech.least"), ("disturbed_s", None)),
    ),
    Rule(
        "no_speech",
        Label.BLOCKED,
        "no_speech",
        _speechless,
        (("speech_s", "speech.least"),),
        ("microphone_muted", "recorder_not_allowed", "other_side_listened", "call_simply_ended"),
        capped=True,
    ),
    Rule(
        "broken_off",
        Label.BLOCKED,
        "speech",
        lambda f, t: f["delivered_ratio"] < t["blocked.delivered"] and f["open_end_s"] > t["broken_off.open_end"],
        (("delivered_ratio", "blocked.delivered"), ("open_end_s", None)),
        ("call_simply_ended",),
    ),
    Rule(
        "mostly_lost",
        Label.BLOCKED,
        "speech",
        lambda f, t: f["delivered_ratio"] < t["blocked.delivered"],
        (("delivered_ratio", "blocked.delivered"), ("speech_s", None), ("longest_dropout_s", None)),
    ),
    Rule(
        "hardly_any_speech",
        Label.BLOCKED,
        "speech",
        lambda f, t: _hardly_speaks(f, t) and not _listens(f, t),
        (("speech_s", "hardly.speech"),),
        ("other_side_listened", "microphone_muted", "call_simply_ended"),
        capped=True,
    ),
    Rule(
        "partly_lost",
        Label.DEGRADED,
        "speech",
        lambda f, t: (
            f["delivered_ratio"] < t["degraded.delivered"]
            and (f["signs_per_minute"] > 0 or f["delivered_ratio"] < t["degraded.unsigned"])
        ),
        (("delivered_ratio", "degraded.delivered"), ("stretches_per_minute", None), ("signs_per_minute", None)),
    ),
    Rule(
        "often_disturbed",
        Label.DEGRADED,
        "speech",
        lambda f, t: (
            f["stretches_per_minute"] > t["degraded.stretches"] and f["stretches"] >= t["degraded.least_stretches"]
        ),
        (("stretches_per_minute", "degraded.stretches"),),
    ),
    Rule(
        "spliced",
        Label.DEGRADED,
        "speech",
        lambda f, t: (
            f["splices_per_minute"] > t["degraded.splices"]
            and round(f["splices_per_minute"] * f["duration_s"] / 60) >= t["degraded.least_stretches"]
        ),
        (("splices_per_minute", "degraded.splices"),),
    ),
    Rule(
        "many_signs",
        Label.DEGRADED,
        "speech",
        lambda f, t: f["signs_per_minute"] > t["degraded.signs"] and _signs(f) >= t["degraded.least_signs"],
        (("signs_per_minute", "degraded.signs"),),
    ),
    Rule(
        "listened",
        Label.INTACT,
        "speech",
        lambda f, t: _hardly_speaks(f, t) and _listens(f, t),
        (("speech_s", "hardly.speech"), ("others_speech_s", "one_way.speech")),
        ("other_side_listened", "microphone_muted"),
        capped=True,
    ),
    Rule(
        "nothing_sure",
        Label.INTACT,
        "speech",
        lambda f, t: f["delivered_ratio"] < t["degraded.delivered"],
        (("signs_per_minute", None), ("delivered_ratio", "degraded.delivered")),
    ),
    Rule(
        "arrived_whole",
        Label.INTACT,
        "speech",
        lambda f, t: True,
        (("delivered_ratio", "degraded.delivered"), ("stretches_per_minute", "degraded.stretches")),
    ),
)
"""The rules of a channel in their order; the last always holds."""


def _one_way(facts: Facts, limits: Mapping[str, float]) -> bool:
    """Silent from end to end, without tones or music, beside one that speaks."""
    silent = _speechless(facts, limits) and facts["tone_s"] + facts["music_s"] == 0
    return silent and facts["others_speech_s"] > limits["one_way.speech"]


ONE_WAY = Rule(
    "one_way",
    Label.BLOCKED,
    "speech",
    _one_way,
    (("others_speech_s", "one_way.speech"),),
    ("channel_unused", "microphone_muted", "other_side_listened"),
    capped=True,
)
"""The rule of the call where one channel is silent from end to end and another is not."""

EXPECTED_SPEECH_MISSING = Rule(
    "expected_speech_missing",
    Label.BLOCKED,
    "speech",
    lambda f, t: f["speech_expected"] > 0 and _one_way(f, t),
    (("others_speech_s", "one_way.speech"),),
    ("microphone_muted", "recorder_not_allowed"),
    capped=True,
    cap="confidence.cap_expected",
)
"""The same where somebody said that speech ought to be in the channel: an unused one is no rival then."""

CALL_RULES = (EXPECTED_SPEECH_MISSING, ONE_WAY)
"""The rules of a call with several channels, tried before the verdict of its worst channel is taken."""
