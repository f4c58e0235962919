"""Talks: turns, pauses and levels of what a voice says."""

from __future__ import annotations

import numpy as np
import pytest
from made_calls import voice

from audioq.simulate import active_level
from audioq.simulate.spans import runs
from audioq.simulate.talks import MANNERS, PAUSES, at_rate, background, talk


def silences(speech: np.ndarray, sr: int) -> list[float]:
    """Seconds of the stretches of zeros of 20 ms or more, those at both ends left out."""
    gaps = [(end - start) / sr for start, end in runs(speech == 0.0) if start > 0 and end < speech.size]
    return [gap for gap in gaps if gap >= 0.02]


@pytest.mark.parametrize("sr", [8000, 16000, 48000])
@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("pauses", PAUSES)
def test_length_and_level(sr: int, manner: str, pauses: str) -> None:
    y, speech = talk(voice(), 12.0, sr, np.random.default_rng(1), manner=manner, pauses=pauses)
    assert y.shape == speech.shape == (12 * sr,)
    assert y.dtype == speech.dtype == np.float32
    assert active_level(speech, sr) == pytest.approx(-26.0, abs=2.0)
    assert np.abs(y).max() < 1.0


def test_turns_leave_room_for_the_other_side() -> None:
    for seed in range(8):
        _, speech = talk(voice(), 40.0, 16000, np.random.default_rng(seed), manner="turns")
        turns = [gap for gap in silences(speech, 16000) if gap > 1.2 + 0.1]
        assert len(turns) >= 2
        assert min(turns) >= 4.0
        assert max(turns) <= 8.0 + 1.2 + 0.2
        _, steady = talk(voice(), 40.0, 16000, np.random.default_rng(seed))
        assert 0.2 <= min(silences(steady, 16000))
        assert max(silences(steady, 16000)) <= 1.2 + 0.1


def test_digital_pauses_are_exact_zeros_and_own_ones_are_not() -> None:
    y, speech = talk(voice(), 12.0, 16000, np.random.default_rng(2), pauses="digital")
    assert np.array_equal(y, speech)
    assert np.mean(y == 0.0) > 0.05
    own, same = talk(voice(), 12.0, 16000, np.random.default_rng(2), pauses="own")
    assert np.array_equal(same, speech)
    assert np.mean(own == 0.0) < 0.01
    quiet = own[np.convolve(speech != 0.0, np.ones(321), "same") < 0.5].astype(float)
    assert 10.0 * np.log10(np.mean(quiet**2)) == pytest.approx(voice().floor_dbfs, abs=2.0)
    inside = np.convolve(speech == 0.0, np.ones(321), "same") < 0.5
    assert np.allclose(own[inside], speech[inside], atol=1e-7)


def test_something_is_said_in_the_shortest_call() -> None:
    for seed in range(20):
        _, speech = talk(voice(), 1.5, 16000, np.random.default_rng(seed))
        assert speech.any()


def test_no_phrase_is_said_twice_before_all_were_said() -> None:
    made = voice()
    _, speech = talk(made, 60.0, made.sr, np.random.default_rng(1))
    n = len(made.phrases)
    starts = [start for start, _ in runs(np.convolve(speech != 0.0, np.ones(801), "same") > 0.5)]
    assert len(starts) >= n
    firsts = [k for k, phrase in enumerate(made.phrases) if phrase.size]
    order = []
    place = 0
    while len(order) < n:
        place = int(np.flatnonzero(speech[place:])[0]) + place
        for k in firsts:
            phrase = made.phrases[k]
            lead = int(np.flatnonzero(phrase)[0])
            if np.array_equal(speech[place : place + 2000], phrase[lead : lead + 2000]):
                order.append(k)
                place += phrase.size - lead
                break
        else:
            raise AssertionError("a phrase of nobody")
    assert sorted(order) == list(range(n))


def test_rates() -> None:
    y = np.sin(np.arange(8000) * 0.3).astype(np.float32)
    assert at_rate(y, 8000, 8000) is y
    assert at_rate(y, 8000, 16000).size == 16000
    assert background(voice(), 8000, 8000, np.random.default_rng(1)).shape == (8000,)
