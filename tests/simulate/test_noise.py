"""Noise."""

import numpy as np
import pytest

from audioq.simulate import active_level, add_noise, colored_noise, speechlike

SR = 16000


def octave_db(y: np.ndarray, low: float) -> float:
    power = np.abs(np.fft.rfft(y)) ** 2
    f = np.fft.rfftfreq(y.size, 1 / SR)
    return float(10 * np.log10(power[(f >= low) & (f < 2 * low)].sum()))


@pytest.mark.parametrize(("color", "slope"), [("white", 3.0), ("pink", 0.0), ("brown", -3.0)])
def test_power_by_octave_follows_the_colour(color: str, slope: float) -> None:
    y = colored_noise(4 * SR, SR, np.random.default_rng(1), level_dbfs=-30.0, color=color)
    assert y.dtype == np.float32
    assert 10 * np.log10(np.mean(y.astype(float) ** 2)) == pytest.approx(-30.0, abs=0.01)
    assert octave_db(y, 2000.0) - octave_db(y, 250.0) == pytest.approx(3 * slope, abs=0.7)


def test_a_band_holds_it_all() -> None:
    y = colored_noise(SR, SR, np.random.default_rng(1), level_dbfs=-30.0, band=(300.0, 3400.0))
    outside = np.abs(np.fft.rfft(y))[3401:]
    assert outside.max() < 1e-3


def test_unknown_colours_and_silence_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown colour"):
        colored_noise(10, SR, np.random.default_rng(1), level_dbfs=-30.0, color="mauve")
    with pytest.raises(ValueError, match="silent"):
        add_noise(np.zeros(SR, np.float32), SR, np.random.default_rng(1), snr_db=10.0)


def test_the_distance_to_the_speech_is_kept() -> None:
    y = speechlike(3.0, SR, np.random.default_rng(2), floor_dbfs=None)
    noisy, truth = add_noise(y, SR, np.random.default_rng(3), snr_db=12.0, color="pink")
    again, _ = add_noise(y, SR, np.random.default_rng(3), snr_db=12.0, color="pink")
    assert truth == []
    assert np.array_equal(noisy, again)
    added = 10 * np.log10(np.mean((noisy - y).astype(float) ** 2))
    assert active_level(y, SR) - added == pytest.approx(12.0, abs=0.05)
