"""What a player does, slot by slot."""

import numpy as np
import pytest

from audioq.simulate.playout import Playout, everything, from_pattern, with_waits


def test_everything() -> None:
    playout = everything(3, 0.02)
    assert playout.packet.tolist() == [0, 1, 2]
    assert not playout.lost.any()
    assert (playout.n_slots, playout.n_packets, playout.gaps()) == (3, 3, [])
    assert everything(0, 0.02).n_slots == 0


def test_a_pattern_keeps_the_time_line() -> None:
    playout = from_pattern(np.array([0, 1, 1, 0, 1], bool), 0.5)
    assert playout.packet.tolist() == [0, 1, 2, 3, 4]
    assert playout.gaps() == [(0.5, 1.5), (2.0, 2.5)]
    assert not playout.waiting.any()


def test_waits_come_before_their_packet_and_move_the_gaps() -> None:
    lost = np.array([0, 0, 1, 0], bool)
    playout = with_waits(lost, np.array([1, 0, 0, 2]), 0.5)
    assert playout.packet.tolist() == [-1, 0, 1, 2, -1, -1, 3]
    assert playout.lost.tolist() == [True, False, False, True, True, True, False]
    assert playout.waiting.tolist() == [True, False, False, False, True, True, False]
    assert playout.gaps() == [(0.0, 0.5), (1.5, 3.0)]
    assert (playout.n_slots, playout.n_packets) == (7, 4)
    assert with_waits(np.zeros(0, bool), np.zeros(0, np.int64), 0.02).n_slots == 0


def test_waits_against_a_loop() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        n = int(rng.integers(0, 50))
        lost, waits = rng.random(n) < 0.3, rng.integers(0, 4, n) * (rng.random(n) < 0.3)
        packet: list[int] = []
        missing: list[bool] = []
        for k in range(n):
            packet += [-1] * int(waits[k]) + [k]
            missing += [True] * int(waits[k]) + [bool(lost[k])]
        playout = with_waits(lost, waits, 0.02)
        assert playout.packet.tolist() == packet
        assert playout.lost.tolist() == missing


def test_the_arrays_are_copied_and_frozen() -> None:
    lost = np.zeros(3, bool)
    playout = from_pattern(lost, 0.02)
    lost[0] = True
    assert not playout.lost[0]
    with pytest.raises(ValueError, match="read-only"):
        playout.lost[0] = True
    assert playout.packet.dtype == np.int64
    assert playout.lost.dtype == bool


@pytest.mark.parametrize(
    ("packet", "lost", "seconds", "message"),
    [
        ([0, 1], [False], 0.02, "differ in shape"),
        ([[0, 1]], [[False, False]], 0.02, "differ in shape"),
        ([0, 2], [False, False], 0.02, "occur once, in order"),
        ([0, 0, 1], [False, False, False], 0.02, "occur once, in order"),
        ([1, 0], [False, False], 0.02, "occur once, in order"),
        ([0, -2, 1], [False, True, False], 0.02, "occur once, in order"),
        ([0, -1], [False, False], 0.02, "so it must be lost"),
        ([0], [False], 0.0, "length above 0"),
        ([0], [False], float("nan"), "length above 0"),
    ],
)
def test_what_no_player_could_do(packet: list[int], lost: list[bool], seconds: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Playout(np.array(packet), np.array(lost), seconds)


def test_waits_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="less than no time"):
        with_waits(np.zeros(2, bool), np.array([0, -1]), 0.02)
    with pytest.raises(ValueError, match="2 packets, but waits before 1"):
        with_waits(np.zeros(2, bool), np.array([0]), 0.02)
