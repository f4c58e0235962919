"""Silences on tables made by hand: when exact zeros are an outage by themselves. No audio."""

from __future__ import annotations

import pytest
from made_tables import a_channel, a_table

from audioq.events import find
from audioq.silences import outage_zeros
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
