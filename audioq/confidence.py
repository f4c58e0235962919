"""Confidence: how likely each label is, by two small models that can only grow with the evidence.

Where speech is heard, one logistic model says how likely harm is, from how much was lost and how often; a second
one says how likely the harm is to have blocked the call. Each number can only make its answer likelier: no sign of
damage speaks for an intact call. Where no speech is heard, the rule that held says how often it was right. The
numbers come from ``benchmarks/training/confidence.py``; what they were fitted on stands in ``docs/model-card.md``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One piece of evidence: ``weight * log(offset + value)``, the weight never negative."""

    evidence: str
    offset: float
    weight: float


@dataclass(frozen=True, slots=True)
class Logit:
    """A logistic model of log evidence."""

    bias: float
    terms: tuple[Term, ...]

    def of(self, evidence: Mapping[str, float]) -> float:
        """Return the probability, 0 to 1."""
        z = self.bias + sum(t.weight * math.log(t.offset + evidence[t.evidence]) for t in self.terms)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def evidence_of(facts: Mapping[str, float]) -> dict[str, float]:
    """Return the pieces of evidence, each 0 or more and growing with the harm.

    Parameters
    ----------
    facts : mapping of str to float
        Scores of a channel and the facts of `verdict`; `delivered_ratio` may be NaN, without speech.
    """
    delivered = 0.0 if math.isnan(facts["delivered_ratio"]) else facts["delivered_ratio"]
    return {
        "lost": 1 - delivered,
        "stretches": facts["stretches_per_minute"],
        "signs": facts["signs_per_minute"],
        "lost_pauses": facts["lost_pauses_per_minute"],
        "lost_odds": (1.01 - delivered) / (delivered + 0.01),
        "speechlessness": 1 / (facts["speech_ratio"] + 0.02),
    }


def probabilities(rule: str, label: str, facts: Mapping[str, float], cap: float = 1.0) -> dict[str, float]:
    """Return the probability of each label; that of `label` is the largest.

    Parameters
    ----------
    rule : str
        Id of the rule that held.
    label : str
        Its label.
    facts : mapping of str to float
        What the rule was tried on.
    cap : float
        Largest probability of the label.
    """
    if not math.isnan(facts["delivered_ratio"]):
        evidence = evidence_of(facts)
        harm, block = HARM.of(evidence), BLOCK.of(evidence)
        p = {"intact": 1 - harm, "degraded": harm * (1 - block), "blocked": harm * block}
    else:
        p = dict(
            zip(("intact", "degraded", "blocked"), SHARES.get(_ALIKE.get(rule, rule), _unknown(label)), strict=True)
        )
    p[label] = max(p[label], *(value + 0.001 for name, value in p.items() if name != label))
    others = math.fsum(value for name, value in p.items() if name != label)
    top = min(cap, p[label] / (p[label] + others))
    rest = (1 - top) / others if others else 0.0
    return {name: top if name == label else value * rest for name, value in p.items()}


_ALIKE = {"expected_speech_missing": "no_speech"}
"""A rule that was not measured, and the one whose channels sound the same: silent, with speech due in them."""


def _unknown(label: str) -> tuple[float, float, float]:
    """Shares for a rule that was never measured."""
    intact, degraded, blocked = (0.6 if name == label else 0.2 for name in ("intact", "degraded", "blocked"))
    return intact, degraded, blocked


HARM = Logit(
    -0.036,
    (
        Term("lost", 0.005, 0.322),
        Term("stretches", 0.7, 0.548),
        Term("signs", 1.0, 0.471),
        Term("lost_pauses", 2.0, 0.337),
    ),
)
BLOCK = Logit(
    -5.996,
    (
        Term("lost_odds", 0.0, 0.135),
        Term("speechlessness", 0.0, 2.759),
    ),
)
SHARES = {
    "no_speech": (0.029, 0.017, 0.954),
    "not_answered": (0.785, 0.172, 0.043),
    "only_remains": (0.028, 0.028, 0.944),
}
