"""Patterns of loss."""

import numpy as np
import pytest

from audioq.simulate import count_packets, gaps, gilbert_elliott, outage, random_loss, throttle
from audioq.simulate.spans import runs


def test_the_last_packet_may_be_part_empty() -> None:
    assert count_packets(1600, 8000, 0.02) == 10
    assert count_packets(1601, 8000, 0.02) == 11
    assert count_packets(0, 8000, 0.02) == 0


def test_random_loss_keeps_its_share() -> None:
    lost = random_loss(20000, 0.1, np.random.default_rng(1))
    assert lost.mean() == pytest.approx(0.1, abs=0.01)
    assert np.array_equal(lost, random_loss(20000, 0.1, np.random.default_rng(1)))


def test_gilbert_elliott_keeps_its_share_and_burst_length() -> None:
    lost = gilbert_elliott(50000, np.random.default_rng(2), to_bad=0.05, to_good=0.2)
    assert lost.mean() == pytest.approx(0.05 / 0.25, abs=0.02)
    assert np.mean([end - start for start, end in runs(lost)]) == pytest.approx(5.0, abs=0.5)


def test_gilbert_elliott_loses_by_state() -> None:
    lost = gilbert_elliott(50000, np.random.default_rng(3), to_bad=0.1, to_good=0.1, loss_bad=0.5, loss_good=0.1)
    assert lost.mean() == pytest.approx(0.3, abs=0.03)


def test_throttle_stays_within_its_lengths() -> None:
    rng = np.random.default_rng(4)
    lost = throttle(3000, 0.02, rng, on=(0.4, 1.0), off=(0.2, 0.6), start=2.0)
    assert not lost[:100].any()
    lengths = [(end - start) * 0.02 for start, end in runs(lost)[:-1]]
    assert 0.18 <= min(lengths) <= max(lengths) <= 0.62
    pauses = [(end - start) * 0.02 for start, end in runs(~lost)[1:-1]]
    assert 0.38 <= min(pauses) <= max(pauses) <= 1.02


def test_outage() -> None:
    assert gaps(outage(500, 0.02, 2.0, 4.0), 0.02) == [(2.0, 4.0)]
    assert gaps(outage(500, 0.02, 9.0), 0.02) == [(9.0, 10.0)]


def test_neighbouring_losses_are_one_gap() -> None:
    assert gaps(np.array([0, 1, 1, 0, 1], bool), 0.5) == [(0.5, 1.5), (2.0, 2.5)]
    assert gaps(np.zeros(5, bool), 0.5) == []
