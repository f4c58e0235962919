"""Fades."""

import made_tiles
import numpy as np
import pytest
from reference import fades as slow

from audioq.features.fades import line_fit
from audioq.features.level import levels


@pytest.mark.parametrize("n", [1, 2, 5, 6, 7, 200])
@pytest.mark.parametrize("frames", [6, 5])
def test_like_the_slow_twin(n: int, frames: int) -> None:
    level = np.random.default_rng(n).uniform(-100, -10, (2, n)).astype(np.float32)
    slope, error = line_fit(level, frames=frames)
    for channel in range(2):
        expected_slope, expected_error = slow.line_fit(level[channel], frames)
        np.testing.assert_allclose(slope[channel], expected_slope, atol=0.02, rtol=1e-4)
        np.testing.assert_allclose(error[channel], expected_error, atol=2e-3)


@pytest.mark.smoke
@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize("rate", [157.0, 400.0])
def test_a_straight_fade_is_measured_within_2_percent(sr: int, rate: float) -> None:
    n = made_tiles.HOPS * sr // 100
    gain = 10 ** (-rate * np.maximum(0, np.arange(n) / sr - 0.6) / 20)
    y = 0.3 * np.sin(2 * np.pi * 200 * np.arange(n) / sr) * gain
    slope, error = line_fit(levels(made_tiles.a_tile(y, sr))[0])
    falling = slice(made_tiles.frame_at(0.64), made_tiles.frame_at(0.60 + 45 / rate))
    np.testing.assert_allclose(slope[0, falling], rate, rtol=0.02)
    assert error[0, falling].max() < 0.05
    assert np.abs(slope[0, : made_tiles.frame_at(0.55)]).max() < 1


def test_a_curve_is_no_line_and_a_rise_is_negative() -> None:
    t = np.arange(40)
    slope, error = line_fit(np.stack([-20 - 0.1 * t**2, -60 + 2 * t]).astype(np.float32))
    assert error[0, 5:-5].min() > 0.2
    np.testing.assert_allclose(slope[1, 5:-5], -200, rtol=1e-3)
    assert error[1, 5:-5].max() < 1e-2
