"""Bass."""

import made_tiles
import numpy as np
import pytest

from audioq.audio import read
from audioq.features.bass import bass_level, pause_bass
from audioq.measurement import measure
from audioq.simulate import speechlike


@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize(("hz", "heard"), [(125.0, True), (1000.0, False)])
def test_only_what_lies_low_counts(sr: int, hz: float, heard: bool) -> None:
    t = np.arange(made_tiles.HOPS * sr // 100) / sr
    level = bass_level(made_tiles.a_tile(0.5 * np.sin(2 * np.pi * hz * t), sr))[0]
    # A sine of amplitude 0.5 has a power of 0.0625 in its bin, and half as much again in its two neighbours.
    expected = 10 * np.log10(0.0625 * 1.5 / 6)
    assert (np.abs(level - expected) < 0.3).all() if heard else (level < -60).all()


def test_silence_lies_at_the_bottom() -> None:
    assert bass_level(made_tiles.a_tile(np.zeros((1, made_tiles.HOPS * 160)), 16000)) == pytest.approx(-120)


@pytest.mark.parametrize(("sr", "expected"), [(8000, -22.3), (16000, -25.3)])
def test_white_noise_in_pauses_has_the_bass_of_white_noise(sr: int, expected: float) -> None:
    rng = np.random.default_rng(1)
    y = speechlike(8.0, sr, rng) + 0.003 * rng.standard_normal(8 * sr)
    assert measure(read((y.astype(np.float32), sr))).number("pause_bass", 0) == pytest.approx(expected, abs=1.5)


def test_a_line_that_carries_no_bass_has_none_in_its_pauses() -> None:
    from scipy.signal import butter, sosfilt

    rng = np.random.default_rng(2)
    y = speechlike(8.0, 8000, rng) + 0.003 * rng.standard_normal(8 * 8000)
    line = sosfilt(butter(6, (300, 3400), "bandpass", fs=8000, output="sos"), y).astype(np.float32)
    assert measure(read((line, 8000))).number("pause_bass", 0) < -30


def test_without_speech_there_are_no_pauses() -> None:
    curve = np.full((1, 100), -120.0, np.float32)
    assert np.isnan(pause_bass(curve, curve, np.ones_like(curve), np.array([np.nan])))
