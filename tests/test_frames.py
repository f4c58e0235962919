"""Frames: the grid, the spectrum, the mel bands, the low band."""

from __future__ import annotations

import librosa
import made_tiles
import numpy as np
import pytest

from audioq.frames import (
    LOW_SR,
    MARGIN,
    SPECTRUM_MARGIN,
    STEPS_PER_HOP,
    TILE,
    analysis_sr,
    decibel,
    frame,
    halve,
    mel_basis,
    mel_centres,
)


def tone(hz: float, sr: int, amplitude: float = 1.0, phase: float = 0.3) -> np.ndarray:
    t = np.arange(made_tiles.HOPS * sr // 100) / sr
    return (amplitude * np.sin(2 * np.pi * hz * t + phase)).astype(np.float32)


@pytest.mark.parametrize(("sr", "expected"), [(1000, 8000), (8000, 8000), (8001, 16000), (48000, 16000)])
def test_rate_of_the_spectrum(sr: int, expected: int) -> None:
    assert analysis_sr(sr) == expected


@pytest.mark.parametrize("sr", [8000, 16000])
def test_shapes_and_what_is_carried(sr: int) -> None:
    y = made_tiles.two_channels(sr)
    frames = frame(y, sr, band_hz=3800, first=256)
    hop = sr // 100
    assert (frames.sr, frames.hop_length, frames.band_hz, frames.first) == (sr, hop, 3800, 256)
    assert frames.S.shape == frames.S_db.shape == (2, 16 * sr // 1000 + 1, TILE + 2 * SPECTRUM_MARGIN)
    assert frames.steps.shape == (2, made_tiles.HOPS * STEPS_PER_HOP)
    assert frames.low.shape == (2, made_tiles.HOPS * LOW_SR // 100)
    assert frames.mel_db.shape[::2] == (2, TILE + 2 * SPECTRUM_MARGIN)
    for x in (frames.y, frames.steps, frames.low, frames.S, frames.S_db, frames.mel_db):
        assert x.dtype == np.float32
    assert np.array_equal(frames.tile.reshape(2, -1), y[:, MARGIN * hop : (MARGIN + TILE) * hop])
    here = frames.around(frames.S, 0, 0)
    assert here.shape[-1] == TILE
    assert np.array_equal(frames.around(frames.S, 1, -1)[..., 1:], here[..., :-1])
    assert np.array_equal(frames.around(frames.S, -2, 2)[..., :-2], here[..., 2:])
    assert frames.around(frames.S, 4, 4).shape == frames.S.shape


@pytest.mark.smoke
@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize("at", [0, 1, 60, TILE - 1])
def test_windows_are_centred_on_their_frame(sr: int, at: int) -> None:
    hop = sr // 100
    y = np.zeros(made_tiles.HOPS * hop, np.float32)
    y[(MARGIN + at) * hop + hop // 2] = 1
    frames = made_tiles.a_tile(y, sr)
    energy = frames.S[0].sum(axis=0)
    place = SPECTRUM_MARGIN + at
    assert int(energy.argmax()) == place
    assert energy[place - 1] == pytest.approx(energy[place + 1], rel=1e-3)
    assert not energy[: place - 1].any()
    assert not energy[place + 2 :].any()
    steps = frames.steps[0].reshape(-1, STEPS_PER_HOP)
    assert np.argwhere(steps).tolist() == [[MARGIN + at, STEPS_PER_HOP // 2]]


@pytest.mark.parametrize("sr", [8000, 16000])
def test_the_spectrum_is_that_of_librosa(sr: int) -> None:
    y = made_tiles.two_channels(sr)
    hop, n_fft = sr // 100, 32 * sr // 1000
    start = (MARGIN - SPECTRUM_MARGIN) * hop + hop // 2 - n_fft // 2
    D = librosa.stft(y[:, start:].astype(np.float64), n_fft=n_fft, hop_length=hop, window="hann", center=False)
    expected = np.square(np.abs(D) / (n_fft / 2))[..., : TILE + 2 * SPECTRUM_MARGIN]
    frames = made_tiles.a_tile(y, sr)
    np.testing.assert_allclose(frames.S, expected, rtol=1e-3, atol=1e-10)
    np.testing.assert_allclose(frames.S_db, 10 * np.log10(frames.S.astype(np.float64) + 1e-12), atol=1e-3)


@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize("dbfs", [0.0, -20.0, -60.0])
def test_a_tone_of_known_level_and_frequency(sr: int, dbfs: float) -> None:
    frames = made_tiles.a_tile(tone(1000, sr, 10 ** (dbfs / 20)), sr)
    assert np.all(frames.S[0].argmax(axis=0) == 32)
    np.testing.assert_allclose(frames.S_db[0, 32], dbfs - 6.02, atol=0.02)
    np.testing.assert_allclose(10 * np.log10(frames.steps), dbfs - 3.01, atol=0.9)


def test_8_and_16_khz_agree_below_4_khz() -> None:
    hz = [150.0, 440.0, 1000.0, 1730.0, 2900.0]
    eight, sixteen = (made_tiles.a_tile(np.sum([tone(f, sr, 10 / f) for f in hz], axis=0), sr) for sr in (8000, 16000))
    np.testing.assert_allclose(eight.S[:, :110], sixteen.S[:, :110], rtol=2e-3, atol=2e-9)
    n_bands = eight.mel_db.shape[1]
    assert 10 < n_bands < sixteen.mel_db.shape[1] == 24
    loud = sixteen.mel_db[:, :n_bands] > -60
    np.testing.assert_allclose(eight.mel_db[loud], sixteen.mel_db[:, :n_bands][loud], atol=0.02)
    inner = slice(80, -80)
    np.testing.assert_allclose(np.abs(eight.low[:, inner]).max(), np.abs(sixteen.low[:, inner]).max(), atol=0.02)


def test_decibel_has_a_floor() -> None:
    power = np.array([0, 1e-12, 1, 100], np.float32)
    np.testing.assert_allclose(decibel(power), [-120, -116.99, 0, 20], atol=1e-2)
    assert decibel(power).dtype == np.float32
    assert power.tolist() == pytest.approx([0, 1e-12, 1, 100])


@pytest.mark.parametrize("band_hz", [4000.0, 5512.5, 8000.0])
@pytest.mark.parametrize("sr", [8000, 16000])
def test_mel_weights_are_those_of_librosa(sr: int, band_hz: float) -> None:
    band_hz = min(band_hz, sr / 2)
    basis = mel_basis(sr, band_hz)
    expected = librosa.filters.mel(sr=16000, n_fft=512, n_mels=24, fmin=100, fmax=8000, htk=True, norm=None)
    corners = librosa.mel_frequencies(26, fmin=100, fmax=8000, htk=True)
    kept = int(np.sum(corners[2:] < band_hz + 1))
    assert basis.shape == (kept, 16 * sr // 1000 + 1)
    np.testing.assert_allclose(basis, expected[:kept, : basis.shape[1]], atol=1e-5)
    np.testing.assert_allclose(mel_centres(), corners, rtol=1e-6)
    assert np.all(basis.sum(axis=1) > 0)


@pytest.mark.parametrize("hz", [200, 1000, 2500])
def test_halving_passes(hz: float) -> None:
    low = halve(tone(hz, 16000)[None])
    t = (np.arange(low.shape[1]) + 0.25) / 8000
    expected = np.sin(2 * np.pi * hz * t + 0.3)
    np.testing.assert_allclose(low[0, 50:-50], expected[50:-50], atol=0.02)


def test_halving_cuts_at_3600_hz() -> None:
    low = halve(tone(3600, 16000)[None])
    assert 10 * np.log10(np.mean(np.square(low[:, 50:-50])) * 2) == pytest.approx(-6, abs=0.5)


@pytest.mark.parametrize("hz", [5000, 6000, 7500])
def test_halving_stops(hz: float) -> None:
    low = halve(tone(hz, 16000)[None])
    assert 10 * np.log10(np.mean(np.square(low[:, 50:-50])) * 2) < -45


def test_halving_keeps_channels_apart_and_the_length() -> None:
    y = made_tiles.two_channels(16000)
    both = halve(y)
    assert both.shape == (2, y.shape[1] // 2)
    assert both.dtype == np.float32
    for channel in range(2):
        assert np.array_equal(both[channel], halve(y[channel : channel + 1])[0])


def test_the_low_band_of_8_khz_is_the_signal_itself() -> None:
    frames = made_tiles.a_tile(made_tiles.two_channels(8000), 8000)
    assert np.array_equal(frames.low, frames.y)
