"""Audio and read: every container, every bad input, and samples that are exact."""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
import soundfile

from audioq import decoders
from audioq.audio import Audio, read
from audioq.decoders import ffmpeg, libsndfile
from audioq.decoders.files import FileView
from audioq.decoders.reader import StreamReader, span_of
from audioq.errors import AudioError
from audioq.table import Note

SR = 16000


def sound(sr: int = SR, seconds: float = 2.0, channels: int = 1) -> np.ndarray:
    """A tone with a slow swell and a little noise, int16, shape (channels, n)."""
    rng = np.random.default_rng(7)
    t = np.arange(round(sr * seconds)) / sr
    tone = np.sin(2 * np.pi * 300 * t) * (0.5 + 0.4 * np.sin(2 * np.pi * 3 * t))
    return np.stack([np.int16(9000 * tone / (c + 1) + 200 * rng.standard_normal(t.size)) for c in range(channels)])


def with_soundfile(samples: np.ndarray, sr: int = SR, container: str = "WAV", subtype: str | None = None) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples.T, sr, format=container, subtype=subtype)
    return file.getvalue()


def with_pyav(
    samples: np.ndarray, sr: int, container: str, codec: str, options: dict[str, str] | None = None, size: int = 1024
) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "sound")
        encode(path, samples, sr, container, codec, options or {}, size)
        return path.read_bytes()


def encode(path: Path, samples: np.ndarray, sr: int, container: str, codec: str, options: dict, size: int) -> None:
    with av.open(str(path), "w", format=container, options=options) as out:
        stream = out.add_stream(codec, rate=sr, bit_rate=12200 if codec == "amr_nb" else 64000)
        stream.layout = "mono"
        resampler = av.AudioResampler(stream.format, "mono", sr, frame_size=size)
        frame = av.AudioFrame.from_ndarray(samples[:1], format="s16", layout="mono")
        frame.sample_rate, frame.pts = sr, 0
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))


def with_picture_only() -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for _ in range(10):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode(None))
    return file.getvalue()


def decode(audio: Audio, n: int = 1 << 20) -> np.ndarray:
    return np.concatenate(list(audio.blocks(n)), axis=1)


def notes(audio: Audio) -> dict[str, dict[str, object]]:
    return {note.id: dict(note.values) for note in audio.notes}


def through_pyav(data: bytes) -> np.ndarray:
    stream = ffmpeg.probe(FileView(io.BytesIO(data)), None)
    span = span_of("bytes", stream.sr, None, None, stream.claimed)
    reader = StreamReader("bytes", lambda: FileView(io.BytesIO(data)), stream, span, [])
    return np.concatenate(list(reader.blocks(5000)), axis=1)


def wav(samples: np.ndarray, *, claimed: int | None = None, riff: int | None = None, after: bytes = b"") -> bytes:
    """A mono 16-bit WAV file whose header may lie."""
    data = samples.astype("<i2").tobytes()
    claimed = len(data) if claimed is None else claimed
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SR, 2 * SR, 2, 16)
    body = b"WAVE" + fmt + struct.pack("<4sI", b"data", claimed) + data + after
    return struct.pack("<4sI", b"RIFF", len(body) if riff is None else riff) + body


LOSSLESS = [
    ("WAV", "PCM_U8", "wav", "pcm_u8", 2**-7),
    ("WAV", "PCM_16", "wav", "pcm_s16le", 0),
    ("WAV", "PCM_24", "wav", "pcm_s24le", 0),
    ("WAV", "PCM_32", "wav", "pcm_s32le", 0),
    ("WAV", "FLOAT", "wav", "pcm_f32le", 0),
    ("WAV", "DOUBLE", "wav", "pcm_f64le", 0),
    ("WAVEX", "PCM_16", "wav", "pcm_s16le", 0),
    ("RF64", "PCM_16", "rf64", "pcm_s16le", 0),
    ("W64", "PCM_16", "w64", "pcm_s16le", 0),
    ("AIFF", "PCM_16", "aiff", "pcm_s16be", 0),
    ("CAF", "PCM_16", "caf", "pcm_s16be", 0),
    ("FLAC", "PCM_16", "flac", "flac", 0),
    ("FLAC", "PCM_24", "flac", "flac", 0),
    ("WAV", "ULAW", "wav", "pcm_mulaw", 0.02),
    ("WAV", "ALAW", "wav", "pcm_alaw", 0.02),
]


