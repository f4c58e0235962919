"""Lines of labels.jsonl: strict JSON that says everything."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from made_calls import part, voice

from audioq.simulate.calls import make_call
from audioq.simulate.lines import line_of
from audioq.simulate.recipes import Part, Plan

PLAIN: dict[str, tuple[Part, ...]] = {
    "content": (part("content", "speech"),),
    "talker": (),
    "codec": (part("codec", "g711-alaw"),),
    "network": (part("network", "none"),),
    "concealer": (part("concealer", "endless_hold"),),
    "receiver": (),
    "recorder": (),
    "file": (part("file", "flac"),),
}


def line(**sections: tuple[Part, ...]) -> dict[str, Any]:
    call = make_call(Plan("mine", 6.0, {**PLAIN, **sections}), [voice("a"), voice("b")], np.random.default_rng(1))
    said = line_of(call, "audio/s0001.flac", "frames/s0001.npz")
    text = json.dumps(said, allow_nan=False)
    loaded: dict[str, Any] = json.loads(text)
    assert json.dumps(loaded) == text
    return loaded


def test_an_untouched_call() -> None:
    said = line()
    expected = {
        "file": "audio/s0001.flac",
        "frames": "frames/s0001.npz",
        "dur": 6.0,
        "fs": 16000,
        "label": "intact",
        "grey": False,
        "why": [],
        "recipe": "mine",
        "delivered": 1.0,
        "n_concealed": 0,
        "events": [],
        "content": "speech",
        "distractor": None,
        "codec": "g711",
        "codec_params": {"name": "g711-alaw", "frame": "20"},
        "plc": "own",
        "packet_ms": 20.0,
        "loss": "none",
        "loss_params": {},
        "loss_rate": 0.0,
        "artefact": None,
        "variant": "clean",
        "vocoder": False,
        "events_known": True,
    }
    assert {key: said[key] for key in expected} == expected
    assert said["voices"] in (["a"], ["b"])
    assert 60.0 < said["pitch_hz"] < 400.0
    assert 2.0 < said["active_s"] < 6.0


def test_harm() -> None:
    said = line(network=(part("network", "outage_middle", start_s=2.0, length_s=1.0),))
    assert said["plc"] == "endless_hold"
    assert said["loss"] == "outage_middle"
    assert said["loss_params"] == {"start_s": 2.0, "length_s": 1.0}
    assert "delivered" in said["why"]
    events = [event for event in said["events"] if event["kind"] == "buzz"]
    assert events
    for event in events:
        assert event["how"] == "endless_hold"
        assert event["alt"] == ["repeat"]
        assert "inaudible" not in event
        assert event["outer"][0] <= event["start"] < event["end"] <= event["outer"][1]


def test_an_event_at_the_beginning_keeps_its_start() -> None:
    said = line(network=(part("network", "outage_total"),))
    assert said["events"][0]["start"] == 0.0
    assert said["events"][0]["outer"][0] == 0.0


@pytest.mark.parametrize(("name", "artefact"), [("loops", "loops"), ("skips", "skips"), ("comfort_noise", None)])
def test_what_a_receiver_does_is_the_loss_of_a_sound_network(name: str, artefact: str | None) -> None:
    settings = {"level_dbfs": -60.0} if name == "comfort_noise" else {}
    said = line(receiver=(part("receiver", name, **settings),))
    assert said["artefact"] == artefact
    assert said["loss"] == (artefact or "none")
    assert said["receiver"][0]["name"] == name


def test_who_does_not_speak_has_no_pitch() -> None:
    said = line(content=(part("content", "busy"),))
    assert (said["content"], said["distractor"], said["voices"], said["pitch_hz"]) == ("busy", "busy", [], None)
    assert said["delivered"] == 1.0


@pytest.mark.parametrize(
    ("sections", "distractor"),
    [
        ({"talker": (part("talker", "hum", level_dbfs=-40.0),)}, "hum"),
        ({"content": (part("content", "turns"),)}, "turns"),
        ({"content": (part("content", "speech", pauses="digital"),)}, "digital_pause"),
        ({"network": (part("network", "outage_total"),), "content": (part("content", "turns"),)}, None),
    ],
)
def test_distractors(sections: dict[str, tuple[Part, ...]], distractor: str | None) -> None:
    assert line(**sections)["distractor"] == distractor


def test_what_the_recorder_did() -> None:
    recorder = (
        part("recorder", "recorder_noise", level_dbfs=-60.0),
        part("recorder", "agc"),
        part("recorder", "reencoded", form="mp3", kbps=32.0),
    )
    said = line(recorder=recorder, talker=(part("talker", "babble"),), file=(part("file", "m4a"),))
    expected = {"box": "m4a", "rec_noise": -60.0, "agc": True, "reenc": "mp3", "mix": False, "phone": False}
    assert said["post"] == expected | {"stereo": False, "babble": True}
    assert [one["name"] for one in said["chain"]] == ["recorder_noise", "agc", "reencoded"]
    assert said["variant"] == "babble"


def test_the_pitch_is_the_one_that_is_sent() -> None:
    low, high = (
        line(talker=(part("talker", "voice_change", pitch_semitones=shift),))["pitch_hz"] for shift in (0.0, 12.0)
    )
    assert high == pytest.approx(2.0 * low, rel=0.01)


def test_the_level_is_that_of_the_finished_sound() -> None:
    assert (
        line(network=(part("network", "outage_total"),), concealer=(part("concealer", "zero_fill"),))["rms_dbfs"] < -90
    )
    noisy = line(
        recorder=(part("recorder", "recorder_noise", level_dbfs=-40.0),), network=(part("network", "outage_total"),)
    )
    assert noisy["rms_dbfs"] > -41


def test_vocoders_say_so() -> None:
    assert line()["events_known"] and not line()["vocoder"]
