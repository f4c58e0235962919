"""Steadiness."""

import numpy as np
import pytest
from reference import steadiness as slow

from audioq.features.steadiness import phase_jump, pitch_wander


@pytest.mark.parametrize("n", [1, 2, 3, 4, 300])
def test_like_the_slow_twin(n: int) -> None:
    rng = np.random.default_rng(n)
    lag = rng.uniform(2.5, 15, (2, n)).astype(np.float32)
    lag[1] = lag[1, :1]
    periodicity = rng.uniform(-0.2, 1, (2, n)).astype(np.float32)
    for channel in range(2):
        wander = pitch_wander(lag, periodicity)[channel]
        np.testing.assert_allclose(wander, slow.pitch_wander(lag[channel], periodicity[channel]), rtol=1e-4)
        dip = phase_jump(periodicity)[channel]
        np.testing.assert_allclose(dip, slow.phase_jump(periodicity[channel]), atol=1e-6)


def test_a_frozen_pitch_does_not_wander() -> None:
    steady = np.full((1, 20), 8.0, np.float32)
    assert not pitch_wander(steady, 0 * steady + 0.9).any()
    moving = steady + np.linspace(0, 1, 20, dtype=np.float32)
    assert pitch_wander(moving, 0 * steady + 0.9)[0, 1:-1].min() > 1
    octave = steady.copy()
    octave[0, 10] = 4
    assert pitch_wander(octave, 0 * steady + 0.9)[0, 9:12] == pytest.approx(60)


def test_where_nothing_is_periodic_the_pitch_wanders_as_far_as_it_can() -> None:
    lag = np.full((1, 9), 8.0, np.float32)
    periodicity = np.full((1, 9), 0.9, np.float32)
    periodicity[0, 4] = 0
    assert pitch_wander(lag, periodicity)[0].tolist() == [0, 0, 0, 100, 100, 100, 0, 0, 0]


def test_a_dip_inside_a_voiced_stretch_and_its_end() -> None:
    periodicity = np.array([[0.9, 0.9, 0.9, 0.4, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1]], np.float32)
    dip = phase_jump(periodicity)[0]
    assert int(dip.argmax()) == 3
    assert dip[3] == pytest.approx(0.5)
    assert not dip[6:].any()