@pytest.mark.smoke
@pytest.mark.parametrize(("container", "subtype", "name", "codec", "tolerance"), LOSSLESS)
def test_lossless_containers_give_the_samples_back(container, subtype, name, codec, tolerance):
    samples = sound(channels=2)
    audio = read(with_soundfile(samples / 32768, container=container, subtype=subtype))
    y = decode(audio)
    assert (audio.format.container, audio.format.codec) == (name, codec)
    assert (audio.sr, audio.channels, audio.format.duration, audio.notes) == (SR, 2, 2.0, [])
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, samples / np.float32(32768), rtol=0, atol=tolerance)


LOSSY = [
    (lambda: with_soundfile(sound(8000), 8000, subtype="GSM610"), 8000, "wav", "gsm", 8000),
    (lambda: with_soundfile(sound(), container="OGG", subtype="VORBIS"), SR, "ogg", "vorbis", SR),
    (lambda: with_soundfile(sound(), container="OGG", subtype="OPUS"), SR, "ogg", "opus", 48000),
    (lambda: with_soundfile(sound(), container="MP3"), SR, "mp3", "mp3", SR),
    (lambda: with_pyav(sound(), SR, "mp4", "aac"), SR, "mp4", "aac", SR),
    (lambda: with_pyav(sound(), SR, "mov", "aac"), SR, "mov", "aac", SR),
    (lambda: with_pyav(sound(), SR, "adts", "aac"), SR, "aac", "aac", SR),
    (lambda: with_pyav(sound(8000), 8000, "3gp", "amr_nb", size=160), 8000, "3gp", "amr_nb", 8000),
    (lambda: with_pyav(sound(8000), 8000, "amr", "amr_nb", size=160), 8000, "amr", "amr_nb", 8000),
    (lambda: with_pyav(sound(48000), 48000, "webm", "libopus", size=960), 48000, "webm", "opus", 48000),
    (lambda: with_pyav(sound(48000), 48000, "matroska", "libopus", size=960), 48000, "matroska", "opus", 48000),
    (lambda: with_pyav(sound(), SR, "asf", "wmav2"), SR, "asf", "wmav2", SR),
]


@pytest.mark.parametrize(("make", "sr", "container", "codec", "codec_sr"), LOSSY)
def test_lossy_containers_give_the_sound_back_in_time(make, sr, container, codec, codec_sr):
    audio = read(make())
    y = decode(audio, 1000)
    assert (audio.format.container, audio.format.codec) == (container, codec)
    assert (audio.sr, audio.format.codec_sr, audio.channels, audio.notes) == (sr, codec_sr, 1, [])
    assert np.array_equal(y, decode(audio)), "blocks must not depend on their size"
    assert y.shape[1] / sr == pytest.approx(2.0, abs=0.12)
    original = sound(sr)[0] / 32768
    n = min(original.size, y.shape[1])
    spectrum = np.conj(np.fft.rfft(original[:n], 2 * n)) * np.fft.rfft(y[0, :n], 2 * n)
    correlation = np.fft.irfft(spectrum) / np.sqrt((original[:n] ** 2).sum() * (y[0, :n] ** 2).sum())
    lag = int(np.argmax(correlation)) / sr
    assert correlation.max() > 0.9
    raw = container in ("aac", "amr")  # nowhere to state the delay of the coder
    assert min(lag, 2 * n / sr - lag) < (0.13 if raw else 0.005 if codec != "wmav2" else 0.07)


@pytest.mark.smoke
def test_int16_is_exact():
    samples = np.zeros((1, SR), np.int16)
    samples[0, :4] = [-32768, 32767, -1, 1]
    for container in ("WAV", "FLAC", "AIFF"):
        y = decode(read(with_soundfile(samples, container=container, subtype="PCM_16")))
        assert y[0, :4].tolist() == [-1.0, 32767 / 32768, -1 / 32768, 1 / 32768]
        assert not y[0, 4:].any()


@pytest.mark.parametrize(
    ("container", "subtype"),
    [("WAV", "PCM_16"), ("WAV", "PCM_U8"), ("WAV", "FLOAT"), ("WAV", "ULAW"), ("FLAC", "PCM_16"), ("AIFF", "PCM_16")],
)
def test_both_decoders_agree_sample_by_sample(container, subtype):
    data = with_soundfile(sound(channels=2) / 32768, container=container, subtype=subtype)
    assert np.array_equal(decode(read(data)), through_pyav(data))


