"""Noise round the talker and of the recorder."""

import numpy as np
import pytest

from audioq.simulate import active_level, colored_noise, speechlike
from audioq.simulate.devices.surroundings import even_noise, hum, noisy_room, recorder_noise, street

SR = 16000


def rms_db(y: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(y.astype(float) ** 2)))


@pytest.mark.parametrize("sr", [8000, 48000])
@pytest.mark.parametrize("apply", [noisy_room, street])
def test_noise_lies_under_the_speech_by_as_much(apply, sr: int) -> None:
    y = speechlike(4.0, sr, np.random.default_rng(1), floor_dbfs=None)
    added = apply(y, sr, np.random.default_rng(2), snr_db=12.0) - y
    assert active_level(y, sr) - rms_db(added) == pytest.approx(12.0, abs=0.2)


@pytest.mark.parametrize("apply", [noisy_room, street])
def test_silence_counts_as_speech_of_minus_26(apply) -> None:
    out = apply(np.zeros(2 * SR, np.float32), SR, np.random.default_rng(2), snr_db=14.0)
    assert rms_db(out) == pytest.approx(-40.0, abs=0.2)


def test_a_street_is_a_band_that_swells() -> None:
    y = np.zeros(30 * SR, np.float32)
    noise = street(y, SR, np.random.default_rng(3), snr_db=14.0)
    power = np.abs(np.fft.rfft(noise)) ** 2
    f = np.fft.rfftfreq(noise.size, 1 / SR)
    assert power[(f < 50.0) | (f > 4600.0)].sum() < 1e-3 * power.sum()
    even = even_noise(y.size, SR, np.random.default_rng(3), level_dbfs=-40.0, color="pink")

    def swing(x: np.ndarray) -> float:
        levels = 10 * np.log10(np.mean(x.reshape(-1, SR // 2).astype(float) ** 2, axis=1))
        return float(np.ptp(levels))

    assert 5.0 < swing(noise) < 25.0
    assert swing(even) < 5.0


def test_even_noise_is_the_beginning_of_colored_noise() -> None:
    n = 4801  # a prime, of which the transform is slow
    noise = even_noise(n, SR, np.random.default_rng(1), level_dbfs=-30.0, color="brown")
    longer = colored_noise(4860, SR, np.random.default_rng(1), level_dbfs=-30.0, color="brown")
    assert np.array_equal(noise, longer[:n])


def test_hum_and_recorder_noise_have_their_level() -> None:
    y = speechlike(2.0, SR, np.random.default_rng(1))
    rng = np.random.default_rng(2)
    assert rms_db(hum(y, SR, rng, level_dbfs=-38.0, frequency=60.0) - y) == pytest.approx(-38.0, abs=0.1)
    assert rms_db(recorder_noise(y, SR, rng, level_dbfs=-52.0) - y) == pytest.approx(-52.0, abs=0.1)
