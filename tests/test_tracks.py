"""info: what is in a file, for people and as JSON, and files that hold nothing to describe."""

from __future__ import annotations

import io
import json
import math

import numpy as np
import pytest
import soundfile
from made_containers import KINDS, a_tone, a_video, encoded, side_by_side, with_cover, without
from test_containers import RECORDED
from typer.testing import CliRunner

from audioq import analyze, analyze_legs, info
from audioq.audio import read
from audioq.cli import app
from audioq.errors import AudioError
from audioq.render.tracks import to_json, to_page


@pytest.fixture(scope="module")
def video():
    """A video with two audio tracks, the first with a gap."""
    opus, _ = without(KINDS["webm"], encoded(KINDS["webm"], a_tone(48000, 4.0)), [(100, 125)])
    return side_by_side(
        "matroska", [(a_video(), 0.0, 1), (opus, 0.0, 0), (encoded(KINDS["mp4"], a_tone(16000, 3.0)), 0.0, 1)]
    )


def test_all_tracks_are_listed(video):
    found = info(video)
    assert (found.file, found.container) == ("bytes", "matroska")
    assert [(track.header.kind, track.header.number) for track in found.tracks] == [
        ("video", None),
        ("audio", 0),
        ("audio", 1),
    ]
    first, second = (track.sound for track in found.tracks[1:])
    assert (first.sr, first.channels, first.gaps) == (48000, 1, 1)
    assert (first.seconds, first.gap_seconds) == pytest.approx((4.0, 0.5), abs=0.07)
    assert (second.sr, second.gaps) == (16000, 0)
    assert [track.header.default for track in found.tracks] == [True, False, True]


def test_length_by_header_and_by_samples():
    found = info(encoded(KINDS["mp4"], a_tone(16000, 2.0)))
    (track,) = found.tracks
    assert found.seconds == pytest.approx(2.0, abs=0.07) and track.header.seconds == track.sound.seconds == 2.0
    assert math.isnan(info(RECORDED).seconds), "this recorder does not go back to write it"


def test_tags_with_a_date_and_the_encoder():
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 8000, 1, format="WAV") as out:
        out.date, out.software = "2026-03-01", "Recorder 7"
        out.write(np.zeros(8000))
    found = info(file.getvalue())
    assert ("date", "2026-03-01") in found.dates
    assert [value for _, value in found.encoder][0].startswith("Recorder 7")
    assert info(RECORDED).encoder == (("encoder", "Chrome"),)


def test_a_file_without_a_clock():
    file = io.BytesIO()
    soundfile.write(file, np.zeros((16000, 2)), 8000, format="WAV")
    (track,) = info(file.getvalue()).tracks
    assert (track.header.codec, track.header.sr, track.header.channels) == ("pcm_s16le", 8000, 2)
    assert (track.sound.seconds, track.sound.gaps) == (2.0, None)
    assert "gaps: unknown" in to_page(info(file.getvalue()))


@pytest.mark.parametrize(("name", "options"), [("a.ulaw", {}), ("a.raw", {"raw_format": "mulaw,8000,1"})])
def test_bytes_without_a_header_are_one_track(tmp_path, name, options):
    path = tmp_path / name
    soundfile.write(path, a_tone(8000, 2.0), 8000, format="RAW", subtype="ULAW")
    found = info(path, **options)
    (track,) = found.tracks
    assert (found.container, found.seconds, track.header.codec) == ("raw", 2.0, "pcm_mulaw")
    assert (track.sound.seconds, track.sound.gaps) == (2.0, None)
    with pytest.raises(AudioError, match="has no audio track 1 but one audio track, number 0"):
        read(path, stream=1, **options)
    command = [str(path), "--raw-format", "mulaw,8000,1", "--format", "json"]
    assert json.loads(CliRunner().invoke(app, ["info", *command]).stdout)["container"] == "raw"


def test_legs_take_a_track_alike(video):
    report = analyze_legs({"caller": video, "agent": video}, stream=1)
    assert [leg.format.sr for leg in report.legs] == [16000, 16000]
    report = analyze_legs({"caller": video, "agent": encoded(KINDS["webm"], a_tone(48000, 4.0))}, stream=1)
    (lost,) = report.missing
    assert lost.leg == "agent" and "has no audio track 1" in lost.message


def test_notes_of_the_container_say_of_which_leg(video):
    report = analyze_legs({"caller": video, "agent": video})
    own = [(note.id, dict(note.values)["leg"]) for note in report.warnings if note.id == "several_tracks"]
    assert own == [("several_tracks", "caller"), ("several_tracks", "agent")]


