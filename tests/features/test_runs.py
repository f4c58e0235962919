"""Runs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from reference import runs as slow

from audioq.features.runs import clipped_runs, held_runs, zero_runs
from audioq.simulate import clip, zero_fill
from audioq.table import MARK_DTYPE

KERNELS: list[tuple[Callable[..., Any], Callable[[float], float | None]]] = [
    (zero_runs, slow.zero),
    (held_runs, slow.held),
    (clipped_runs, slow.clipped),
]

VALUES = (0.0, -0.0, 0.25, -0.25, 0.98, 1.0, -1.0, 1e-45)


def found(marks: np.ndarray) -> list[slow.Run]:
    assert marks.dtype == MARK_DTYPE
    return [(int(m["channel"]), int(m["start"]), int(m["end"]), float(m["value"])) for m in marks]


@pytest.mark.smoke
@given(
    y=arrays.arrays(np.float32, st.tuples(st.integers(1, 3), st.integers(1, 40)), elements=st.sampled_from(VALUES)),
    first=st.integers(0, 10**10),
    shortest=st.integers(2, 6),
)
@pytest.mark.parametrize(("kernel", "key"), KERNELS)
def test_like_the_slow_twin(
    kernel: Callable[..., Any], key: Callable[[float], float | None], y: np.ndarray, first: int, shortest: int
) -> None:
    """Runs that touch an edge of the block come in whatever their length."""
    n = y.shape[1]
    expected = [
        (channel, start + first, end + first, pytest.approx(value))
        for channel, start, end, value in slow.runs(y, key, 1)
        if end - start >= shortest or start == 0 or end == n
    ]
    assert sorted(found(kernel(y, first, shortest)), key=lambda run: run[:2]) == expected


def test_a_gap_of_zeros_is_exact_to_the_sample() -> None:
    rng = np.random.default_rng(17)
    sound = rng.uniform(0.1, 0.5, 8000).astype(np.float32)
    y, truth = zero_fill(sound, 8000, [(0.25, 0.2701), (0.5, 0.504)])
    marks = zero_runs(y[None], 100, 40)
    assert found(marks) == [(0, 100 + round(0.25 * 8000), 100 + round(truth[0].end * 8000), 0.0)]


def test_a_held_value_and_clipping() -> None:
    t = np.arange(1600)
    y = (0.5 * np.sin(0.02 * t + 0.3)).astype(np.float32)
    y[700:760] = y[699]
    assert found(held_runs(y[None], 0, 40))[1:-1] == [(0, 699, 760, float(y[699]))]
    clipped, _ = clip(y, 8000, drive_db=12.0)
    marks = clipped_runs(clipped[None], 0, 3)
    assert {float(v) for v in marks["value"]} == {1.0, -1.0}
    covered = np.zeros(1600, bool)
    for mark in marks:
        covered[mark["start"] : mark["end"]] = True
    assert np.array_equal(covered, np.abs(clipped) >= 0.98)


def test_a_ceiling_of_ones_own() -> None:
    y = np.array([[0, 0.5, 0.5, 0.5, 0, -0.6, -0.7, -0.8, 0]], np.float32)
    assert found(clipped_runs(y, 0, 3)) == []
    assert found(clipped_runs(y, 0, 3, ceiling=0.5)) == [(0, 1, 4, 1.0), (0, 5, 8, -1.0)]
