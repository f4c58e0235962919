"""Spans and their arithmetic."""

import numpy as np
import pytest

from audioq.simulate import Span
from audioq.simulate.spans import point, runs, sample_ranges, spans_of


def test_a_span_is_half_open_and_of_a_known_kind() -> None:
    with pytest.raises(ValueError, match="start before it ends"):
        Span(1.0, 1.0, "buzz")
    with pytest.raises(ValueError, match="unknown kind"):
        Span(0.0, 1.0, "crackle")


def test_ranges_are_sorted_joined_and_cut_to_the_signal() -> None:
    times = [(3.0, 9.0), (1.0, 1.5), (1.5, 2.0), (1.2, 1.3), (7.0, 8.0), (-1.0, 0.1)]
    assert sample_ranges(times, 100, 500) == [(0, 10), (100, 200), (300, 500)]
    assert sample_ranges([(6.0, 7.0), (1.0, 1.0)], 100, 500) == []


def test_spans_of_ranges_are_seconds() -> None:
    assert spans_of([(10, 20)], 100, "hum") == [Span(0.1, 0.2, "hum")]


def test_a_point_spans_five_milliseconds_on_both_sides() -> None:
    assert point(8000, 16000, 16000, "click") == Span(0.495, 0.505, "click")
    assert point(0, 16000, 16000, "click") == Span(0.0, 0.005, "click")


def test_runs() -> None:
    assert runs(np.array([1, 1, 0, 1, 0, 0, 1], bool)) == [(0, 2), (3, 4), (6, 7)]
    assert runs(np.zeros(0, bool)) == []