def test_both_decoders_give_the_same_names():
    for container, subtype in (("WAV", "PCM_16"), ("FLAC", None), ("OGG", "OPUS"), ("MP3", None), ("WAV", "GSM610")):
        view = FileView(io.BytesIO(with_soundfile(sound(), container=container, subtype=subtype)))
        one, other = libsndfile.probe(view), ffmpeg.probe(view, None)
        assert (one.container, one.codec, one.codec_sr) == (other.container, other.codec, other.codec_sr)


@pytest.mark.parametrize("container", ["WAV", "FLAC", "MP3", "OGG"])
def test_blocks_of_any_size_are_the_same(container):
    audio = read(with_soundfile(sound(channels=2), container=container))
    whole = decode(audio)
    for n in (1777, 16000, 31999, 32000, 32001):
        blocks = list(audio.blocks(n))
        assert all(block.shape[1] == n for block in blocks[:-1])
        assert all(block.flags.c_contiguous for block in blocks)
        assert np.array_equal(np.concatenate(blocks, axis=1), whole)


def test_blocks_must_hold_something():
    with pytest.raises(ValueError, match="at least 1"):
        read(wav(sound()[0])).blocks(0)


# What a source may be ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a b.wav", "line\nbreak.wav", "\U0001f4de.wav", "=1+1.wav", "\x1b[31m.wav", "a.txt"])
def test_names_pass_through_unchanged(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(wav(sound()[0]))
    for source in (path, str(path)):
        assert read(source).source == str(path)
        assert decode(read(source)).shape == (1, 2 * SR)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the file system takes names in Unicode only")
def test_a_name_that_is_no_unicode(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.m4a")
    Path(path).write_bytes(with_pyav(sound(), SR, "mp4", "aac"))
    assert read(path).source == path
    assert decode(read(path)).shape[1] > SR


def test_bytes_and_file_objects(tmp_path):
    data = wav(sound()[0])
    path = tmp_path / "call.wav"
    path.write_bytes(data)
    with path.open("rb") as file:
        file.seek(0, io.SEEK_END)
        audio = read(file)
        assert audio.source == str(path)
        assert np.array_equal(decode(audio), decode(read(data)))
    assert read(data).source == "bytes"
    assert read(io.BytesIO(data)).source == "file object"
    assert read(data, name="call 7").source == "call 7"


def test_standard_input_may_be_read_twice(monkeypatch):
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Pipe(wav(sound()[0]))))
    audio = read("-")
    assert audio.source == "standard input"
    assert np.array_equal(decode(audio, 999), decode(audio))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    with subprocess.Popen([sys.executable, "-c", command, str(pipe)], stdin=subprocess.PIPE) as writer:
        assert writer.stdin is not None
        writer.stdin.write(wav(sound()[0]))
        writer.stdin.close()
        assert decode(read(pipe)).shape == (1, 2 * SR)


def test_the_digest_is_that_of_the_file(tmp_path):
    data = wav(sound()[0], claimed=0)
    path = tmp_path / "call.wav"
    path.write_bytes(data)
    expected = hashlib.sha256(data).hexdigest()
    assert read(path, sha256=True).sha256 == read(data, sha256=True).sha256 == expected
    assert read(path).sha256 is None


def test_six_channels_and_odd_rates():
    audio = read(with_soundfile(sound(11000, channels=6), 11000))
    assert (audio.channels, decode(audio).shape) == (6, (6, 22000))
    assert notes(audio) == {"odd_rate": {"sr": 11000}}


# A part of a recording -----------------------------------------------------------------------------

PARTS = [
    lambda: with_soundfile(sound()),
    lambda: with_soundfile(sound(), container="FLAC"),
    lambda: with_soundfile(sound(), container="MP3"),
    lambda: with_soundfile(sound(), subtype="GSM610"),
    lambda: with_soundfile(sound(), container="OGG", subtype="OPUS"),
    lambda: with_pyav(sound(), SR, "mp4", "aac"),
]


@pytest.mark.parametrize("make", PARTS)
def test_start_and_end_cut_what_the_whole_holds(make):
    data = make()
    whole = decode(read(data))
    audio = read(data, start=0.5, end=1.25)
    assert np.array_equal(decode(audio, 1111), whole[:, 8000:20000])
    assert audio.format.duration == 0.75
    assert audio.notes == [Note("part", (("start", 0.5),))]
    late = decode(read(data, start=1.5, end=99))
    assert np.array_equal(late, whole[:, 24000:])


