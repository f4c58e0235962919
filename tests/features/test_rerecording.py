"""Rerecording: a loudspeaker, a room and a microphone behind the call."""

import numpy as np
import pytest

from audioq.audio import read
from audioq.features.rerecording import NEEDS, loudspeaker_probability, room_statistics
from audioq.measurement import measure
from audioq.simulate import speechlike
from audioq.simulate.devices import DEVICES


def probability(y: np.ndarray, sr: int = 16000) -> float:
    return measure(read((y, sr))).number("loudspeaker", 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_speech_before_and_behind_a_loudspeaker(seed: int) -> None:
    y = speechlike(12.0, 16000, np.random.default_rng(seed))
    played = DEVICES["loudspeaker"].pass_through(y, 16000, np.random.default_rng(seed))
    assert probability(played) > 0.6 > probability(y)  # made speech has no edges as sharp as a mouth's


def test_gaps_of_zeros_speak_against_a_room() -> None:
    y = DEVICES["loudspeaker"].pass_through(
        speechlike(12.0, 16000, np.random.default_rng(4)), 16000, np.random.default_rng(4)
    )
    whole = probability(y)
    for at in range(1, 12):
        y[at * 16000 : at * 16000 + 4000] = 0
    assert probability(y) < whole


@pytest.mark.parametrize("level", [0.0, 0.05])
def test_nothing_and_noise_alone_say_nothing(level: float) -> None:
    y = level * np.random.default_rng(5).standard_normal(8 * 16000)
    assert np.isnan(probability(y.astype(np.float32)))


def test_one_value_a_channel_in_the_order_of_needs() -> None:
    table = measure(read((np.stack([speechlike(6.0, 16000, np.random.default_rng(s)) for s in (6, 7)]), 16000)))
    given = [table.curves.get(name, table.numbers.get(name)) for name in NEEDS]
    both = loudspeaker_probability(*given)
    assert both.shape == (2,)
    assert np.array_equal(both, table.numbers["loudspeaker"], equal_nan=True)
    statistics = room_statistics(*(curve[0] for curve in given))
    assert statistics is not None
    assert all(np.isfinite(value) for value in statistics.values())
