"""Verdict: what a call is judged to be, by which rule, on which numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """The three things that a call can be judged to be."""

    INTACT = "intact"
    DEGRADED = "degraded"
    BLOCKED = "blocked"


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

    @property
    def confidence(self) -> float:
        """Probability of the label."""
        return self.probabilities[self.label]
