"""GSM full rate: what is played in a gap."""

from __future__ import annotations

import numpy as np
import pytest

from audioq.simulate import speechlike
from audioq.simulate.codecs import CONCEALED, make_codec, missing
from audioq.simulate.playout import from_pattern

pytestmark = pytest.mark.skipif(missing("libgsm") is not None, reason=missing("libgsm") or "")

Y = speechlike(2.0, 8000, np.random.default_rng(51))
START, HELD = 30, 16
"""First slot of the gap, and how many are filled: 320 ms."""


def in_gap(muting: str) -> np.ndarray:
    codec = make_codec("libgsm", muting=muting)
    packets = codec.encode(Y)
    lost = np.zeros(len(packets), bool)
    lost[START : START + 25] = True
    decoded = codec.decode(packets, from_pattern(lost, codec.seconds))
    assert (decoded.origin[lost] == CONCEALED).all()
    return decoded.y.reshape(len(packets), -1)[START : START + 25]


@pytest.mark.parametrize("muting", ["late", "steady"])
def test_silence_after_320_ms(muting: str) -> None:
    gap = in_gap(muting)
    assert gap[:HELD].any(axis=1).all()
    assert not gap[HELD:].any()


def test_the_last_frame_is_held() -> None:
    level = np.sqrt(np.mean(in_gap("late")[:HELD] ** 2, axis=1))
    assert level.min() > 0.8 * level.max()


def test_a_held_frame_can_be_muted_step_by_step() -> None:
    late, steady = in_gap("late"), in_gap("steady")
    assert np.array_equal(late[0], steady[0])
    level = np.sqrt(np.mean(steady[:HELD] ** 2, axis=1))
    assert (level[2:5] < level[1:4]).all()
    assert level[8:].max() < 0.25 * level[1]  # the lowest amplitude of a frame is not zero


def test_nothing_is_held_before_the_first_frame() -> None:
    codec = make_codec("libgsm")
    packets = codec.encode(Y)
    lost = np.zeros(len(packets), bool)
    lost[:5] = True
    decoded = codec.decode(packets, from_pattern(lost, codec.seconds))
    assert not decoded.y[: 5 * 160].any()


def test_packets_are_of_gsm() -> None:
    packets = make_codec("libgsm").encode(Y)
    assert {len(packet) for packet in packets} == {33}
    assert {packet[0] >> 4 for packet in packets} == {0xD}
