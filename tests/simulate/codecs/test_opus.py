"""libopus: modes, copies, silence that is not sent."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate import speechlike
from audioq.simulate.codecs import CONCEALED, QUIET, RECEIVED, REPAIRED, lag, make_codec, missing
from audioq.simulate.playout import everything, from_pattern, with_waits

pytestmark = pytest.mark.skipif(missing("libopus") is not None, reason=missing("libopus") or "")

FAMILIES = {"silk": range(12), "hybrid": range(12, 16), "celt": range(16, 32)}
"""Configurations of RFC 6716, table 2."""


@cache
def speech(sr: int, seconds: float = 1.0) -> np.ndarray:
    y = speechlike(seconds, sr, np.random.default_rng(31))
    y.flags.writeable = False
    return y


def loud(y: np.ndarray, sr: int, n_packets: int) -> np.ndarray:
    """Which packets of 20 ms are within 20 dB of the loudest."""
    padded = np.pad(y, (0, n_packets * sr // 50 - y.size)).reshape(n_packets, -1)
    level = np.mean(padded**2, axis=1)
    return np.asarray(level > 0.01 * level.max())


@pytest.mark.parametrize("mode", FAMILIES)
@pytest.mark.parametrize("frame", [10, 20, 40, 60])
def test_every_packet_is_in_the_mode(mode: str, frame: int) -> None:
    codec = make_codec("libopus", mode=mode, frame=frame)
    y = speech(48000, 0.6)
    packets = codec.encode(y)
    # In the first packet the encoder comes from another mode.
    assert all(packet[0] >> 3 in FAMILIES[mode] for packet in packets[1:])
    heard = codec.decode(packets, everything(len(packets), codec.seconds))
    assert heard.y.size == len(packets) * 48 * frame
    assert lag(y, heard.y, 48000) == pytest.approx(codec.delay, abs=24)


@pytest.mark.parametrize(("band", "first"), [("nb", 0), ("mb", 4), ("wb", 8)])
def test_every_packet_has_the_band(band: str, first: int) -> None:
    packets = make_codec("libopus", mode="silk", bandwidth=band, sr=16000).encode(speech(16000))
    assert {packet[0] >> 3 for packet in packets} == {first + 1}


def test_rate_and_constant_size() -> None:
    y = speech(16000)
    packets = make_codec("libopus", kbps=16, sr=16000, constant=1).encode(y)
    assert {len(packet) for packet in packets} == {40}
    small, large = (sum(map(len, make_codec("libopus", kbps=kbps, sr=16000).encode(y))) for kbps in (8, 32))
    assert 2 * small < large


@pytest.mark.parametrize("frame", [20, 60])
def test_copies_repair_what_is_lost(frame: int) -> None:
    y = speech(16000, 3.0)
    codec, plain = (make_codec("libopus", mode="silk", sr=16000, frame=frame, fec=fec, kbps=32) for fec in (1, 0))
    packets = codec.encode(y)
    whole = codec.decode(packets, everything(len(packets), codec.seconds)).y.reshape(len(packets), -1)
    lost = np.zeros(len(packets), bool)
    lost[5::6] = True
    with_copies, without = (one.decode(packets, from_pattern(lost, codec.seconds)) for one in (codec, plain))
    repaired = with_copies.origin == REPAIRED
    assert set(without.origin[lost].tolist()) == {CONCEALED}
    assert repaired[lost].mean() > 0.5
    assert not repaired[~lost].any()
    wrong = [np.mean((one.y.reshape(whole.shape) - whole)[repaired] ** 2) for one in (with_copies, without)]
    assert wrong[0] < 0.5 * wrong[1]


def test_a_copy_that_is_not_there_yet_repairs_nothing() -> None:
    codec = make_codec("libopus", mode="silk", sr=16000, fec=1, kbps=32)
    packets = codec.encode(speech(16000, 1.4))
    n = len(packets)
    repaired = []
    for waits in (0, 1):
        for place in range(10, 60, 10):
            lost, late = np.zeros(n, bool), np.zeros(n, int)
            lost[place], late[place + 1] = True, waits
            decoded = codec.decode(packets, with_waits(lost, late, codec.seconds))
            repaired.append(bool((decoded.origin == REPAIRED).any()))
    assert any(repaired[:5])
    assert not any(repaired[5:])


def test_nothing_is_sent_in_pauses() -> None:
    y = speech(16000, 3.0).copy()
    y[16000:40000] *= 1e-4
    codec = make_codec("libopus", mode="silk", sr=16000, dtx=1)
    packets = codec.encode(y)
    unsent = np.array([not packet for packet in packets])
    assert unsent[60:120].mean() > 0.8
    spoken = loud(y, codec.sr, len(packets))
    assert not unsent[spoken].any()
    lost = np.zeros(len(packets), bool)
    lost[:40] = lost[100:110] = True
    decoded = codec.decode(packets, from_pattern(lost, codec.seconds))
    assert (decoded.origin[unsent] == QUIET).all()
    assert (decoded.origin[~unsent & ~lost] == RECEIVED).all()
    assert (decoded.origin[lost & ~unsent] == CONCEALED).all()
    assert all(make_codec("libopus", mode="silk", sr=16000).encode(y))


def test_a_long_loss_fades() -> None:
    codec = make_codec("libopus", sr=16000)
    packets = codec.encode(speech(16000, 2.0))
    lost = np.zeros(len(packets), bool)
    lost[30:60] = True
    decoded = codec.decode(packets, from_pattern(lost, codec.seconds)).y.reshape(len(packets), -1)
    level = np.sqrt(np.mean(decoded**2, axis=1))
    assert level[45:60].max() < 0.05 * level[:30].max()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mode": "hybrid", "sr": 16000}, "hybrid only above wb and from sr 24000"),
        ({"mode": "hybrid", "bandwidth": "wb"}, "hybrid only above wb and from sr 24000"),
        ({"mode": "silk", "bandwidth": "fb"}, "no silk above bandwidth wb"),
    ],
)
def test_modes_that_the_encoder_would_change(settings: dict, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        make_codec("libopus", **settings)
