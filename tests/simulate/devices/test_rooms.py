"""Rooms."""

import numpy as np
import pytest

from audioq.simulate import colored_noise, speechlike
from audioq.simulate.devices.rooms import EARLY_GAP_SECONDS, echo_tail, reverberation


def decay_seconds(response: np.ndarray, sr: int) -> float:
    """RT60 by Schroeder's backward integration, from the slope between -5 and -35 dB."""
    energy = np.cumsum(response[::-1].astype(float) ** 2)[::-1]
    fall = 10 * np.log10(energy / energy[0] + 1e-15)
    inside = (fall <= -5.0) & (fall >= -35.0)
    slope = np.polyfit(np.flatnonzero(inside) / sr, fall[inside], 1)[0]
    return float(-60.0 / slope)


@pytest.mark.parametrize("sr", [8000, 48000])
@pytest.mark.parametrize("rt60", [0.2, 0.6, 1.5])
def test_a_room_decays_as_fast_as_asked(rt60: float, sr: int) -> None:
    click = np.zeros(2 * sr, np.float32)
    click[100] = 1.0
    out = reverberation(click, sr, np.random.default_rng(1), rt60_s=rt60)
    gap = round(EARLY_GAP_SECONDS * sr)
    assert out[100] == 1.0
    assert not out[:100].any()
    assert not out[101 : 100 + gap].any()
    assert decay_seconds(out[100 + gap :], sr) == pytest.approx(rt60, rel=0.06)


@pytest.mark.parametrize("direct_db", [0.0, 10.0])
@pytest.mark.parametrize("sr", [8000, 48000])
def test_the_room_is_as_loud_as_asked(direct_db: float, sr: int) -> None:
    y = colored_noise(4 * sr, sr, np.random.default_rng(1), level_dbfs=-20.0, band=(200.0, 1500.0))
    added = reverberation(y, sr, np.random.default_rng(2), rt60_s=0.5, direct_db=direct_db) - y
    level = 10 * np.log10(np.mean(added[sr:].astype(float) ** 2))
    assert -20.0 - level == pytest.approx(direct_db, abs=1.0)  # every room favours other frequencies


def test_the_tail_is_laid_as_a_slow_sum_would() -> None:
    sr = 8000
    y = speechlike(0.6, sr, np.random.default_rng(3), floor_dbfs=None)
    tail = echo_tail(sr, np.random.default_rng(4), rt60_s=0.1, direct_db=3.0)
    slow = y.astype(float).copy()
    for k, factor in enumerate(tail.tolist()):
        slow[k:] += factor * y[: y.size - k]
    fast = reverberation(y, sr, np.random.default_rng(4), rt60_s=0.1)
    assert fast == pytest.approx(slow, abs=1e-6)