@pytest.mark.parametrize(
    ("start", "end", "problem"),
    [
        (-1, None, "start is -1"),
        (float("nan"), None, "start is nan"),
        (None, float("inf"), "end is inf"),
        (1, 1, "does not lie after"),
        (1, 0.5, "does not lie after"),
        (5, None, "lies outside"),
        (1.9, None, "holds only 0.100 s"),
        (0.5, 0.7, "holds only 0.200 s"),
    ],
)
def test_impossible_parts_are_refused(start, end, problem):
    for source in (wav(sound()[0]), (sound()[0], SR)):
        with pytest.raises(AudioError, match=re.escape(problem)):
            read(source, start=start, end=end)


def test_a_start_after_the_end_of_a_recording_of_unknown_length():
    data = with_pyav(sound(48000), 48000, "webm", "libopus", {"live": "1"}, size=960)
    with pytest.raises(AudioError, match="outside"):
        decode(read(data, start=30))


# Damaged files -------------------------------------------------------------------------------------


def at_twice_its_byte_rate(data: bytes) -> bytes:
    """Return a WAV file as FFmpeg writes it for IMA ADPCM: with a wrong rate of bytes."""
    return data[:28] + (2 * int.from_bytes(data[28:32], "little")).to_bytes(4, "little") + data[32:]


CUT = [
    (lambda: wav(sound(seconds=4)[0]), 2, "truncated"),
    (lambda: with_soundfile(sound(seconds=4), container="FLAC"), 2, "truncated"),
    (lambda: with_soundfile(sound(seconds=4), container="MP3"), 2, "truncated"),
    (lambda: with_soundfile(sound(seconds=4), container="AIFF"), 2, "truncated"),
    (lambda: with_soundfile(sound(seconds=4), container="RF64"), 2, "truncated"),
    (lambda: with_soundfile(sound(seconds=4), container="W64"), 2, "truncated"),
    (lambda: with_soundfile(sound(8000, 4), 8000, subtype="GSM610"), 2, "truncated"),
    (lambda: with_soundfile(sound(seconds=4), subtype="IMA_ADPCM"), 2, "truncated"),
    (lambda: at_twice_its_byte_rate(with_soundfile(sound(seconds=4), subtype="IMA_ADPCM")), 2, "truncated"),
    (lambda: with_pyav(sound(seconds=4), SR, "caf", "pcm_s16be"), 2, "truncated"),
    (lambda: with_soundfile(sound(seconds=4), container="CAF"), 2, "truncated"),
    (lambda: with_pyav(sound(seconds=4), SR, "asf", "wmav2"), 2, "truncated"),
    (lambda: with_pyav(sound(seconds=4), SR, "adts", "aac"), 2, "broken_off"),
    (lambda: with_pyav(sound(8000, 4), 8000, "amr", "amr_nb", size=160)[:-3], 2, "broken_off"),
    (lambda: with_pyav(sound(seconds=4), SR, "mp4", "aac", {"movflags": "faststart"}), 2, "truncated"),
    (lambda: with_pyav(sound(seconds=4), SR, "mp4", "aac", {"movflags": "frag_keyframe+empty_moov"}), 2, "truncated"),
    (lambda: with_pyav(sound(48000, 4), 48000, "webm", "libopus", size=960), 2, "truncated"),
    (lambda: with_soundfile(sound(seconds=4), container="OGG", subtype="OPUS"), 2, "broken_off"),
]


