"""Alarms: what was said of recordings in which nothing is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.scoring.intervals import rate_interval
from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Row
from benchmarks.scoring.stretches import join, said
from benchmarks.scoring.verdicts import FalseAlarms

HARM = ("dropout", "buzz", "stutter", "splice")
"""Kinds that can move the verdict; each is false wherever it is said here."""
BASE = ("untouched", "tts")
"""Traps that leave the sound alone."""

ALONE = "alone"
"""Origin of the speech of traps that hold none of an excerpt."""

Answer = tuple[Label, Row]


@dataclass(frozen=True, slots=True)
class TrapFigures:
    """What was said of a group of intact recordings.

    Parameters
    ----------
    n : int
        Recordings.
    called : int
        How many were called otherwise than intact; one that could not be read is among them.
    rate, low, high : float
        Their share, with Wilson's 95 % interval.
    added : int or None
        How many of them have untouched sound that was called intact: the trap alone did it. None where the untouched
        sound was not analysed.
    minutes : float
        Length of all.
    origins : dict
        Kind of speech -> how many were called otherwise, and of how many.
    verdicts, rules : dict
        How often each verdict was given, and each rule that did not say intact.
    events_per_min : dict
        Kind -> events a minute; those nearer than 60 ms are one.
    """

    n: int
    called: int
    rate: float
    low: float
    high: float
    added: int | None
    minutes: float
    origins: dict[str, tuple[int, int]]
    verdicts: dict[str, int]
    rules: dict[str, int]
    events_per_min: dict[str, float]


def verdict_of(row: Row) -> str:
    """The verdict of a row; ``none`` where it could not be read."""
    verdict = row.get("verdict")
    return str(verdict["label"]) if verdict else "none"


def _origin(label: Label) -> str:
    return str(label.facts["source"]["origin"])


def _rule(row: Row) -> str:
    verdict = row.get("verdict")
    return str(verdict["rule"]) if verdict else str(row["error"]["type"])


def _excerpt(label: Label) -> str:
    return str(label.facts["source"]["excerpt"])


def _before(label: Label, untouched: Mapping[str, str]) -> str | None:
    """The verdict without the trap: intact where there is nothing but the trap; None where it is not known."""
    return "intact" if _origin(label) == ALONE else untouched.get(_excerpt(label))


def _origins(answers: Sequence[Answer]) -> dict[str, tuple[int, int]]:
    n = Counter(_origin(label) for label, _ in answers)
    wrong = Counter(_origin(label) for label, row in answers if verdict_of(row) != "intact")
    return {origin: (wrong[origin], count) for origin, count in n.items()}


def _event_counts(row: Row) -> Counter[str]:
    kinds: dict[str, list[Any]] = {}
    for event in row.get("events") or ():
        kinds.setdefault(event["kind"], []).append(said(event["start"], event["end"], event["kind"]))
    return Counter({kind: len(join(events)) for kind, events in kinds.items()})


def trap_figures(answers: Sequence[Answer], untouched: Mapping[str, str]) -> TrapFigures:
    """Return the figures of some recordings; `untouched` has the verdict of each excerpt as it was."""
    wrong = [(label, row) for label, row in answers if verdict_of(row) != "intact"]
    rate = len(wrong) / len(answers)
    interval = rate_interval(FalseAlarms(rate, len(answers)))
    minutes = sum(label.seconds for label, _ in answers) / 60.0
    counts = sum((_event_counts(row) for _, row in answers), Counter())
    before = [_before(label, untouched) for label, _ in answers]
    return TrapFigures(
        n=len(answers),
        called=len(wrong),
        rate=rate,
        low=interval.low,
        high=interval.high,
        added=sum(_before(label, untouched) == "intact" for label, _ in wrong) if None not in before else None,
        minutes=minutes,
        origins=_origins(answers),
        verdicts=dict(Counter(verdict_of(row) for _, row in answers).most_common()),
        rules=dict(Counter(_rule(row) for _, row in wrong).most_common()),
        events_per_min={kind: count / minutes for kind, count in sorted(counts.items())},
    )


@dataclass(frozen=True, slots=True)
class AlarmCard:
    """Figures by trap, and over all that are not processed by origin of the speech, by rate and in total."""

    traps: dict[str, TrapFigures]
    processed: dict[str, TrapFigures]
    origins: dict[str, TrapFigures]
    rates: dict[str, TrapFigures]
    total: TrapFigures | None
    total_processed: TrapFigures | None


def _grouped(answers: Sequence[Answer], by: Sequence[str], untouched: Mapping[str, str]) -> dict[str, TrapFigures]:
    groups: dict[str, list[Answer]] = {}
    for name, answer in zip(by, answers, strict=True):
        groups.setdefault(name, []).append(answer)
    return {name: trap_figures(group, untouched) for name, group in groups.items()}


def alarm_card(answers: Sequence[Answer]) -> AlarmCard:
    """Return all figures; totals leave out the untouched sound, which is no trap, and the processed."""
    untouched = {_excerpt(label): verdict_of(row) for label, row in answers if label.distractor in BASE}
    processed = [one for one in answers if one[0].grey]
    intact = [one for one in answers if not one[0].grey]
    laid = [one for one in intact if one[0].distractor != "untouched"]
    return AlarmCard(
        traps=_grouped(intact, [str(label.distractor) for label, _ in intact], untouched),
        processed=_grouped(processed, [str(label.distractor) for label, _ in processed], untouched),
        origins=_grouped(laid, [_origin(label) for label, _ in laid], untouched),
        rates=_grouped(laid, [f"{label.facts['fs']} Hz" for label, _ in laid], untouched),
        total=trap_figures(laid, untouched) if laid else None,
        total_processed=trap_figures(processed, untouched) if processed else None,
    )


def card_as_json(card: AlarmCard) -> dict[str, Any]:
    """Return the figures as plain data."""
    return asdict(card)
