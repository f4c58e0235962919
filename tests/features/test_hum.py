"""Hum."""

import made_tiles
import numpy as np
import pytest
from reference import hum as slow

from audioq.features.hum import hum_contrast
from audioq.frames import TILE
from audioq.simulate import add_hum, colored_noise


@pytest.mark.parametrize("sr", [8000, 16000])
def test_like_the_slow_twin(sr: int) -> None:
    y = made_tiles.two_channels(sr)
    hummed, _ = add_hum(y[0], sr, frequency=60)
    for channel in (y[0], y[1], hummed):
        curve = hum_contrast(made_tiles.a_tile(channel, sr))
        assert curve.shape == (1, TILE)
        assert np.ptp(curve) == 0
        assert curve[0, 0] == pytest.approx(slow.hum_contrast(channel, sr), abs=0.1)


@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize("frequency", [50.0, 60.0])
def test_the_mains_under_a_pause_and_under_speech(sr: int, frequency: float) -> None:
    n = made_tiles.HOPS * sr // 100
    pause = colored_noise(n, sr, np.random.default_rng(15), level_dbfs=-65, color="pink")
    for sound, level in ((pause, -55.0), (made_tiles.two_channels(sr)[0], -30.0)):
        before = hum_contrast(made_tiles.a_tile(sound, sr))[0, 0]
        after = hum_contrast(made_tiles.a_tile(add_hum(sound, sr, frequency=frequency, level_dbfs=level)[0], sr))[0, 0]
        assert before < 8
        assert after > 12


def test_a_voice_of_100_hz_is_no_hum() -> None:
    """A voice is never as steady as the mains: its pitch moves by a few percent within a second."""
    sr = 16000
    t = np.arange(made_tiles.HOPS * 160) / sr
    pitch = 100 * (1 + 0.06 * np.sin(2 * np.pi * 0.7 * t))
    phase = 2 * np.pi * np.cumsum(pitch) / sr
    voice = np.asarray(sum(np.cos(k * phase) / k for k in range(1, 30)) * 0.05)
    assert hum_contrast(made_tiles.a_tile(voice, sr)).max() < 12


def test_frequencies_beside_the_mains_and_silence_are_no_hum() -> None:
    t = np.arange(made_tiles.HOPS * 80) / 8000
    beside = np.asarray(sum(np.sin(2 * np.pi * 53 * k * t) for k in range(1, 7)) * 0.02)
    assert hum_contrast(made_tiles.a_tile(beside, 8000)).max() < 3
    assert hum_contrast(made_tiles.a_tile(0 * beside, 8000)).max() == pytest.approx(0, abs=1e-3)
