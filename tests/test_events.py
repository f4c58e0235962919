"""find on tables made by hand: order, edges, merging, evidence, kinds of one's own. No audio."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_tables import a_channel, a_table, stretches

from audioq.errors import TableError
from audioq.events import find
from audioq.kinds import KINDS, Kind
from audioq.table import Quantity
from audioq.thresholds import DEFAULT_THRESHOLDS, Threshold

pytestmark = pytest.mark.smoke


def own_rows(onset=0.5, offset=0.25, shortest=0.03, merge=0.05):
    values = {"onset": onset, "offset": offset, "shortest": shortest, "merge": merge}
    return DEFAULT_THRESHOLDS.with_rows(
        *(Threshold(f"mine.{name}", value, "1", 0, 60, "of a test", "a test") for name, value in values.items())
    )


def find_mine(curve, kind=None, limits=None, **table):
    """Find one kind of our own on one curve."""
    kind = kind or Kind("mine", "mine", affects_verdict=True, meaning="of a test")
    made = a_table(a_channel(len(curve) / 100) | {"mine": np.float32(curve)}, **table)
    return find(made, limits or own_rows(), (kind,))


def times(events):
    return [(event.start, event.end) for event in events]


def test_edges_lie_where_the_curve_crosses_the_offset():
    curve = stretches(2.0, [(0.5, 1.0)]) + stretches(2.0, [(0.4, 0.5), (1.0, 1.2)], 0.3)
    (event,) = find_mine(curve)
    assert (event.start, event.end) == pytest.approx((0.4, 1.2))


def test_holes_up_to_merge_are_closed_and_longer_ones_are_not():
    curve = stretches(2.0, [(0.2, 0.4), (0.45, 0.6), (0.66, 0.9)])
    assert times(find_mine(curve)) == [pytest.approx((0.2, 0.6)), pytest.approx((0.66, 0.9))]


def test_stretches_shorter_than_shortest_are_left_out():
    curve = stretches(2.0, [(0.2, 0.22), (0.5, 0.53)])
    assert times(find_mine(curve)) == [pytest.approx((0.5, 0.53))]


def test_thresholds_decide_and_the_curve_stays():
    curve = stretches(2.0, [(0.5, 1.0)], 0.6)
    assert len(find_mine(curve)) == 1
    assert find_mine(curve, limits=own_rows(onset=0.7)) == ()


def test_the_evidence_is_what_the_curve_shows_with_unit_and_limit():
    curve = stretches(2.0, [(0.5, 1.0)], 0.6)
    curve[70] = 0.83
    shown = Kind("mine", "mine", shown=(("level", "min"), ("peak_hz", "max")), meaning="of a test")
    (event,) = find_mine(curve, shown, quantities={"mine": Quantity("dB", "of a test")})
    first, level, peak = event.evidence
    assert (first.curve, first.unit, first.limit) == ("mine", "dB", 0.5)
    assert first.value == pytest.approx(0.83)
    assert (level.curve, level.value, level.unit, level.limit) == ("level", -20.0, "dBFS", None)
    assert (peak.value, peak.unit) == (800.0, "Hz")


def test_evidence_that_cannot_be_measured_is_left_out():
    channel = a_channel(2.0) | {"mine": stretches(2.0, [(0.5, 1.0)]), "level": np.full(200, np.nan, np.float32)}
    shown = Kind("mine", "mine", shown=(("level", "min"),), meaning="of a test")
    (event,) = find(a_table(channel, active_level_dbfs=[-20]), own_rows(), (shown,))
    assert [item.curve for item in event.evidence] == ["mine"]


def test_what_others_claimed_is_taken_from_it():
    first = Kind("mine", "mine", meaning="of a test")
    later = Kind("other", "mine", yields_to=("mine",), meaning="of a test")
    rows = (
        Threshold(f"other.{n}", v, "1", 0, 60, "", "")
        for n, v in (("onset", 0.2), ("offset", 0.2), ("shortest", 0.03), ("merge", 0))
    )
    curve = stretches(2.0, [(0.5, 1.0)]) + stretches(2.0, [(0.2, 0.5), (1.0, 1.5)], 0.22)
    table = a_table(a_channel(2.0) | {"mine": curve})
    events = find(table, own_rows().with_rows(*rows), (first, later))
    assert [(e.kind, round(e.start, 2), round(e.end, 2)) for e in events] == [
        ("other", 0.2, 0.5),
        ("mine", 0.5, 1.0),
        ("other", 1.0, 1.5),
    ]


def test_widen_and_keep_have_their_say():
    def grow(mask, table, channel, limits):
        return mask | np.roll(mask, 10)

    def late(table, channel, span, limits):
        return span[0] >= 100

    kind = Kind("mine", "mine", widen=grow, keep=late, meaning="of a test")
    assert times(find_mine(stretches(2.0, [(0.5, 0.6), (1.2, 1.3)]), kind)) == [pytest.approx((1.2, 1.4))]


def test_what_is_not_kept_claims_nothing():
    never = Kind("mine", "mine", keep=lambda *_: False, meaning="of a test")
    other = Kind("other", "mine", yields_to=("mine",), meaning="of a test")
    rows = [
        Threshold(f"other.{n}", v, "1", 0, 60, "", "")
        for n, v in (("onset", 0.5), ("offset", 0.5), ("shortest", 0.03), ("merge", 0))
    ]
    table = a_table(a_channel(2.0) | {"mine": stretches(2.0, [(0.5, 1.0)])})
    assert [e.kind for e in find(table, own_rows().with_rows(*rows), (never, other))] == ["other"]


def test_edges_move_to_marks_close_by():
    kind = Kind("mine", "mine", mark="zero", meaning="of a test")
    near = {"zero": [(0, 0.507, 0.991), (1, 0.4, 1.1)]}
    curve = stretches(2.0, [(0.5, 1.0)])
    assert times(find_mine(curve, kind, marks=near)) == [pytest.approx((0.507, 0.991))]
    far = {"zero": [(0, 0.53, 0.97)]}
    assert times(find_mine(curve, kind, marks=far)) == [pytest.approx((0.5, 1.0))]


def test_a_point_spans_5_ms_to_either_side():
    kind = Kind("mine", "mine", point_at="jump_at", meaning="of a test")
    curve = stretches(2.0, [(0.5, 0.53)], 0.6)
    curve[51] = 0.9
    assert times(find_mine(curve, kind)) == [pytest.approx((0.51, 0.52))]


def test_an_event_ends_with_the_recording():
    (event,) = find_mine(stretches(2.0, [(1.5, 2.0)]))
    assert event.end == pytest.approx(2.0)


def test_longer_events_are_more_severe_up_to_the_kinds_weight():
    kind = Kind("mine", "mine", weight=0.8, meaning="of a test")
    short, long = find_mine(stretches(9.0, [(0.5, 0.6), (2.0, 8.0)]), kind)
    assert 0 < short.severity < long.severity == pytest.approx(0.8)


def test_confidence_grows_with_the_curve():
    faint, clear = find_mine(stretches(2.0, [(0.2, 0.6)], 0.55) + stretches(2.0, [(1.0, 1.5)], 0.95))
    assert 0 < faint.confidence < clear.confidence < 1


def test_a_kind_without_its_curve_is_named():
    with pytest.raises(TableError, match="no curve named 'mine'"):
        find(a_table(), own_rows(), (Kind("mine", "mine"),))


def test_an_own_kind_stands_beside_the_built_in_ones():
    channel = a_channel(5.0, [(0, 5)], lost=[(1.0, 1.4)]) | {"mine": stretches(5.0, [(3.0, 3.5)])}
    events = find(a_table(channel), own_rows(), (*KINDS, Kind("mine", "mine", meaning="of a test")))
    assert {"dropout", "mine"} <= {event.kind for event in events}


spans = st.lists(st.tuples(st.integers(0, 95), st.integers(1, 40)), max_size=6).map(
    lambda pairs: [(a / 10, (a + b) / 10) for a, b in pairs]
)


@given(spans, spans, spans, spans)
def test_events_are_sorted_half_open_inside_and_never_overlap_their_own_kind(lost, buzz, loops, silent):
    shown = {"concealed": stretches(10.0, buzz, 0.9), "stuttered": stretches(10.0, loops, 0.9)}
    table = a_table(
        a_channel(10.0, [(0, 3), (4, 9)], lost=lost, silent=silent, **shown),
        a_channel(10.0, [(2, 8)], lost=silent, silent=buzz, **shown),
        noise_floor_dbfs=[-60.0, -60.0],
        active_level_dbfs=[-20.0, -20.0],
    )
    events = find(table)
    assert list(events) == sorted(events)
    for event in events:
        assert 0 <= event.start < event.end <= table.duration + 1e-9
        assert 0 <= event.confidence <= 1 and 0 <= event.severity <= 1
        assert event.kind in {kind.name for kind in KINDS} and event.channel in (0, 1)
        assert event.evidence and all(np.isfinite(item.value) for item in event.evidence)
    for channel in (0, 1):
        for kind in KINDS:
            own = [e for e in events if (e.channel, e.kind) == (channel, kind.name)]
            assert all(a.end <= b.start for a, b in zip(own, own[1:], strict=False))
            others = [e for e in events if e.channel == channel and e.kind in kind.yields_to]
            # Edges may move to a mark by 20 ms, and merging may bridge what another kind claimed.
            assert all(min(a.end, b.end) - max(a.start, b.start) <= 0.06 for a in own for b in others)