def test_a_track_that_cannot_be_read_says_why():
    data = encoded(KINDS["mp4"], a_tone(16000, 1.0)).replace(b"mp4a\0\0", b"enca\0\0")
    (track,) = info(data).tracks
    assert (track.header.encrypted, track.sound, track.problem) == (True, None, "is encrypted")
    assert "cannot be read: is encrypted" in to_page(info(data))


def test_pictures_and_videos_are_told_apart():
    assert [track.header.kind for track in info(with_cover(encoded(KINDS["mp4"], a_tone(16000, 1.0)))).tracks] == [
        "audio",
        "picture",
    ]
    (track,) = info(a_video()).tracks
    assert (track.header.kind, track.sound) == ("video", None)


@pytest.mark.parametrize(
    ("source", "problem"),
    [(b"", "is empty"), (b"no sound at all", "is not a recording"), (np.zeros(9), "an array has")],
)
def test_what_cannot_be_described(source, problem):
    with pytest.raises(AudioError, match=problem):
        info(source)


def test_a_file_object_and_its_name(tmp_path):
    path = tmp_path / "call.webm"
    path.write_bytes(RECORDED.read_bytes())
    with path.open("rb") as file:
        assert to_page(info(file)) == to_page(info(path))


def test_a_page_for_people(video):
    lines = to_page(info(video)).splitlines()
    assert lines[0] == "bytes" and lines[1].startswith("  container: matroska, 4.0")
    assert "  audio 0: opus, 48000 Hz, channels: 1" in lines
    assert "    gaps: 1, together 0.50 s" in lines


def test_names_and_tags_cannot_act_on_a_terminal(tmp_path):
    path = tmp_path / "a\x1b[31m.webm"
    path.write_bytes(RECORDED.read_bytes())
    assert "\x1b" not in to_page(info(path))


def test_a_line_of_json(video):
    line = to_json(info(video))
    assert line.isascii() and "\n" not in line
    row = json.loads(line)
    assert [track["number"] for track in row["tracks"]] == [None, 0, 1]
    assert row["tracks"][1]["decoded"]["gaps"] == 1
    assert row["tracks"][1]["decoded"]["warnings"][0]["id"] == "missing_packets"
    assert json.loads(to_json(info(RECORDED)))["duration"] is None


def test_the_command(tmp_path, video):
    (tmp_path / "call.mkv").write_bytes(video)
    (tmp_path / "note.wav").write_bytes(b"no sound")
    runner = CliRunner()
    done = runner.invoke(app, ["info", str(tmp_path / "call.mkv")])
    assert done.exit_code == 0 and "audio 1: aac, default" in done.stdout
    done = runner.invoke(app, ["info", str(tmp_path / "note.wav"), str(tmp_path / "call.mkv")])
    assert done.exit_code == 1 and "is not a recording" in done.stderr and "audio 1" in done.stdout
    out = tmp_path / "out.jsonl"
    done = runner.invoke(app, ["info", str(tmp_path), "--format", "json", "-o", str(out)])
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert done.exit_code == 1 and ["error" in row for row in rows] == [False, True]


def test_a_track_is_chosen_on_the_command_line(tmp_path, video):
    (tmp_path / "call.mkv").write_bytes(video)
    runner = CliRunner()
    done = runner.invoke(app, ["analyze", str(tmp_path / "call.mkv"), "--stream", "0", "--format", "json"])
    assert json.loads(done.stdout)["format"]["codec"] == "opus"
    done = runner.invoke(app, ["analyze", str(tmp_path / "call.mkv"), "--stream", "7"])
    assert done.exit_code == 1 and "no audio track 7 but 2" in done.stderr
    done = runner.invoke(app, ["measure", str(tmp_path / "call.mkv"), "-o", str(tmp_path / "t.npz"), "--stream", "1"])
    assert done.exit_code == 0


def test_a_file_of_two_tracks_that_is_cut_short_says_so() -> None:
    one, two = encoded(KINDS["webm"], a_tone(48000, 6.0)), encoded(KINDS["mp4"], a_tone(16000, 6.0))
    whole = side_by_side("matroska", [(one, 0.0, 0), (two, 0.0, 0)])
    for stream in (0, 1):
        assert "truncated" not in {note.id for note in analyze(whole, stream=stream).warnings}
        (note,) = [n for n in analyze(whole[: len(whole) // 2], stream=stream).warnings if n.id == "truncated"]
        assert dict(note.values)["declared"] == pytest.approx(6.0, abs=0.1)
        assert dict(note.values)["decoded"] < 4.5
