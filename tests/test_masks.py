"""Hysteresis against its slow twin, and what must hold for any curve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from reference.slow_hysteresis import slow_bridged, slow_hysteresis, slow_long_enough, slow_runs

from audioq.masks import bridged, filled, hysteresis, long_enough, runs

pytestmark = pytest.mark.smoke

curves = arrays(
    np.float32,
    st.integers(0, 60),
    elements=st.one_of(st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]), st.just(np.nan), st.floats(-2, 2, width=32)),
)
masks = arrays(np.bool_, st.integers(0, 60))
limits = st.tuples(st.floats(-1, 1, width=32), st.floats(-1, 1, width=32)).map(lambda pair: (max(pair), min(pair)))


@given(curves, limits)
def test_it_equals_its_slow_twin(curve, limits):
    onset, offset = limits
    assert hysteresis(curve, onset, offset).tolist() == slow_hysteresis(curve.tolist(), onset, offset)


@given(curves, limits)
def test_it_does_not_depend_on_the_direction_of_time(curve, limits):
    assert np.array_equal(hysteresis(curve[::-1], *limits), hysteresis(curve, *limits)[::-1])


@given(curves, limits)
def test_it_lies_between_the_two_limits(curve, limits):
    onset, offset = limits
    inside = hysteresis(curve, onset, offset)
    with np.errstate(invalid="ignore"):
        assert np.all(inside[curve >= onset])
        assert np.all((curve >= offset)[inside])


def test_a_curve_that_stays_between_the_limits_is_no_event():
    assert not hysteresis(np.float32([0.5, 0.6, 0.5]), 0.8, 0.3).any()


def test_nan_ends_a_stretch():
    assert hysteresis(np.float32([0.9, np.nan, 0.5]), 0.8, 0.3).tolist() == [True, False, False]


def test_one_limit_alone_is_a_plain_comparison():
    assert hysteresis(np.float32([0.5, 0.4, 0.5]), 0.5, 0.5).tolist() == [True, False, True]


@given(masks)
def test_runs_and_filled_undo_each_other(mask):
    starts, ends = runs(mask)
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == slow_runs(mask.tolist())
    assert np.array_equal(filled(len(mask), starts, ends), mask)


def test_filled_runs_may_overlap_and_reach_the_end():
    assert filled(6, np.array([0, 1, 5]), np.array([2, 4, 6])).tolist() == [True, True, True, True, False, True]


@given(masks, st.integers(0, 8))
def test_bridged_and_long_enough_equal_their_slow_twins(mask, frames):
    assert bridged(mask, frames).tolist() == slow_bridged(mask.tolist(), frames)
    assert long_enough(mask, frames).tolist() == slow_long_enough(mask.tolist(), frames)


@given(masks, st.integers(0, 8))
def test_neither_depends_on_the_direction_of_time(mask, frames):
    for function in (bridged, long_enough):
        assert np.array_equal(function(mask[::-1], frames), function(mask, frames)[::-1])
