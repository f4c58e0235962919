"""score on tables and events made by hand: what is undefined, how much arrived, and that harm only adds. No audio."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_tables import a_channel, a_table, stretches

from audioq.events import Event, find
from audioq.scores import METRICS, score
from audioq.thresholds import DEFAULT_THRESHOLDS

pytestmark = pytest.mark.smoke

SECONDS = 30.0
# Speech at the beginning alone: it is cut off, or ends by itself.
SPEECH = [(0.5, 9.0), (10.0, 19.0), (21.0, 29.0)]


def an_event(kind, start, end, channel=0):
    return Event(start, end, kind, channel, 0.9, 0.5, True)


def call(table, events=None):
    return score(table, find(table) if events is None else events).call


def silence(seconds=SECONDS):
    return a_channel(seconds, (), silent=[(0, seconds)])


def test_every_metric_has_a_value_in_its_order():
    scores = score(a_table(a_channel(), a_channel()), ())
    for own in (scores.call, *scores.channels):
        assert list(own) == [metric.name for metric in METRICS]
        assert all(isinstance(value, float) for value in own.values())


def test_metrics_are_described_in_whole_sentences():
    for metric in METRICS:
        assert metric.direction in {"higher is better", "lower is better", "neutral"}
        assert re.fullmatch(r"[A-Z].*\.", metric.meaning)
        assert metric.decimals >= 0
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_without_speech_a_share_and_mos_are_undefined_and_severity_is_not():
    own = call(a_table(silence()))
    assert math.isnan(own["delivered_ratio"]) and math.isnan(own["mos"]) and math.isnan(own["bandwidth_hz"])
    assert own["severity"] == 1.0
    assert own["speech_s"] == own["speech_ratio"] == 0.0
    assert own["zero_ratio"] == 1.0


def test_untouched_speech_arrived_whole():
    own = call(a_table(a_channel(SECONDS, SPEECH)))
    assert own["delivered_ratio"] == 1.0 and own["severity"] == 0.0
    assert own["speech_s"] == pytest.approx(25.5)
    assert own["speech_ratio"] == pytest.approx(25.5 / SECONDS)
    assert own["snr_db"] == 40.0
    assert own["bandwidth_hz"] == 7000.0
    assert own["mos"] > 4


def test_a_pause_is_neither_arrived_nor_missing():
    """10 s of untouched speech in 60 s have a share of 100 %."""
    own = call(a_table(a_channel(60.0, [(0, 10)])))
    assert own["speech_s"] == pytest.approx(10.0) and own["delivered_ratio"] == 1.0


def test_a_short_dropout_lost_what_it_covers():
    own = call(a_table(a_channel(SECONDS, SPEECH, lost=[(3.0, 3.4)])))
    assert own["speech_s"] == pytest.approx(25.1)
    assert own["delivered_ratio"] == pytest.approx(25.1 / 25.5)
    assert own["dropout_ratio"] == pytest.approx(0.4 / SECONDS)
    assert own["dropouts_per_minute"] == pytest.approx(2.0)
    assert own["longest_dropout_s"] == pytest.approx(0.4)


def test_a_dropout_half_in_a_pause_lost_half():
    channel = a_channel(SECONDS, SPEECH, lost=[(8.8, 9.2)])
    channel["muted"][900:920], channel["pause_lost"][900:920] = 0.0, 0.95
    own = call(a_table(channel), [an_event("dropout", 8.8, 9.2)])
    assert own["delivered_ratio"] == pytest.approx(25.3 / 25.5)


def test_a_long_dropout_counts_for_slightly_less_than_its_length():
    """People who talk also breathe and pause, as often as in the rest of the call."""
    own = call(a_table(a_channel(60.0, [(0, 10), (12, 20), (22, 40)], lost=[(40, 60)])))
    missing = own["speech_s"] / own["delivered_ratio"] - own["speech_s"]
    assert 0.8 * 20 < missing < 20


def test_buzz_is_not_speech_that_arrived():
    """S15 and the arithmetic of the share."""
    own = call(a_table(a_channel(SECONDS, SPEECH, concealed=stretches(SECONDS, [(3.0, 5.0)], 0.95))))
    assert own["speech_s"] == pytest.approx(23.5)
    assert own["delivered_ratio"] == pytest.approx(23.5 / 25.5)
    assert own["buzz_ratio"] == pytest.approx(2 / SECONDS) and own["buzz_per_minute"] == pytest.approx(2.0)


def test_repeats_of_a_stutter_did_not_arrive_again():
    own = call(a_table(a_channel(SECONDS, SPEECH)), [an_event("stutter", 3.0, 3.9)])
    assert own["speech_s"] == pytest.approx(25.5 - 0.6)
    assert own["delivered_ratio"] == 1.0
    assert own["stutter_per_minute"] == pytest.approx(2.0)


def test_splices_are_counted_and_their_length_is_unknown():
    own = call(a_table(a_channel(SECONDS, SPEECH)), [an_event("splice", t, t + 0.01) for t in (3.0, 5.0, 7.0)])
    assert own["splices_per_minute"] == pytest.approx(6.0)
    assert own["delivered_ratio"] > 0.99 and own["severity"] > 0


def test_channels_are_scored_apart_and_the_call_is_the_worst_that_ought_to_carry_speech():
    whole, harmed = a_channel(SECONDS, SPEECH), a_channel(SECONDS, SPEECH, lost=[(3.0, 6.0)])
    table = a_table(whole, harmed)
    scores = score(table, find(table))
    assert scores.channels[0]["severity"] == 0.0 < scores.channels[1]["severity"]
    assert scores.call == scores.channels[1]


def test_a_silent_channel_counts_beside_much_speech_only():
    beside_much, beside_little = (
        a_table(a_channel(SECONDS, SPEECH), silence()),
        a_table(a_channel(SECONDS, [(2, 5)]), silence()),
    )
    assert score(beside_much, ()).call["severity"] == 1.0
    assert score(beside_little, ()).call["speech_s"] == pytest.approx(3.0)


def test_mos_falls_with_loss_noise_and_a_narrow_band_and_stays_on_its_scale():
    good = call(a_table(a_channel(SECONDS, SPEECH)))["mos"]
    lossy = call(a_table(a_channel(SECONDS, SPEECH, lost=[(3.0, 5.0)])))["mos"]
    noisy = call(a_table(a_channel(SECONDS, SPEECH), noise_floor_dbfs=[-30.0]))["mos"]
    narrow = call(a_table(a_channel(SECONDS, SPEECH, band_edge=stretches(SECONDS, [], 0, 3400.0))))["mos"]
    worst = call(a_table(a_channel(SECONDS, SPEECH), noise_floor_dbfs=[-30.0]), [an_event("buzz", 0.5, 28.0)])["mos"]
    assert 1 <= worst < min(lossy, noisy, narrow) and max(lossy, noisy, narrow) < good <= 5


TABLE = a_table(a_channel(SECONDS, SPEECH, muted=stretches(SECONDS, [(3, 6), (12, 13)], 0.9)))
events = st.builds(
    lambda kind, start, length: an_event(kind, start / 100, min((start + length) / 100, SECONDS)),
    st.sampled_from(["dropout", "buzz", "stutter", "splice"]),
    st.integers(0, 2900),
    st.one_of(st.integers(1, 100), st.integers(100, 1500)),
)


def apart(events):
    """Events of one kind never overlap where `find` makes them."""
    kept = []
    for event in sorted(events):
        if not any(k.kind == event.kind and k.end > event.start for k in kept):
            kept.append(event)
    return kept


@given(st.lists(events, min_size=1, max_size=8), st.integers(0, 7))
def test_S28_one_more_event_never_raises_the_share_or_mos_and_never_lowers_severity(found, which):
    more = apart(found)
    added = more[which % len(more)]
    fewer = [event for event in more if event is not added]
    before, after = call(TABLE, fewer), call(TABLE, more)
    assert after["severity"] >= before["severity"] - 1e-9
    assert after["speech_s"] <= before["speech_s"]
    if math.isfinite(after["delivered_ratio"]):
        assert after["delivered_ratio"] <= before["delivered_ratio"] + 1e-9
        assert after["mos"] <= before["mos"] + 1e-9


@given(st.lists(events, max_size=8))
def test_scores_stay_in_their_range(found):
    own = call(TABLE, apart(found))
    for name in ("dropout_ratio", "speech_ratio", "zero_ratio", "clipping_ratio", "severity"):
        assert 0 <= own[name] <= 1
    for metric in METRICS:
        assert math.isfinite(own[metric.name]) or metric.name in {"mos", "delivered_ratio", "bandwidth_hz"}
    if own["speech_s"] >= DEFAULT_THRESHOLDS["speech.least"]:
        assert 0 <= own["delivered_ratio"] <= 1 and 1 <= own["mos"] <= 5
