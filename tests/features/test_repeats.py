"""Repeats: copies to the sample are found wherever they lie, and nothing else is."""

from __future__ import annotations

import made_tiles
import numpy as np
import pytest
from reference import repeats as slow

from audioq.audio import read
from audioq.features.repeats import repeat_runs
from audioq.measurement import measure

SR = 8000


def noise(seconds: float, seed: int = 7, sr: int = SR) -> np.ndarray:
    steps = np.random.default_rng(seed).integers(-8000, 8000, round(seconds * sr))
    return (steps / 32768).astype(np.float32)


def found(y: np.ndarray, shortest: int = 64, sr: int = SR) -> set[tuple[int, int, int]]:
    marks = repeat_runs(y[None], 0, shortest, sr, (0, len(y)))
    return {(int(m["start"]), int(m["end"]), int(m["value"])) for m in marks}


@pytest.mark.parametrize("seed", range(3))
def test_like_the_slow_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = noise(2.0, seed)
    for slot in (2000, 6000, 10000):  # a copy of a copy has two lags, and only the shorter is looked for
        lag, at = int(rng.integers(90, 1900)), slot + int(rng.integers(0, 200))
        y[at : at + lag] = y[at - lag : at]
    expected = slow.repeats(y, range(76, 2001), 64)
    assert expected
    assert found(y) == expected


@pytest.mark.smoke
@pytest.mark.parametrize("sr", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("length_s", [0.01, 0.015, 0.02, 0.04, 0.2])
def test_a_stretch_played_twice_is_exact_to_the_sample(sr: int, length_s: float) -> None:
    y, length, at = noise(1.0, sr=sr), round(length_s * sr), sr // 2
    y[at : at + length] = y[at - length : at]
    y[at + length] += 0.1
    assert found(y, round(0.008 * sr), sr) == {(at, at + length, length)}


def test_a_loop_is_one_run_however_long() -> None:
    y = noise(3.0)
    y[8000:20000] = np.resize(y[7600:8000], 12000)
    y[20000] += 0.1
    table = measure(read(y, sr=SR))
    runs = table.marks["repeat"]
    assert runs[["start", "end", "value"]].tolist() == [(8000, 20000, 400.0)]


def test_speech_silence_and_held_values_are_no_repeats() -> None:
    assert found(made_tiles.two_channels(SR)[0]) == set()
    y = noise(1.0)
    y[1000:3000] = 0
    y[4000:6000] = 0.25
    assert found(y) == set()


def test_lags_of_pitch_and_of_long_ago_are_left_out() -> None:
    y = noise(2.0)
    y[4000:4060] = y[3940:4000]  # 7.5 ms
    y[9000:9400] = y[6000:6400]  # 375 ms
    assert found(y) == set()


@pytest.mark.parametrize("block_seconds", [0.1, 0.37, 1.0])
def test_blocks_change_no_mark(block_seconds: float) -> None:
    y = noise(3.0)
    for at, lag in ((4000, 160), (7990, 333), (12000, 1600), (16300, 100)):
        y[at : at + lag] = y[at - lag : at]
    y[20000] += 0.3
    whole, parts = (measure(read(y, sr=SR), block_seconds=b) for b in (10.0, block_seconds))
    assert len(whole.marks["repeat"]) == 4
    for name in ("repeat", "discontinuity"):
        assert parts.marks[name].tobytes() == whole.marks[name].tobytes()


def sparse() -> np.ndarray:
    """A burst of 5 ms, the same each 0.24 s, in zeros; and a loop of 0.6 s that ends in silence."""
    y = np.zeros(3 * SR, np.float32)
    for start in (2000, 3920, 5840, 7760):
        y[start : start + 40] = noise(0.005)
    y[12000:16800] = np.resize(noise(0.05, 9), 4800)
    return y


@pytest.mark.parametrize("block_seconds", [0.1, 0.13, 0.237, 0.5, 1.0])
def test_blocks_change_no_mark_of_sparse_sounds_either(block_seconds: float) -> None:
    whole, parts = (measure(read(sparse(), sr=SR), block_seconds=b) for b in (10.0, block_seconds))
    assert (12400, 16800, 400.0) in whole.marks["repeat"][["start", "end", "value"]].tolist()
    assert parts.marks["repeat"].tobytes() == whole.marks["repeat"].tobytes()


def test_crafted_sounds_cost_no_more_memory_than_others() -> None:
    sr = 48000
    period = (np.random.default_rng(5).integers(-9000, 9000, 480) / 32768).astype(np.float32)
    y = np.resize(period, 2 * sr)
    marks = repeat_runs(y[None], 0, 384, sr, (0, len(y)))
    assert {int(m["value"]) for m in marks} == {480}
