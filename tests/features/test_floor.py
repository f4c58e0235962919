"""Noise floor, activity, holes."""

import numpy as np
import pytest
from reference import floor as slow

from audioq.features.floor import activity, hole_depth, noise_floor


def test_like_the_slow_twin() -> None:
    rng = np.random.default_rng(21)
    level = rng.uniform(-100, -10, (3, 400)).astype(np.float32)
    low = level - rng.uniform(0, 9, level.shape).astype(np.float32)
    zeros = rng.choice([0, 0.1, 0.3, 1], level.shape).astype(np.float32)
    zeros[2] = 1
    floors = noise_floor(level, low, zeros)
    assert floors.dtype == np.float64
    np.testing.assert_allclose(floors, slow.noise_floor(level, low, zeros), rtol=1e-6)
    assert floors[2] == -90


def test_digital_silence_and_its_edges_say_nothing_of_the_background() -> None:
    level = np.where(np.arange(300) % 3 == 0, -20, -60).astype(np.float32)[None]
    still = noise_floor(level, level, np.zeros_like(level))
    silence = np.full((1, 500), -120, np.float32)
    edge = np.full((1, 90), -75, np.float32)
    both = np.concatenate([level, silence, edge], axis=1)
    low = np.concatenate([level, silence, edge - 45], axis=1)
    zeros = np.concatenate([0 * level, silence * 0 + 1, edge * 0], axis=1)
    assert still[0] == -60
    assert noise_floor(both, low, zeros)[0] == -60


def test_a_hole_lies_below_the_floor_and_speech_above_it() -> None:
    level = np.array([[-20, -60, -66, -120], [-30, -70, -70, -70]], np.float32)
    floors = np.array([-60.0, -70.0])
    np.testing.assert_allclose(activity(level, floors), [[40, 0, -6, -60], [40, 0, 0, 0]])
    np.testing.assert_allclose(hole_depth(level, floors), [[0, 0, 6, 60], [0, 0, 0, 0]])
    assert activity(level, floors).dtype == hole_depth(level, floors).dtype == np.float32


@pytest.mark.parametrize("n", [1, 2, 11])
def test_short_calls(n: int) -> None:
    level = np.linspace(-70, -20, n, dtype=np.float32)[None]
    assert noise_floor(level, level, 0 * level)[0] == pytest.approx(slow.noise_floor(level, level, 0 * level)[0])
