"""KINDS on tables made by hand: each kind is found where its curves speak, and only there. No audio."""

from __future__ import annotations

import numpy as np
import pytest
from made_tables import a_channel, a_table, a_tone, stretches

from audioq.events import find
from audioq.kinds import KINDS
from audioq.messages import names
from audioq.thresholds import DEFAULT_THRESHOLDS

pytestmark = pytest.mark.smoke

HARM = {"dropout", "buzz", "stutter", "splice"}


def found(table, kind=None):
    return [(e.kind, round(e.start, 2), round(e.end, 2)) for e in find(table) if kind in (None, e.kind)]


def test_untouched_speech_has_no_events():
    assert found(a_table(a_channel(10.0, [(0.5, 4), (5, 9.5)]))) == []


def test_names_are_unique_and_have_words_and_thresholds():
    kinds = [kind.name for kind in KINDS]
    assert len(set(kinds)) == len(kinds)
    assert set(kinds) == set(names("kind"))
    for kind in kinds:
        assert {f"{kind}.{own}" for own in ("onset", "offset", "shortest", "merge")} <= set(DEFAULT_THRESHOLDS)


def test_kinds_that_others_yield_to_come_first():
    order = [kind.name for kind in KINDS]
    for kind in KINDS:
        assert all(order.index(other) < order.index(kind.name) for other in kind.yields_to)


def test_only_harm_by_the_transmission_affects_the_verdict():
    assert {kind.name for kind in KINDS if kind.affects_verdict} == HARM


def test_offsets_do_not_lie_above_onsets():
    assert all(DEFAULT_THRESHOLDS[f"{k.name}.offset"] <= DEFAULT_THRESHOLDS[f"{k.name}.onset"] for k in KINDS)


def test_dropout_speech_is_interrupted():
    table = a_table(a_channel(10.0, [(0, 10)], lost=[(3.0, 3.4)]), marks={"zero": [(0, 3.004, 3.398)]})
    (event,) = find(table)
    assert event.kind == "dropout"
    assert (event.start, event.end) == pytest.approx((3.004, 3.398))


def test_dropout_a_silence_that_begins_with_a_cut_belongs_to_the_cut_until_sound_comes_back():
    channel = a_channel(20.0, [(0, 10), (16, 20)], lost=[(10, 16)])
    channel["muted"] = stretches(20.0, [(10.0, 10.5)], 0.95)  # in the depth of a silence the curve may say anything
    assert found(a_table(channel), "dropout") == [("dropout", 10.0, 16.0)]


def test_dropout_a_silence_after_a_natural_end_is_none_whatever_its_depth_shows():
    channel = a_channel(20.0, [(0, 10), (16, 20)], silent=[(10, 16)])
    channel["muted"] = stretches(20.0, [(11.5, 14.0)], 0.95)
    assert found(a_table(channel), "dropout") == []


def test_dropout_a_lost_pause_is_none():
    channel = a_channel(10.0, [(0, 4), (6, 10)], silent=[(4.5, 4.8)], pause_lost=stretches(10.0, [(4.5, 4.8)], 0.95))
    assert found(a_table(channel), "dropout") == []


def test_buzz_loss_is_covered_up_audibly():
    channel = a_channel(10.0, [(0, 10)], concealed=stretches(10.0, [(3.0, 3.4)], 0.95))
    assert found(a_table(channel)) == [("buzz", 3.0, 3.4)]


@pytest.mark.parametrize(("sure", "seconds", "buzzes"), [(0.7, 0.03, 0), (0.9, 0.03, 1), (0.7, 0.05, 1)])
def test_buzz_a_brief_one_must_be_nearly_sure(sure, seconds, buzzes):
    table = a_table(a_channel(10.0, [(0, 10)], concealed=stretches(10.0, [(3.0, 3.0 + seconds)], sure)))
    assert len(found(table, "buzz")) == buzzes


def test_buzz_that_nobody_hears_is_none():
    channel = a_channel(10.0, [(0, 3), (4, 10)], concealed=stretches(10.0, [(3.2, 3.6)], 0.95))
    channel["level"][320:360] = -90.0
    assert found(a_table(channel), "buzz") == []


def test_stutter_comes_before_dropout_and_buzz():
    curve = stretches(10.0, [(3.0, 3.6)], 0.95)
    channel = a_channel(10.0, [(0, 10)], stuttered=curve, muted=curve, concealed=curve)
    assert found(a_table(channel)) == [("stutter", 3.0, 3.6)]


