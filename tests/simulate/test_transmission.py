"""Transmission: every network against a loop over packets and samples, every codec against what was said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from made_calls import part, talk

from audioq.simulate.activity import frame_levels
from audioq.simulate.codecs import CODECS, make_codec, missing
from audioq.simulate.codecs.alignment import lag
from audioq.simulate.codecs.decoded import MISSING, Decoded
from audioq.simulate.networks import NETWORKS
from audioq.simulate.playout import Playout
from audioq.simulate.recipes import Part
from audioq.simulate.tape import LOST, QUIET, REAL, REPAIRED, WAITING, Tape
from audioq.simulate.transmission import Transmitted, transmit
from audioq.simulate.truth import truth_of

SETTINGS: dict[str, dict[str, Any]] = {
    "none": {},
    "random": {"share": 0.2},
    "isolated": {"runs_per_minute": 80, "longest": 3},
    "gilbert_elliott": {"share": 0.3, "burst_s": 0.12},
    "throttle": {"on_s": 0.8, "off_s": 0.6},
    "police": {"keep": 0.6, "bucket": 5},
    "flashes": {"off_s": 2.0},
    "outage_total": {},
    "outage_after": {"start_s": 2.0},
    "outage_until": {"end_s": 2.5},
    "outage_middle": {"start_s": 1.5, "length_s": 1.7},
    "late": {"share": 0.1, "late_s": 0.09, "thrown": 0.5},
    "stalls": {"stalls_per_minute": 60, "stall_s": 0.3},
    "stalls_lost": {"stalls_per_minute": 60, "stall_s": 0.3},
}
ZERO = Part("zero_fill")


def sent(codec: Part, network: Part, seed: int = 1, concealer: Part = ZERO, seconds: float = 6.0) -> Transmitted:
    y, active = talk(seconds, make_codec(codec.name, **codec.settings).sr)
    return transmit(y, active, codec, network, concealer, np.random.default_rng(seed))


def playout_of(codec: Part, network: Part, seed: int, n: int) -> Playout:
    """The network's own draw, with the same chance."""
    made = make_codec(codec.name, **codec.settings)
    packets = made.encode(np.zeros(n + round(0.3 * made.sr), np.float32))
    return NETWORKS[network.name].make(len(packets), made.seconds, np.random.default_rng(seed), **network.settings)


def by_loop(y: np.ndarray, active: np.ndarray, playout: Playout, slot: int) -> dict[str, list[Any]]:
    """What a player hears of PCM packets, slot by slot and sample by sample."""
    tracks: dict[str, list[Any]] = {"y": [], "reference": [], "active": [], "state": []}
    n_packets = playout.n_packets
    pcm = [float(np.rint(one * 32768.0)) / 32768.0 for one in y] + [0.0] * (n_packets * slot - y.size)
    spoken = active.tolist() + [False] * (n_packets * slot - active.size)
    before = -1
    for place in range(playout.n_slots):
        packet = int(playout.packet[place])
        lost = bool(playout.lost[place])
        for i in range(slot):
            if packet < 0:
                k = max(before, 0) * slot + i
                follows = (before + 1) * slot
                inside = before >= 0 and spoken[follows - 1] and follows < len(spoken) and spoken[follows]
                tracks["active"].append(inside)
                tracks["state"].append(WAITING)
            else:
                k = packet * slot + i
                tracks["active"].append(spoken[k])
                tracks["state"].append(LOST if lost else REAL)
            tracks["reference"].append(pcm[k])
            tracks["y"].append(0.0 if lost else pcm[k])
        before = max(before, packet)
    return tracks


def events_by_loop(bad: list[bool], bridge: list[bool]) -> list[tuple[int, int]]:
    """Stretches of bad frames, holes of up to three frames and holes over lost pauses closed, at least two frames."""
    found: list[list[int]] = []
    for k, is_bad in enumerate(bad):
        if not is_bad:
            continue
        hole = range(found[-1][1], k) if found else range(0)
        if found and (len(hole) <= 3 or all(bridge[h] for h in hole)):
            found[-1][1] = k + 1
        else:
            found.append([k, k + 1])
    return [(start, end) for start, end in found if sum(bad[start:end]) >= 2]


