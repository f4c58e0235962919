"""AMR: modes, comfort noise, concealment."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate import speechlike
from audioq.simulate.codecs import CONCEALED, QUIET, RECEIVED, amr, make_codec, missing
from audioq.simulate.playout import everything, from_pattern

NAMES = ("libamr-nb", "libamr-wb")


def codec_of(name: str, **settings: float | str):
    if (reason := missing(name)) is not None:
        pytest.skip(reason)
    return make_codec(name, **settings)


@cache
def speech(sr: int, seconds: float) -> np.ndarray:
    y = speechlike(seconds, sr, np.random.default_rng(41))
    y.flags.writeable = False
    return y


def loud(y: np.ndarray, sr: int, n_packets: int) -> np.ndarray:
    """Which packets of 20 ms are within 20 dB of the loudest."""
    padded = np.pad(y, (0, n_packets * sr // 50 - y.size)).reshape(n_packets, -1)
    level = np.mean(padded**2, axis=1)
    return np.asarray(level > 0.01 * level.max())


@pytest.mark.parametrize(("name", "modes"), [("libamr-nb", amr.NARROW_KBPS), ("libamr-wb", amr.WIDE_KBPS)])
def test_every_rate_has_its_mode(name: str, modes: tuple[str, ...]) -> None:
    sizes = []
    for mode, kbps in enumerate(modes):
        codec = codec_of(name, kbps=kbps)
        packets = codec.encode(speech(codec.sr, 0.2))
        assert {amr.frame_type(packet) for packet in packets} == {mode}
        sizes.append(len(packets[0]))
        # 20 ms of bits, rounded up to bytes, behind the byte of the header
        assert sizes[-1] == -(-round(float(kbps) * 20) // 8) + 1
    assert sizes == sorted(sizes)


@pytest.mark.parametrize("name", NAMES)
def test_comfort_noise_in_pauses(name: str) -> None:
    codec = codec_of(name, dtx=1)
    y = speech(codec.sr, 3.0).copy()
    y[codec.sr : 5 * codec.sr // 2] *= 1e-4
    packets = codec.encode(y)
    unsent = np.array([not packet for packet in packets])
    assert unsent[70:120].mean() > 0.7
    spoken = loud(y, codec.sr, len(packets))
    assert unsent[spoken].mean() < 0.05  # the decision may be a packet late where speech begins
    lost = np.zeros(len(packets), bool)
    lost[:40] = lost[100:110] = True
    decoded = codec.decode(packets, from_pattern(lost, codec.seconds))
    assert (decoded.origin[unsent] == QUIET).all()
    assert (decoded.origin[~unsent & ~lost] == RECEIVED).all()
    assert (decoded.origin[lost & ~unsent] == CONCEALED).all()
    plain = codec_of(name)
    assert all(plain.encode(y))


@pytest.mark.parametrize("name", NAMES)
def test_a_long_loss_fades(name: str) -> None:
    codec = codec_of(name)
    packets = codec.encode(speech(codec.sr, 2.0))
    lost = np.zeros(len(packets), bool)
    lost[30:60] = True
    decoded = codec.decode(packets, from_pattern(lost, codec.seconds)).y.reshape(len(packets), -1)
    level = np.sqrt(np.mean(decoded**2, axis=1))
    assert level[45:60].max() < 0.05 * level[:30].max()


def test_both_decoders_of_narrowband_agree() -> None:
    """FFmpeg's own decoder and 3GPP's, on the same packets."""
    codec, other = codec_of("libamr-nb"), make_codec("amr-nb")
    packets = codec.encode(speech(8000, 1.0))
    a, b = (one.decode(packets, everything(len(packets), 0.02)).y for one in (codec, other))
    assert np.corrcoef(a, b)[0, 1] > 0.99


def test_an_encoder_that_fails_says_so() -> None:
    import ctypes

    with pytest.raises(SimulationError, match="an AMR encoder gave 0 bytes"):
        amr._packet(ctypes.create_string_buffer(amr.ROOM), 0)
