"""Calls: plans made into sound, with what masks, what is doubted, and who else speaks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from made_calls import part, shortened, voice

from audioq.errors import SimulationError
from audioq.simulate.calls import SimulatedCall, is_vocoder, make_call
from audioq.simulate.codecs import CODECS, missing
from audioq.simulate.corpus import installed
from audioq.simulate.lines import line_of
from audioq.simulate.recipes import Part, Plan, names, read_recipe

PLAIN: dict[str, tuple[Part, ...]] = {
    "content": (part("content", "speech"),),
    "talker": (),
    "codec": (part("codec", "pcm", sr="8000"),),
    "network": (part("network", "none"),),
    "concealer": (part("concealer", "zero_fill"),),
    "receiver": (),
    "recorder": (),
    "file": (part("file", "flac", sr="8000"),),
}
VOICES = [voice("a"), voice("b")]


def plan_of(duration: float = 6.0, **sections: Part) -> Plan:
    return Plan("mine", duration, {**PLAIN, **{name: (one,) for name, one in sections.items()}})


def a_call(duration: float = 6.0, seed: int = 1, **sections: Part) -> SimulatedCall:
    return make_call(plan_of(duration, **sections), VOICES, np.random.default_rng(seed))


@pytest.mark.parametrize("name", names())
def test_every_shipped_recipe_makes_calls(name: str) -> None:
    recipe = shortened(installed(read_recipe(name))[0])
    lines: list[str] = []
    sounds: list[np.ndarray] = []
    for seed in (0, 0, 1):
        rng = np.random.default_rng([seed, 7])
        call = make_call(recipe.draw(rng), VOICES, rng)
        lines.append(json.dumps(line_of(call, "a.flac", "a.npz"), allow_nan=False))
        sounds.append(call.y)
        assert call.y.shape[0] == (2 if name == "two_channels" else 1)
        assert call.y.dtype == np.float32
        assert np.isfinite(call.y).all()
        assert np.abs(call.y).max() <= 1.0
        assert call.y.shape[1] / call.sr == pytest.approx(call.sent.tape.size / call.sent.tape.sr, abs=2e-4)
        truth = call.truth
        assert call.judged.label in ("intact", "degraded", "blocked")
        assert 0.0 <= truth.delivered <= 1.0
        assert truth.state.shape == truth.active.shape == truth.lost.shape
        length = call.sent.tape.size / call.sent.tape.sr
        for event in truth.events:
            assert 0.0 <= event.outer[0] <= event.start < event.end <= event.outer[1] <= length + 1e-6
    assert lines[0] == lines[1]
    assert np.array_equal(sounds[0], sounds[1])


def test_what_nothing_was_done_to_is_intact_and_the_talk_itself() -> None:
    call = a_call()
    assert (call.judged.label, call.judged.grey) == ("intact", False)
    assert call.truth.events == ()
    assert np.abs(call.y[0] - call.scene.y).max() <= 0.51 / 32768.0
    assert call.scene.voices in (("a",), ("b",))


@pytest.mark.parametrize(
    ("network", "label"),
    [
        (part("network", "outage_total"), "blocked"),
        (part("network", "random", share=0.3), "degraded"),
        (part("network", "outage_after", start_s=5.99), "intact"),
    ],
)
def test_networks_decide(network: Part, label: str) -> None:
    assert a_call(network=network).judged.label == label


def test_a_second_channel_is_untouched_by_the_network() -> None:
    near = part("recorder", "near_talker", channel="own")
    call = a_call(12.0, content=part("content", "turns"), recorder=near, network=part("network", "outage_total"))
    assert call.y.shape == (2, 12 * 8000)
    assert not call.y[0].any()
    assert np.abs(call.y[1]).max() > 0.01
    assert call.judged.label == "blocked"
    assert line_of(call, "", "")["post"]["stereo"] is True


def test_the_near_talker_says_nothing_where_the_far_one_speaks_even_if_that_was_lost() -> None:
    near, content = part("recorder", "near_talker"), part("content", "turns")
    call = a_call(14.0, content=content, recorder=near, network=part("network", "outage_total"))
    tape = call.sent.tape
    said = call.y[0]
    assert said.any()
    assert not said[tape.active].any()
    assert line_of(call, "", "")["post"]["mix"] is True


def test_who_is_alone_answers_himself() -> None:
    near = part("recorder", "near_talker")
    call = make_call(plan_of(recorder=near), VOICES[:1], np.random.default_rng(1))
    assert call.scene.voices == ("a",)


@pytest.mark.parametrize(("name", "least"), [("recorder_noise", True), ("loudspeaker", True), ("gain", False)])
def test_noise_of_the_recorder_masks_soft_harm(name: str, least: bool) -> None:
    """What is missing is speech of -26 dBFS, and the noise is louder."""
    settings: dict[str, Any] = {"level_dbfs": -20.0} if least else {"gain_db": 0.0}
    network = part("network", "isolated", runs_per_minute=60)
    call = a_call(recorder=part("recorder", name, **settings), network=network)
    harm = [event for event in call.truth.events if event.kind in ("dropout", "buzz")]
    assert harm
    assert all(event.inaudible == least for event in harm)
    assert all(event.minor for event in harm if event.inaudible)


def test_gain_before_the_noise_lifts_harm_over_it() -> None:
    network, noise = (
        part("network", "isolated", runs_per_minute=60),
        part("recorder", "recorder_noise", level_dbfs=-22.0),
    )
    gain = part("recorder", "gain", gain_db=18.0)
    for recorder, heard in (((gain, noise), True), ((noise, gain), False), ((noise,), False)):
        plan = replace(plan_of(network=network), parts={**PLAIN, "network": (network,), "recorder": recorder})
        call = make_call(plan, VOICES, np.random.default_rng(1))
        harm = [event.inaudible for event in call.truth.events if event.kind == "dropout"]
        assert harm
        assert not any(harm) if heard else all(harm)


DOUBTS = [
    ({"codec": part("codec", "spandsp-lpc10")}, True, "spandsp-lpc10"),
    ({"codec": part("codec", "libspeex", quality=0)}, True, "libspeex"),
    ({"codec": part("codec", "libspeex", quality=8)}, False, "libspeex"),
    ({"receiver": part("receiver", "skips")}, True, "pcm"),
    ({"receiver": part("receiver", "stretches")}, True, "pcm"),
    ({"receiver": part("receiver", "comfort_noise", level_dbfs=-60.0)}, False, "pcm"),
    ({"content": part("content", "busy")}, False, "pcm"),
]


@pytest.mark.parametrize(("sections", "grey", "needs"), DOUBTS)
def test_doubts_make_grey(sections: dict[str, Part], grey: bool, needs: str) -> None:
    if missing(needs) is not None:
        pytest.skip(f"{needs} is not installed")
    assert a_call(**sections).judged.grey is grey


def test_unanswered_calls_are_grey_and_answered_ones_not() -> None:
    content = part("content", "ringback_then_speech", lead_s=3.0)
    lost = a_call(8.0, content=content, network=part("network", "outage_after", start_s=3.0))
    assert (lost.judged.label, lost.judged.grey) == ("blocked", True)
    assert not a_call(8.0, content=content).judged.grey
    assert not a_call(8.0, network=part("network", "outage_total")).judged.grey


def test_vocoders() -> None:
    assert is_vocoder(part("codec", "spandsp-lpc10"))
    assert is_vocoder(part("codec", "libspeex", quality=2))
    assert not is_vocoder(part("codec", "libspeex", quality=3))
    assert [name for name in CODECS if CODECS[name].family == "vocoder"] == ["spandsp-lpc10"]


def test_babble_needs_nobody_else() -> None:
    babble = part("talker", "babble", snr_db=10.0)
    call = make_call(plan_of(talker=babble), VOICES[:1], np.random.default_rng(1))
    quiet = make_call(plan_of(), VOICES[:1], np.random.default_rng(1))
    pause = ~quiet.scene.active
    assert np.std(call.y[0][pause]) > 3.0 * np.std(quiet.y[0][pause])
    assert call.judged.label == "intact"


def test_babble_over_silence_is_silence() -> None:
    babble = part("talker", "babble", snr_db=10.0)
    assert a_call(content=part("content", "busy"), talker=babble).truth.delivered == 1.0


@pytest.mark.parametrize("name", ["loops", "skips"])
def test_lengths_in_the_wrong_order(name: str) -> None:
    with pytest.raises(SimulationError, match=f"receiver {name}: shortest_s is 0.5 and longest_s"):
        a_call(receiver=part("receiver", name, shortest_s=0.5))


def test_waits_make_a_call_longer() -> None:
    call = a_call(network=part("network", "stalls", stalls_per_minute=60.0, stall_s=0.5))
    assert call.y.shape[1] > 6.5 * 8000
    assert call.judged.label == "degraded"
    longer = line_of(call, "", "")["dur"]
    assert longer == pytest.approx(call.y.shape[1] / 8000, abs=0.01)


def test_loud_sound_is_cut_off_at_full_scale() -> None:
    call = a_call(recorder=part("recorder", "gain", gain_db=30.0))
    assert call.y.max() == pytest.approx(32767 / 32768)
    assert call.y.min() == -1.0
    assert replace(call.plan, recipe="x").one("file").name == "flac"


def test_a_recording_that_is_hardly_audible_is_grey() -> None:
    call = a_call(recorder=part("recorder", "gain", gain_db=-80.0))
    assert (call.judged.label, call.judged.grey) == ("intact", True)
    assert not a_call(recorder=part("recorder", "gain", gain_db=-20.0)).judged.grey


def test_nothing_but_lost_music_is_grey() -> None:
    assert a_call(content=part("content", "music"), network=part("network", "outage_total")).judged.grey
    assert not a_call(content=part("content", "music")).judged.grey


def test_a_player_that_waits_for_ever_is_refused() -> None:
    with pytest.raises(SimulationError, match="let the player wait less"):
        a_call(network=part("network", "late", share=1.0, thrown=0.0, late_s=60.0))


def test_two_near_talkers_are_both_heard() -> None:
    own = {"channel": "own", "level_db": 0.0}
    plan = plan_of(10.0, content=part("content", "turns"))
    twice = replace(plan, parts={**plan.parts, "recorder": (part("recorder", "near_talker", **own),) * 2})
    assert make_call(twice, VOICES, np.random.default_rng(1)).y.shape[0] == 2
