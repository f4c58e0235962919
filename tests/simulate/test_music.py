"""Hold music."""

import numpy as np
import pytest

from audioq.simulate.music import MIDDLE_C_HZ, hold_music, pluck


@pytest.mark.parametrize("sr", [8000, 48000])
def test_the_piece_plays_for_as_long_as_asked(sr: int) -> None:
    y = hold_music(3.3, sr, np.random.default_rng(1))
    assert (y.shape, y.dtype) == ((round(3.3 * sr),), np.float32)
    assert np.max(np.abs(y)) == pytest.approx(0.5)
    assert np.array_equal(y, hold_music(3.3, sr, np.random.default_rng(1)))
    assert min(np.sqrt(np.mean(y[: 3 * sr].reshape(6, -1) ** 2, axis=1))) > 0.01  # no beat is silent
    assert hold_music(0.0, sr, np.random.default_rng(1)).size == 0


def test_the_first_chord_is_c_major_and_can_be_transposed() -> None:
    sr = 8000
    for half_tones in (0, 5):
        y = hold_music(2.0, sr, np.random.default_rng(1), half_tones=half_tones)
        power = np.abs(np.fft.rfft(y * np.hanning(y.size), 8 * sr)) ** 2
        for note in (0, 4, 7):
            k = round(8 * MIDDLE_C_HZ * 2 ** ((note + half_tones) / 12))
            assert power[k - 8 : k + 9].max() > 20 * np.median(power[k - 60 : k + 61])


def test_a_plucked_tone_dies_away() -> None:
    y = pluck(440.0, 8000, 8000, 0.2)
    levels = np.sqrt(np.mean(y.reshape(10, -1) ** 2, axis=1))
    assert (np.diff(levels) < 0.0).all()
    assert np.argmax(np.abs(np.fft.rfft(y))) == 440