@pytest.mark.parametrize("frame", ["10", "60"])
@pytest.mark.parametrize("name", list(NETWORKS))
def test_networks_over_pcm_against_a_loop(name: str, frame: str) -> None:
    codec, network, sr = part("codec", "pcm", frame=frame, sr="8000"), part("network", name, **SETTINGS[name]), 8000
    y, active = talk(6.0, sr)
    done = sent(codec, network, seed=4)
    tape, slot = done.tape, sr * int(frame) // 1000
    playout = playout_of(codec, network, 4, y.size)
    twin = by_loop(y, active, playout, slot)
    n = min(y.size + int(playout.waiting.sum()) * slot, playout.n_slots * slot)
    assert tape.size == n
    for track, expected in twin.items():
        assert np.array_equal(getattr(tape, track), np.array(expected[:n], getattr(tape, track).dtype)), track
    lost = np.isin(tape.state, (LOST, WAITING))
    assert not tape.y[lost].any()
    assert np.array_equal(tape.y[~lost], tape.reference[~lost])
    assert done.loss == pytest.approx(np.mean(playout.lost))
    truth = truth_of(tape, done.concealer)
    _assert_dropouts(tape, lost, truth_of(tape))
    spoken = int(tape.active.sum())
    share = 1.0 - int((tape.active & lost).sum()) / spoken
    assert truth.delivered == pytest.approx(share, abs=80 / spoken + 1e-9)


def _assert_dropouts(tape: Tape, lost: np.ndarray, truth: Any) -> None:
    """On the grid of the packets, which is one of frames, every edge of every dropout is that of the loop."""
    starts = range(0, tape.size - 79, 80)
    gone, spoken = [bool(lost[k]) for k in starts], [bool(tape.active[k]) for k in starts]
    bad = [one and other for one, other in zip(gone, spoken, strict=True)]
    quiet = [one and not other for one, other in zip(gone, spoken, strict=True)]
    dropouts = [edge for event in truth.events if event.kind == "dropout" for edge in (event.start, event.end)]
    expected = [edge / 100.0 for found in events_by_loop(bad, quiet) for edge in found]
    assert dropouts == pytest.approx(expected, abs=1e-9)
    assert not any(event.kind in ("buzz", "repeat") for event in truth.events)


def test_all_networks_are_tried() -> None:
    assert set(SETTINGS) == set(NETWORKS)


