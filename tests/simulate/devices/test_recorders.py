"""Recorders: another rate, a loudspeaker between."""

import numpy as np
import pytest

from audioq.simulate import colored_noise
from audioq.simulate.devices import RATES
from audioq.simulate.devices.recorders import fitted, loudspeaker, resampled


def band_db(y: np.ndarray, sr: int, low: float, high: float) -> float:
    power = np.abs(np.fft.rfft(y * np.hanning(y.size))) ** 2
    f = np.fft.rfftfreq(y.size, 1 / sr)
    return float(10 * np.log10(power[(f >= low) & (f < high)].sum() + 1e-20))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("sr", [8000, 16000, 48000])
def test_what_both_rates_hold_stays(rate: str, sr: int) -> None:
    y = colored_noise(2 * sr, sr, np.random.default_rng(1), level_dbfs=-20.0)
    out = resampled(y, sr, np.random.default_rng(2), rate=rate)
    half = min(sr, int(rate)) / 2
    assert band_db(out - y, sr, 0.0, 0.85 * half) < band_db(y, sr, 0.0, 0.85 * half) - 30.0
    assert out.size == y.size
    if int(rate) < sr:
        assert band_db(out, sr, 1.05 * half, sr / 2) < band_db(y, sr, 1.05 * half, sr / 2) - 50.0
    if int(rate) == sr:
        assert np.array_equal(out, y)


def test_fitted_cuts_and_fills() -> None:
    y = np.ones(3, np.float32)
    assert fitted(y, 2).tolist() == [1.0, 1.0]
    assert fitted(y, 5).tolist() == [1.0, 1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(("low", "high"), [(200.0, 6500.0), (350.0, 3800.0)])
def test_a_loudspeaker_has_its_band(low: float, high: float) -> None:
    sr = 48000
    y = colored_noise(4 * sr, sr, np.random.default_rng(1), level_dbfs=-20.0)
    out = loudspeaker(y, sr, np.random.default_rng(2), low_hz=low, high_hz=high, rt60_s=0.05, level_dbfs=-100.0)

    def change(a: float, b: float) -> float:
        return band_db(out, sr, a, b) - band_db(y, sr, a, b)

    middle = change(2 * low, high / 2)
    assert 0.0 < middle < 2.0  # the sound, and the room
    assert change(0.9 * low, 1.1 * low) - middle == pytest.approx(-3.0, abs=1.5)
    assert change(0.95 * high, 1.05 * high) - middle == pytest.approx(-3.0, abs=1.5)
    assert change(low / 4, low / 2) < -20.0
    assert change(2 * high, 2.5 * high) < -20.0


@pytest.mark.parametrize("sr", [8000, 48000])
def test_the_room_is_heard_where_nobody_speaks(sr: int) -> None:
    out = loudspeaker(np.zeros(2 * sr, np.float32), sr, np.random.default_rng(2), level_dbfs=-50.0)
    assert 10 * np.log10(np.mean(out.astype(float) ** 2)) == pytest.approx(-50.0, abs=0.1)


def test_at_a_low_rate_the_rate_is_the_upper_end() -> None:
    sr = 8000
    y = colored_noise(2 * sr, sr, np.random.default_rng(1), level_dbfs=-20.0)
    out = loudspeaker(y, sr, np.random.default_rng(2), high_hz=6500.0, level_dbfs=-100.0)
    assert band_db(out, sr, 3000.0, 4000.0) > band_db(y, sr, 3000.0, 4000.0) - 3.0