@pytest.mark.parametrize(("make", "seconds", "note"), CUT)
def test_what_is_left_of_a_cut_file_is_read(make, seconds, note, capfd):
    data = make()
    whole = decode(read(data))
    audio = read(data[: len(data) // 2])
    y = decode(audio)
    decode(audio)
    assert y.shape[1] / audio.sr == pytest.approx(seconds, abs=1.1 if note == "broken_off" else 0.25)
    intact = y.shape[1] - 2 * 1024  # the last frames overlap with what is missing
    assert np.array_equal(y[:, :intact], whole[:, :intact])
    assert [n.id for n in audio.notes] == [note]
    values = notes(audio)[note]
    assert values["decoded"] == y.shape[1] / audio.sr
    assert values.get("declared", 4.0) == pytest.approx(4.0, abs=0.07)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("container", "more"), [("mp4", 0), ("mp4", 1), ("mov", 5), ("3gp", -300)])
def test_all_whole_packets_of_a_cut_mp4_file_are_read(container, more):
    data = with_pyav(sound(seconds=4), SR, container, "aac", {"movflags": "faststart"})
    with av.open(io.BytesIO(data)) as source:
        packets = [(p.pos, p.pos + p.size) for p in source.demux(source.streams.audio[0]) if p.size]
    end = packets[30][1] + more
    y = decode(read(data[:end]))
    whole = sum(past <= end for _, past in packets) - 1  # the first one is the coder's run-up
    assert y.shape[1] == 1024 * whole
    assert np.array_equal(y, decode(read(data))[:, : y.shape[1]])


def test_a_damaged_mp3_leaves_standard_error_alone(capfd):
    data = bytearray(with_soundfile(sound(), container="MP3"))
    data[4000:4300] = np.random.default_rng(1).bytes(300)
    assert decode(read(bytes(data))).shape[1] > SR
    print("mine", file=sys.stderr)
    assert capfd.readouterr().err == "mine\n"


def test_a_hole_in_a_flac_file_ends_it_there():
    data = bytearray(with_soundfile(sound(seconds=4), container="FLAC"))
    middle = len(data) // 2
    data[middle : middle + 300] = np.random.default_rng(1).bytes(300)
    audio = read(bytes(data))
    y = decode(audio)
    assert np.array_equal(y, sound(seconds=4)[:, : y.shape[1]] / np.float32(32768))
    assert 1 < notes(audio)["truncated"]["decoded"] < 3


def test_lost_packets_become_silence_of_their_length():
    """A container keeps the time that a decoder drops: 25 of 100 packets are missing from 1 s on."""
    file = io.BytesIO()
    with (
        av.open(io.BytesIO(with_pyav(sound(48000), 48000, "webm", "libopus", size=960))) as source,
        av.open(file, "w", format="webm") as target,
    ):
        stream = target.add_stream_from_template(source.streams.audio[0])
        for i, packet in enumerate(source.demux(source.streams.audio[0])):
            if packet.dts is not None and not 50 <= i < 75:
                packet.stream = stream
                target.mux(packet)
    audio = read(file.getvalue())
    y = decode(audio, 480)
    assert y.shape[1] / 48000 == pytest.approx(2.0, abs=0.02)
    silent = np.flatnonzero(y[0] == 0)
    assert silent.size == pytest.approx(0.5 * 48000, abs=100)
    assert silent[0] / 48000 == pytest.approx(1.0, abs=0.02)
    assert notes(audio) == {"missing_packets": {"seconds": pytest.approx(0.5, abs=0.003)}}


def test_a_stream_that_changes_its_rate_goes_on_at_the_first_one():
    data = with_pyav(sound(), SR, "adts", "aac") + with_pyav(sound(32000), 32000, "adts", "aac")
    audio = read(data)
    assert audio.sr == SR
    assert decode(audio).shape[1] / SR == pytest.approx(4.1, abs=0.2)


def test_the_padding_of_an_mp4_file_is_cut_off():
    assert decode(read(with_pyav(sound(), SR, "mp4", "aac"))).shape == (1, 2 * SR)


@pytest.mark.parametrize("claimed", [0xFFFFFFFF, 0xFFFFFFF0, 0x7FFFFFFF])
def test_headers_of_streams_are_read_to_the_end(claimed):
    audio = read(wav(sound()[0], claimed=claimed, riff=0xFFFFFFFF))
    assert np.array_equal(decode(audio), sound() / np.float32(32768))
    assert audio.notes == []


@pytest.mark.parametrize(("claimed", "riff"), [(0, 36), (0, None), (20000, 20036), (20000, None), (90000, None)])
def test_wrong_lengths_in_a_header_are_mended(claimed, riff):
    audio = read(wav(sound()[0], claimed=claimed, riff=riff))
    assert audio.format.duration == 2.0
    assert np.array_equal(decode(audio), sound() / np.float32(32768))
    assert notes(audio) == {"wrong_length_header": {"declared": claimed / 32000, "decoded": 2.0}}


def test_chunks_after_the_sound_are_no_sound():
    tags = struct.pack("<4sI", b"LIST", 9000) + bytes(9000)
    audio = read(wav(sound()[0], after=tags))
    assert np.array_equal(decode(audio), sound() / np.float32(32768))
    assert audio.notes == []


# Bad input -----------------------------------------------------------------------------------------

rubbish = np.random.default_rng(3).bytes(50000)

BAD_BYTES = [
    ("empty.wav", b"", "is empty"),
    ("rubbish.wav", rubbish, "is not a recording"),
    ("notes.txt", b"not a call\n" * 100, "is not a recording"),
    ("list.m3u8", b"#EXTM3U\n#EXTINF:3,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n", "is not a recording"),
    ("damaged.wav", b"RIFF\x00\x10\x00\x00WAVE" + rubbish, "is damaged: "),
    ("none.wav", wav(np.zeros(0)), "holds no samples"),
    ("none.aiff", with_soundfile(np.zeros((1, 0), np.int16), container="AIFF"), "holds no samples"),
    ("short.wav", wav(sound(seconds=0.2)[0]), "holds only 0.200 s"),
    ("short.ogg", with_soundfile(sound(seconds=0.2), container="OGG"), "holds only 0.200 s"),
    ("video.mp4", with_picture_only(), "is a video without sound"),
    (
        "unknown.mkv",
        with_pyav(sound(48000), 48000, "matroska", "libopus", size=960).replace(b"A_OPUS", b"A_XXXX"),
        "holds sound that cannot",
    ),
    ("cut.m4a", with_pyav(sound(), SR, "mp4", "aac")[:5000], "is cut off before the index"),
    ("stub.wav", wav(sound()[0])[:5000], "holds only"),
    ("slow.wav", with_soundfile(sound(900), 900), "its sampling rate is 900 Hz"),
]


@pytest.mark.smoke
@pytest.mark.parametrize(("name", "data", "problem"), BAD_BYTES, ids=[row[0] for row in BAD_BYTES])
def test_bad_files_are_answered_in_one_sentence(tmp_path, name, data, problem):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(AudioError) as caught:
        decode(read(path))
    error = caught.value
    assert error.source == str(path)
    assert error.problem.startswith(problem)
    assert str(error).count(name) == 1
    assert "\n" not in error.problem + error.remedy
    assert error.remedy and not error.remedy.endswith(".")
    with pytest.raises(AudioError):
        decode(read(data))


def test_what_cannot_be_opened(tmp_path, monkeypatch):
    with pytest.raises(AudioError, match="does not exist"):
        read(tmp_path / "missing.wav")
    with pytest.raises(AudioError, match="is a directory"):
        read(tmp_path)
    with pytest.raises(AudioError, match="cannot be opened"):
        read("nul\0.wav")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(AudioError, match="may not be read"):
        read(tmp_path / "secret.wav")


@pytest.mark.parametrize("source", [3, None, ["a.wav"], io.StringIO("text")])
def test_what_is_no_source(source):
    with pytest.raises(AudioError, match="not a recording|opened as text"):
        read(source)


def test_a_disk_that_fails_is_named():
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 20000:
                raise OSError(5, "Input/output error")
            return super().read(size)

    with pytest.raises(AudioError, match="Input/output error"):
        decode(read(Failing(wav(sound()[0]))), 1000)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_refused_with_their_time(value):
    y = sound(channels=2) / np.float32(32768)
    y[1, 12000] = y[0, 20000] = value
    with pytest.raises(AudioError, match=r"the first at 0\.750 s"):
        read(y, sr=SR)
    with pytest.raises(AudioError, match=r"the first at 0\.750 s"):
        decode(read(with_soundfile(y, subtype="FLOAT"), start=0.2), 1000)


def test_a_rate_with_a_file_is_refused():
    with pytest.raises(AudioError, match="sr was given with a file"):
        read(wav(sound()[0]), sr=SR)


# Arrays --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "low", "high", "zero"),
    [("int8", -128, 127, 0), ("uint8", 0, 255, 128), ("int16", -32768, 32767, 0), ("int32", -(2**31), 2**31 - 1, 0)],
)
def test_integers_are_scaled_by_their_full_scale(dtype, low, high, zero):
    y = np.full(SR, zero, dtype)
    y[:2] = low, high
    audio = read(y, sr=SR)
    assert audio.y is not None and audio.y.dtype == np.float32
    assert (audio.y[0, 0], audio.y[0, 2]) == (-1.0, 0.0)
    assert audio.y[0, 1] == pytest.approx(1.0, abs=1 / 100)
    assert audio.format.codec == dtype


