"""Harmonics."""

import made_tiles
import numpy as np
import pytest
from reference import harmonics as slow

from audioq.features.harmonics import harmonic_contrast
from audioq.frames import SPECTRUM_MARGIN, TILE


@pytest.mark.parametrize("sr", [8000, 16000])
def test_like_the_slow_twin(sr: int) -> None:
    frames = made_tiles.a_tile(made_tiles.two_channels(sr), sr)
    inner = slice(SPECTRUM_MARGIN, SPECTRUM_MARGIN + TILE)
    for S_db, curve in zip(frames.S_db[..., inner], harmonic_contrast(frames), strict=True):
        np.testing.assert_allclose(curve, slow.harmonic_contrast(S_db), atol=2e-3)


def test_a_voice_stands_out_and_noise_does_not() -> None:
    t = np.arange(made_tiles.HOPS * 160) / 16000
    voice = sum(np.cos(2 * np.pi * k * 200 * t) for k in range(1, 20)) * 0.01
    noise = np.random.default_rng(11).standard_normal(t.size) * 0.03
    contrast = harmonic_contrast(made_tiles.a_tile(np.stack([voice, noise]), 16000))
    assert contrast[0].min() > 10
    assert np.median(contrast[1]) < 4


def test_filling_the_gaps_between_harmonics_lowers_it() -> None:
    t = np.arange(made_tiles.HOPS * 160) / 16000
    voice = np.asarray(sum(np.cos(2 * np.pi * k * 200 * t) for k in range(1, 20)) * 0.01)
    noise = np.random.default_rng(12).standard_normal(t.size)
    channels = np.stack([voice + level * noise for level in (0.0001, 0.001, 0.01, 0.1)])
    medians = np.median(harmonic_contrast(made_tiles.a_tile(channels, 16000)), axis=1)
    assert np.all(np.diff(medians) < -1)


def test_silence_has_no_ripple() -> None:
    assert np.abs(harmonic_contrast(made_tiles.a_tile(np.zeros(made_tiles.HOPS * 80), 8000))).max() < 1e-3
