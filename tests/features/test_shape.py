"""Shape."""

import librosa
import made_tiles
import numpy as np
import pytest
from reference import shape as slow

from audioq.features.shape import spectral_shape
from audioq.frames import MARGIN


@pytest.mark.parametrize(("sr", "band_hz"), [(8000, 4000), (16000, 8000), (16000, 5512.5)])
def test_like_the_slow_twin(sr: int, band_hz: float) -> None:
    frames = made_tiles.a_tile(made_tiles.two_channels(sr), sr, band_hz)
    n_bands = frames.mel_db.shape[1]
    edges = librosa.mel_frequencies(26, fmin=100, fmax=8000, htk=True)[2:]
    assert n_bands == np.sum(edges < band_hz + 1)
    for channel, curves in enumerate(zip(*spectral_shape(frames), strict=True)):
        for curve, expected in zip(curves, slow.spectral_shape(frames.S[channel], n_bands), strict=True):
            np.testing.assert_allclose(curve, expected, atol=5e-3)


def test_a_frozen_sound_that_fades_keeps_its_shape_and_speech_does_not() -> None:
    sr, n = 16000, made_tiles.HOPS * 160
    rng = np.random.default_rng(5)
    cycle = rng.standard_normal(160)
    frozen = np.tile(cycle, made_tiles.HOPS) * 10 ** (-np.arange(n) / sr * 20 / 20)
    flux, correlation, *_ = spectral_shape(made_tiles.a_tile(np.stack([frozen, made_tiles.two_channels(sr)[0]]), sr))
    assert flux[0].max() < 0.05
    assert correlation[0].min() > 0.999
    assert np.median(flux[1]) > 1
    assert np.median(correlation[1]) < 0.99


def test_a_change_of_sound_raises_the_flux_at_its_frame() -> None:
    t = np.arange(made_tiles.HOPS * 80) / 8000
    y = np.where(t < 0.9, np.sin(2 * np.pi * 500 * t), np.sin(2 * np.pi * 2000 * t)) * 0.1
    flux, correlation, *_ = spectral_shape(made_tiles.a_tile(y, 8000))
    assert abs(int(flux[0].argmax()) - made_tiles.frame_at(0.9)) <= 1
    assert abs(int(correlation[0].argmin()) - made_tiles.frame_at(0.9)) <= 2
    assert flux[0, 0] < 0.1


def test_white_noise_is_flatter_than_a_tone() -> None:
    t = np.arange(made_tiles.HOPS * 160) / 16000
    tone = 0.1 * np.sin(2 * np.pi * 1000 * t)
    noise = 0.1 * np.random.default_rng(6).standard_normal(t.size)
    *_, spread, flatness = spectral_shape(made_tiles.a_tile(np.stack([tone, noise]), 16000))
    assert spread[0].min() > 10 > spread[1].max()
    assert flatness[0].max() < -20
    assert flatness[1].min() > -12
    assert flatness.max() <= 1e-3


def test_digital_silence_has_a_flat_shape_that_does_not_move() -> None:
    y = np.zeros(made_tiles.HOPS * 80)
    y[: MARGIN * 80 // 2] = 0.5
    flux, correlation, spread, flatness = spectral_shape(made_tiles.a_tile(y, 8000))
    for curve in (flux, correlation, spread, flatness):
        assert curve[0, 10:] == pytest.approx(0, abs=1e-4)
