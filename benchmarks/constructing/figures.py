"""Figures: how many constructed calls were called what they are, by construct, rate, way and speech."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.scoring.intervals import rate_interval
from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Row
from benchmarks.scoring.verdicts import FalseAlarms

Answer = tuple[Label, Row]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was said of a group of calls.

    Parameters
    ----------
    n, right : int
        Calls, and how many were called what they are; one that could not be read was not.
    share, low, high : float
        The share of the right ones, with Wilson's 95 % interval.
    rules : dict
        How often each rule gave the right verdict.
    mistakes : dict
        Verdict and rule of the wrong ones, and how often.
    """

    n: int
    right: int
    share: float
    low: float
    high: float
    rules: dict[str, int]
    mistakes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Scored:
    """Figures of one construct: all of it, and by rate, way and origin of the speech; and which calls are wrong."""

    label: str
    total: Figures
    rates: dict[str, Figures]
    ways: dict[str, Figures]
    origins: dict[str, Figures]
    wrong: tuple[str, ...]


def _said(row: Row) -> tuple[str, str]:
    """Verdict and rule; ``none`` and the error where there is no report."""
    verdict = row.get("verdict")
    return (str(verdict["label"]), str(verdict["rule"])) if verdict else ("none", str(row["error"]["type"]))


def figures(answers: Sequence[Answer]) -> Figures:
    """Return the figures of at least one answer."""
    said = [(label.verdict, *_said(row)) for label, row in answers]
    right = [rule for truth, verdict, rule in said if verdict == truth]
    wrong = [f"{verdict} by {rule}" for truth, verdict, rule in said if verdict != truth]
    share = len(right) / len(said)
    interval = rate_interval(FalseAlarms(share, len(said)))
    return Figures(
        n=len(said),
        right=len(right),
        share=share,
        low=interval.low,
        high=interval.high,
        rules=dict(Counter(right).most_common()),
        mistakes=dict(Counter(wrong).most_common()),
    )


def _by(answers: Sequence[Answer], key: Callable[[Label], str]) -> dict[str, Figures]:
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(key(answer[0]), []).append(answer)
    return {name: figures(group) for name, group in groups.items()}


def scored(answers: Sequence[Answer]) -> dict[str, Scored]:
    """Return the figures of every construct in the order of the answers."""
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(str(answer[0].facts["construct"]), []).append(answer)
    return {
        name: Scored(
            label=str(group[0][0].verdict),
            total=figures(group),
            rates=_by(group, lambda label: f"{label.facts['fs']} Hz"),
            ways=_by(group, lambda label: str(label.facts["how"])),
            origins=_by(group, lambda label: str(label.facts["source"]["origin"])),
            wrong=tuple(label.file for label, row in group if _said(row)[0] != label.verdict),
        )
        for name, group in groups.items()
    }


def as_data(card: dict[str, Scored]) -> dict[str, Any]:
    """Return the figures as plain data."""
    return {name: asdict(one) for name, one in card.items()}