@pytest.mark.parametrize(
    ("name", "settings"),
    [("opus", {"frame": "20"}), ("g722", {"frame": "20"}), ("aac", {"sr": "16000"}), ("aac", {"sr": "11025"})],
)
def test_edges_beside_the_grid_of_frames_are_those_of_the_packets(name: str, settings: dict[str, str]) -> None:
    codec, network = part("codec", name, **settings), part("network", "throttle", **SETTINGS["throttle"])
    tape = sent(codec, network).tape
    made = make_codec(codec.name, **codec.settings)
    y, _ = talk(6.0, made.sr)
    playout, slot = playout_of(codec, network, 1, y.size), round(made.sr * made.seconds)
    lost = [bool(playout.lost[(k + made.delay) // slot]) for k in range(tape.size)]
    assert np.array_equal(np.isin(tape.state, (LOST, WAITING)), lost)
    assert not tape.y[np.array(lost)].any()
    dropouts = [event for event in truth_of(tape).events if event.kind == "dropout"]
    assert dropouts
    near, inside = round(0.01 * made.sr), 0
    for time in (edge for event in dropouts for edge in (event.start, event.end)):
        k = round(time * made.sr)
        if near < k < tape.size - near and tape.active[k - near : k + near].all():
            assert abs(time * made.sr - k) < 1e-6
            assert lost[k] != lost[k - 1]
            inside += 1
    assert inside >= 3


def test_a_wait_at_the_very_beginning_lies_in_no_speech() -> None:
    y = np.ones(1600, np.float32) * 0.1
    network = part("network", "late", share=1.0, late_s=0.02, thrown=0.0)
    codec = part("codec", "pcm", sr="8000")
    tape = transmit(y, np.ones(1600, bool), codec, network, ZERO, np.random.default_rng(1)).tape
    assert (tape.state[:160] == WAITING).all()
    assert not tape.active[:160].any()
    assert tape.active[160:1600].all()


AVAILABLE = [name for name in CODECS if missing(name) is None]
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "libopus": [
        {"mode": "silk", "sr": "16000"},
        {"mode": "hybrid", "sr": "48000", "frame": "40"},
        {"mode": "celt", "sr": "48000"},
    ],
    "aac": [{"sr": "16000"}, {"sr": "44100"}],
    "mp3": [{"sr": "16000"}, {"sr": "44100"}],
}
PLAYED = [(name, settings) for name in AVAILABLE for settings in VARIANTS.get(name, [{}])]


def level(y: np.ndarray) -> float:
    return float(10.0 * np.log10(np.mean(y.astype(np.float64) ** 2) + 1e-20))


@pytest.mark.parametrize(("name", "settings"), PLAYED)
def test_without_loss_a_codec_is_heard_in_step_with_what_was_said(name: str, settings: dict[str, Any]) -> None:
    done = sent(part("codec", name, **settings), part("network", "none"), seconds=4.0)
    tape = done.tape
    y, active = talk(4.0, tape.sr)
    assert tape.size == y.size
    assert (tape.state == REAL).all()
    assert np.array_equal(tape.active, active)
    assert (done.loss, done.concealer) == (0.0, "own")
    truth = truth_of(tape)
    assert (truth.delivered, truth.n_losses, truth.events) == (1.0, 0, ())
    if CODECS[name].family == "vocoder":  # it keeps no wave forms, but how loud they are
        loud, heard = (np.maximum(frame_levels(one, tape.sr), -60.0).astype(np.float32) for one in (y, tape.y))
        assert abs(lag(loud - loud.mean(), heard - heard.mean(), 100)) <= 2
    else:
        assert abs(lag(y, tape.y, tape.sr)) <= 0.002 * tape.sr


@pytest.mark.parametrize(("name", "settings"), PLAYED)
def test_what_is_lost_holds_what_is_heard_otherwise(name: str, settings: dict[str, Any]) -> None:
    network = part("network", "outage_middle", start_s=1.5, length_s=0.2)
    tape = sent(part("codec", name, **settings), network, seconds=4.0).tape
    lost = np.flatnonzero(np.isin(tape.state, (LOST, WAITING)))
    assert lost.size >= 0.15 * tape.sr
    difference = tape.y - tape.reference
    assert not difference[: lost[0]].any()
    assert np.flatnonzero(difference)[0] - lost[0] < 0.002 * tape.sr
    # Decoders with a memory need some packets until they play what they would have played; noise that a decoder makes
    # up is another noise each time.
    decayed = difference[lost[-1] + round(0.12 * tape.sr) :]
    assert level(decayed) < level(tape.reference[tape.active]) - (10.0 if CODECS[name].family == "vocoder" else 20.0)


@pytest.mark.parametrize("name", [one for one in ("g722", "libopus", "libamr-nb", "spandsp-g711") if one in AVAILABLE])
def test_after_a_wait_the_call_goes_on_where_it_stopped(name: str) -> None:
    network = part("network", "stalls", stalls_per_minute=40, stall_s=0.4)
    tape = sent(part("codec", name), network, seconds=5.0).tape
    waiting = tape.state == WAITING
    assert waiting.mean() > 0.1
    y, _ = talk(5.0, tape.sr)
    # What is not waited for is all that was said, in order.
    heard = tape.reference[~waiting]
    assert abs(lag(y, heard, tape.sr)) <= 0.002 * tape.sr
    after = np.convolve(waiting, np.ones(round(0.12 * tape.sr)))[: tape.size] > 0.5
    difference = tape.y - tape.reference
    assert level(difference[~after]) < level(tape.reference[tape.active]) - 15.0


@pytest.mark.skipif(missing("libopus") is not None, reason="libopus is not installed")
def test_repaired_and_unsent_slots() -> None:
    network = part("network", "isolated", runs_per_minute=200)
    fec = part("codec", "libopus", mode="silk", sr="16000", fec=1)
    repaired = sent(fec, network).tape
    assert (repaired.state == REPAIRED).any()
    dtx = part("codec", "libopus", mode="silk", sr="16000", dtx=1)
    y, active = talk(6.0)
    y = np.concatenate([y[: 2 * 16000], np.zeros(3 * 16000, np.float32), y[2 * 16000 : 4 * 16000]])
    active = np.concatenate([active[: 2 * 16000], np.zeros(3 * 16000, bool), active[2 * 16000 : 4 * 16000]])
    tape = transmit(y, active, dtx, part("network", "outage_total"), ZERO, np.random.default_rng(1)).tape
    # What was not sent cannot be lost.
    assert (tape.state[3 * 16000 : 4 * 16000] == QUIET).mean() > 0.5
    assert set(np.unique(tape.state)) == {LOST, QUIET}


def test_a_packet_that_came_and_cannot_be_decoded_is_lost_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """As packets of MP3 are after a loss, which lack bits of the one before."""
    made = make_codec("pcm", sr="8000")

    def decode(self: Any, packets: Sequence[bytes], playout: Playout) -> Decoded:
        heard = whole(self, packets, playout)
        if playout.lost.any():
            heard.origin[100:105] = MISSING
            heard.y[100 * 160 : 105 * 160] = 0.0
        return heard

    whole = type(made).decode
    monkeypatch.setattr(type(made), "decode", decode)
    network = part("network", "outage_middle", start_s=1.0, length_s=0.5)
    tape = sent(part("codec", "pcm", sr="8000"), network, seconds=4.0).tape
    lost = np.flatnonzero(tape.state == LOST)
    assert lost.tolist() == [*range(8000, 12000), *range(16000, 16800)]
    assert tape.reference[lost].any()


def test_a_concealer_fills_what_a_decoder_left_and_is_named() -> None:
    network = part("network", "outage_middle", start_s=1.5, length_s=0.2)
    done = sent(part("codec", "g711-alaw"), network, concealer=part("concealer", "endless_hold"))
    assert done.concealer == "endless_hold"
    lost = done.tape.state == LOST
    assert level(done.tape.y[lost]) > -60.0
    assert done.packet == 0.02
