"""Noise suppression."""

import numpy as np
import pytest

from audioq.simulate import active_frames, add_noise, colored_noise, speechlike
from audioq.simulate.devices.suppression import (
    FLOOR_BIAS,
    MEMORY,
    MORE,
    SMOOTHING,
    noise_floor,
    noise_suppression,
    wiener_gains,
)

RNG = np.random.default_rng(0)


def db(y: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(y.astype(float) ** 2)))


@pytest.mark.parametrize("sr", [8000, 48000])
@pytest.mark.parametrize("color", ["white", "pink"])
@pytest.mark.parametrize("strength", [6.0, 12.0, 18.0])
def test_steady_noise_sinks_by_the_strength(strength: float, color: str, sr: int) -> None:
    y = colored_noise(5 * sr, sr, np.random.default_rng(1), level_dbfs=-40.0, color=color)
    out = noise_suppression(y, sr, RNG, strength_db=strength)
    assert db(y[2 * sr :]) - db(out[2 * sr :]) == pytest.approx(strength, abs=1.0)


@pytest.mark.parametrize("sr", [8000, 48000])
def test_speech_is_kept_and_pauses_are_cleaned(sr: int) -> None:
    y = speechlike(8.0, sr, np.random.default_rng(2), floor_dbfs=None)
    noisy, _ = add_noise(y, sr, np.random.default_rng(3), snr_db=18.0, color="pink")
    out = noise_suppression(noisy, sr, RNG, strength_db=12.0)
    active = np.repeat(active_frames(y, sr), sr // 100)
    assert db(out[active]) == pytest.approx(db(y[active]), abs=0.5)
    assert db(noisy[~active]) - db(out[~active]) > 8.0
    assert db(y[active]) - db((out - y)[active]) > 15.0  # what is left is the speech itself


def test_it_leaves_lone_tones() -> None:
    """Bins of noise that stick out are let through: their peaks rise over what lies round them."""
    sr = 8000
    y = colored_noise(6 * sr, sr, np.random.default_rng(1), level_dbfs=-40.0)
    out = noise_suppression(y, sr, RNG, strength_db=20.0)

    def peakedness(x: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(x[2 * sr :].reshape(-1, 160) * np.hanning(160))) ** 2
        return float(np.mean(power**2) / np.mean(power) ** 2)

    assert peakedness(out) > 1.2 * peakedness(y)


def test_strength_zero_and_digital_silence_pass_untouched() -> None:
    y = speechlike(2.0, 16000, np.random.default_rng(2))
    y[8000:12000] = 0.0
    assert noise_suppression(y, 16000, RNG, strength_db=0.0) == pytest.approx(y, abs=1e-6)
    assert not noise_suppression(y, 16000, RNG, strength_db=15.0)[8200:11800].any()


def test_the_floor_and_the_gains_as_slow_loops() -> None:
    power = np.random.default_rng(5).exponential(1.0, (400, 3)).astype(np.float32)
    smooth, slow = power[0].astype(float), []
    seen = []
    for frame in power:
        smooth = SMOOTHING * smooth + (1 - SMOOTHING) * frame
        seen.append(smooth)
        slow.append(FLOOR_BIAS * np.min(seen[-150:], axis=0))
    floor = noise_floor(power)
    assert floor == pytest.approx(np.array(slow), rel=1e-4)
    gains = wiener_gains(power, floor, 0.1)
    for k in range(3):
        before = 1.0
        for now, limit, gain in zip(power[:, k], MORE * floor[:, k], gains[:, k], strict=True):
            guess = MEMORY * before + (1 - MEMORY) * max(now / limit - 1, 0)
            plain = guess / (1 + guess)
            before = plain**2 * now / limit
            assert gain == pytest.approx(max(plain, 0.1), rel=1e-3)