def test_arrays_in_every_form():
    y = sound(channels=2)
    audio = read((y, SR))
    assert (audio.source, audio.sr, audio.channels, audio.format.container) == ("array", SR, 2, "array")
    assert np.array_equal(decode(audio, 777), y / np.float32(32768))
    loud = read(np.float64(y) / 1000, sr=SR, start=0.5, end=1.5)
    assert np.array_equal(decode(loud), np.float32(y / 1000)[:, 8000:24000])
    assert loud.format.duration == 1.0
    assert read(y[0], sr=np.int64(SR)).channels == 1


@pytest.mark.parametrize(
    ("source", "sr", "problem"),
    [
        (np.zeros(SR), None, "sampling rate is missing"),
        (np.zeros((SR, 2)), SR, "pass y.T"),
        (np.zeros((2, 2, SR)), SR, "3 dimensions"),
        (np.zeros(0), SR, "holds no samples"),
        (np.zeros((0, SR)), SR, "holds no samples"),
        (np.zeros(100), SR, "holds only 0.006 s"),
        (np.zeros(SR, bool), SR, "bool have no known full scale"),
        (np.zeros(SR, complex), SR, "complex128 have no known full scale"),
        (np.zeros(SR, np.int64), SR, "int64 have no known full scale"),
        (np.zeros(SR, object), SR, "object have no known full scale"),
        (np.full(SR, 1e300), SR, "NaN or infinite"),
        (np.zeros(SR), 900, "is 900 Hz"),
        (np.zeros(SR), 16000.5, "is 16000.5"),
        (np.zeros(SR), float("nan"), "is nan"),
        ((np.zeros(SR), SR), 8000, "two sampling rates"),
        ((SR, np.zeros(SR)), None, "pass (y, sr)"),
    ],
)
def test_bad_arrays_are_refused_with_the_remedy(source, sr, problem):
    with pytest.raises(AudioError, match=re.escape(problem)):
        read(source, sr=sr)


