"""Babble."""

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate import active_frames, active_level, speechlike
from audioq.simulate.crowd import babble


@pytest.mark.parametrize("sr", [8000, 48000])
def test_a_crowd_has_unit_level_and_few_pauses(sr: int) -> None:
    voices = [speechlike(2.0 + k, sr, np.random.default_rng(k), floor_dbfs=None) for k in range(3)]
    crowd = babble(voices, 4 * sr + 3, sr, np.random.default_rng(9))
    again = babble(voices, 4 * sr + 3, sr, np.random.default_rng(9))
    assert (crowd.shape, crowd.dtype) == ((4 * sr + 3,), np.float32)
    assert np.array_equal(crowd, again)
    assert active_level(crowd, sr) == pytest.approx(0.0, abs=0.01)
    assert active_frames(crowd, sr).mean() > active_frames(voices[0], sr).mean() + 0.1


def test_one_talker_is_one_voice_from_somewhere_on() -> None:
    voice = speechlike(1.0, 8000, np.random.default_rng(1), floor_dbfs=None)
    crowd = babble([voice], 8000, 8000, np.random.default_rng(2), talkers=1)
    likeness = np.fft.irfft(np.fft.rfft(crowd) * np.conj(np.fft.rfft(voice)))
    assert likeness.max() == pytest.approx(np.linalg.norm(crowd) * np.linalg.norm(voice), rel=1e-4)


def test_no_voices_no_babble() -> None:
    for voices in ([], [np.zeros(800, np.float32)]):
        with pytest.raises(SimulationError, match="babble needs voices"):
            babble(voices, 800, 8000, np.random.default_rng(1))
    with pytest.raises(SimulationError, match="a crowd of 0"):
        babble([np.ones(800, np.float32)], 800, 8000, np.random.default_rng(1), talkers=0)
