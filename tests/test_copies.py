"""Copies on tables made by hand: which repeats to the sample are harm, and of which kind. No audio."""

from __future__ import annotations

import numpy as np
import pytest
from made_tables import a_channel, a_table, stretches

from audioq.copies import loops, packets
from audioq.events import find
from audioq.scores import score
from audioq.table import MARK_DTYPE
from audioq.thresholds import DEFAULT_THRESHOLDS

pytestmark = pytest.mark.smoke

SR = 8000


def copied(spans, **curves):
    """Speech in which each (start, length, lag) in seconds is a copy."""
    channel = a_channel(10.0, [(0, 10)], **curves)
    table = a_table(channel, sr=SR)
    rows = [(0, round(a * SR), round((a + n) * SR), round(lag * SR)) for a, n, lag in spans]
    table.marks["repeat"] = np.array(rows, MARK_DTYPE)
    return table


def kinds(table):
    return [(e.kind, round(e.start, 3), round(e.end, 3)) for e in find(table)]


def test_a_packet_filled_with_the_last_one_is_a_buzz_to_the_sample():
    table = copied([(3.005, 0.02, 0.02)])
    assert kinds(table) == [("buzz", 3.005, 3.025)]
    assert packets(table, 0, DEFAULT_THRESHOLDS).sum() == 3 and not loops(table, 0, DEFAULT_THRESHOLDS).any()
    assert find(table)[0].affects_verdict


@pytest.mark.parametrize("length", [0.04, 0.12, 0.6])
def test_more_than_a_packet_is_a_stutter(length):
    assert kinds(copied([(3.0, length, 0.04)])) == [("stutter", 3.0, round(3.0 + length, 3))]


@pytest.mark.parametrize(
    ("span", "curves"),
    [
        pytest.param((3.0, 0.01, 0.1), {}, id="a short part of what it copies"),
        pytest.param((3.0, 0.1, 0.05), {"spectral_lines": stretches(10.0, [(2.9, 3.2)], 2, 60)}, id="a tone"),
        pytest.param((3.0, 0.1, 0.05), {"level": stretches(10.0, [(2.9, 3.2)], -65, -20)}, id="nobody hears it"),
        pytest.param(
            (3.0, 0.5, 0.05),
            {"spectral_lines": np.full(1000, 8, np.float32), "peak_hz": np.full(1000, 2100, np.float32)},
            id="a bell",
        ),
    ],
)
def test_other_copies_are_no_harm(span, curves):
    table = copied([span], **curves)
    assert not (packets(table, 0, DEFAULT_THRESHOLDS) | loops(table, 0, DEFAULT_THRESHOLDS)).any()


def test_copies_are_sure_signs():
    table = copied([(1.0 + i, 0.02, 0.02) for i in range(5)])
    assert score(table, find(table)).channels[0]["signs_per_minute"] == pytest.approx(
        5 / (table.duration + 1) * 60, rel=0.02
    )


def test_tables_without_the_marks_are_judged_all_the_same():
    table = copied([])
    for name in ("repeat", "discontinuity"):
        del table.marks[name]
    assert kinds(table) == []


def test_a_copy_never_lowers_what_the_network_is_sure_of_and_shows_its_lag():
    (event,) = find(copied([(3.0, 0.12, 0.04)], stuttered=stretches(10.0, [(3.0, 3.12)], 0.98)))
    assert event.confidence == pytest.approx(0.98)
    assert ("repeat", 40.0, "ms") in [(e.curve, e.value, e.unit) for e in event.evidence]
    assert find(copied([(3.0, 0.12, 0.04)]))[0].confidence == pytest.approx(0.9)


def test_a_mark_beyond_the_last_frame_is_left_out():
    assert not loops(copied([(12.0, 0.1, 0.05)]), 0, DEFAULT_THRESHOLDS).any()
