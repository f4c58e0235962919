"""Confidence: probabilities that grow with the evidence, whatever the numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioq.confidence import BLOCK, HARM, SHARES, evidence_of, probabilities
from audioq.rules import RULES

pytestmark = pytest.mark.smoke

FACTS = st.fixed_dictionaries(
    {
        "delivered_ratio": st.floats(0, 1) | st.just(math.nan),
        "stretches_per_minute": st.floats(0, 500),
        "signs_per_minute": st.floats(0, 500),
        "lost_pauses_per_minute": st.floats(0, 500),
        "speech_ratio": st.floats(0, 1),
    }
)
LABELS = ("intact", "degraded", "blocked")
WORSE = {"stretches_per_minute": 20.0, "signs_per_minute": 20.0, "lost_pauses_per_minute": 20.0}


@given(FACTS, st.sampled_from([rule.id for rule in RULES] + ["mine"]), st.sampled_from(LABELS), st.floats(0.5, 1))
def test_probabilities_sum_to_1_and_the_label_leads_up_to_the_cap(facts, rule, label, cap):
    p = probabilities(rule, label, facts, cap)
    assert tuple(p) == LABELS and math.fsum(p.values()) == pytest.approx(1)
    assert all(0 <= value <= 1 for value in p.values())
    assert p[label] <= cap + 1e-9
    if cap >= 0.5:
        assert p[label] >= max(p.values()) - 1e-9  # at a cap of one half another may be as likely


@given(FACTS, st.sampled_from([*WORSE, "delivered_ratio", "speech_ratio"]))
def test_more_evidence_of_harm_never_makes_harm_less_likely(facts, name):
    worse = {**facts, name: facts[name] + WORSE[name] if name in WORSE else facts[name] / 2}
    before, after = evidence_of(facts), evidence_of(worse)
    for model in (HARM, BLOCK):
        assert model.of(after) >= model.of(before) - 1e-12


def test_weights_are_never_negative():
    assert all(term.weight >= 0 for model in (HARM, BLOCK) for term in model.terms)


def test_clear_cases_are_clear():
    quiet = {"stretches_per_minute": 0.0, "signs_per_minute": 0.0, "lost_pauses_per_minute": 0.0, "speech_ratio": 0.6}
    assert probabilities("arrived_whole", "intact", {**quiet, "delivered_ratio": 1.0})["intact"] > 0.7
    loud = dict.fromkeys(quiet, 60.0)
    assert probabilities("partly_lost", "degraded", {**loud, "delivered_ratio": 0.6})["degraded"] > 0.7
    gone = {**loud, "delivered_ratio": 0.02, "speech_ratio": 0.02}
    assert probabilities("mostly_lost", "blocked", gone)["blocked"] > 0.7


def test_rules_without_speech_have_shares_that_were_measured():
    assert SHARES and all(math.fsum(shares) == pytest.approx(1, abs=0.01) for shares in SHARES.values())
    assert set(SHARES) <= {rule.id for rule in RULES}
