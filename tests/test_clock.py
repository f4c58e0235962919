"""The clock of packets: gaps, late packets, drift, overlaps, jumps. No decoder, no sound."""

from __future__ import annotations

import pytest

from audioq.decoders.clock import Moment, in_order, on_time
from audioq.decoders.stream import CutShortError, Found

pytestmark = pytest.mark.smoke


def timed(stamps, seconds=0.02, start=None):
    """Gaps by the number of the packet behind them, and what else was found."""
    moments = (Moment(at, seconds, n, 100 + n, 0.0, n) for n, at in enumerate(stamps))
    found = Found()
    placed = list(on_time(moments, found, start))
    assert [one.sound for one in placed] == list(range(len(stamps))), "nothing is lost"
    return {one.sound: pytest.approx(one.gap_s, abs=1e-6) for one in placed if one.gap_s}, found


def steady(n, first=0.0, step=0.02):
    return [first + step * k for k in range(n)]


def test_a_steady_clock_shows_nothing():
    assert timed(steady(50)) == ({}, Found())


def test_missing_packets():
    gaps, _ = timed([*steady(10), *steady(10, 0.3), *steady(10, 0.54)])
    assert gaps == {10: 0.1, 20: 0.04}


def test_the_size_of_the_packet_before():
    moments = (Moment(at, 0.02, n, 100 + n, 0.0, n) for n, at in enumerate([0.0, 0.02, 0.2, 0.22]))
    assert [one.size_before for one in on_time(moments, Found())] == [0, 100, 101, 102]


@pytest.mark.parametrize("late", [0.016, 0.05, 0.3])
def test_a_late_packet_and_an_early_one_make_no_gap(late):
    stamps = steady(30)
    stamps[10] += late
    assert timed(stamps)[0] == {}


def test_jitter_is_no_gap():
    assert timed([at + 0.009 * (-1) ** n for n, at in enumerate(steady(100))]) == ({}, Found())


def test_one_late_packet_is_neither_gap_nor_overlap():
    assert timed([*steady(20), 0.44, *steady(20, 0.42)]) == ({}, Found())


@pytest.mark.parametrize("drift", [1.0001, 0.9999])
def test_a_clock_that_drifts_hides_no_gap(drift):
    stamps = steady(40_000, 0, 0.02 * drift)
    gaps, _ = timed([*stamps, *steady(50, stamps[-1] + 0.12, 0.02)])
    assert list(gaps.values()) == [pytest.approx(0.1, abs=0.01)]


def test_slow_drift_is_no_gap_and_does_not_lengthen_one():
    gaps, _ = timed([*steady(1000, 0, 0.0201), *steady(20, 20.1 + 0.04, 0.0201)])
    assert gaps == {1000: pytest.approx(0.0401, abs=1e-4)}


def test_gaps_close_to_each_other_all_count():
    gaps, _ = timed([0.0, 0.02, 0.42, 0.82, 1.22, 1.24])
    assert gaps == {2: 0.38, 3: 0.38, 4: 0.38}


def test_packets_of_changing_length():
    moments = [
        Moment(at, length, n, 9, 0.0, n)
        for n, (at, length) in enumerate([(0, 0.06), (0.06, 0.02), (0.08, 0.1), (0.3, 0.02)])
    ]
    assert [one.gap_s for one in on_time(iter(moments), Found())] == pytest.approx([0, 0, 0, 0.12])


def test_overlaps_are_counted():
    gaps, found = timed([*steady(10), *steady(10, 0.1)])
    assert gaps == {} and found.overlap_s == pytest.approx(0.1)


def test_repeated_stamps_are_overlaps():
    gaps, found = timed([0.0, 0.02, *[0.04] * 6, 0.06, 0.08])
    assert gaps == {} and found.overlap_s == pytest.approx(0.1)


def test_a_gap_that_makes_up_for_an_overlap_is_none():
    assert timed([*steady(10), *steady(10, 0.1), *steady(10, 0.4)])[0] == {}


def test_packets_without_stamps_follow_each_other():
    gaps, _ = timed([*steady(10), *[None] * 5, *steady(10, 0.5)])
    assert gaps == {15: 0.2}
    assert timed([None] * 5) == ({}, Found())


@pytest.mark.parametrize("jump", [1000.0, -5.0])
def test_jumps_of_the_clock_are_left_out(jump):
    gaps, found = timed([*steady(10), *steady(10, 0.2 + jump), *steady(10, 0.5 + jump)])
    assert gaps == {20: 0.1} and found.jumps == 1 and found.overlap_s == 0


def test_a_late_start_is_told_apart_from_gaps():
    assert timed(steady(10, 1.5), start=1.0)[1].late_s == pytest.approx(0.5)
    assert timed(steady(10, 1.5))[1].late_s == 0
    assert timed(steady(10, 1.5), start=1.49)[1].late_s == 0


def test_what_could_not_be_decoded_is_missing_where_there_is_no_clock():
    moments = [Moment(None, 0.02, n, 9, 0.04 * (n == 2), n) for n in range(4)]
    assert [one.gap_s for one in in_order(iter(moments))] == [0, 0, 0.04, 0]


def test_a_cut_comes_after_the_last_packet():
    def moments():
        yield from (Moment(at, 0.02, n, 9, 0.0, n) for n, at in enumerate(steady(3)))
        raise CutShortError(0.5)

    placed = on_time(moments(), Found())
    assert [next(placed).sound for _ in range(3)] == [0, 1, 2]
    with pytest.raises(CutShortError):
        next(placed)
