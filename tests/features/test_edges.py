"""Edges."""

import made_tiles
import numpy as np
import pytest
from reference import edges as slow

from audioq.features.edges import steepness
from audioq.frames import MARGIN
from audioq.simulate import zero_fill


@pytest.mark.parametrize("sr", [8000, 16000])
def test_like_the_slow_twin(sr: int) -> None:
    y = made_tiles.two_channels(sr)
    for channel, curves in enumerate(zip(*steepness(made_tiles.a_tile(y, sr)), strict=True)):
        for curve, expected in zip(curves, slow.steepness(y[channel], sr), strict=True):
            np.testing.assert_allclose(curve, expected, atol=5e-3)


@pytest.mark.parametrize("sr", [8000, 16000])
def test_a_gap_of_zeros_falls_where_it_starts_and_rises_where_it_ends(sr: int) -> None:
    rng = np.random.default_rng(3)
    sound = (0.1 * rng.standard_normal(made_tiles.HOPS * sr // 100)).astype(np.float32)
    y, _ = zero_fill(sound, sr, [(0.805, 0.905)])
    fall_10, rise_10, fall_30, rise_30 = (curve[0] for curve in steepness(made_tiles.a_tile(y, sr)))
    start, end = made_tiles.frame_at(0.80), made_tiles.frame_at(0.90)
    assert (int(fall_10.argmax()), int(rise_10.argmax())) == (start, end)
    for curve in (fall_10, fall_30):
        assert curve[start] == pytest.approx(76, abs=4)  # from -20 dBFS to one step of 16 bit
        assert curve[start - 10 : start - 3].max() < 12
    for curve in (rise_10, rise_30):
        assert curve[end] == pytest.approx(76, abs=4)
        assert curve[end + 3 : end + 10].max() < 12


def test_a_slow_fade_is_no_edge() -> None:
    n = made_tiles.HOPS * 80
    rng = np.random.default_rng(4)
    fade = 10 ** (-157 * np.maximum(0, np.arange(n) / 8000 - 0.5) / 20) * np.sign(rng.standard_normal(n)) * 0.1
    fall_10, rise_10, fall_30, _ = steepness(made_tiles.a_tile(fade, 8000))
    falling = slice(made_tiles.frame_at(0.56), made_tiles.frame_at(0.8))
    np.testing.assert_allclose(fall_10[0, falling], 1.57, atol=0.05)
    np.testing.assert_allclose(fall_30[0, falling], 4.71, atol=0.05)
    assert not rise_10[0, falling].any()


def test_a_lowest_level_of_ones_own_caps_the_edge() -> None:
    y = np.full(made_tiles.HOPS * 80, 1.0)
    y[: (MARGIN + 50) * 80] = 0
    assert steepness(made_tiles.a_tile(y, 8000), lowest_db=-40)[1].max() == pytest.approx(40, abs=0.01)
