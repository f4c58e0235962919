"""Joints on tables made by hand: which breaks of the waveform are cuts. No audio."""

from __future__ import annotations

import numpy as np
import pytest
from made_tables import a_channel, a_table, stretches

from audioq.events import find
from audioq.joints import cuts
from audioq.silences import blinks
from audioq.table import MARK_DTYPE
from audioq.thresholds import DEFAULT_THRESHOLDS

pytestmark = pytest.mark.smoke


def broken(*places, sr=48000, **curves):
    """Speech whose waveform breaks off at each (time in s, contrast in dB)."""
    table = a_table(a_channel(10.0, [(0, 10)], **curves), sr=sr)
    rows = [(0, round(at * sr), round(at * sr) + 1, contrast) for at, contrast in places]
    table.marks["discontinuity"] = np.array(rows, MARK_DTYPE)
    return table


def found(table):
    return (cuts(table, 0, DEFAULT_THRESHOLDS) / 100).tolist()


def test_a_cut_is_a_splice_at_its_place():
    table = broken((3.004, 30.0))
    assert found(table) == [3.0]
    (event,) = find(table)
    assert event.kind == "splice" and event.affects_verdict
    assert (event.start + event.end) / 2 == pytest.approx(3.004)


def test_at_low_rates_which_speech_fills_more_is_asked_for():
    assert found(broken((3.0, 15.0))) and found(broken((3.0, 17.0), sr=8000))
    assert not found(broken((3.0, 15.0), sr=8000)) and not found(broken((3.0, 13.0)))


@pytest.mark.parametrize(
    ("places", "curves"),
    [
        pytest.param([(3.0, 30), (3.03, 30), (3.06, 30)], {}, id="many in a row"),
        pytest.param([(3.0, 30)], {"rise_10": stretches(10.0, [(3.0, 3.02)], 30)}, id="the onset of a click"),
        pytest.param([(3.0, 30)], {"clipped_share": stretches(10.0, [(3.0, 3.01)], 0.2)}, id="clipping"),
        pytest.param([(3.0, 30)], {"level": stretches(10.0, [(2.9, 3.1)], -60, -20)}, id="nobody hears it"),
        pytest.param(
            [(3.0, 30)],
            {"spectral_lines": np.full(1000, 2, np.float32), "peak_hz": np.full(1000, 425, np.float32)},
            id="a tone is keyed",
        ),
    ],
)
def test_other_breaks_are_none(places, curves):
    assert found(broken(*places, **curves)) == []


def test_at_the_edges_of_other_harm_there_is_no_splice():
    table = broken((3.0, 30.0), (3.4, 30.0), concealed=stretches(10.0, [(3.0, 3.4)], 0.9))
    assert [event.kind for event in find(table)] == ["buzz"]


def a_blink(*places, sr=48000):
    """30 ms of zeros between loud sounds, without any background; the waveform breaks off at the places."""
    edges = stretches(10.0, [(4.98, 5.02), (5.01, 5.05)], 60.0)
    channel = a_channel(
        10.0, [(0, 10)], silent=[(5.0, 5.03)], peak=np.full(1000, -10, np.float32), fall_10=edges, rise_10=edges
    )
    table = a_table(channel, marks={"zero": [(0, 5.0, 5.03)]}, sr=sr)
    rows = [(0, round(at * sr), round(at * sr) + 1, 20.0) for at in places]
    table.marks["discontinuity"] = np.array(rows, MARK_DTYPE)
    return table


@pytest.mark.parametrize(("places", "lost"), [((), 0), ((5.0,), 3), ((5.03,), 3), ((5.0, 5.03), 3), ((4.99, 5.015), 0)])
def test_without_a_background_a_blink_of_zeros_needs_an_edge_of_the_waveform(places, lost):
    assert blinks(a_blink(*places), 0, DEFAULT_THRESHOLDS).sum() == lost


@pytest.mark.parametrize("at", [1.16, 2.01, 2.03, 5.55, 8.99])
def test_a_cut_on_the_border_of_two_frames_is_placed_as_exactly(at):
    (event,) = find(broken((at, 30.0)))
    assert (event.start + event.end) / 2 == pytest.approx(at)
    assert ("discontinuity", 30.0, "dB", 14.0) in [(e.curve, e.value, e.unit, e.limit) for e in event.evidence]
