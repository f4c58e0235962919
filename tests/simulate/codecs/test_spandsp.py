"""spandsp: agreement with FFmpeg's coders, and the concealer."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from audioq.simulate import speechlike
from audioq.simulate.codecs import CONCEALED, make_codec, missing
from audioq.simulate.playout import everything, from_pattern

pytestmark = pytest.mark.skipif(missing("spandsp-g711") is not None, reason=missing("spandsp-g711") or "")


@cache
def speech(sr: int) -> np.ndarray:
    y = speechlike(1.0, sr, np.random.default_rng(71))
    y.flags.writeable = False
    return y


def whole(codec, packets: list[bytes]) -> np.ndarray:
    return codec.decode(packets, everything(len(packets), codec.seconds)).y


@pytest.mark.parametrize(("law", "twin"), [("mu", "g711-mulaw"), ("a", "g711-alaw")])
def test_packets_of_g711_are_those_of_g711(law: str, twin: str) -> None:
    codec, other = make_codec("spandsp-g711", law=law), make_codec(twin)
    packets = codec.encode(speech(8000))
    assert packets == other.encode(speech(8000))
    assert np.array_equal(whole(codec, packets), whole(other, packets))


def test_both_decoders_of_g722_agree() -> None:
    codec, other = make_codec("spandsp-g722"), make_codec("g722")
    packets = other.encode(speech(16000))
    assert np.corrcoef(whole(codec, packets), whole(other, packets))[0, 1] > 0.9999


# At 40 kbit/s each reads its own packets well, but not the other's.
@pytest.mark.parametrize("kbps", ["16", "24", "32"])
def test_both_decoders_of_g726_agree(kbps: str) -> None:
    codec, other = make_codec("spandsp-g726", kbps=kbps), make_codec("g726", kbps=kbps)
    packets = other.encode(speech(8000))
    assert [len(packet) for packet in packets] == [len(packet) for packet in codec.encode(speech(8000))]
    assert np.corrcoef(whole(codec, packets), whole(other, packets))[0, 1] > 0.99


@pytest.mark.parametrize("name", ["spandsp-g711", "spandsp-g726"])
def test_the_concealer_is_silent_after_50_ms(name: str) -> None:
    codec = make_codec(name)
    packets = codec.encode(speech(8000))
    lost = np.zeros(len(packets), bool)
    lost[20:30] = True
    decoded = codec.decode(packets, from_pattern(lost, codec.seconds))
    assert (decoded.origin[lost] == CONCEALED).all()
    slots = decoded.y.reshape(len(packets), -1)
    assert slots[20:22].any(axis=1).all()
    assert not slots[23:30].any()
