"""Rules on numbers made by hand: each holds where it should, in the order that matters. No audio, no table."""

from __future__ import annotations

import pytest

from audioq.messages import MESSAGES, names
from audioq.rules import CALL_RULES, ONE_WAY, RULES, Label
from audioq.scores import METRICS
from audioq.thresholds import DEFAULT_THRESHOLDS
from audioq.verdict import FACTS

pytestmark = pytest.mark.smoke

# A minute of untouched speech; tests change what they are about.
FINE = dict.fromkeys([metric.name for metric in METRICS], 0.0) | dict.fromkeys(FACTS, 0.0)
FINE |= {"duration_s": 60.0, "speech_s": 40.0, "speech_ratio": 0.66, "delivered_ratio": 1.0, "mos": 4.5}
SILENT = {"speech_s": 0.0, "delivered_ratio": float("nan"), "mos": float("nan"), "severity": 1.0}


def first(**facts):
    return next(rule for rule in RULES if rule.holds(FINE | facts, DEFAULT_THRESHOLDS))


@pytest.mark.parametrize(
    ("facts", "rule", "label"),
    [
        ({}, "arrived_whole", "intact"),
        ({"stretches_per_minute": 5.0, "stretches": 5.0}, "often_disturbed", "degraded"),
        ({"delivered_ratio": 0.9, "signs_per_minute": 2.0}, "partly_lost", "degraded"),
        ({"delivered_ratio": 0.9, "signs_per_minute": 2.0, "stretches_per_minute": 30.0}, "partly_lost", "degraded"),
        ({"delivered_ratio": 0.4}, "partly_lost", "degraded"),
        ({"delivered_ratio": 0.9}, "nothing_sure", "intact"),
        ({"signs_per_minute": 20.0}, "many_signs", "degraded"),
        ({"signs_per_minute": 24.0, "speech_s": 1.5}, "arrived_whole", "intact"),
        ({"delivered_ratio": 0.1, "speech_s": 4.0}, "mostly_lost", "blocked"),
        ({"delivered_ratio": 0.1, "speech_s": 4.0, "open_end_s": 30.0}, "broken_off", "blocked"),
        ({"splices_per_minute": 60.0}, "spliced", "degraded"),
        ({"speech_s": 0.5, "duration_s": 20.0, "tone_s": 0.0}, "hardly_any_speech", "blocked"),
        ({"speech_s": 0.5, "duration_s": 20.0, "tone_s": 3.0}, "arrived_whole", "intact"),
        (SILENT, "no_speech", "blocked"),
        (SILENT | {"disturbed_s": 2.0}, "only_remains", "blocked"),
        (SILENT | {"tone_s": 5.0, "after_tone_s": 4.0}, "not_answered", "intact"),
        (SILENT | {"music_s": 30.0}, "not_answered", "intact"),
        (SILENT | {"tone_s": 5.0, "after_tone_s": 40.0}, "tones_then_nothing", "blocked"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_rule_fires_where_it_should(facts, rule, label):
    assert (first(**facts).id, first(**facts).label) == (rule, label)


def test_limits_belong_to_the_better_word():
    assert first(delivered_ratio=DEFAULT_THRESHOLDS["degraded.delivered"]).label == Label.INTACT
    assert first(delivered_ratio=DEFAULT_THRESHOLDS["blocked.delivered"]).label == Label.DEGRADED
    assert first(signs_per_minute=DEFAULT_THRESHOLDS["degraded.signs"]).label == Label.INTACT
    assert first(stretches_per_minute=DEFAULT_THRESHOLDS["degraded.stretches"], stretches=9.0).label == Label.INTACT
    assert first(stretches_per_minute=30.0, stretches=2.0).label == Label.INTACT
    assert first(splices_per_minute=DEFAULT_THRESHOLDS["degraded.splices"]).label == Label.INTACT


def test_speech_outweighs_tones():
    assert first(tone_s=5.0, after_tone_s=50.0).id == "arrived_whole"


def test_the_last_rule_always_holds():
    nothing = dict.fromkeys(FINE, float("nan"))
    assert RULES[-1].holds(nothing, DEFAULT_THRESHOLDS)
    assert first(**nothing) is RULES[-1]


def test_ids_are_permanent_and_unique():
    ids = [rule.id for rule in (*RULES, *CALL_RULES)]
    assert len(set(ids)) == len(ids)
    # A rule may be added; an id that reports already carry may not vanish.
    assert {
        *("tones_then_nothing", "not_answered", "only_remains", "no_speech", "broken_off", "mostly_lost"),
        *("partly_lost", "often_disturbed", "arrived_whole", "one_way"),
        *("listened", "expected_speech_missing"),
    } <= set(ids)


@pytest.mark.parametrize("rule", (*RULES, *CALL_RULES), ids=lambda rule: rule.id)
def test_every_rule_has_words_and_known_numbers(rule):
    english = MESSAGES["en"]
    assert english[f"rule.{rule.id}"]
    assert rule.reasons
    for score, limit in rule.reasons:
        assert score in FINE
        assert f"because.{rule.id}.{score}" in english or f"fact.{score}" in english, score
        assert limit is None or limit in DEFAULT_THRESHOLDS
    assert rule.basis in names("basis")
    assert set(rule.rivals) <= set(names("rival"))


@pytest.mark.parametrize("rule", (*RULES, *CALL_RULES), ids=lambda rule: rule.id)
def test_a_verdict_without_audible_speech_is_careful(rule):
    if rule.basis in {"no_speech", "not_answered"} or rule in CALL_RULES:
        assert rule.capped
    assert rule.rivals or not rule.capped


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        ({"speech_s": 0.0, "others_speech_s": 5.1}, True),
        ({"speech_s": 0.0, "others_speech_s": 5.0}, False),
        ({"speech_s": 3.0, "others_speech_s": 60.0}, False),
        ({"speech_s": 0.0, "others_speech_s": 60.0, "tone_s": 5.0}, False),
    ],
)
def test_one_way_needs_a_silent_channel_beside_more_than_5_s_of_speech(facts, holds):
    assert ONE_WAY.holds(FINE | facts, DEFAULT_THRESHOLDS) == holds
