"""The benchmarks' groups: by what recordings are told apart, and the figures of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from made_labels import label_of, write_lines

from benchmarks.scoring.breakdown import event_groups, verdict_groups
from benchmarks.scoring.event_counts import count_events
from benchmarks.scoring.groups import UNITS, grouped
from benchmarks.scoring.labels import read_labels
from benchmarks.scoring.predictions import predictions_of
from benchmarks.scoring.printout import text_of
from benchmarks.scoring.recorders import recorder
from benchmarks.scoring.scorecard import as_json, score
from benchmarks.scoring.talkers import language, pitch, talker

PLAIN = {"rec_noise": None, "agc": False, "reenc": None, "box": "flac", "mix": False, "phone": False}


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"voices": ["kt_de", "kl_ru"]}, "kt_de"),
        ({"voices": [], "talker": "anna"}, "anna"),
        ({"source": {"voice": "fa"}}, "fa"),
        ({"voice": "kt_ca", "talker": "anna"}, "kt_ca"),
        ({"source": "a book"}, None),
        ({"talker": [{"name": "hum"}]}, None),
        ({"talker": [], "voices": ["kt_de"]}, "kt_de"),
        ({"talker": {"name": "anna"}}, None),
    ],
)
def test_a_talker_is_found_wherever_the_label_names_one(facts: dict[str, Any], name: str | None) -> None:
    assert talker(facts) == name


def test_a_recording_of_nobody_is_drawn_alone() -> None:
    labels = [label_of("a", voices=[]), label_of("b", voices=[]), label_of("c", voice="v"), label_of("d", voice="v")]
    assert len({UNITS["talkers"](label) for label in labels}) == 3


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"language": "pt-BR", "voices": ["kt_de"]}, "pt"),
        ({"source": {"lang": "es-MX", "voice": "co"}}, "es"),
        ({"voices": ["kt_de"]}, "de"),
        ({"voices": ["kl_pt_BR"]}, "pt"),
        ({"voices": ["kl_nds"]}, "nds"),
        ({"voices": ["fil_cs_m"]}, "cs"),
        ({"voices": ["gcin_zh_3"]}, "zh"),
        ({"voice": "en_allison_f"}, "en"),
        ({"voice": "es_co_f"}, "es"),
        ({"voice": "fa"}, None),
        ({"voice": "anna_2"}, None),
        ({}, None),
    ],
)
def test_a_language_is_said_or_stands_in_the_name_of_the_voice(facts: dict[str, Any], code: str | None) -> None:
    assert language(facts) == code


@pytest.mark.parametrize(
    ("hertz", "name"),
    [(139.9, "low"), (140, "middle"), (190, "middle"), (190.1, "high"), (0, None), (None, None), ("high", None)],
)
def test_a_pitch_is_low_middle_or_high(hertz: object, name: str | None) -> None:
    assert pitch({"pitch_hz": hertz}) == name


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"recorder": "handset", "post": PLAIN | {"mix": True}}, "handset"),
        ({"client": "a client"}, "a client"),
        ({"post": PLAIN | {"phone": True, "mix": True}}, "phone"),
        ({"post": PLAIN | {"mix": True, "reenc": "mp3"}}, "mix"),
        ({"post": PLAIN | {"box": "ulaw", "agc": True}}, "lossy"),
        ({"post": PLAIN | {"reenc": "aac"}}, "lossy"),
        *(({"post": PLAIN | {"box": box}}, "lossy") for box in ("ulaw", "opus", "mp3", "m4a", "3gp")),
        *(({"post": PLAIN | {"box": box, "stereo": True, "babble": True}}, "plain") for box in ("flac", "wav")),
        # What was done is a list of parts: no recorder's name.
        ({"recorder": [{"name": "agc"}], "chain": [{"name": "agc"}], "post": PLAIN | {"agc": True}}, "agc"),
        ({"post": PLAIN | {"agc": True, "rec_noise": -60.0}}, "agc"),
        ({"post": PLAIN | {"rec_noise": -60.0}}, "noise"),
        ({"post": PLAIN}, "plain"),
        ({"post": {}}, "plain"),
        ({}, None),
    ],
)
def test_a_recorder_is_what_did_most_to_the_sound(facts: dict[str, Any], name: str | None) -> None:
    assert recorder(facts) == name


def test_groups_are_texts_in_order() -> None:
    labels = [label_of("a", codec="pcmu"), label_of("b", codec=["x"]), label_of("c", codec="opus"), label_of("d")]
    assert grouped(labels, "codec") == {"opus": [2], "pcmu": [0]}
    lost = [
        label_of("a", loss={"kind": "ge"}),
        label_of("b", impairment={"stack": []}),
        label_of("c", impairment={"p": 1}),
    ]
    assert grouped(lost, "loss") == {"ge": [0], "other": [2], "stack": [1]}


def test_each_group_has_its_own_verdicts_alarms_and_events() -> None:
    labels = [label_of("a", language="fa"), label_of("b", language="fa"), label_of("c", "blocked", language="ml")]
    rows = [
        {"file": "a", "verdict": "intact"},
        {"file": "b", "verdict": "degraded", "events": [{"start": 0.0, "end": 1.0, "kind": "buzz"}]},
        {"file": "c", "verdict": "blocked"},
    ]
    predictions = predictions_of(rows)
    verdicts = verdict_groups(labels, predictions)
    assert list(verdicts) == ["language"]
    fa, ml = verdicts["language"]["fa"], verdicts["language"]["ml"]
    assert (fa.n, fa.accuracy, fa.false_alarm and fa.false_alarm.rate) == (2, 0.5, 0.5)
    assert (ml.accuracy, ml.false_alarm) == (1.0, None)
    events = event_groups(count_events(labels, predictions))
    assert events["language"]["fa"]["not_blocked"]["buzz"].fp == events["language"]["fa"]["all"]["any"].fp == 1
    assert events["language"]["ml"]["all"]["any"].fp == 0


def simulated(number: int, start: float) -> dict[str, Any]:
    """Return a line as our own simulation writes it: the lab's form, a few fields more, edges exact to the sample."""
    return {
        "file": f"audio/{number:04d}.flac",
        "dur": 8.0,
        "codec": "opus",
        "plc": "own",
        "loss": "random",
        "delivered": 0.5,
        "label": "degraded",
        "grey": False,
        "events": [{"start": start, "end": start + 0.1, "kind": "dropout", "outer": [start, start + 0.2]}],
        "recipe": "wifi",
        "seed": 7,
        "number": number,
        "chain": [{"name": "loudspeaker"}],
        "post": {"box": "m4a", "rec_noise": -60.0, "agc": True, "reenc": None, "mix": False, "phone": True},
        "language": "fa",
        "pitch_hz": 120.0 if number % 2 else 210.0,
        "talker": f"t{number % 2}",
    }