def test_dead_air_a_side_is_silent_without_a_sign_of_a_cut():
    assert ("dead_air", 3.0, 20.0) in found(a_table(a_channel(20.0, [(0, 3)], silent=[(3, 20)])))
    assert found(a_table(a_channel(20.0, (), silent=[(0, 20)]))) == [("dead_air", 0.0, 20.0)]


def test_dead_air_is_no_pause_and_no_dropout():
    assert found(a_table(a_channel(20.0, [(0, 3), (5, 20)])), "dead_air") == []
    assert found(a_table(a_channel(20.0, [(0, 3)], lost=[(3, 20)])), "dead_air") == []


def test_tone_each_ring_is_one():
    rings = found(a_table(a_tone(12.0, [(0, 1), (5, 6), (10, 11)])), "tone")
    assert [round(start) for _, start, _ in rings] == [0, 5, 10]
    assert all(0.9 <= end - start <= 1.1 for _, start, end in rings)


@pytest.mark.parametrize("mark", ["clipped_share", "hum"])
def test_clipping_and_hum_do_not_affect_the_verdict(mark):
    high = {"clipped_share": 0.2, "hum": 40.0}[mark]
    channel = a_channel(10.0, [(0, 10)], **{mark: stretches(10.0, [(2, 5)], high)})
    (event,) = find(a_table(channel))
    assert event.kind == {"clipped_share": "clipping", "hum": "hum"}[mark]
    assert not event.affects_verdict


def test_splice_is_told_by_the_network_and_placed_by_the_jump():
    jump = stretches(10.0, [(3.0, 3.01), (6.0, 6.01)], 60.0)
    told = stretches(10.0, [(2.99, 3.02)], 0.8)
    kinds = found(a_table(a_channel(10.0, [(0, 10)], jump=jump, spliced=told)))
    assert [(kind, round(start)) for kind, start, _ in kinds] == [("splice", 3), ("click", 6)]
    assert all(round(end - start, 2) == 0.01 for _, start, end in kinds)


def test_channels_have_their_own_events():
    table = a_table(a_channel(10.0, [(0, 10)]), a_channel(10.0, [(0, 10)], lost=[(3, 3.4)]))
    assert {event.channel for event in find(table)} == {1}


def test_all_curves_that_kinds_name_are_measured():
    table = a_table()
    for kind in KINDS:
        curves = [name for name, _ in kind.shown] + ([kind.curve] if isinstance(kind.curve, str) else [])
        assert all(name in table.curves for name in curves)
        assert all(how in {"mean", "max", "min"} for _, how in kind.shown)
        assert np.shape(kind.trigger(table, 0, DEFAULT_THRESHOLDS)) == (table.n_frames,)


def test_a_processed_voice_lasts_from_the_first_speech_to_the_last_and_harms_nothing():
    table = a_table(a_channel(12.0, [(1, 5), (6, 11)]), processing=[0.9])
    (event,) = find(table)
    assert (event.kind, event.start, event.end) == ("processed_voice", 1.0, 11.0)
    assert not event.affects_verdict and event.severity == 0 and event.confidence == pytest.approx(0.9)
    assert found(a_table(a_channel(12.0, [(1, 11)]), processing=[0.4])) == []
    assert found(a_table(a_channel(12.0, [(1, 11)]), processing=[float("nan")])) == []


def test_a_processed_voice_does_not_buzz_unless_an_edge_of_a_loss_is_near():
    buzz = {"concealed": stretches(12.0, [(4, 4.2)], 0.9)}
    assert found(a_table(a_channel(12.0, [(0, 12)], **buzz), processing=[0.2]), "buzz") == [("buzz", 4.0, 4.2)]
    assert found(a_table(a_channel(12.0, [(0, 12)], **buzz), processing=[0.9]), "buzz") == []
    edge = buzz | {"fall_10": stretches(12.0, [(4.2, 4.22)], 40.0)}
    assert found(a_table(a_channel(12.0, [(0, 12)], **edge), processing=[0.9]), "buzz") == [("buzz", 4.0, 4.2)]


def test_where_much_was_lost_nothing_is_said_of_the_voice():
    table = a_table(a_channel(12.0, [(0, 12)], lost=[(3.0, 6.0)]), processing=[0.9])
    assert found(table, "processed_voice") == []
