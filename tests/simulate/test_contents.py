"""Contents: scenes of the right length, and speech only where somebody speaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from made_calls import part, voice

from audioq.simulate.activity import frame_levels
from audioq.simulate.contents import CONTENTS, Scene, per_sample

SETTINGS: dict[str, dict[str, Any]] = {name: {} for name in CONTENTS}


def scene(name: str, seed: int = 1, duration: float = 9.0, sr: int = 8000, **settings: Any) -> Scene:
    chosen = part("content", name, **settings)
    return CONTENTS[name].make(voice(), duration, sr, np.random.default_rng(seed), **chosen.settings)


@pytest.mark.parametrize("sr", [8000, 44100])
@pytest.mark.parametrize("name", list(CONTENTS))
def test_every_content(name: str, sr: int) -> None:
    made = scene(name, sr=sr, duration=7.0)
    assert made.y.shape == made.active.shape == (7 * sr,)
    assert made.y.dtype == np.float32
    assert np.isfinite(made.y).all()
    assert 0.01 < np.abs(made.y).max() <= 1.0
    speaks = CONTENTS[name].speaks
    assert made.active.any() == speaks
    assert (made.voices == ("a",)) == speaks
    assert np.isnan(made.pitch_hz) == (not speaks)


@pytest.mark.parametrize("name", ["speech", "turns"])
def test_activity_is_where_it_is_loud(name: str) -> None:
    made = scene(name, duration=12.0)
    active = made.active.reshape(-1, 80)
    assert (active.all(axis=1) == active.any(axis=1)).all()
    levels = frame_levels(made.y, 8000)
    assert np.median(levels[active[:, 0]]) > np.median(levels[~active[:, 0]]) + 20.0
    assert levels[~active[:, 0]].max() < -26.0


@pytest.mark.parametrize("name", [name for name in CONTENTS if name.endswith("_then_speech")])
def test_speech_comes_after_what_is_played(name: str) -> None:
    made = scene(name, lead_s=3.0)
    assert not made.active[: 3 * 8000].any()
    assert made.active[3 * 8000 :].mean() > 0.2
    assert np.abs(made.y[: 3 * 8000]).max() > 0.01
    # In a short call half of the time is left for speech.
    assert scene(name, duration=4.0, lead_s=30.0).active[2 * 8000 :].any()


def test_the_seed_decides() -> None:
    for name in CONTENTS:
        assert np.array_equal(scene(name, 3, 4.0).y, scene(name, 3, 4.0).y)


def test_frames_as_samples() -> None:
    frames = np.array([True, False, True])
    assert per_sample(frames, 8, 2).tolist() == [True, True, False, False, True, True, False, False]
    assert per_sample(frames, 5, 2).tolist() == [True, True, False, False, True]