def test_simulated_folders_are_read_as_they_are(tmp_path: Path) -> None:
    lines = [simulated(number, 1.0 + number / 44100) for number in range(10)]
    write_lines(tmp_path / "labels.jsonl", lines)
    said = [{"start": 1.0, "end": 1.1, "kind": "dropout"}]
    card = score(
        read_labels(tmp_path),
        predictions_of([{"file": line["file"], "verdict": "degraded", "events": said} for line in lines]),
    )
    figures = as_json(card)
    assert {name: list(groups) for name, groups in figures.items() if name.startswith("by_")} == {
        "by_loss": ["random"],
        "by_codec": ["opus"],
        "by_plc": ["own"],
        "by_recorder": ["phone"],
        "by_language": ["fa"],
        "by_pitch": ["high", "low"],
    }
    assert figures["events_by_pitch"]["low"]["all"]["dropout"]["tp"] == 5
    assert figures["intervals"]["talkers"]["units"]["macro_f1"] == 2
    assert json.loads(json.dumps(figures, allow_nan=False))


def test_small_groups_are_named_without_a_row_of_their_own() -> None:
    labels = [label_of(f"{i}", codec="opus") for i in range(5)] + [label_of("x", codec="gsm", plc="zero")]
    text = text_of(score(labels, predictions_of([{"file": "0", "verdict": "intact"}])))
    lines = text.split("\n")
    assert any(line.startswith("  opus ") for line in lines)
    assert "  fewer than 5 that are not grey: gsm (1)" in lines
    assert "By concealer: fewer than 5 that are not grey: zero (1)" in lines
    assert "By language" not in text
