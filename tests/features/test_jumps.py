"""Jumps."""

import made_tiles
import numpy as np
import pytest
from reference import jumps as slow
from scipy import signal

from audioq.features.jumps import discontinuities, waveform_jumps
from audioq.frames import MARGIN
from audioq.simulate import add_clicks, cut_out


@pytest.mark.parametrize("sr", [8000, 16000])
def test_like_the_slow_twin(sr: int) -> None:
    y = made_tiles.two_channels(sr)
    for channel, (jump, jump_at) in enumerate(zip(*waveform_jumps(made_tiles.a_tile(y, sr)), strict=True)):
        expected, expected_at = slow.waveform_jumps(y[channel], sr)
        np.testing.assert_allclose(jump, expected, atol=0.05)
        sounding = (expected > 1) & (np.abs(jump_at - expected_at) > 1e-4)
        for frame in np.flatnonzero(sounding):  # two residuals of one size: either place is right
            places = (np.array([jump_at[frame], expected_at[frame]]) / 10 + MARGIN + frame) * sr / 100
            here, there = (slow.residual(y[channel].astype(float), round(place)) for place in places)
            assert abs(here) == pytest.approx(abs(there), rel=1e-3)
        assert sounding.mean() < 0.2


def smooth(sr: int, phase: float = 0.0) -> np.ndarray:
    t = np.arange(made_tiles.HOPS * sr // 100) / sr
    return (0.2 * np.sin(2 * np.pi * 130 * t + phase) + 0.05 * np.sin(2 * np.pi * 410 * t)).astype(np.float32)


@pytest.mark.smoke
@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize("at", [0.8, 0.8035, 0.8099])
def test_a_splice_is_found_to_the_ms(sr: int, at: float) -> None:
    long = np.concatenate([smooth(sr), smooth(sr)])
    y, _ = cut_out(long, sr, [(at, at + 0.0205), (1.92, 3.84 - 0.0205)])
    jump, jump_at = (curve[0] for curve in waveform_jumps(made_tiles.a_tile(y[: smooth(sr).size], sr)))
    frame = int(jump.argmax())
    assert jump[frame] > 24
    assert 0.32 + frame / 100 + jump_at[frame] / 1000 == pytest.approx(at, abs=0.0004)
    others = np.delete(jump, range(frame - 2, frame + 3))
    assert others.max() < 12


def test_a_click_is_found_in_speech() -> None:
    y, truth = add_clicks(made_tiles.two_channels(16000)[0], 16000, [1.2345], height=0.5)
    jump, jump_at = (curve[0] for curve in waveform_jumps(made_tiles.a_tile(y, 16000)))
    frame = made_tiles.frame_at(1.23)
    assert int(jump.argmax()) == frame
    assert jump_at[frame] == pytest.approx(4.5, abs=0.5)
    assert truth[0].start < 0.32 + frame / 100 + jump_at[frame] / 1000 < truth[0].end


def test_level_does_not_matter_and_silence_has_no_jump() -> None:
    y = smooth(16000)
    y[(MARGIN + 60) * 160 + 7] += 0.1
    loud, _ = waveform_jumps(made_tiles.a_tile(y, 16000))
    soft, _ = waveform_jumps(made_tiles.a_tile(y / 4, 16000))
    assert loud[0, 60] == pytest.approx(soft[0, 60], abs=0.2)
    silent, _ = waveform_jumps(made_tiles.a_tile(0 * y, 16000))
    assert silent.max() <= 0


def voiced(sr: int, seconds: float = 2.0) -> np.ndarray:
    """Pulses of a voice through two resonances, with noise 60 dB below."""
    n = round(seconds * sr)
    rng = np.random.default_rng(3)
    pulses = np.zeros(n)
    pulses[np.cumsum(rng.integers(sr // 130, sr // 110, n))[: n // (sr // 110) - 2]] = 1
    y = pulses
    for hz, width in ((500, 80), (1500, 120)):
        r, w = np.exp(-np.pi * width / sr), 2 * np.pi * hz / sr
        y = signal.lfilter([1], [1, -2 * r * np.cos(w), r * r], y)
    y = signal.lfilter([0.02], [1, -0.98], y)
    return (0.2 * y / np.abs(y).max() + 2e-4 * rng.standard_normal(n)).astype(np.float32)


@pytest.mark.parametrize("sr", [16000, 48000])
def test_discontinuities_are_like_the_slow_twin(sr: int) -> None:
    y, _ = cut_out(voiced(sr, 0.4), sr, [(0.1, 0.127), (0.2, 0.233)])
    y[int(0.3 * sr)] += 0.3
    marks = discontinuities(y[None], 0, 1, sr, (0, len(y)))
    expected = slow.discontinuities(y, sr)
    assert expected
    assert marks["start"].tolist() == [place for place, _ in expected]
    np.testing.assert_allclose(marks["value"], [contrast for _, contrast in expected], atol=0.05)


@pytest.mark.smoke
def test_a_cut_at_the_native_rate_is_exact_to_a_few_samples() -> None:
    sr, found = 48000, 0
    for at in np.linspace(0.3, 1.6, 20):
        y, _ = cut_out(voiced(sr), sr, [(at, at + 0.0281)])
        marks = discontinuities(y[None], 1000, 1, sr, (0, len(y)))
        sure = marks[marks["value"] >= 14]
        found += any(abs(int(place) - 1000 - round(at * sr)) <= 4 for place in sure["start"])
        assert len(sure) <= 1
    assert found >= 15


def test_what_is_small_or_lasts_is_no_discontinuity() -> None:
    sr = 48000
    y = voiced(sr)
    assert (discontinuities(y[None], 0, 1, sr, (0, len(y)))["value"] < 14).all()
    burst = y.copy()
    burst[40000:40200] += 0.2 * np.random.default_rng(1).standard_normal(200).astype(np.float32)
    assert (discontinuities(burst[None], 0, 1, sr, (0, len(y)))["value"] < 14).all()
    faint = y * np.float32(1e-5)
    faint[30000:] += np.float32(1e-5)
    assert len(discontinuities(faint[None], 0, 1, sr, (0, len(y)))) == 0


def test_a_block_too_short_has_none() -> None:
    assert len(discontinuities(np.zeros((2, 5), np.float32), 0, 1, 8000, (0, 5))) == 0


def test_a_key_that_is_struck_rings_on_and_is_no_cut() -> None:
    sr = 48000
    y = voiced(sr)
    t = np.arange(400) / sr
    y[40000:40400] += (0.3 * np.exp(-t / 0.002) * np.sin(2 * np.pi * 2800 * t + 1)).astype(np.float32)
    assert not (discontinuities(y[None], 0, 1, sr, (0, len(y)))["value"] >= 14).any()
