"""Coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import coverage as slow

from audioq.features.coverage import frame_coverage
from audioq.table import MARK_DTYPE


def marks_of(*rows: tuple[int, int, int]) -> np.ndarray:
    return np.array([(*row, 0.0) for row in rows], MARK_DTYPE)


@given(
    sr=st.sampled_from([8000, 11025, 16000, 44100]),
    edges=st.lists(st.integers(0, 5000), unique=True, max_size=12),
    channels=st.integers(1, 3),
    touching=st.booleans(),
)
def test_like_the_slow_twin(sr: int, edges: list[int], channels: int, touching: bool) -> None:
    edges = sorted(edges)
    pairs = list(zip(edges[:-1], edges[1:], strict=True))[:: 1 if touching else 2]
    marks = marks_of(*((channel, *pair) for channel in range(0, channels, 2) for pair in pairs))
    shares = frame_coverage(marks, sr, channels, 12)
    assert shares.dtype == np.float32
    np.testing.assert_allclose(shares, slow.frame_coverage(marks, sr, channels, 12), atol=1e-6)
    assert shares.min() >= 0
    assert shares.max() <= 1


def test_a_run_over_one_and_a_half_frames() -> None:
    shares = frame_coverage(marks_of((1, 160, 280)), 8000, 2, 5)
    assert not shares[0].any()
    assert shares[1].tolist() == pytest.approx([0, 0, 1, 0.5, 0])


def test_without_marks_nothing_is_covered() -> None:
    assert not frame_coverage(marks_of(), 16000, 2, 7).any()