def test_the_rate_of_librosa_is_pointed_out():
    y = np.zeros(22050, np.float32)
    assert [note.id for note in read(y, sr=22050).notes] == ["resampled_array"]
    assert read(np.int16(y), sr=22050).notes == []
    assert read(with_soundfile(np.int16(y)[None], 22050)).notes == []


# Cost ----------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="resource is for POSIX")
def test_import_is_light_and_a_long_file_streams(tmp_path):
    path = tmp_path / "long.wav"
    with soundfile.SoundFile(path, "w", 48000, 2, "PCM_16") as file:
        for _ in range(10):
            file.write(np.zeros((48000 * 60, 2), np.int16))
    code = """
import resource, sys
from audioq.audio import read
loaded = {"av", "scipy", "librosa", "soxr", "rich"} & set(sys.modules)
assert not loaded, loaded
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
total = sum(block.shape[1] for block in read(sys.argv[1]).blocks(48000 * 10))
assert total == 48000 * 600
assert "av" not in sys.modules
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / (1 if sys.platform == "darwin" else 1024))
"""
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code, path], cwd=root, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 30


def test_probe_names_the_decoder():
    assert decoders.probe(FileView(io.BytesIO(wav(sound()[0])))).decode.__module__.endswith("libsndfile")
    assert decoders.probe(FileView(io.BytesIO(with_pyav(sound(), SR, "mp4", "aac")))).decode.__module__.endswith(
        "ffmpeg"
    )


def test_a_stream_that_is_no_number_is_refused() -> None:
    with pytest.raises(AudioError, match="stream is x"):
        read("samples/intact_quiet_call.flac", stream="x")  # type: ignore[arg-type]


class Counted(io.FileIO):
    """A file that knows how much of it was read."""

    count = 0

    def read(self, size=-1):
        data = super().read(size)
        self.count += len(data)
        return data


def test_a_damaged_header_is_not_looked_for_to_the_end_of_a_large_file(tmp_path, monkeypatch):
    monkeypatch.setattr(ffmpeg, "HEADER_BYTES", 1 << 20)
    path = tmp_path / "sparse.wav"
    head = b"RIFF" + struct.pack("<I", 0xFFFFFFF0) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 7, 1, 8000, 8000, 1, 8)
    path.write_bytes(head)
    os.truncate(path, 1 << 28)
    with Counted(path) as file, pytest.raises(AudioError):
        read(file)
    assert (1 << 20) < file.count < (1 << 24)  # several decoders try it
