"""Lags."""

from __future__ import annotations

import numpy as np
import pytest

from audioq.simulate import speechlike
from audioq.simulate.codecs import lag

Y = speechlike(1.0, 8000, np.random.default_rng(2))


def slow_lag(sent: np.ndarray, heard: np.ndarray, reach: int) -> int:
    def product(shift: int) -> float:
        return sum(float(heard[i + shift]) * float(x) for i, x in enumerate(sent) if 0 <= i + shift < len(heard))

    return max(range(-reach, reach + 1), key=product)


@pytest.mark.parametrize("shift", [-60, -1, 0, 1, 37, 60])
def test_the_slow_twin(shift: int) -> None:
    rng = np.random.default_rng(5)
    hiss = rng.standard_normal(500).astype(np.float32)
    sent, heard = hiss[100:400], hiss[100 - shift : 380 - shift] + 0.5 * rng.standard_normal(280).astype(np.float32)
    assert lag(sent, heard, 8000, longest=0.01) == slow_lag(sent, heard, 80) == shift


@pytest.mark.parametrize("shift", [0, 1, 345, 1600])
def test_a_delay(shift: int) -> None:
    heard = np.concatenate([np.zeros(shift, np.float32), 0.5 * Y])
    assert lag(Y, heard, 8000) == shift
    assert lag(heard, Y, 8000) == -shift


def test_nothing_beyond_the_longest() -> None:
    heard = np.concatenate([np.zeros(400, np.float32), Y])
    assert abs(lag(Y, heard, 8000, longest=0.01)) <= 80


def test_silence_has_no_lag() -> None:
    silence = np.zeros(4000, np.float32)
    assert lag(Y, silence, 8000) == lag(silence, Y, 8000) == lag(silence[:0], Y, 8000) == 0
    assert lag(silence, silence, 8000) == 0
