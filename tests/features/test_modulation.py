"""Modulation."""

import made_tiles
import numpy as np
import pytest
from reference import modulation as slow

from audioq.features.modulation import RATES_HZ, level_ripple


@pytest.mark.parametrize("sr", [8000, 16000])
def test_like_the_slow_twin(sr: int) -> None:
    y = made_tiles.two_channels(sr)
    for channel, curves in enumerate(zip(*level_ripple(made_tiles.a_tile(y, sr)), strict=True)):
        for curve, expected in zip(curves, slow.level_ripple(y[channel], sr), strict=True):
            np.testing.assert_allclose(curve, expected, atol=5e-3)


@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize("index", range(4))
def test_a_ripple_of_known_rate_and_height(sr: int, index: int) -> None:
    """A level of -20 dBFS that swings by 3 dB to both sides shows as 3 dB at its rate and as nothing elsewhere."""
    assert RATES_HZ == slow.RATES_HZ
    step = np.arange(made_tiles.HOPS * 4).repeat(sr // 400)
    level = -20 + 3 * np.cos(2 * np.pi * RATES_HZ[index] * step * 0.0025)
    y = 10 ** (level / 20) * (-1.0) ** np.arange(step.size)
    medians = [np.median(curve) for curve in level_ripple(made_tiles.a_tile(y, sr))]
    assert medians[index] == pytest.approx(3, abs=0.05)
    assert max(np.delete(medians, index)) < 0.2


def test_packets_muted_in_turn_pulse_at_their_rate() -> None:
    rng = np.random.default_rng(16)
    y = (0.1 * rng.standard_normal(made_tiles.HOPS * 80)).reshape(-1, 160)
    y[::2] = 0
    medians = [np.median(curve) for curve in level_ripple(made_tiles.a_tile(y.ravel(), 8000))]
    assert int(np.argmax(medians)) == RATES_HZ.index(25.0)
    assert max(medians) > 30
