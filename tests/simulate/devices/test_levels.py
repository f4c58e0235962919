"""Gain, overdrive and automatic gain."""

import numpy as np
import pytest

from audioq.simulate import active_level, colored_noise, speechlike
from audioq.simulate.devices.levels import agc, agc_gain, gain, overdrive

SR = 16000
RNG = np.random.default_rng(0)


def rms_db(y: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(y.astype(float) ** 2)))


def test_a_gain_is_a_factor() -> None:
    y = speechlike(1.0, SR, np.random.default_rng(1))
    assert gain(y, SR, RNG, gain_db=20.0) == pytest.approx(10.0 * y, rel=1e-6)


def test_an_overdriven_stage_flattens_what_exceeds_full_scale() -> None:
    y = speechlike(1.0, SR, np.random.default_rng(1))
    out = overdrive(y, SR, RNG, drive_db=20.0)
    tops = np.abs(10.0 * y) > 1.0
    assert 0.01 < tops.mean() < 0.5
    assert np.array_equal(np.abs(out[tops]), np.ones(tops.sum()))
    assert out[~tops] == pytest.approx(10.0 * y[~tops], rel=1e-5)


@pytest.mark.parametrize("level", [-40.0, -23.0, -12.0])
@pytest.mark.parametrize("sr", [8000, 48000])
def test_even_sound_comes_out_at_the_target(level: float, sr: int) -> None:
    y = colored_noise(12 * sr, sr, np.random.default_rng(1), level_dbfs=level)
    out = agc(y, sr, RNG, target_dbfs=-26.0)
    assert rms_db(out[8 * sr :]) == pytest.approx(-26.0, abs=0.5)


@pytest.mark.parametrize("level", [-38.0, -16.0])
def test_speech_comes_out_near_the_target(level: float) -> None:
    y = speechlike(20.0, SR, np.random.default_rng(1), level_dbfs=level, floor_dbfs=-80.0)
    out = agc(y, SR, RNG, target_dbfs=-23.0)
    assert active_level(out[5 * SR :], SR) == pytest.approx(-24.0, abs=2.0)


def test_it_follows_louder_sound_faster_than_softer() -> None:
    steps = np.repeat(np.array([-30.0, -20.0, -30.0]), 8 * SR)
    y = (colored_noise(steps.size, SR, np.random.default_rng(1), level_dbfs=0.0) * 10 ** (steps / 20)).astype(
        np.float32
    )
    gains = 20 * np.log10(agc_gain(y, SR, target_dbfs=-26.0, attack_s=0.1, release_s=1.0))
    half = (gains[8 * SR - SR // 2] + gains[16 * SR - SR // 2]) / 2
    down = np.flatnonzero(gains[8 * SR :] < half)[0] / SR
    up = np.flatnonzero(gains[16 * SR :] > half)[0] / SR
    assert 0.01 < down < 0.1 < 0.5 < up < 3.0


def test_silence_leaves_the_gain_where_it_was_and_a_pause_lets_it_creep() -> None:
    y = colored_noise(10 * SR, SR, np.random.default_rng(1), level_dbfs=-30.0)
    y[4 * SR : 6 * SR] = 0.0
    y[8 * SR :] *= np.float32(0.03)
    gains = 20 * np.log10(agc_gain(y, SR, target_dbfs=-20.0))
    assert np.ptp(gains[4 * SR + 200 : 6 * SR - 200]) < 1e-4
    assert gains[9 * SR + SR // 2] - gains[8 * SR + SR // 2] == pytest.approx(1.0, abs=0.01)


def test_the_gain_has_a_limit() -> None:
    y = colored_noise(30 * SR, SR, np.random.default_rng(1), level_dbfs=-65.0)
    gains = agc_gain(y, SR, target_dbfs=-20.0)
    assert gains.max() == pytest.approx(10**1.5)
