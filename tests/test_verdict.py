"""The statements of docs/verdict.md that need no recording, on numbers, events and tables made by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_tables import a_channel, a_table, a_tone, stretches

from audioq.events import Event
from audioq.messages import MESSAGES, severity_band, text
from audioq.render.wording import say_reason
from audioq.report import compose
from audioq.rules import RULES, Label, Rule
from audioq.scores import METRICS, Scores
from audioq.thresholds import DEFAULT_THRESHOLDS
from audioq.verdict import FACTS, judge

pytestmark = pytest.mark.smoke

FINE = dict.fromkeys([metric.name for metric in METRICS], 0.0)
FINE |= {"duration_s": 60.0, "speech_s": 40.0, "speech_ratio": 0.66, "delivered_ratio": 1.0, "mos": 4.5}
SILENT = FINE | {"speech_s": 0.0, "delivered_ratio": math.nan, "mos": math.nan, "severity": 1.0}


def an_event(kind, start, end, channel=0):
    return Event(start, end, kind, channel, 0.9, 0.5, kind in {"dropout", "buzz", "stutter", "splice"})


def judged(*channels, events=(), **options):
    """Judge channels given as changes to a fine one."""
    own = tuple(FINE | changes for changes in channels or ({},))
    return judge(Scores(own[0], own), events, **options)


def verdict(*channels, events=(), **options):
    return judged(*channels, events=events, **options)[0]


def told(verdict, scores):
    return [say_reason(reason, scores) for reason in verdict.because]


def cut_off(speech, nothing, pauses=()):
    """Judge speech that is cut off in mid-sound after `speech` s and stays away for `nothing` s."""
    seconds = speech + nothing
    talk = stretches(seconds, [(0, speech)]) * (1 - stretches(seconds, pauses))
    channel = a_channel(seconds, [(0, speech)], lost=[(speech, seconds)])
    channel["level"][: round(speech * 100)][talk[: round(speech * 100)] == 0] = -60.0
    return compose(a_table(channel)).verdict


@pytest.mark.parametrize("share", [0.15, 0.5, 0.969])
def test_S10_between_15_and_97_percent_is_degraded(share):
    assert verdict({"delivered_ratio": share, "signs_per_minute": 3.0}).label == Label.DEGRADED


def test_S10_without_a_sure_sign_half_of_the_speech_must_be_missing():
    assert verdict({"delivered_ratio": 0.49}).label == Label.DEGRADED
    own = verdict({"delivered_ratio": 0.9})
    assert (own.label, own.rule) == (Label.INTACT, "nothing_sure")


def test_S12a_many_sure_signs_are_degraded_even_where_none_makes_an_event():
    own = verdict({"signs_per_minute": 15.0})
    assert (own.label, own.rule) == (Label.DEGRADED, "many_signs")


@pytest.mark.parametrize("share", [0.97, 0.99, 1.0])
def test_S10_97_percent_and_more_is_intact(share):
    assert verdict({"delivered_ratio": share}).label == Label.INTACT


def test_S11_more_than_four_concealed_stretches_a_minute_are_degraded():
    four = [an_event("buzz", start, start + 0.05) for start in (5, 15, 25, 35)]
    assert verdict(events=four).label == Label.INTACT
    five = [*four, an_event("dropout", 45, 45.05)]
    assert (verdict(events=five).label, verdict(events=five).rule) == (Label.DEGRADED, "often_disturbed")


def test_S11_what_is_heard_as_one_stretch_counts_once():
    joined = [an_event("dropout", 5, 5.2), an_event("buzz", 5.2, 5.3), an_event("dropout", 5.3, 5.5)]
    apart = [an_event("buzz", start, start + 0.05) for start in (15, 25, 35)]
    assert verdict(events=[*joined, *apart]).label == Label.INTACT


def test_S12_stutter_is_degraded():
    events = [an_event("stutter", start, start + 0.4) for start in range(5, 55, 5)]
    assert verdict(events=events).label == Label.DEGRADED


def test_S12_splices_that_a_listener_hears_are_degraded():
    events = [an_event("splice", start, start + 0.01) for start in range(2, 58, 2)]
    assert verdict({"splices_per_minute": 28.0}, events=events).label == Label.DEGRADED


@pytest.mark.parametrize("share", [0.0, 0.1, 0.149])
def test_S13_less_than_15_percent_is_blocked(share):
    assert verdict({"delivered_ratio": share, "speech_s": 4.0}).label == Label.BLOCKED


def test_S14_speech_that_broke_off_after_its_first_words_is_blocked():
    events = [an_event("dropout", 2.0, 60.0)]
    broken = verdict({"delivered_ratio": 0.04, "speech_s": 2.0}, events=events)
    assert (broken.label, broken.rule) == (Label.BLOCKED, "broken_off")
    assert "breaks off in mid-sound" in told(broken, FINE | {"speech_s": 2.0})[0]


def test_S15_buzz_that_remains_is_no_speech():
    events = [an_event("buzz", start, start + 0.5) for start in range(5, 55, 5)]
    remains = verdict(SILENT, events=events)
    assert (remains.label, remains.rule) == (Label.BLOCKED, "only_remains")


def test_S16_nothing_at_all_is_blocked():
    assert verdict(SILENT).label == Label.BLOCKED
    assert compose(a_table(a_channel(20.0, (), silent=[(0, 20)]))).verdict.rule == "no_speech"


@pytest.mark.parametrize(("speech", "nothing"), [(3, 12), (2, 8), (5, 20), (10, 40)])
@pytest.mark.parametrize("pauses", [(), ((0.8, 1.2),)])
def test_S17_speech_cut_off_then_nothing_for_less_than_six_times_as_long_is_degraded(speech, nothing, pauses):
    assert cut_off(speech, nothing, pauses).label == Label.DEGRADED


@pytest.mark.parametrize(("speech", "nothing"), [(3, 30), (2, 20), (5, 45), (1, 20), (10, 80)])
@pytest.mark.parametrize("pauses", [(), ((0.6, 0.8),)])
def test_S18_for_longer_it_is_blocked(speech, nothing, pauses):
    assert cut_off(speech, nothing, pauses).label == Label.BLOCKED


def test_S17_S18_close_to_six_times_the_confidence_is_low():
    assert cut_off(4, 24).confidence < min(cut_off(4, 8).confidence, cut_off(4, 80).confidence)


@pytest.mark.parametrize("nothing", [5, 30, 90])
def test_S19_speech_that_ends_by_itself_is_intact_for_however_long_nothing_follows(nothing):
    ended = a_channel(3.0 + nothing, [(0, 3)], silent=[(3, 3 + nothing)])
    assert compose(a_table(ended)).verdict.label == Label.INTACT


ratios = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.15, 0.97, 1.0]))
seconds = st.floats(0, 1e4)
facts = st.fixed_dictionaries(
    {
        "delivered_ratio": st.one_of(ratios, st.just(math.nan)),
        "speech_s": seconds,
        "severity": ratios,
        "duration_s": st.floats(0.3, 1e4),
    }
)
events = st.lists(
    st.builds(
        lambda kind, start, length, channel: an_event(kind, start, start + length, channel),
        st.sampled_from(["dropout", "buzz", "stutter", "splice", "tone", "music", "dead_air"]),
        st.floats(0, 1e3),
        st.floats(0.01, 1e3),
        st.integers(0, 1),
    ),
    max_size=8,
)


@given(st.lists(facts, min_size=1, max_size=2), events)
def test_S20_probabilities_sum_to_1_and_the_label_is_the_likeliest_for_any_numbers(channels, events):
    call, each = judged(*channels, events=[e for e in events if e.channel < len(channels)])
    assert len(each) == len(channels)
    for own in (call, *each):
        assert list(own.probabilities) == ["intact", "degraded", "blocked"]
        assert all(0 <= p <= 1 for p in own.probabilities.values())
        assert math.fsum(own.probabilities.values()) == pytest.approx(1.0, abs=1e-9)
        assert own.confidence == max(own.probabilities.values())
        assert own.rule in {rule.id for rule in RULES} | {"one_way"}


@given(facts)
def test_S21_confidence_is_the_probability_of_the_label(facts):
    own = verdict(facts)
    assert own.confidence == own.probabilities[own.label]


def test_confidence_is_low_near_a_limit():
    near, far = (verdict({"delivered_ratio": share, "signs_per_minute": 9.0}).confidence for share in (0.968, 0.6))
    assert near < far
    lost = {"speech_s": 4.0, "signs_per_minute": 20.0}  # nobody loses nearly all without a sign of it
    near, far = (verdict(lost | {"delivered_ratio": share}).confidence for share in (0.148, 0.01))
    assert near < far


def test_S22_no_speech_is_never_a_share():
    own = verdict(SILENT)
    assert (own.label, own.basis) == (Label.BLOCKED, "no_speech")
    assert own.confidence <= DEFAULT_THRESHOLDS["confidence.cap"]
    assert {"microphone_muted", "recorder_not_allowed"} <= set(own.rivals)
    said = told(own, SILENT)
    assert said[0].startswith("no speech is audible") and text("basis.no_speech") == "no speech is audible"
    assert not any("%" in sentence or "arrived" in sentence for sentence in said)


def test_S23_not_answered_says_that_no_speech_was_due():
    events = [an_event("tone", start, start + 1.0) for start in range(0, 60, 5)]
    own = verdict(SILENT, events=events)
    assert (own.label, own.basis) == (Label.INTACT, "not_answered")
    assert own.confidence <= DEFAULT_THRESHOLDS["confidence.cap"] and "never_answered" in own.rivals
    assert told(own, SILENT)[0].startswith("no speech was due")
    assert text("basis.not_answered") == "no speech was due"


def test_S23_music_alone_is_not_answered():
    assert verdict(SILENT, events=[an_event("music", 0, 60)]).basis == "not_answered"


def test_S24_tones_and_then_nothing_is_blocked_with_little_confidence():
    own = verdict(SILENT, events=[an_event("tone", 0, 1), an_event("tone", 5, 6)])
    assert (own.label, own.rule) == (Label.BLOCKED, "tones_then_nothing")
    assert own.confidence <= DEFAULT_THRESHOLDS["confidence.cap"] and own.rivals


def test_S24_a_pause_of_ringback_is_not_far_longer():
    rings = [(start, start + 1.0) for start in range(0, 26, 5)]
    assert compose(a_table(a_tone(29.5, rings))).verdict.label == Label.INTACT


def test_S25_the_call_is_its_worst_channel_that_ought_to_carry_speech():
    call, channels = judged({}, {"delivered_ratio": 0.4})
    assert [own.label for own in channels] == [Label.INTACT, Label.DEGRADED]
    assert call == channels[1]
    swapped = judged({"delivered_ratio": 0.4}, {})[0]
    assert (swapped.label, swapped.because, swapped.channel) == (call.label, call.because, 0)
    assert call.channel == 1


def test_S25_of_two_channels_with_the_same_word_the_more_severe_one_speaks():
    call, channels = judged({"delivered_ratio": 0.9, "severity": 0.2}, {"delivered_ratio": 0.4, "severity": 0.7})
    assert call == channels[1]


@pytest.mark.parametrize("order", [1, -1])
def test_S26_a_silent_channel_beside_more_than_5_s_of_speech_is_one_way(order):
    own = verdict(*({"speech_s": 5.5}, SILENT)[::order])
    assert (own.label, own.rule) == (Label.BLOCKED, "one_way")
    assert own.confidence <= DEFAULT_THRESHOLDS["confidence.cap"]
    assert {"channel_unused", "microphone_muted", "other_side_listened"} <= set(own.rivals)


@pytest.mark.parametrize("order", [1, -1])
def test_S27_a_silent_channel_beside_less_speech_does_not_count(order):
    call, channels = judged(*({"speech_s": 4.5}, SILENT)[::order])
    assert call.label == Label.INTACT
    assert Label.BLOCKED in [own.label for own in channels]


def test_S26_a_channel_with_tones_or_music_is_not_silent():
    for kind in ("tone", "music"):
        assert verdict({}, SILENT, events=[an_event(kind, 0, 60, channel=1)]).label == Label.INTACT


def test_S26_one_channel_alone_is_never_one_way():
    assert verdict(SILENT).rule == "no_speech"


def test_two_silent_channels_are_no_speech():
    assert verdict(SILENT, SILENT).rule == "no_speech"


def test_severity_bands_are_those_of_the_page():
    assert [severity_band(value) for value in (0.0, 0.099, 0.1, 0.349, 0.35, 0.649, 0.65, 1.0)] == [
        *("none", "none", "slight", "slight", "marked", "marked", "hardly_possible", "hardly_possible")
    ]


def test_every_reason_has_value_unit_limit_and_a_sentence():
    for rule in RULES:
        always = Rule(rule.id, rule.label, rule.basis, lambda f, t: True, rule.reasons, rule.rivals, rule.capped)
        own = verdict(events=[an_event("dropout", 2, 3)], rules=(always,))
        limits = dict(rule.reasons)
        left_out = set(limits) - {reason.score for reason in own.because}
        assert all(limits[name] is None for name in left_out)  # what has no limit is told only where it is not 0
        for reason in own.because:
            limit = limits[reason.score]
            assert reason.rule == rule.id and math.isfinite(reason.value)
            assert reason.limit == (DEFAULT_THRESHOLDS[limit] if limit else None)
            assert reason.unit == FACTS.get(reason.score) or reason.unit in {m.unit for m in METRICS}
        assert all(sentence and "rule " not in sentence for sentence in told(own, FINE))


def test_a_rule_of_ones_own_comes_first():
    mine = Rule("mine", Label.DEGRADED, "speech", lambda f, t: f["snr_db"] < 10, (("snr_db", None),), meaning="noisy")
    own = verdict({"snr_db": 5.0}, rules=(mine, *RULES))
    assert (own.rule, own.because[0].value, own.because[0].unit) == ("mine", 5.0, "dB")
    assert own.confidence == max(own.probabilities.values())
    assert verdict({"snr_db": 30.0}, rules=(mine, *RULES)).rule == "arrived_whole"


def test_thresholds_move_the_verdict():
    lenient = DEFAULT_THRESHOLDS.with_values({"degraded.delivered": 0.5})
    assert verdict({"delivered_ratio": 0.9}, thresholds=lenient).label == Label.INTACT


def test_no_sentence_names_a_cause():
    causes = ("censor", "throttl", "government", "firewall", "operator", "interference", "attack")
    rooms = ("rule.", "because.", "fact.", "label.", "kind.", "basis")
    for id, sentence in MESSAGES["en"].items():
        if id.startswith(rooms):
            assert not any(cause in sentence.lower() for cause in causes), id
