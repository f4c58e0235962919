"""Tones."""

import made_tiles
import numpy as np
import pytest
from reference import tones as slow

from audioq.features.tones import spectral_lines
from audioq.frames import SPECTRUM_MARGIN, TILE
from audioq.simulate import RINGBACK_EU, RINGBACK_US, TonePlan, call_progress


@pytest.mark.parametrize("sr", [8000, 16000])
def test_like_the_slow_twin(sr: int) -> None:
    frames = made_tiles.a_tile(made_tiles.two_channels(sr), sr)
    inner = slice(SPECTRUM_MARGIN, SPECTRUM_MARGIN + TILE)
    for S, lines, peak in zip(frames.S[..., inner], *spectral_lines(frames), strict=True):
        expected, expected_peak = slow.spectral_lines(S)
        sounding = S.max(axis=0) > 1e-15
        np.testing.assert_allclose(lines[sounding], expected[sounding], rtol=1e-3)
        assert np.array_equal(peak, expected_peak)


@pytest.mark.parametrize("sr", [8000, 16000])
def test_a_ringback_tone_has_about_two_lines(sr: int) -> None:
    y, _ = call_progress(TonePlan(RINGBACK_EU.frequencies), made_tiles.SECONDS, sr)
    lines, peak = spectral_lines(made_tiles.a_tile(y, sr))
    np.testing.assert_allclose(lines, 2, atol=0.2)
    np.testing.assert_allclose(peak, 425, atol=31.25)


def test_two_tones_have_more_and_speech_has_many() -> None:
    ringback, _ = call_progress(TonePlan(RINGBACK_US.frequencies), made_tiles.SECONDS, 16000)
    channels = np.stack([ringback, made_tiles.two_channels(16000)[0]])
    lines, _ = spectral_lines(made_tiles.a_tile(channels, 16000))
    assert 2 < np.median(lines[0]) < 5
    assert np.median(lines[1]) > np.median(lines[0]) + 2


def test_silence_has_none() -> None:
    lines, peak = spectral_lines(made_tiles.a_tile(np.zeros(made_tiles.HOPS * 80), 8000))
    assert np.isnan(lines).all()
    assert peak.shape == (1, TILE)
