"""Stutter."""

import numpy as np
import pytest

from audioq.simulate import Loop, Span, stutter

SR = 8000
Y = np.random.default_rng(1).standard_normal(2 * SR).astype(np.float32)


def test_inserted_loops_lengthen_the_signal_and_lose_nothing() -> None:
    out, truth = stutter(Y, SR, [Loop(1.5, 0.02, 2), Loop(0.5, 0.1, 3)])
    assert truth == [Span(0.4, 0.8, "stutter"), Span(1.78, 1.84, "stutter")]
    assert out.size == Y.size + round((0.3 + 0.04) * SR)
    plays = out[round(0.4 * SR) : round(0.8 * SR)].reshape(4, -1)
    assert np.all(plays == plays[0])
    assert np.array_equal(out[: round(0.5 * SR)], Y[: round(0.5 * SR)])
    assert np.array_equal(out[round(1.84 * SR) :], Y[round(1.5 * SR) :])


def test_loops_in_place_keep_the_length() -> None:
    out, truth = stutter(Y, SR, [Loop(0.5, 0.1, 2), Loop(1.95, 0.1, 2)], insert=False)
    assert out.shape == Y.shape
    assert truth == [Span(0.4, 0.7, "stutter"), Span(1.85, 2.0, "stutter")]
    plays = out[round(0.4 * SR) : round(0.7 * SR)].reshape(3, -1)
    assert np.all(plays == plays[0])
    assert np.array_equal(out[round(0.7 * SR) : round(1.95 * SR)], Y[round(0.7 * SR) : round(1.95 * SR)])


def test_what_is_no_stutter_is_refused() -> None:
    with pytest.raises(ValueError, match="at least twice"):
        Loop(1.0, 0.1, 1)
    with pytest.raises(ValueError, match="no stretch"):
        Loop(0.05, 0.1)
    with pytest.raises(ValueError, match="overlaps"):
        stutter(Y, SR, [Loop(1.0, 0.1), Loop(1.05, 0.1)])
    with pytest.raises(ValueError, match="outside"):
        stutter(Y, SR, [Loop(2.5, 0.1)])


def test_without_loops_nothing_happens() -> None:
    out, truth = stutter(Y, SR, [])
    assert np.array_equal(out, Y)
    assert truth == []
