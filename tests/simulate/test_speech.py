"""Speech-like sound."""

import numpy as np
import pytest

from audioq.simulate import active_frames, active_level, speechlike
from audioq.simulate.activity import frame_levels
from audioq.simulate.concealment import last_cycle
from audioq.simulate.speech import _syllables


@pytest.mark.parametrize("sr", [8000, 16000, 48000])
def test_length_type_and_level(sr: int) -> None:
    y = speechlike(3.0, sr, np.random.default_rng(1))
    assert y.dtype == np.float32
    assert y.shape == (3 * sr,)
    assert np.max(np.abs(y)) <= 1.0
    assert active_level(y, sr) == pytest.approx(-23.0, abs=1.0)


def test_the_seed_decides() -> None:
    first, same, other = (speechlike(2.0, 8000, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_it_speaks_and_pauses() -> None:
    y = speechlike(12.0, 16000, np.random.default_rng(2))
    active = active_frames(y, 16000)
    assert 0.5 < active.mean() < 0.9
    assert np.median(frame_levels(y, 16000)[~active]) == pytest.approx(-64.0, abs=6.0)


def test_without_a_floor_the_pauses_are_digital_silence() -> None:
    y = speechlike(6.0, 16000, np.random.default_rng(3), floor_dbfs=None)
    assert np.mean(y == 0.0) > 0.05


def test_vowels_are_periodic() -> None:
    rng = np.random.default_rng(4)
    y = speechlike(5.0, 16000, np.random.default_rng(4))
    likeness = [last_cycle(y[: round((s.start + 0.6 * s.length) * 16000)], 16000)[1] for s in _syllables(5.0, rng)]
    assert np.median(likeness) > 0.9


def test_too_short_for_a_syllable_is_floor_alone() -> None:
    assert speechlike(0.2, 16000, np.random.default_rng(1)).shape == (3200,)
    assert speechlike(0.0, 16000, np.random.default_rng(1)).shape == (0,)
