"""Legs: recordings of one call, judged together (S37 and S38 of docs/verdict.md)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

import audioq
from audioq.cli import app
from audioq.errors import AudioError
from audioq.options import legs_of
from audioq.render.json import to_dict
from audioq.simulate import speechlike

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SR = 8000


@cache
def talk(seed=1, seconds=20.0, sr=SR):
    """Return speech with a background, so that its pauses are pauses."""
    rng = np.random.default_rng(seed)
    return (speechlike(seconds, sr, rng) + 1e-3 * rng.standard_normal(round(seconds * sr))).astype(np.float32)


def silence(seconds=20.0, sr=SR):
    return np.zeros(round(seconds * sr), np.float32)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Enter a folder with a speaking leg at 8 kHz, a silent one at 16 kHz and another length, and a broken file."""
    soundfile.write(tmp_path / "a.wav", talk(), SR)
    soundfile.write(tmp_path / "b.wav", silence(15.0, 16000), 16000)
    soundfile.write(tmp_path / "both.wav", np.stack([talk(), talk(2)], axis=1), SR)
    (tmp_path / "broken.wav").write_bytes(b"no audio at all")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, ["analyze", *arguments])


def test_two_legs_get_the_verdict_of_two_channels():
    other = talk(2)
    as_channels = audioq.analyze(np.stack([talk(), other]), sr=SR, channels="caller,agent")
    as_legs = audioq.analyze_legs({"caller": (talk(), SR), "agent": (other, SR)})
    for part in ("verdict", "scores", "events", "severity"):
        assert repr(getattr(as_legs, part)) == repr(getattr(as_channels, part))
    assert [own.leg for own in as_legs.channels] == ["caller", "agent"]
    assert [own.name for own in as_legs.channels] == ["caller", "agent"]


@pytest.mark.parametrize("silent", [0, 1])
def test_one_way_reaches_across_legs_of_any_rate_and_length(silent):
    legs = [("caller", (talk(), SR)), ("agent", (silence(15.0, 16000), 16000))]
    report = audioq.analyze_legs(dict(legs if silent else legs[::-1]), call_id="call 7")
    assert (report.verdict.rule, report.verdict.channel) == ("one_way", silent)
    assert report.channels[silent].leg == "agent" and report.call_id == "call 7"
    assert (report.format.sr, report.format.channels, report.format.duration) == (16000, 2, 20.0)
    assert {leg.name: leg.format.sr for leg in report.legs} == {"caller": 8000, "agent": 16000}
    assert [dict(note.values)["leg"] for note in report.warnings if note.id == "all_zero"] == ["agent"]


def test_roles_of_legs_are_said_by_name_or_number():
    legs = {"caller": (talk(), SR), "agent": (silence(), SR)}
    for expected in ("agent", 1):
        assert audioq.analyze_legs(legs, expect_speech=expected).verdict.rule == "expected_speech_missing"
    assert audioq.analyze_legs(legs, expect_speech="caller").verdict.rule == "arrived_whole"
    assert audioq.analyze_legs(legs, ignore_channels="agent").channels[1].role == "ignored"
    with pytest.raises(AudioError, match="no channel is named 'boss'"):
        audioq.analyze_legs(legs, expect_speech="boss")


def test_a_leg_may_have_several_channels():
    report = audioq.analyze_legs({"room": (np.stack([talk(), talk(2)]), SR), "agent": (silence(), SR)})
    assert [(own.name, own.leg) for own in report.channels] == [
        ("room 1", "room"),
        ("room 2", "room"),
        ("agent", "agent"),
    ]
    assert (report.verdict.rule, report.verdict.channel) == ("one_way", 2)
    assert {event.channel for event in report.events if event.kind == "dead_air"} == {2}


def test_a_leg_that_cannot_be_read_leaves_the_other_its_verdict(folder):
    for gone in ("gone.wav", "broken.wav"):
        report = audioq.analyze_legs({"caller": "a.wav", "agent": gone}, call_id="7", expect_speech="agent")
        assert report.verdict.label == audioq.analyze("a.wav").verdict.label == "intact"
        (lost,) = report.missing
        assert (lost.leg, lost.call_id, lost.file, lost.type) == ("agent", "7", gone, "AudioError")
        assert "leg_missing" in {note.id for note in report.warnings} and "\n" not in lost.message


def test_an_ignored_leg_that_is_the_only_one_left_is_judged_after_all(folder):
    report = audioq.analyze_legs({"caller": "a.wav", "agent": "gone.wav"}, ignore_channels="caller")
    assert report.verdict.label == "intact" and report.channels[0].role is None


def test_without_any_leg_there_is_no_verdict(folder):
    with pytest.raises(AudioError, match=r"no leg of the call can be read.*gone\.wav") as caught:
        audioq.analyze_legs({"caller": "gone.wav", "agent": "broken.wav"}, call_id="7")
    assert caught.value.source == "7"


def test_digests_and_parts_are_those_of_each_leg(folder):
    report = audioq.analyze_legs({"caller": "a.wav", "agent": "both.wav"}, sha256=True, end=5.0)
    assert [leg.sha256 for leg in report.legs] == [audioq.analyze(leg.file, sha256=True).sha256 for leg in report.legs]
    assert report.sha256 is None and report.format.duration == 5.0


def test_the_command_judges_legs_together(folder):
    done = run("a.wav", "b.wav", "--legs", "--channels", "caller,agent", "--expect-speech", "agent", "--call-id", "7")
    page = " ".join(done.stdout.split())
    assert done.exit_code == 0 and page.startswith("blocked") and "7: a.wav + b.wav" in page
    assert "caller: a.wav; wav" in page and "The verdict rests on agent" in page and "agent: every sample" in page


