"""What holds for every codec, and the table."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate import speechlike
from audioq.simulate.codecs import (
    CODECS,
    CONCEALED,
    MISSING,
    QUIET,
    RECEIVED,
    REPAIRED,
    Codec,
    lag,
    make_codec,
    missing,
)
from audioq.simulate.playout import everything, with_waits

SECONDS = 1.2
ROBOTIC = "spandsp-lpc10"

# What the waveform correlates with itself after the codec, at the defaults, on synthetic speech.
LEAST_LIKENESS = {
    "pcm": 0.99999,
    "g711-mulaw": 0.999,
    "g711-alaw": 0.999,
    "opus": 0.87,
    "amr-nb": 0.85,
    "g722": 0.995,
    "g726": 0.98,
    "aac": 0.93,
    "mp3": 0.98,
    "libopus": 0.87,
    "libamr-nb": 0.85,
    "libamr-wb": 0.9,
    "libgsm": 0.88,
    "libspeex": 0.8,
    "spandsp-g711": 0.999,
    "spandsp-g722": 0.995,
    "spandsp-g726": 0.98,
    ROBOTIC: 0.6,
}


def usable(name: str, **settings: float | str) -> Codec:
    """The codec, or a skipped test that says what is missing."""
    if (reason := missing(name)) is not None:
        pytest.skip(reason)
    return make_codec(name, **settings)


@cache
def speech(sr: int) -> np.ndarray:
    y = speechlike(SECONDS, sr, np.random.default_rng(11))
    y.flags.writeable = False
    return y


@cache
def packets_of(name: str) -> tuple[bytes, ...]:
    codec = make_codec(name)
    return tuple(codec.encode(speech(codec.sr)))


@cache
def whole_of(name: str) -> np.ndarray:
    codec, packets = make_codec(name), packets_of(name)
    decoded = codec.decode(packets, everything(len(packets), codec.seconds))
    assert set(decoded.origin.tolist()) == {RECEIVED}
    return decoded.y


def loudness(y: np.ndarray, sr: int) -> np.ndarray:
    width = sr // 50
    level = np.convolve(np.abs(y), np.ones(width) / width, "same")
    return (level - level.mean()).astype(np.float32)


def test_the_table_names_every_codec_once() -> None:
    assert list(LEAST_LIKENESS) == list(CODECS)
    assert all(kind.name == name and kind.meaning.endswith(".") for name, kind in CODECS.items())
    assert all(one.meaning and one.default is not None for kind in CODECS.values() for one in kind.settings)


@pytest.mark.parametrize("name", [name for name, kind in CODECS.items() if not kind.needs])
def test_what_needs_nothing_is_there(name: str) -> None:
    assert missing(name) is None


@pytest.mark.parametrize("name", CODECS)
def test_all_of_the_sound_arrives_in_time(name: str) -> None:
    codec = usable(name)
    y, heard = speech(codec.sr), whole_of(name)
    assert codec.name == name
    assert heard.dtype == np.float32
    assert heard.size == len(packets_of(name)) * round(codec.sr * codec.seconds)
    assert 0 <= heard.size - y.size - codec.delay < round(codec.sr * codec.seconds)
    in_step = heard[codec.delay :][: y.size]
    if name == ROBOTIC:
        y, heard, in_step = (loudness(sound, codec.sr) for sound in (y, heard, in_step))
    assert lag(y, heard, codec.sr) == pytest.approx(codec.delay, abs=200 if name == ROBOTIC else 5e-4 * codec.sr)
    assert np.corrcoef(y, in_step)[0, 1] > LEAST_LIKENESS[name]


@pytest.mark.parametrize("name", CODECS)
def test_the_same_sound_gives_the_same_packets_and_sound(name: str) -> None:
    codec = usable(name)
    packets = codec.encode(speech(codec.sr))
    assert tuple(packets) == packets_of(name)
    assert np.array_equal(codec.decode(packets, everything(len(packets), codec.seconds)).y, whole_of(name))


@pytest.mark.parametrize("name", CODECS)
def test_losses_and_waits(name: str) -> None:
    codec, packets = usable(name), packets_of(name)
    n = len(packets)
    first = n // 2
    lost, waits = np.zeros(n, bool), np.zeros(n, int)
    lost[[first, first + 1, n - 1]], waits[first + 4] = True, 3
    playout = with_waits(lost, waits, codec.seconds)
    decoded = codec.decode(packets, playout)
    slots, whole = decoded.y.reshape(playout.n_slots, -1), whole_of(name).reshape(n, -1)
    filled = CONCEALED if codec.own_concealment else MISSING
    assert set(decoded.origin[playout.lost].tolist()) == {filled}
    assert set(decoded.origin[~playout.lost].tolist()) == {RECEIVED}
    assert np.array_equal(slots[:first], whole[:first])
    if not codec.own_concealment:
        assert not slots[playout.lost].any()
    else:
        assert slots[first].any()
        assert not np.array_equal(slots[first], whole[first])
    last = np.flatnonzero(~playout.lost)[-8:]
    level = np.sqrt(np.mean(whole[playout.packet[last]] ** 2))
    assert np.sqrt(np.mean((slots[last] - whole[playout.packet[last]]) ** 2)) < 1.2 * level


@pytest.mark.parametrize("name", CODECS)
def test_nothing_to_send_and_nothing_that_comes(name: str) -> None:
    codec = usable(name)
    assert codec.encode(np.zeros(0, np.float32)) == []
    assert codec.decode([], everything(0, codec.seconds)).y.shape == (0,)
    packets = packets_of(name)
    playout = with_waits(np.ones(len(packets), bool), np.zeros(len(packets), int), codec.seconds)
    decoded = codec.decode(packets, playout)
    assert not np.isin(decoded.origin, (RECEIVED, REPAIRED, QUIET)).any()
    assert np.sqrt(np.mean(decoded.y**2)) < 0.01


@pytest.mark.parametrize("name", CODECS)
def test_a_playout_for_other_packets_is_refused(name: str) -> None:
    codec, packets = usable(name), packets_of(name)
    with pytest.raises(ValueError, match="packets, not for"):
        codec.decode(packets, everything(len(packets) + 1, codec.seconds))
    with pytest.raises(ValueError, match="slots of"):
        codec.decode(packets, everything(len(packets), 2 * codec.seconds))


@pytest.mark.parametrize("name", CODECS)
def test_what_goes_beyond_full_scale_is_cut_off(name: str) -> None:
    codec = usable(name)
    packets = codec.encode(20.0 * speech(codec.sr)[: codec.sr // 4])
    heard = codec.decode(packets, everything(len(packets), codec.seconds)).y
    assert np.isfinite(heard).all()
    assert np.abs(heard).max() < 2.0


def test_every_choice_works() -> None:
    for name, kind in CODECS.items():
        if missing(name) is not None:
            continue
        for one in kind.settings:
            values = one.choices or ((0, 1) if one.whole and one.high == 1 else (one.low, one.high))
            for value in values:
                codec = make_codec(name, **{one.name: value})
                packets = codec.encode(speech(codec.sr)[: codec.sr // 8])
                decoded = codec.decode(packets, everything(len(packets), codec.seconds))
                assert decoded.y.any(), (name, one.name, value)


def test_a_number_may_stand_for_a_choice() -> None:
    assert make_codec("pcm", sr=8000, frame=30).seconds == 0.03
    assert make_codec("amr-nb", kbps=5.9).seconds == 0.02


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("g729", {}, "there is no codec 'g729'; use one of pcm, "),
        ("opus", {"bitrate": 8}, "the codec opus has no setting bitrate; use kbps, frame"),
        ("opus", {"kbps": 1}, "the codec opus: kbps cannot be 1; give a number, 6 to 128 kbit/s"),
        ("amr-nb", {"kbps": 13}, "the codec amr-nb: kbps cannot be '13'; give one of 4.75, "),
        ("g722", {"frame": "fast"}, "the codec g722: frame cannot be 'fast'; give one of 10, 20, "),
    ],
)
def test_what_cannot_be_is_refused(name: str, settings: dict, message: str) -> None:
    with pytest.raises(SimulationError) as caught:
        make_codec(name, **settings)
    assert str(caught.value).startswith(message)


def test_missing_refuses_an_unknown_codec() -> None:
    with pytest.raises(SimulationError, match="there is no codec"):
        missing("g729")
