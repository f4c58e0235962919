"""Announcements."""

import numpy as np
import pytest

from audioq.simulate import active_level
from audioq.simulate.announcements import TONES_HZ, announcement


@pytest.mark.parametrize("sr", [8000, 48000])
def test_three_rising_tones_then_a_voice(sr: int) -> None:
    y = announcement(5.0, sr, np.random.default_rng(1))
    assert (y.shape, y.dtype) == ((5 * sr,), np.float32)
    for k, f in enumerate(TONES_HZ):
        tone = y[round(0.33 * k * sr) : round(0.33 * (k + 1) * sr)]
        assert np.argmax(np.abs(np.fft.rfft(tone * np.hanning(tone.size), sr))) == f
        assert 10 * np.log10(np.mean(tone.astype(float) ** 2)) == pytest.approx(-20.0, abs=0.5)
    assert not y[round(1.0 * sr) : round(1.45 * sr)].any()
    assert active_level(y[round(1.5 * sr) :], sr) == pytest.approx(-20.0, abs=0.5)


def test_what_does_not_fit_is_cut() -> None:
    for duration in (0.0, 0.5, 1.2):
        y = announcement(duration, 8000, np.random.default_rng(1))
        assert y.size == round(duration * 8000)
    assert np.array_equal(
        announcement(3.0, 8000, np.random.default_rng(1)), announcement(3.0, 8000, np.random.default_rng(1))
    )
