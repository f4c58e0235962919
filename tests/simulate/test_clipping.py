"""Clipping."""

import numpy as np

from audioq.simulate import clip

SR = 8000
T = np.arange(SR) / SR


def test_the_spans_hold_every_flat_top_and_begin_and_end_with_one() -> None:
    y = (0.5 * np.sin(2 * np.pi * 100 * T) * (np.abs(T - 0.5) < 0.2)).astype(np.float32)
    out, truth = clip(y, SR, drive_db=12.0, ceiling=0.9)
    flat = np.abs(out) >= np.float32(0.9)
    assert np.abs(out).max() == np.float32(0.9)
    assert len(truth) == 1
    first, last = round(truth[0].start * SR), round(truth[0].end * SR)
    assert np.flatnonzero(flat)[[0, -1]].tolist() == [first, last - 1]


def test_tops_far_apart_are_two_events() -> None:
    y = np.zeros(SR, np.float32)
    y[[1000, 1100, 1101, 4000]] = 2.0
    _, truth = clip(y, SR)
    assert [(round(s.start * SR), round(s.end * SR)) for s in truth] == [(1000, 1102), (4000, 4001)]


def test_what_stays_below_is_left_alone() -> None:
    y = (0.5 * np.sin(2 * np.pi * 100 * T)).astype(np.float32)
    out, truth = clip(y, SR)
    assert np.array_equal(out, y)
    assert truth == []
