"""A second talker in the same channel."""

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate import active_frames, active_level, speechlike
from audioq.simulate.second_talker import add_second_talker, second_voice


def with_pauses(sr: int) -> np.ndarray:
    parts = [speechlike(2.0, sr, np.random.default_rng(k), floor_dbfs=None) for k in (1, 2)]
    rest = np.zeros(3 * sr, np.float32)
    return np.concatenate([parts[0], rest, parts[1], rest])


@pytest.mark.parametrize("sr", [8000, 48000])
def test_answers_stand_in_the_pauses(sr: int) -> None:
    y, other = with_pauses(sr), speechlike(6.0, sr, np.random.default_rng(5), floor_dbfs=None)
    added = second_voice(y, other, sr, np.random.default_rng(3), -6.0)
    out = add_second_talker(y, other, sr, np.random.default_rng(3), -6.0)
    assert (out.shape, out.dtype) == (y.shape, np.float32)
    assert np.array_equal(out, y + added)
    assert 0.2 < np.mean(added != 0.0) < 0.6
    said = np.flatnonzero(added) // (sr // 100)
    own = np.flatnonzero(active_frames(y, sr))
    assert np.abs(np.unique(said)[:, np.newaxis] - own).min() >= 10
    assert active_level(added, sr) - active_level(y, sr) == pytest.approx(-6.0, abs=2.0)


def test_over_the_first_one_too() -> None:
    sr = 8000
    y, other = with_pauses(sr), speechlike(3.0, sr, np.random.default_rng(5))
    added = second_voice(y, other, sr, np.random.default_rng(3), -6.0, overlap=True)
    assert active_level(added, sr) - active_level(y, sr) == pytest.approx(-6.0, abs=0.5)
    both = active_frames(y, sr) & active_frames(added, sr)
    assert both.mean() > 0.15


def test_without_pauses_nothing_is_said_in_turn() -> None:
    sr = 8000
    y = np.sin(np.arange(2 * sr) * 0.3).astype(np.float32)
    other = speechlike(3.0, sr, np.random.default_rng(5))
    assert np.array_equal(add_second_talker(y, other, sr, np.random.default_rng(3), 0.0), y)


def test_a_silent_first_talker_is_answered_at_the_others_own_level() -> None:
    sr = 8000
    other = speechlike(4.0, sr, np.random.default_rng(5))
    added = add_second_talker(np.zeros(4 * sr, np.float32), other, sr, np.random.default_rng(3), 0.0)
    assert active_level(added, sr) == pytest.approx(active_level(other, sr), abs=2.0)


def test_a_silent_second_talker_is_refused() -> None:
    with pytest.raises(SimulationError, match="second talker is silent"):
        add_second_talker(np.ones(800, np.float32), np.zeros(800, np.float32), 8000, np.random.default_rng(1), 0.0)
