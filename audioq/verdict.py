"""judge: scores and events become a verdict, by the first rule that holds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from audioq.confidence import probabilities
from audioq.events import Event
from audioq.roles import NO_ROLES, Roles
from audioq.rules import CALL_RULES, RULES, Facts, Label, Rule
from audioq.scores import METRICS, Scores, badness, due
from audioq.thresholds import DEFAULT_THRESHOLDS

FACTS = {
    "stretches_per_minute": "1/min",
    "stretches": "count",
    "disturbed_s": "s",
    "open_end_s": "s",
    "tone_s": "s",
    "music_s": "s",
    "after_tone_s": "s",
    "others_speech_s": "s",
    "speech_expected": "1",
}
"""What judge adds to the scores before it tries the rules, with units."""

_UNITS = FACTS | {metric.name: metric.unit for metric in METRICS}
_HARM = ("dropout", "buzz", "stutter")
_CLOSE_S = 0.06
"""Disturbances closer than this are heard as one."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A number on which a verdict rests; `messages` has the sentence under ``rule.<rule>``."""

    rule: str
    score: str
    value: float
    unit: str
    limit: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label with its probabilities, the rule that gave it and the reasons."""

    label: Label
    probabilities: Mapping[str, float]
    rule: str
    because: tuple[Reason, ...]
    basis: str
    rivals: tuple[str, ...] = ()
    channel: int = 0
    """The channel on which it rests."""

    @property
    def confidence(self) -> float:
        """Probability of the label."""
        return self.probabilities[self.label]


def less_sure(verdict: Verdict, doubt: float) -> Verdict:
    """Return a verdict whose probabilities lie nearer to equal ones by `doubt`, 0 to below 1; its label stays."""
    even = 1 / len(verdict.probabilities)
    return replace(verdict, probabilities={n: (1 - doubt) * p + doubt * even for n, p in verdict.probabilities.items()})


def judge(
    scores: Scores,
    events: Sequence[Event],
    thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS,
    rules: Sequence[Rule] = RULES,
    roles: Roles = NO_ROLES,
) -> tuple[Verdict, tuple[Verdict, ...]]:
    """Judge a call and each of its channels.

    Parameters
    ----------
    scores : Scores
    events : sequence of Event
    thresholds : mapping of str to float
    rules : sequence of Rule
        Tried in order; the last must always hold.
    roles : Roles
        From `assign_roles`: which channels ought to carry speech, and which are left out.

    Returns
    -------
    call : Verdict
        That of the worst channel which ought to carry speech.
    channels : tuple of Verdict
    """
    facts = [facts_of(scores, events, channel, roles) for channel in range(len(scores.channels))]
    verdicts = tuple(replace(_verdict(own, thresholds, rules), channel=i) for i, own in enumerate(facts))
    toned = [own["tone_s"] + own["music_s"] > 0 for own in facts]
    counting = due([own["speech_s"] for own in facts], toned, thresholds, roles)
    for rule, i in ((rule, i) for rule in CALL_RULES for i in counting):
        if len(facts) > 1 and rule.holds(facts[i], thresholds):
            return replace(_conclude(rule, facts[i], thresholds), channel=i), verdicts
    # Of sides with the same word, one that just listened says least.
    worst = max(
        counting, key=lambda i: (_rank(verdicts[i]), verdicts[i].rule != "listened", *badness(scores.channels[i]))
    )
    return verdicts[worst], verdicts


def _rank(verdict: Verdict) -> int:
    return list(Label).index(verdict.label)


def facts_of(scores: Scores, events: Sequence[Event], channel: int, roles: Roles = NO_ROLES) -> Facts:
    """Return what the rules are tried on: the scores of a channel and `FACTS`."""
    own = scores.channels[channel]
    mine = [e for e in events if e.channel == channel]
    seconds = {f"{kind}_s": _seconds(mine, kind) for kind in {"tone", "music", *(e.kind for e in mine)}}
    harm = [e for e in mine if e.kind in _HARM and e.affects_verdict]
    tones = [e for e in mine if e.kind == "tone"]
    others = [scores.channels[i]["speech_s"] for i in roles.judged(len(scores.channels)) if i != channel]
    return {
        **seconds,
        **own,
        "stretches_per_minute": _stretches(harm) / (own["duration_s"] / 60),
        "stretches": float(_stretches(harm)),
        "disturbed_s": math.fsum(e.end - e.start for e in harm if e.kind != "dropout"),
        "open_end_s": max((e.end - e.start for e in harm if _open_end(e, own)), default=0.0),
        "after_tone_s": own["duration_s"] - max((e.end for e in tones), default=own["duration_s"]),
        "others_speech_s": max(others, default=0.0),
        "speech_expected": float(channel in roles.expected),
    }


def _seconds(events: Sequence[Event], kind: str) -> float:
    return math.fsum(e.end - e.start for e in events if e.kind == kind)


def _open_end(event: Event, own: Mapping[str, float]) -> bool:
    """Whether a dropout lasts to the end of the recording."""
    return event.kind == "dropout" and event.end > own["duration_s"] - 0.1


def _stretches(harm: Sequence[Event]) -> int:
    """Number of disturbances, those heard as one counted once."""
    if not harm:
        return 0
    starts = np.array([e.start for e in sorted(harm)])
    ends = np.maximum.accumulate([e.end for e in sorted(harm)])
    return 1 + int((starts[1:] - ends[:-1] > _CLOSE_S).sum())


def _verdict(facts: Facts, limits: Mapping[str, float], rules: Sequence[Rule]) -> Verdict:
    rule = next(rule for rule in rules if rule.holds(facts, limits))
    return _conclude(rule, facts, limits)


def _conclude(rule: Rule, facts: Facts, limits: Mapping[str, float]) -> Verdict:
    because = tuple(
        Reason(rule.id, name, facts[name], _unit(name), None if limit is None else limits[limit])
        for name, limit in rule.reasons
        if limit is not None or facts[name] != 0 or name == rule.reasons[0][0]
    )
    cap = limits[rule.cap] if rule.capped else 1.0
    p = probabilities(rule.id, rule.label, facts, cap)
    return Verdict(rule.label, p, rule.id, because, rule.basis, rule.rivals)


def _unit(name: str) -> str:
    """Unit of a fact; seconds for the length of events of a kind that no table knows."""
    return _UNITS.get(name, "s" if name.endswith("_s") else "1")
