"""Active speech level."""

import numpy as np
import pytest
from reference import active_level as slow

from audioq.features.active_level import speech_level
from audioq.simulate import speechlike

SR = 8000


def curves(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Level and mean magnitude over 10 ms, shape (1, n_frames)."""
    rows = y[: y.size // 80 * 80].reshape(1, -1, 80).astype(np.float64)
    level = 10 * np.log10(np.square(rows).mean(axis=2) + 1e-12)
    return level.astype(np.float32), np.abs(rows).mean(axis=2).astype(np.float32)


@pytest.mark.parametrize("gain", [1.0, 0.1, 0.01])
@pytest.mark.parametrize("floor", [-60.0, None])
def test_like_the_recommendation_sample_by_sample(gain: float, floor: float | None) -> None:
    y = speechlike(6.0, SR, np.random.default_rng(18), floor_dbfs=floor) * gain
    level, factor = speech_level(*curves(y))
    expected, expected_factor = slow.speech_level(y, SR)
    assert level[0] == pytest.approx(expected, abs=0.3)
    assert factor[0] == pytest.approx(expected_factor, abs=0.05)


@pytest.mark.parametrize("decibels", [40.0, 70.0])
def test_sound_of_all_levels_depends_on_every_constant(decibels: float) -> None:
    """Noise that dies away along a line in dB: the margin decides how much of it is active."""
    gain = 10 ** (-np.linspace(0, decibels, 5 * SR) / 20)
    y = (0.2 * np.random.default_rng(24).standard_normal(gain.size) * gain).astype(np.float32)
    level, factor = speech_level(*curves(y))
    expected, expected_factor = slow.speech_level(y, SR)
    assert level[0] == pytest.approx(expected, abs=0.3)
    assert factor[0] == pytest.approx(expected_factor, rel=0.05)
    strict, _ = speech_level(*curves(y), margin_db=9.9)
    assert strict[0] > level[0] + 1


@pytest.mark.smoke
def test_pauses_do_not_lower_the_level() -> None:
    rng = np.random.default_rng(19)
    speech = speechlike(5.0, SR, rng, floor_dbfs=None)
    padded = np.concatenate([speech, np.zeros(5 * SR, np.float32)])
    one, one_factor = speech_level(*curves(speech))
    two, two_factor = speech_level(*curves(padded))
    assert two[0] == pytest.approx(one[0], abs=0.15)
    assert two_factor[0] == pytest.approx(one_factor[0] / 2, rel=0.05)


def test_steady_sound_is_all_active_at_its_rms() -> None:
    y = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(5 * SR) / SR)
    level, factor = speech_level(*curves(y))
    assert level[0] == pytest.approx(-23.01, abs=0.1)
    assert factor[0] == pytest.approx(1, abs=0.02)


def test_silence_has_no_active_level_and_each_channel_its_own() -> None:
    y = speechlike(4.0, SR, np.random.default_rng(20))
    rows = [np.concatenate(pair) for pair in zip(curves(y), curves(0 * y), strict=True)]
    level, factor = speech_level(rows[0], rows[1])
    assert level.shape == factor.shape == (2,)
    assert np.isnan(level[1])
    assert factor[1] == 0
    assert level[0] == speech_level(*curves(y))[0][0]
    assert level[0] == pytest.approx(-23, abs=1)
