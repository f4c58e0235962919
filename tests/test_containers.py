"""Time as the container tells it: missing packets, delays of coders, tracks, clocks that are wrong. Real muxers."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_containers import (
    KINDS,
    a_tone,
    a_video,
    encoded,
    of_packets,
    restamped,
    side_by_side,
    with_an_empty_track,
    with_cover,
    without,
)

from audioq import analyze, load, measure, save
from audioq.audio import Audio, read
from audioq.errors import AudioError
from audioq.simulate import speechlike
from audioq.simulate.codecs.opus import OpusCodec

RECORDED = Path(__file__).parent / "data" / "mediarecorder.webm"
"""Written by the MediaRecorder of Chromium 150; data/make_mediarecorder.py made it."""

EXACT = [name for name in KINDS if name != "ogg with long pages"]
SECONDS = 8.0


def decode(audio: Audio) -> np.ndarray:
    return np.concatenate(list(audio.blocks(4800)), axis=1)


def gaps(audio: Audio) -> list[tuple[float, float]]:
    return [(gap.start / audio.sr, gap.end / audio.sr) for gap in audio.gaps]


def notes(audio: Audio) -> dict[str, dict[str, object]]:
    return {note.id: dict(note.values) for note in audio.notes}


def ffprobe(path: Path) -> tuple[np.ndarray, float]:
    """Time stamps of the packets and of the beginning, in seconds, as ffprobe shows them."""
    command = ["ffprobe", "-v", "error", "-select_streams", "a:0", "-of", "csv=p=0", "-show_entries"]
    rows, start = (
        subprocess.run([*command, what, path], capture_output=True, text=True, check=True).stdout
        for what in ("packet=pts_time", "stream=start_time")
    )
    stamps = [float(row[0]) for row in csv.reader(io.StringIO(rows)) if row and row[0] != "N/A"]
    return np.array(stamps), float(start.split()[0].strip(","))


def runs_of(kind, seconds=SECONDS) -> list[tuple[int, int]]:
    """Runs of 40 ms and more, of several lengths."""
    packet = kind.samples / kind.sr
    starts = [1.5, 2.4, 3.7, 5.1, 6.4]
    lengths = [max(1, round(s / packet)) for s in (0.04, 0.06, 0.1, 0.3, 0.8)]
    return [(round(s / packet), round(s / packet) + n) for s, n in zip(starts, lengths, strict=True)]


@pytest.fixture(scope="module", params=EXACT)
def dropped(request):
    """A kind, a file without some of its packets, and when these would have been heard."""
    kind = KINDS[request.param]
    data, truth = without(kind, encoded(kind, a_tone(kind.sr, SECONDS)), runs_of(kind))
    return kind, data, truth


# Missing packets -----------------------------------------------------------------------------------------------------


def test_every_run_of_missing_packets_is_found_to_10_ms(dropped):
    _, data, truth = dropped
    audio = read(data)
    y = decode(audio)
    assert np.array(gaps(audio)) == pytest.approx(np.array(truth), abs=0.01)
    assert notes(audio)["missing_packets"]["seconds"] == pytest.approx(sum(b - a for a, b in truth), abs=0.01)
    assert y.shape[1] / audio.sr == pytest.approx(SECONDS, abs=0.13), "what comes later keeps its time"
    for gap in audio.gaps:
        assert not y[:, gap.start : gap.end].any()


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe")
def test_times_behind_gaps_are_those_of_ffprobe(dropped, tmp_path):
    kind, data, _ = dropped
    path = tmp_path / "call"
    path.write_bytes(data)
    audio = read(path)
    decode(audio)
    stamps, start = ffprobe(path)
    packet = kind.samples / kind.sr
    ends = stamps[1:][np.diff(stamps) > packet + 0.015] - start
    if kind.format in ("ogg", "matroska"):  # that FFmpeg may be an older one, which leaves the delay of the coder in
        ends -= ends[0] - gaps(audio)[0][1]
        assert abs(stamps[0]) < 0.1
    assert np.array([end for _, end in gaps(audio)]) == pytest.approx(ends, abs=0.01)


@pytest.mark.parametrize("name", EXACT)
def test_a_file_with_all_its_packets_has_no_gap(name):
    kind = KINDS[name]
    audio = read(encoded(kind, a_tone(kind.sr, 3.0)))
    decode(audio)
    assert (audio.gaps, audio.notes) == ([], [])


def test_in_long_pages_a_gap_is_known_to_the_page():
    kind = KINDS["ogg with long pages"]
    data, truth = without(kind, encoded(kind, a_tone(kind.sr, SECONDS)), [(120, 135), (225, 230)])
    audio = read(data)
    decode(audio)
    assert len(gaps(audio)) == len(truth)
    for (start, end), (true_start, true_end) in zip(gaps(audio), truth, strict=True):
        assert end - start == pytest.approx(true_end - true_start, abs=0.001)
        assert 0 <= true_start - start <= notes(audio)["loose_gaps"]["seconds"] <= 1.0


def test_a_lost_page_is_known_to_the_packet():
    kind = KINDS["ogg"]
    data = encoded(kind, a_tone(kind.sr, 3.0))
    pages = [b"OggS" + page for page in data.split(b"OggS")[1:]]
    audio = read(b"".join(pages[:60] + pages[65:]))
    decode(audio)
    assert gaps(audio) == [pytest.approx((58 * 0.02 - 0.0065, 63 * 0.02 - 0.0065), abs=0.001)]
    assert "loose_gaps" not in notes(audio)


def test_a_late_packet_is_no_gap():
    kind = KINDS["webm"]
    late = restamped(kind, encoded(kind, a_tone(48000, 3.0)), lambda n, at: at + 0.018 * (n % 20 == 5))
    audio = read(late)
    decode(audio)
    assert audio.gaps == []


def test_gaps_count_from_the_start_of_a_part():
    kind = KINDS["webm"]
    data, ((start, end),) = without(kind, encoded(kind, a_tone(48000, 4.0)), [(100, 120)])
    for first, last, there in (
        (1.0, 3.5, (start - 1, end - 1)),
        (2.2, 3.5, (0, end - 2.2)),
        (1.0, 2.1, (start - 1, 1.1)),
    ):
        audio = read(data, start=first, end=last)
        decode(audio)
        decode(audio)
        assert gaps(audio) == [pytest.approx(there, abs=0.01)]
        assert notes(audio)["missing_packets"]["seconds"] == pytest.approx(there[1] - there[0], abs=0.01)
    audio = read(data, start=2.6)
    decode(audio)
    assert audio.gaps == [] and "missing_packets" not in notes(audio)


def test_a_recording_of_a_browser_is_whole():
    audio = read(RECORDED)
    assert decode(audio).shape[1] / audio.sr == pytest.approx(4.0, abs=0.2)
    assert (audio.format.container, audio.format.codec, audio.gaps, audio.notes) == ("webm", "opus", [], [])


@pytest.mark.parametrize("run", [(20, 21), (30, 35), (11, 31)])
def test_packets_taken_out_of_a_recording_of_a_browser_are_found(run):
    data, ((start, end),) = without(KINDS["webm"], RECORDED.read_bytes(), [run])
    audio = read(data)
    decode(audio)
    # This recorder stamps its packets of 60 ms with the times at which sound came in, 1 to 3 ms beside the sound.
    assert gaps(audio) == [pytest.approx((start, end), abs=0.01)]


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs ffprobe")
def test_times_in_a_recording_of_a_browser_are_those_of_ffprobe(tmp_path):
    data, _ = without(KINDS["webm"], RECORDED.read_bytes(), [(20, 22), (40, 50)])
    path = tmp_path / "call.webm"
    path.write_bytes(data)
    audio = read(path)
    decode(audio)
    stamps, start = ffprobe(path)
    ends = stamps[1:][np.diff(stamps) > 0.1] - start
    assert np.array([end for _, end in gaps(audio)]) == pytest.approx(ends, abs=0.01)


# From the decoder to the verdict -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cut_speech():
    """Speech in WebM with three gaps in it, and the table."""
    kind = KINDS["webm"]
    y = speechlike(14.0, 48000, np.random.default_rng(4))
    data, truth = without(kind, encoded(kind, np.int16(20000 * y / np.abs(y).max())), [(150, 180), (400, 460)])
    return data, truth, measure(read(data))


def test_marks_are_in_the_table_and_stay_there(cut_speech, tmp_path):
    _, truth, table = cut_speech
    marks = table.marks["container_gap"]
    assert (marks["start"] / 48000).tolist() == pytest.approx([start for start, _ in truth], abs=0.01)
    assert (marks["end"] / 48000).tolist() == pytest.approx([end for _, end in truth], abs=0.01)
    assert (marks["value"] > 2).all() and table.quantities["container_gap"].unit == "bytes"
    save(table, tmp_path / "table.npz")
    assert np.array_equal(load(tmp_path / "table.npz").marks["container_gap"], marks)


def test_all_channels_have_the_marks_and_files_without_a_clock_none():
    y = a_tone(16000, 1.0)
    file = io.BytesIO()
    soundfile.write(file, y, 16000, format="WAV")
    assert "container_gap" not in measure(read(file.getvalue())).marks
    assert read(file.getvalue()).gaps is None
    table = measure(read(encoded(KINDS["mp4"], y)))
    assert len(table.marks["container_gap"]) == 0


def test_missing_speech_is_a_dropout_with_its_evidence(cut_speech):
    data, truth, _ = cut_speech
    report = analyze(data)
    found = [e for e in report.events if e.kind == "dropout" and e.affects_verdict]
    for start, end in truth:
        (event,) = [e for e in found if e.start < end and e.end > start]
        assert event.start <= start + 0.02 and event.end >= end - 0.02
        (evidence,) = [one for one in event.evidence if one.curve == "container_gap"]
        assert evidence.value == pytest.approx(end - start, abs=0.02) and evidence.unit == "s"


def test_missing_packets_have_their_note(cut_speech):
    assert [note.id for note in analyze(cut_speech[0]).warnings] == ["missing_packets"]


# Silence that was not sent -------------------------------------------------------------------------------------------


def dtx_packets(announce: bool) -> list[bytes]:
    """Speech with pauses, as a sender with DTX leaves it; a packet of one byte may announce each silence."""
    speech = speechlike(4.0, 16000, np.random.default_rng(2))
    pause = np.zeros(round(2.5 * 16000))
    y = np.concatenate([speech, pause, speech, pause, speech])
    y = np.float32(0.5 * y / np.abs(y).max() + 2e-4 * np.random.default_rng(3).standard_normal(y.size))
    packets = OpusCodec(16000, 20, 20.0, "silk", "wb", False, 0, True, False).encode(y)
    sent = [bool(packet) for packet in packets]
    for n in range(1, len(packets)):
        if announce and sent[n - 1] and not sent[n]:
            packets[n] = bytes([packets[n - 1][0] & 0xFC])
    return packets


@pytest.mark.parametrize("container", ["webm", "ogg"])
@pytest.mark.parametrize("announce", [True, False])
def test_silence_that_was_not_sent_is_no_loss(container, announce):
    report = analyze(of_packets(dtx_packets(announce), container))
    warnings = {note.id: dict(note.values) for note in report.warnings}
    assert warnings["dtx_gaps"]["count"] >= 8
    assert not [e for e in report.events if e.kind == "dropout" and e.affects_verdict]
    assert report.verdict.label == "intact"


def test_speech_lost_beside_such_silence_is_a_loss():
    packets = dtx_packets(True)
    packets[60:80] = [b""] * 20
    report = analyze(of_packets(packets))
    assert [e for e in report.events if e.kind == "dropout" and e.affects_verdict and 1.1 < e.start < 1.3]


# Delays --------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
@pytest.mark.parametrize("name", ["webm", "ogg", "mp4", "mp4 with opus", "mov", "3gp", "ts"])
def test_delays_are_those_of_a_player(name, tmp_path):
    kind = KINDS[name]
    path, out = tmp_path / "call", tmp_path / "call.wav"
    path.write_bytes(encoded(kind, a_tone(kind.sr, 2.0)))
    subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-ar", str(kind.sr), out], check=True)
    theirs, ours = soundfile.read(out)[0], decode(read(path))[0]
    n = min(len(theirs), len(ours))
    assert len(theirs) - n <= 1024, "they leave the padding of the last packet in"
    # libsndfile has another decoder of Opus, two samples away.
    nearest = min(np.abs(theirs[4 + k : n - 4 + k] - ours[4 : n - 4]).max() for k in range(-3, 4))
    assert nearest < (0.05 if name == "ogg" else 2**-14)


@pytest.mark.parametrize("name", ["webm", "mkv", "mp4", "mp4 with opus", "mov", "ogg"])
def test_the_first_sound_is_where_it_was(name):
    kind = KINDS[name]
    y = np.zeros(2 * kind.sr, np.int16)
    y[kind.sr // 2 : kind.sr] = a_tone(kind.sr, 0.5)
    heard = np.flatnonzero(np.abs(decode(read(encoded(kind, y)))[0]) > 0.02)
    assert heard[0] / kind.sr == pytest.approx(0.5, abs=0.008)
    assert heard[-1] / kind.sr == pytest.approx(1.0, abs=0.008)


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska", "mpegts"])
def test_sound_that_begins_later_than_the_picture_keeps_its_place(container):
    data = side_by_side(container, [(a_video(), 0.0, 1), (encoded(KINDS["mp4"], a_tone(16000, 3.0)), 0.5, 1)])
    audio = read(data)
    y = decode(audio)
    late = notes(audio)["late_start"]["seconds"]
    assert late == pytest.approx(0.5 - 1024 / 16000, abs=0.002), "the coder's own delay is played, as in a player"
    assert not y[0, : round(late * 16000)].any()
    assert audio.gaps == [], "nothing is lost there"


def test_sound_alone_begins_the_file():
    audio = read(side_by_side("matroska", [(encoded(KINDS["webm"], a_tone(48000, 3.0)), 5.0, 1)]))
    assert decode(audio).shape[1] / 48000 == pytest.approx(3.0, abs=0.02)
    assert audio.notes == []


# Clocks that are wrong -----------------------------------------------------------------------------------------------


def test_overlapping_packets_lose_nothing():
    kind = KINDS["ts"]
    data = encoded(kind, a_tone(16000, 4.0))
    audio = read(restamped(kind, data, lambda n, at: at if n < 30 else 30 * 0.064 + (n - 30) * 0.04))
    assert decode(audio).shape == decode(read(data)).shape
    assert audio.gaps == []
    assert notes(audio)["overlapping_packets"]["seconds"] == pytest.approx((4.0 - 1.92) * 0.375, abs=0.06)


@pytest.mark.parametrize("name", ["webm", "mp4", "ts"])
def test_a_jump_further_than_any_loss_is_left_out(name):
    kind = KINDS[name]
    data = encoded(kind, a_tone(kind.sr, 3.0))
    audio = read(restamped(kind, data, lambda n, at: at + 1000 * (n > 20)))
    assert decode(audio).shape[1] / kind.sr == pytest.approx(3.0, abs=0.1)
    assert notes(audio) == {"clock_jumps": {"count": 1}}


def test_a_clock_that_begins_anew_loses_nothing():
    once = encoded(KINDS["ts"], a_tone(16000, 3.0))
    audio = read(once + once)
    assert decode(audio).shape[1] == 2 * decode(read(once)).shape[1]
    assert notes(audio) == {"clock_jumps": {"count": 1}}


def test_a_clock_that_steps_back_inside_webm():
    data = encoded(KINDS["webm"], a_tone(48000, 4.0), cluster_time_limit="500")
    whole = decode(read(data)).shape
    clusters = [at for at in range(len(data)) if data.startswith(b"\x1f\x43\xb6\x75", at)]
    at = data.index(b"\xe7\x82", clusters[4]) + 2
    stamp = int.from_bytes(data[at : at + 2], "big")
    audio = read(data[:at] + (stamp - 300).to_bytes(2, "big") + data[at + 2 :])
    assert decode(audio).shape == whole
    assert notes(audio)["overlapping_packets"]["seconds"] == pytest.approx(0.3, abs=0.01)
    assert audio.gaps == [], "the step forth behind it only makes up for the step back"


def test_negative_times_are_times():
    data = side_by_side("matroska", [(encoded(KINDS["webm"], a_tone(48000, 3.0)), -0.3, 1)])
    assert decode(read(data)).shape[1] / 48000 == pytest.approx(3.0, abs=0.02)


# Tracks --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_tracks():
    """Opus of 2 s, not flagged, and AAC of 3 s, flagged as default."""
    return side_by_side(
        "matroska",
        [(encoded(KINDS["webm"], a_tone(48000, 2.0)), 0.0, 0), (encoded(KINDS["mp4"], a_tone(16000, 3.0)), 0.0, 1)],
    )


@pytest.mark.parametrize(("stream", "codec"), [(None, "aac"), (0, "opus"), (1, "aac")])
def test_a_track_is_chosen_by_its_number(two_tracks, stream, codec):
    audio = read(two_tracks, stream=stream)
    assert audio.format.codec == codec
    decode(audio)
    said = {"several_tracks": {"count": 2, "track": 1}} if stream is None else {}
    assert notes(audio) == said


def test_tracks_of_an_ogg_file():
    opus = encoded(KINDS["ogg"], a_tone(48000, 2.0))
    data = side_by_side("ogg", [(opus, 0.0, 0), (encoded(KINDS["ogg"], a_tone(48000, 3.0)), 0.0, 0)])
    assert "several_tracks" in notes(read(data))
    assert decode(read(data, stream=1)).shape[1] / 48000 == pytest.approx(3.0, abs=0.03)


def test_the_first_track_with_sound_is_read():
    data = with_an_empty_track(encoded(KINDS["mp4"], a_tone(16000, 2.0)))
    assert notes(read(data)) == {"several_tracks": {"count": 2, "track": 1}}
    with pytest.raises(AudioError, match="bytes: holds no sound in its audio track 0; pass a recording with sound"):
        read(data, stream=0)


def test_tracks_that_are_not_there(two_tracks):
    there = "has no audio track 2 but 2 audio tracks, numbers 0 to 1; pass a stream from 0 to 1"
    with pytest.raises(AudioError, match=there):
        read(two_tracks, stream=2)
    for data in (encoded(KINDS["mp4"], a_tone(16000, 1.0)), encoded(KINDS["ogg"], a_tone(48000, 1.0))):
        with pytest.raises(AudioError, match="has no audio track 1 but one audio track, number 0; leave stream out"):
            read(data, stream=1)
        assert read(data, stream=0).channels == 1
    with pytest.raises(AudioError, match="stream is -1; pass stream as the number"):
        read(two_tracks, stream=-1)
    with pytest.raises(AudioError, match="stream was given with an array; leave stream out"):
        read(np.zeros(8000), sr=8000, stream=1)


def test_a_cover_is_no_video():
    assert read(with_cover(encoded(KINDS["mp4"], a_tone(16000, 1.0)))).notes == []
    with pytest.raises(AudioError, match="bytes: holds no sound; pass"):
        read(with_cover(None))
    with pytest.raises(AudioError, match="bytes: is a video without sound; pass"):
        read(a_video())


def test_a_picture_without_a_rate_is_no_hindrance():
    data = side_by_side("matroska", [(a_video(1), 0.0, 1), (encoded(KINDS["mp4"], a_tone(16000, 1.0)), 0.0, 1)])
    assert decode(read(data)).shape[1] / 16000 == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("by", ["muxer", "tag"])
def test_encrypted_sound_says_so(by):
    key = {"encryption_key": "00112233445566778899aabbccddeeff", "encryption_kid": "0" * 32}
    options = {"encryption_scheme": "cenc-aes-ctr", **key} if by == "muxer" else {}
    data = encoded(KINDS["mp4"], a_tone(16000, 1.0), **options)
    with pytest.raises(AudioError, match="bytes: is encrypted; pass a copy without protection"):
        read(data if by == "muxer" else data.replace(b"mp4a\0\0", b"enca\0\0"))
