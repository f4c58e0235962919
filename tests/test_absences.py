"""Gaps of a container on tables made by hand: which are losses and which were not sent. No audio."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_tables import a_channel, a_table

from audioq.absences import dtx_notes, gaps_of, lost, not_sent
from audioq.events import find
from audioq.report import compose
from audioq.silences import sure_zeros
from audioq.table import Note
from audioq.thresholds import DEFAULT_THRESHOLDS

pytestmark = pytest.mark.smoke

TALK = [(1, 4), (6, 9), (12, 15)]


def a_call(gaps, codec="opus", size=60):
    """A call in which the container lacks packets; nothing else speaks for a loss."""
    channel = a_channel(16.0, TALK, silent=gaps)
    marks = {"zero": [(0, *gap) for gap in gaps], "container_gap": [(0, *gap) for gap in gaps]}
    table = a_table(channel, marks=marks)
    table.marks["container_gap"]["value"] = size
    return replace(table, format=replace(table.format, codec=codec))


def seconds(table):
    return lost(table, 0, DEFAULT_THRESHOLDS).seconds(0, 16)


def rows(count, length=0.4, start=4.2, sound=0.02):
    """Gaps in a pause with a little sound between them."""
    return [(start + n * (length + sound), start + n * (length + sound) + length) for n in range(count)]


def test_a_gap_in_speech_is_lost_and_a_dropout_that_counts():
    table = a_call([(2, 2.5)])
    assert seconds(table) == pytest.approx(0.5)
    assert sure_zeros(table, 0, DEFAULT_THRESHOLDS)[200:250].all()
    (event,) = [e for e in find(table) if e.kind == "dropout"]
    assert event.affects_verdict and (event.start, event.end) == pytest.approx((2, 2.5))
    (evidence,) = [one for one in event.evidence if one.curve == "container_gap"]
    assert (evidence.value, evidence.unit) == (pytest.approx(0.5), "s")


def test_a_table_without_such_marks_has_no_gaps():
    table = a_table(a_channel(16.0, TALK, silent=[(2, 2.5)]))
    assert seconds(table) == 0 and dtx_notes(table, DEFAULT_THRESHOLDS) == ()


def test_a_short_gap_is_no_loss_by_itself():
    assert seconds(a_call([(2, 2.01)])) == 0


@pytest.mark.parametrize(("codec", "expected"), [("opus", 0.0), ("amr_nb", 0.0), ("aac", 0.5)])
def test_what_begins_in_a_pause_is_a_loss_only_where_all_is_sent(codec, expected):
    assert seconds(a_call([(5.5, 6.0)], codec)) == pytest.approx(expected)
    assert seconds(a_call([(10, 10.5)], codec)) == 0


@pytest.mark.parametrize(
    ("codec", "size", "count"), [("opus", 1, 1), ("opus", 3, 0), ("amr_nb", 6, 1), ("amr_nb", 13, 0), ("aac", 1, 0)]
)
def test_a_tiny_packet_announces_silence(codec, size, count):
    table = a_call([(2, 2.4)], codec, size)
    assert len(not_sent(table, 0, DEFAULT_THRESHOLDS)) == count
    assert seconds(table) == pytest.approx(0.4 * (1 - count))


@pytest.mark.parametrize(
    ("gaps", "count"),
    [
        pytest.param(rows(4), 4, id="refreshed every 0.4 s"),
        pytest.param([*rows(3), (5.46, 5.6)], 4, id="speech ends the last"),
        pytest.param(rows(8, 0.14), 8, id="refreshed as in AMR"),
        pytest.param(rows(1), 0, id="a single one"),
        pytest.param(rows(2, 0.6), 0, id="longer than any refresh"),
        pytest.param(rows(4, 0.3, 4.2, 0.15), 0, id="too much sound between"),
        pytest.param(rows(3, start=1.5), 0, id="in speech"),
    ],
)
def test_gaps_in_a_row_after_quiet_were_not_sent(gaps, count):
    assert len(not_sent(a_call(gaps), 0, DEFAULT_THRESHOLDS)) == count


def test_silence_that_was_not_sent_is_no_dropout_and_gets_its_note():
    table = a_call(rows(4))
    assert not [e for e in find(table) if e.kind == "dropout"]
    note = Note("dtx_gaps", (("count", 4), ("seconds", 1.6)))
    assert dtx_notes(table, DEFAULT_THRESHOLDS) == (note,)
    assert note in compose(table).warnings


def test_the_zeros_of_silence_that_was_not_sent_prove_nothing():
    gaps = rows(4, start=10)
    as_zeros = a_table(a_channel(16.0, TALK, silent=gaps), marks={"zero": [(0, *gap) for gap in gaps]})
    assert sure_zeros(as_zeros, 0, DEFAULT_THRESHOLDS).any()
    assert not sure_zeros(a_call(gaps), 0, DEFAULT_THRESHOLDS).any()


def test_seconds_of_gaps_between_two_times():
    table = a_call([(2, 2.5), (3, 3.2)])
    assert gaps_of(table, 0).seconds(2.25, 3.1) == pytest.approx(0.35)
    assert gaps_of(table, 0).seconds(5, 6) == 0


def test_a_gap_lies_in_all_channels():
    channel = a_channel(16.0, TALK, silent=[(2, 2.5)])
    marks = [(0, 2, 2.5), (1, 2, 2.5)]
    table = a_table(channel, channel, marks={"container_gap": marks, "zero": marks})
    first, second = (lost(table, channel, DEFAULT_THRESHOLDS).mask(table.n_frames) for channel in (0, 1))
    assert np.array_equal(first, second) and first.sum() == 50
