"""Levels."""

import librosa
import made_tiles
import numpy as np
import pytest
from reference import level as slow

from audioq.features.level import levels
from audioq.frames import MARGIN, TILE

SR = 16000


@pytest.mark.smoke
@pytest.mark.parametrize("sr", [8000, 16000])
def test_like_the_slow_twin(sr: int) -> None:
    y = made_tiles.two_channels(sr)
    for channel, curves in enumerate(zip(*levels(made_tiles.a_tile(y, sr)), strict=True)):
        for name, curve, expected in zip(
            "level low peak magnitude".split(), curves, slow.levels(y[channel], sr), strict=True
        ):
            tolerance = 1e-6 if name == "magnitude" else 2e-3
            np.testing.assert_allclose(curve, expected, atol=tolerance, rtol=1e-5, err_msg=name)


def test_level_is_the_rms_of_librosa() -> None:
    y = made_tiles.two_channels(SR)
    level = levels(made_tiles.a_tile(y, SR))[0]
    rms = librosa.feature.rms(y=y, frame_length=160, hop_length=160, center=False)[:, 0]
    expected = 10 * np.log10(np.square(rms.astype(float)) + 1e-12)
    np.testing.assert_allclose(level, expected[:, MARGIN : MARGIN + TILE], atol=2e-3)


def test_a_sine_and_a_square_of_known_level() -> None:
    t = np.arange(made_tiles.HOPS * 160) / SR
    sine = 0.1 * np.sin(2 * np.pi * 1000 * t)
    square = np.sign(np.sin(2 * np.pi * 1000 * t + 0.1))
    level, low, peak, magnitude = levels(made_tiles.a_tile(np.stack([sine, square]), SR))
    np.testing.assert_allclose(level, np.array([[-23.01], [0]]).repeat(TILE, 1), atol=0.01)
    np.testing.assert_allclose(low, level, atol=0.01)
    np.testing.assert_allclose(peak, np.array([[-20], [0]]).repeat(TILE, 1), atol=0.01)
    np.testing.assert_allclose(magnitude, np.array([[0.1 * 2 / np.pi], [1]]).repeat(TILE, 1), rtol=0.02)


def test_digital_silence_is_at_the_floor() -> None:
    level, low, peak, magnitude = levels(made_tiles.a_tile(np.zeros(made_tiles.HOPS * 80), 8000))
    for curve in (level, low, peak):
        np.testing.assert_allclose(curve, -120, atol=0.01)
    assert not magnitude.any()


def test_the_lowest_level_sees_a_gap_of_5_ms_that_the_level_does_not() -> None:
    y = np.full(made_tiles.HOPS * 160, 0.1, np.float32)
    y[::2] *= -1
    start = (MARGIN + 40) * 160 + 40
    y[start : start + 80] = 0
    level, low, *_ = levels(made_tiles.a_tile(y, SR))
    assert low[0, 40] < -119
    assert level[0, 40] == pytest.approx(-20 + 10 * np.log10(0.5), abs=0.01)
    assert low[0, [39, 41]] == pytest.approx(-20, abs=0.01)
