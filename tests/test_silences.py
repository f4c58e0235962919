"""Silences on tables made by hand: when zeros, blinks and holes are losses by themselves. No audio."""

from __future__ import annotations

import numpy as np
import pytest
from made_tables import a_channel, a_table, stretches

from audioq.events import find
from audioq.silences import background_holes, blinks, faded_to_zeros, fading, outage_zeros, sure_zeros
from audioq.thresholds import DEFAULT_THRESHOLDS

pytestmark = pytest.mark.smoke

TALK = [(1, 4), (6, 9), (12, 15)]
"""Speech with pauses of 2 and 3 s that hold a background."""


def zeros(table):
    """Seconds of exact zeros that are an outage."""
    return outage_zeros(table, 0, DEFAULT_THRESHOLDS).sum() / 100


def a_call(silent, speech=TALK, seconds=16.0):
    channel = a_channel(seconds, speech, silent=silent)
    return a_table(channel, marks={"zero": [(0, start, end) for start, end in silent]})


def test_zeros_in_a_pause_are_an_outage_where_other_pauses_hold_a_background():
    assert zeros(a_call([(10, 10.5)])) == pytest.approx(0.5)


def test_such_an_outage_is_a_dropout_that_has_no_say_in_the_verdict():
    (event,) = find(a_call([(10, 10.5)]))
    assert (event.kind, event.affects_verdict) == ("dropout", False)
    assert (event.start, event.end) == pytest.approx((10, 10.5))


@pytest.mark.parametrize(
    "silent",
    [
        pytest.param([(0, 1), (4, 6), (9, 12), (15, 16)], id="a gate leaves no pause without zeros"),
        pytest.param([(15.2, 16)], id="the recorder runs on after the end"),
        pytest.param([(0, 0.9)], id="the recorder starts before the call"),
        pytest.param([(10, 10.02)], id="too short"),
    ],
)
def test_other_zeros_are_none(silent):
    assert zeros(a_call(silent)) == 0


def test_a_call_without_pauses_does_not_show_its_background():
    assert zeros(a_call([(8, 8.5)], speech=[(0, 8), (8.5, 16)])) == 0


def a_blink(start, end, speech=((0, 2), (4, 10)), steep=50.0):
    edges = stretches(10.0, [(start - 0.02, start + 0.02), (end - 0.02, end + 0.02)], steep)
    loud = stretches(10.0, speech, -10.0, -60.0)
    channel = a_channel(10.0, speech, lost=[(start, end)], peak=loud, fall_10=edges, rise_10=edges)
    channel["muted"][:] = 0
    return a_table(channel, marks={"zero": [(0, start, end)]})


def blinked(table):
    return blinks(table, 0, DEFAULT_THRESHOLDS).sum()


def test_zeros_of_a_blink_between_loud_sounds_are_a_dropout():
    table = a_blink(5.0, 5.03)
    assert blinked(table) == 3
    (event,) = [event for event in find(table) if event.kind == "dropout"]
    assert (event.start, event.end) == pytest.approx((5.0, 5.03))


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(a_blink(5.0, 5.03, steep=5.0), id="without a cliff"),
        pytest.param(a_blink(5.0, 5.03, speech=((0, 10),)), id="without a background, as synthetic voices are"),
        pytest.param(a_blink(5.0, 5.005), id="too short"),
        pytest.param(a_blink(5.0, 5.03, speech=((0, 2), (4, 4.9), (5.1, 10))), id="in a pause"),
    ],
)
def test_other_short_zeros_are_left_to_the_network(table):
    assert blinked(table) == 0


def holes(places, depth=12.0, seconds=20.0):
    lost = stretches(seconds, [(at, at + 0.06) for at in places], 0.9)
    deep = stretches(seconds, [(at, at + 0.06) for at in places], depth)
    return a_table(a_channel(seconds, [(1, 4)], pause_lost=lost, hole_depth=deep))


def test_holes_are_found_where_they_are_a_habit():
    table = holes([6 + i for i in range(8)])
    assert background_holes(table, 0, DEFAULT_THRESHOLDS).sum() == 8 * 6
    events = [event for event in find(table) if event.kind == "buzz"]
    assert len(events) == 8 and not any(event.affects_verdict for event in events)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(holes([6, 9, 12]), id="too few a minute"),
        pytest.param(holes([2.0], seconds=3.0), id="a single one in a short recording"),
        pytest.param(holes([6 + i for i in range(8)], depth=3.0), id="not deep"),
    ],
)
def test_other_holes_are_none(table):
    assert background_holes(table, 0, DEFAULT_THRESHOLDS).sum() == 0


def a_fade(slope=400.0, bend=0.0, faint=4, zeros=(5.0, 5.3)):
    """Speech that falls by `slope` dB/s to the last step of 16 bit and after `faint` more frames to exact zeros."""
    start = round(zeros[0] * 100) - faint
    channel = a_channel(10.0, [(0, zeros[0]), (zeros[1], 10)], silent=[zeros])
    n = 12
    back = np.arange(n, 0, -1) / 100
    channel["level"][start - n : start] = -86.0 + slope * back + bend * np.square(100 * back)
    channel["level"][start : start + faint] = -92.0
    return a_table(channel, marks={"zero": [(0, *zeros)]})


def faded(table):
    return faded_to_zeros(table, 0, DEFAULT_THRESHOLDS).sum() / 100


def test_zeros_at_the_end_of_a_straight_fade_are_an_outage_without_any_background():
    table = a_fade()
    assert faded(table) == pytest.approx(0.3)
    assert sure_zeros(table, 0, DEFAULT_THRESHOLDS)[500:530].all()
    (event,) = [event for event in find(table) if event.kind == "dropout"]
    assert (event.start, event.end) == pytest.approx((5.0, 5.3))


def test_the_fade_itself_was_made_up_by_a_decoder():
    fade = np.flatnonzero(fading(a_fade(), 0, DEFAULT_THRESHOLDS))
    assert (fade[0], fade[-1]) == (484, 499)
    (event,) = [event for event in find(a_fade()) if event.kind == "buzz"]
    assert (event.start, event.end) == pytest.approx((4.84, 5.0)) and not event.affects_verdict


@pytest.mark.parametrize(
    "fade",
    [
        pytest.param({"slope": 1200.0}, id="a voice ends steeper"),
        pytest.param({"slope": 60.0}, id="a reverberation ends slower"),
        pytest.param({"slope": 300.0, "bend": 1.5}, id="in a bend"),
        pytest.param({"faint": 0}, id="cut off, not faded"),
        pytest.param({"faint": 20}, id="a faint background between the sound and the zeros"),
        pytest.param({"zeros": (5.0, 5.02)}, id="too short"),
    ],
)
def test_other_ends_in_zeros_are_none(fade):
    assert faded(a_fade(**fade)) == 0


def test_where_the_background_is_back_another_silence_begins():
    first, second = (6.0, 6.3), (7.5, 7.8)
    table = a_call([first, second], speech=[(1, 3), (5, 6), (8, 15)])
    table["muted"][0, 600:630] = 0.95  # the first cuts speech off, the second falls into the pause after it
    spans = [(event.start, event.end) for event in find(table) if event.kind == "dropout"]
    assert spans == [pytest.approx(first), pytest.approx(second)]
