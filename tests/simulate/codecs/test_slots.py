"""The loop of a receiver, with a decoder that writes down what it is told."""

from __future__ import annotations

import numpy as np
import pytest

from audioq.simulate.codecs.decoded import CONCEALED, MISSING, QUIET, RECEIVED, REPAIRED
from audioq.simulate.codecs.slots import Receiver, cut, quantised, receive
from audioq.simulate.playout import with_waits

SLOT = 4


class Scribe(Receiver):
    """Packets are single letters: x cannot be decoded, capitals carry a copy of the one before."""

    def __init__(self, conceals: bool = True) -> None:
        self.told = ""
        self.closed = False
        self.conceals = conceals

    def _sound(self, word: str, n: int = SLOT) -> np.ndarray:
        self.told += word
        return np.full(n, 16384, np.int16)

    def hear(self, packet: bytes) -> np.ndarray | None:
        return self._sound(packet.decode(), 2 if packet == b"s" else 9) if packet != b"x" else None

    def conceal(self) -> np.ndarray | None:
        sound = self._sound("-")
        return sound if self.conceals else None

    def repair(self, following: bytes) -> np.ndarray | None:
        return self._sound("+") if following.isupper() else None

    def close(self) -> None:
        self.closed = True


def test_the_decoder_is_told_slot_by_slot() -> None:
    packets = [b"a", b"b", b"C", b"", b"", b"d", b"E", b"x"]
    lost = np.array([False, True, False, False, True, True, False, False])
    waits = np.array([1, 0, 0, 0, 0, 0, 1, 0])
    scribe = Scribe()
    decoded = receive(scribe, packets, with_waits(lost, waits, 0.02), SLOT)
    # wait, a, b lost but copied in C, C, unsent, unsent, d lost and E not yet there, wait, E, x undecodable
    assert scribe.told == "-a+C----E"
    assert decoded.origin.tolist() == [
        CONCEALED, RECEIVED, REPAIRED, RECEIVED, QUIET, QUIET, CONCEALED, CONCEALED, RECEIVED, MISSING,
    ]  # fmt: skip
    assert decoded.y.tolist() == [0.5] * 4 * 9 + [0.0] * 4
    assert scribe.closed


def test_a_decoder_that_leaves_gaps() -> None:
    playout = with_waits(np.array([False, True, False]), np.array([0, 0, 0]), 0.02)
    decoded = receive(Scribe(conceals=False), [b"a", b"b", b"s"], playout, SLOT)
    assert decoded.origin.tolist() == [RECEIVED, MISSING, RECEIVED]
    assert decoded.y.tolist() == [0.5] * 4 + [0.0] * 4 + [0.5] * 2 + [0.0] * 2


def test_the_decoder_is_closed_after_a_failure() -> None:
    scribe = Scribe()
    with pytest.raises(UnicodeDecodeError):
        receive(scribe, [b"\xff"], with_waits(np.array([False]), np.array([0]), 0.02), SLOT)
    assert scribe.closed


def test_sixteen_bits() -> None:
    y = np.array([-2.0, -1.0, 0.0, 0.4 / 32768, 0.6 / 32768, 1.0, 2.0], np.float32)
    assert quantised(y).tolist() == [-32768, -32768, 0, 0, 1, 32767, 32767]


@pytest.mark.parametrize(
    ("n", "delay", "n_packets"), [(0, 0, 0), (0, 3, 0), (1, 0, 1), (8, 0, 2), (8, 1, 3), (9, 3, 3), (9, 4, 4)]
)
def test_silence_is_added_until_all_of_the_sound_is_out(n: int, delay: int, n_packets: int) -> None:
    pcm = cut(np.full(n, 0.5, np.float32), SLOT, delay)
    assert pcm.shape == (n_packets, SLOT)
    assert pcm.reshape(-1).tolist() == [16384] * n + [0] * (n_packets * SLOT - n)