def test_a_line_of_json_has_the_call_and_its_legs(folder):
    done = run("a.wav", "b.wav", "--legs", "--call-id", "7", "--format", "json")
    (said,) = map(json.loads, done.stdout.splitlines())
    assert said["call_id"] == "7" and [leg["leg"] for leg in said["legs"]] == ["a.wav", "b.wav"]
    assert [own["leg"] for own in said["channels"]] == ["a.wav", "b.wav"]
    assert said["verdict"]["rule"] == "one_way" and said["verdict"]["channel"] == 1


def test_a_missing_leg_is_1_and_a_row_of_its_own(folder):
    done = run("a.wav", "gone.wav", "--legs", "--call-id", "7", "--format", "json")
    report, failure = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 1 and report["verdict"]["label"] == "intact"
    assert (failure["leg"], failure["call_id"]) == ("gone.wav", "7") and failure["error"]["type"] == "AudioError"
    assert report["legs"][1]["error"] == failure["error"]
    done = run("a.wav", "gone.wav", "--legs")
    assert done.exit_code == 1 and done.stdout.startswith("intact") and done.stderr.startswith("error: gone.wav")
    assert len(done.stderr.splitlines()) == 1
    assert run("gone.wav", "broken.wav", "--legs").exit_code == 1
    assert len(run("a.wav", "gone.wav", "--legs", "--format", "csv").stdout.splitlines()) == 3


def test_lines_of_legs_keep_to_the_schema(folder):
    jsonschema = pytest.importorskip("jsonschema")
    from audioq.render.schema import report_schema

    report = audioq.analyze_legs({"caller": "a.wav", "agent": "gone.wav"})
    for item in (report, *report.missing):
        jsonschema.Draft202012Validator(report_schema()).validate(to_dict(item))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("a.wav", "--call-id", "7"), "add --legs"),
        (("a.wav", "--legs"), "only one is given"),
        ((".", "--legs"), "'.' is a folder"),
        (("a.wav", ".", "--legs"), "name its recordings one by one"),
        (("-", "-", "--legs"), "two legs are named 'standard input'"),
        (("a.wav", "a.wav", "--legs"), "two legs are named 'a.wav'"),
        (("a.wav", "b.wav", "--legs", "--channels", "caller"), "names given: 1, recordings: 2"),
        (("a.wav", "b.wav", "--legs", "--channels", "x,x"), "two legs are named 'x'"),
        (("a.wav", "b.wav", "--legs", "--expect-speech", "boss"), "no channel is named 'boss'"),
        (("a.wav", "--channels", "x,x"), "two channels are named 'x'"),
        (("a.wav", "--expect-speech", "caller"), "the channels have no names"),
        (("a.wav", "--channels", "x,y", "--ignore-channel", "x", "--ignore-channel", "y"), "all channels (2)"),
    ],
)
def test_wrong_usage_is_2_in_one_sentence(folder, arguments, words):
    done = run(*arguments)
    assert done.exit_code == 2 and words in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_folder_of_other_channel_counts_gives_failure_rows_and_goes_on(folder):
    (folder / "broken.wav").unlink()
    done = run(".", "--channels", "caller,agent", "--expect-speech", "caller,agent", "--format", "json")
    rows = {Path(row["file"]).name: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.exit_code == 1 and rows["both.wav"]["verdict"]["label"]
    for mono in ("a.wav", "b.wav"):
        assert rows[mono]["error"]["type"] == "RolesError"
        assert "names given: 2, channels in the recording: 1" in rows[mono]["error"]["message"]
    done = run(".", "--ignore-channel", "1", "--format", "json")
    assert [("error" in row) for row in map(json.loads, done.stdout.splitlines())] == [True, True, False]


@pytest.mark.parametrize(
    "options", [("--channels", "caller,agent"), ("--expect-speech", "1"), ("--ignore-channel", "0")]
)
def test_roles_that_fit_no_recording_are_wrong_usage(folder, options):
    done = run("a.wav", *options)
    assert done.exit_code == 2 and done.stdout == "" and done.stderr.startswith("error: a.wav: ")
    done = run("a.wav", "b.wav", *options, "--format", "json")
    assert done.exit_code == 2 and ["error" in row for row in map(json.loads, done.stdout.splitlines())] == [True, True]
    audioq.save(audioq.measure(audioq.read("a.wav")), "a.npz")
    assert CliRunner().invoke(app, ["judge", "a.npz", *options]).exit_code == 2
    assert run("a.wav", "gone.wav", *options).exit_code == 2  # nothing was judged, by what was asked for
    assert run("a.wav", "gone.wav", "both.wav", "--channels", "caller,agent").exit_code == 1


def test_a_leg_of_standard_input_is_named_so():
    assert legs_of(["calls/a.wav", "-"], None) == {"a.wav": "calls/a.wav", "standard input": "-"}


def test_judge_takes_the_roles_of_a_saved_table(folder):
    audioq.save(audioq.measure(audioq.read("both.wav")), "both.npz")
    options = ["--channels", "caller,agent", "--ignore-channels", "agent", "--format", "json"]
    done = CliRunner().invoke(app, ["judge", "both.npz", *options])
    said = json.loads(done.stdout)
    assert [own.get("role") for own in said["channels"]] == [None, "ignored"]
    assert said == to_dict(audioq.analyze("both.wav", channels="caller,agent", ignore_channels=1))


@pytest.mark.smoke
def test_the_order_of_legs_changes_no_word():
    legs = {"caller": (talk(), SR), "agent": (silence(), SR)}
    one, other = audioq.analyze_legs(legs), audioq.analyze_legs(dict(reversed(legs.items())))
    assert (one.verdict.label, one.verdict.rule) == (other.verdict.label, other.verdict.rule)
