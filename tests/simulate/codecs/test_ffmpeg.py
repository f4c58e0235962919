"""The codecs of PyAV: packet lengths, rates, what a loss does to its neighbours."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate import speechlike
from audioq.simulate.codecs import MISSING, RECEIVED, ffmpeg, make_codec
from audioq.simulate.playout import everything, from_pattern


@cache
def speech(sr: int) -> np.ndarray:
    y = speechlike(1.0, sr, np.random.default_rng(81))
    y.flags.writeable = False
    return y


@pytest.mark.parametrize(
    ("name", "settings", "slot"),
    [
        ("aac", {"sr": 16000}, 1024),
        ("aac", {"sr": 48000}, 1024),
        ("mp3", {"sr": 44100}, 1152),
        ("mp3", {"sr": 32000}, 1152),
        ("mp3", {"sr": 24000}, 576),
        ("amr-nb", {}, 160),
        ("opus", {"frame": 60}, 2880),
        ("g722", {"frame": 30}, 480),
        ("g726", {"frame": 10, "kbps": 24}, 80),
    ],
)
def test_a_packet_is_decoded_to_a_slot(name: str, settings: dict, slot: int) -> None:
    codec = make_codec(name, **settings)
    assert codec.seconds == slot / codec.sr
    packets = codec.encode(speech(codec.sr))
    decoder = ffmpeg._Decoder(codec)
    assert {decoder.hear(packet).size for packet in packets} == {slot}


@pytest.mark.parametrize(("name", "settings", "bits"), [("g722", {}, 64000), ("g726", {"kbps": 24}, 24000)])
def test_streams_of_bits_are_cut_evenly(name: str, settings: dict, bits: int) -> None:
    codec = make_codec(name, **settings)
    assert {len(packet) for packet in codec.encode(speech(codec.sr))} == {bits // 8 // 50}


@pytest.mark.parametrize(("name", "tolerance"), [("mp3", 1e-6), ("aac", 0.05)])
def test_what_overlaps_a_loss_is_harmed_and_what_is_far_is_not(name: str, tolerance: float) -> None:
    codec = make_codec(name)
    packets = codec.encode(speech(codec.sr))
    n = len(packets)
    whole = codec.decode(packets, everything(n, codec.seconds)).y.reshape(n, -1)
    lost = np.zeros(n, bool)
    lost[12:15] = True
    decoded = codec.decode(packets, from_pattern(lost, codec.seconds))
    slots = decoded.y.reshape(n, -1)
    assert (decoded.origin[lost] == MISSING).all()
    assert np.array_equal(slots[:12], whole[:12])
    assert not np.array_equal(slots[15], whole[15])
    # AAC fills some bands with noise, which goes on differently after a loss.
    assert np.abs(slots[17:] - whole[17:]).max() < tolerance
    assert np.corrcoef(slots[16], whole[16])[0, 1] > 0.98


def test_bytes_that_are_no_packet_leave_zeros() -> None:
    codec = make_codec("aac")
    packets = codec.encode(speech(codec.sr))
    packets[5] = b"\xff" * 40
    decoded = codec.decode(packets, everything(len(packets), codec.seconds))
    assert decoded.origin[5] == MISSING
    assert not decoded.y.reshape(len(packets), -1)[5].any()
    assert (np.delete(decoded.origin, 5) == RECEIVED).all()


def test_an_encoder_that_this_pyav_lacks() -> None:
    with pytest.raises(SimulationError, match="the codec x needs no_such and aac, and this PyAV lacks one of them"):
        ffmpeg.PackagedCodec("x", 8000, 1024, "no_such", "aac", 32000)
