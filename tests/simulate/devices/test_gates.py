"""Noise gates."""

import numpy as np
import pytest

from audioq.simulate import active_level, colored_noise, speechlike
from audioq.simulate.devices.gates import closed_times, gate_gain, noise_gate

SR = 8000
HOP = 40


def slow_gate(y: np.ndarray, sr: int, threshold_db: float, hold_s: float, attack_s: float, release_s: float):
    """Sample by sample: what the gate does, in the plainest words."""
    hop = round(0.005 * sr)
    limit = 10 ** ((active_level(y, sr) - threshold_db) / 10)
    last, value, gains = -np.inf, None, []
    for n in range(y.size):
        look = n // hop
        if n % hop == 0:
            part = y[n : n + hop].astype(float)
            if (part**2).sum() / hop > limit:
                last = look
            wanted = look - last <= hold_s / 0.005 + 1e-9
            value = float(wanted) if value is None else value
        step = 1 / max(attack_s * sr, 1) if wanted else -1 / max(release_s * sr, 1)
        value = min(max(value + step, 0.0), 1.0)
        gains.append(value)
    return np.array(gains)


@pytest.mark.parametrize("given", [(20.0, 0.03, 0.01, 0.02), (6.0, 0.0, 0.03, 0.003), (12.0, 0.1, 0.0, 0.0)])
def test_twin(given: tuple[float, float, float, float]) -> None:
    y = speechlike(3.0, SR, np.random.default_rng(1))[:-11]
    names = ("threshold_db", "hold_s", "attack_s", "release_s")
    fast = gate_gain(y, SR, **dict(zip(names, given, strict=True)))
    assert fast.dtype == np.float32
    assert fast == pytest.approx(slow_gate(y, SR, *given), abs=2e-5)
    assert 0.05 < np.mean(fast == 0.0) < 0.95


def test_the_signal_is_gone_exactly_where_the_gain_says() -> None:
    y = speechlike(4.0, SR, np.random.default_rng(2))  # over a floor of noise, never zero
    gains = gate_gain(y, SR, threshold_db=15.0)
    out = noise_gate(y, SR, np.random.default_rng(0), threshold_db=15.0)
    assert np.array_equal(out == 0.0, (gains == 0.0) | (y == 0.0))
    assert np.array_equal(out[gains == 1.0], y[gains == 1.0])
    covered = np.zeros(y.size, bool)
    for start, end in closed_times(gains, SR):
        covered[round(start * SR) : round(end * SR)] = True
    assert np.array_equal(covered, gains == 0.0)


def test_it_opens_late_and_closes_after_the_hold() -> None:
    y = np.zeros(SR, np.float32)
    y[2000:4000] = colored_noise(2000, SR, np.random.default_rng(1), level_dbfs=-20.0)
    gains = gate_gain(y, SR, hold_s=0.05, attack_s=0.01, release_s=0.02)
    assert not gains[:2000].any()
    assert (gains[2000:2079] < 1.0).all() and gains[2000] > 0.0
    assert (gains[2080 : 4000 + 400] == 1.0).all()
    assert (gains[4400 : 4400 + 159] < 1.0).all() and (gains[4400:4550] > 0.0).all()
    assert not gains[4400 + 160 :].any()


def test_a_higher_threshold_is_more_eager() -> None:
    y = speechlike(4.0, SR, np.random.default_rng(2))
    closed = [np.mean(gate_gain(y, SR, threshold_db=db) == 0.0) for db in (30.0, 15.0, 5.0)]
    assert closed[0] < closed[1] < closed[2]


def test_silence_keeps_it_open() -> None:
    assert gate_gain(np.zeros(100, np.float32), SR).tolist() == [1.0] * 100
