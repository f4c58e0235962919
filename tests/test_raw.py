"""Bytes without a header: what they are by name or by option, and what is said where that is wrong."""

from __future__ import annotations

import io
import json
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from audioq import analyze, read
from audioq.batches.folders import AUDIO_EXTENSIONS, recordings
from audioq.cli import app
from audioq.decoders.plausibility import doubts
from audioq.decoders.raw import CODECS, ENDINGS, RawFormat, parse
from audioq.decoders.stream import UndecodableError
from audioq.errors import AudioError
from audioq.simulate import speechlike

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 6.0
SUBTYPES = {
    "mulaw": ("ULAW", "FILE"),
    "alaw": ("ALAW", "FILE"),
    "s8": ("PCM_S8", "FILE"),
    "u8": ("PCM_U8", "FILE"),
    "s16le": ("PCM_16", "LITTLE"),
    "s16be": ("PCM_16", "BIG"),
    "s24le": ("PCM_24", "LITTLE"),
    "s24be": ("PCM_24", "BIG"),
    "s32le": ("PCM_32", "LITTLE"),
    "s32be": ("PCM_32", "BIG"),
    "f32le": ("FLOAT", "LITTLE"),
    "f32be": ("FLOAT", "BIG"),
    "gsm": ("GSM610", "FILE"),
}
ENCODERS = {
    "g722": ("g722", "g722", 64000),
    "g726": ("adpcm_g726", "g726", 32000),
    "g726le": ("adpcm_g726le", "g726le", 32000),
    "g723_1": ("g723_1", "g723_1", 6300),
    "amrnb": ("amr_nb", "amr", 12200),
}


def call(sr: int = 8000, channels: int = 1) -> np.ndarray:
    """Speech-like sound with pauses over a faint background, shape (channels, n), full scale 1."""
    y = 0.3 * speechlike(SECONDS, sr, np.random.default_rng(3))
    return np.stack([np.roll(y, c * sr) for c in range(channels)])


def with_soundfile(y: np.ndarray, sr: int, codec: str, container: str = "RAW") -> bytes:
    file = io.BytesIO()
    subtype, endian = SUBTYPES.get(codec, (codec, "FILE"))
    soundfile.write(file, y.T, sr, format=container, subtype=subtype, endian=endian if container == "RAW" else "FILE")
    return file.getvalue()


def with_pyav(y: np.ndarray, sr: int, encoder: str, container: str, bit_rate: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(encoder, rate=sr, bit_rate=bit_rate)
        stream.layout = "mono"
        resampler = av.AudioResampler(stream.format, "mono", sr, frame_size=stream.codec_context.frame_size or 240)
        frame = av.AudioFrame.from_ndarray(np.int16(y[:1] * 32767), format="s16", layout="mono")
        frame.sample_rate, frame.pts = sr, 0
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            part.pts = None
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def raw(codec: str, sr: int = 8000, channels: int = 1) -> bytes:
    if codec in SUBTYPES:
        return with_soundfile(call(sr, channels), sr, codec)
    data = with_pyav(call(sr), sr, *ENCODERS[codec])
    return data.removeprefix(b"#!AMR\n")


def decode(audio) -> np.ndarray:
    return np.concatenate(list(audio.blocks(3000)), axis=1)


def note_ids(audio) -> list[str]:
    decode(audio)
    return [note.id for note in audio.notes]


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The largest correlation over all shifts."""
    n = min(one.size, other.size)
    spectrum = np.conj(np.fft.rfft(one[:n], 2 * n)) * np.fft.rfft(other[:n], 2 * n)
    return float(np.fft.irfft(spectrum).max() / np.sqrt((one[:n] ** 2).sum() * (other[:n] ** 2).sum()))


# Every format gives the sound back -----------------------------------------------------------------


@pytest.mark.parametrize("codec", [*SUBTYPES, *ENCODERS])
def test_raw_bytes_give_the_sound_back(codec):
    sr = 16000 if codec == "g722" else 8000
    audio = read(raw(codec, sr), raw_format=f"{codec},{sr},1")
    y = decode(audio)
    assert audio.notes == [] and (audio.format.container, audio.sr, audio.channels) == ("raw", sr, 1)
    assert y.shape[1] / sr == pytest.approx(SECONDS, abs=0.05)
    assert likeness(call(sr)[0], y[0]) > (0.85 if codec in ("g723_1", "amrnb") else 0.95)
    if codec.startswith("s16"):
        assert np.array_equal(y, decode(read(with_soundfile(call(), 8000, "PCM_16", "WAV"))))


def test_every_codec_is_tried_here():
    # No free encoder of G.729 and AMR-WB is at hand: the tests below decode frames of those without a voice.
    assert set(CODECS) == {*SUBTYPES, *ENCODERS, "g729", "amrwb"}


def test_frames_of_g729_have_their_length(tmp_path):
    data = bytes.fromhex("78528000fac200071a5d") * 500  # the same 10 ms again and again
    (tmp_path / "call.g729").write_bytes(data)
    audio = read(tmp_path / "call.g729")
    assert (audio.format.codec, audio.sr, audio.format.duration, decode(audio).shape) == ("g729", 8000, 5.0, (1, 40000))


def test_frames_of_amr_wb_have_their_length():
    frame = bytes([0x04, *range(17)])  # mode 0: 17 bytes behind the header of a frame of 20 ms
    for data, options in ((frame * 200, {"raw_format": "amrwb"}), (b"#!AMR-WB\n" + frame * 200, {})):
        audio = read(data, **options)
        assert (audio.format.codec, audio.sr, decode(audio).shape[1]) == ("amr_wb", 16000, 64000)


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_ending_says_what_it_is(tmp_path, ending):
    how = ENDINGS[ending]
    path = tmp_path / f"call.{ending.upper()}"
    path.write_bytes(raw("mulaw") if how.codec == "g729" else raw(how.codec, how.sr))
    audio = read(path)
    assert (audio.sr, audio.channels, audio.format.container) == (how.sr, 1, "raw")
    if how.codec != "g729":
        assert decode(audio).shape[1] / how.sr == pytest.approx(SECONDS, abs=0.05)


def test_a_part_and_two_channels():
    data = raw("mulaw", channels=2)
    audio = read(data, raw_format="mulaw,8000,2", start=1.0, end=3.0)
    whole = decode(read(data, raw_format="ulaw,8000,2"))
    assert audio.channels == 2 and np.array_equal(decode(audio), whole[:, 8000:24000])
    with pytest.raises(AudioError, match="lies outside its 6.000 s"):
        read(data, raw_format="mulaw,8000,2", start=7.0)


@pytest.mark.parametrize("ending", ["ulaw", "gsm", "sln16", "raw", "pcm"])
def test_a_container_is_read_as_what_it_is_whatever_its_name(tmp_path, ending):
    data = with_soundfile(call(16000), 16000, "PCM_16", "WAV")
    (tmp_path / f"call.{ending}").write_bytes(data)
    audio = read(tmp_path / f"call.{ending}")
    assert (audio.format.container, audio.sr) == ("wav", 16000)
    assert np.array_equal(decode(audio), decode(read(data, raw_format="mulaw")))


def test_mu_law_silence_is_no_mp3(tmp_path):
    # Its bytes are all ones, as the first bits of a frame of MP3.
    (tmp_path / "call.ulaw").write_bytes(b"\xff" * 4000 + raw("mulaw"))
    assert read(tmp_path / "call.ulaw").format.codec == "pcm_mulaw"


@pytest.mark.parametrize(
    ("sample", "ending"),
    [("intact_noisy_line.wav", "sln"), ("intact_ringback.wav", "ulaw"), ("intact_mobile_recorder.3gp", "alaw")],
)
def test_a_verdict_survives_the_loss_of_the_header(tmp_path, sample, ending):
    import soxr

    original = read(ROOT / "samples" / sample)
    y = soxr.resample(decode(original)[0], original.sr, 8000)
    path = tmp_path / f"call.{ending}"
    path.write_bytes(with_soundfile(np.clip(y, -1, 0.999)[None], 8000, ENDINGS[ending].codec))
    report = analyze(path)
    assert report.verdict.label == "intact" and "looks_like_noise" not in [note.id for note in report.warnings]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs the ffmpeg command")
@pytest.mark.parametrize(("ending", "muxer"), [("ulaw", "mulaw"), ("al", "alaw"), ("g722", "g722"), ("sln48", "s16le")])
def test_what_the_ffmpeg_command_writes(tmp_path, ending, muxer):
    soundfile.write(tmp_path / "call.wav", call()[0], 8000)
    path = tmp_path / f"call.{ending}"
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "call.wav"), "-ar", str(ENDINGS[ending].sr)]
    subprocess.run([*command, "-f", muxer, str(path)], check=True, timeout=60)
    audio = read(path)
    assert note_ids(audio) == [] and audio.format.duration == pytest.approx(SECONDS, abs=0.01)


# WAV with telephone codecs inside ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "codec"),
    [
        (lambda: with_soundfile(call(), 8000, "IMA_ADPCM", "WAV"), "adpcm_ima_wav"),
        (lambda: with_soundfile(call(), 8000, "MS_ADPCM", "WAV"), "adpcm_ms"),
        (lambda: with_soundfile(call(), 8000, "G721_32", "WAV"), "g721_32"),
        (lambda: with_pyav(call(), 8000, "adpcm_g726", "wav", 32000), "adpcm_g726"),
        (lambda: with_pyav(call(), 8000, "g723_1", "wav", 6300), "g723_1"),
        (lambda: with_pyav(call(), 8000, "amr_nb", "wav", 12200), "amr_nb"),
        (lambda: with_pyav(call(16000), 16000, "g722", "wav", 64000), "adpcm_g722"),
    ],
)
def test_wav_with_a_telephone_codec(make, codec):
    audio = read(make())
    y = decode(audio)
    assert (audio.format.container, audio.format.codec, audio.notes) == ("wav", codec, [])
    assert y.shape[1] / audio.sr == pytest.approx(SECONDS, abs=0.1)
    assert likeness(call(audio.sr)[0], y[0]) > 0.85


@pytest.mark.parametrize(("tag", "block", "payload", "codec"), [(0x83, 10, b"x\x52\x80\0\xfa\xc2\0\x07\x1a]", "g729")])
def test_wav_with_a_tag_that_nothing_here_can_write(tag, block, payload, codec):
    data = payload * 500
    fmt = struct.pack("<4sIHHIIHHH", b"fmt ", 18, tag, 1, 8000, 1000, block, 0, 0)
    body = b"WAVE" + fmt + struct.pack("<4sI", b"data", len(data)) + data
    audio = read(struct.pack("<4sI", b"RIFF", len(body)) + body)
    assert (audio.format.container, audio.format.codec, decode(audio).shape) == ("wav", codec, (1, 40000))


# What is wrong is said -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("true", "taken"),
    [
        *[("mulaw", taken) for taken in ("s16le,8000,1", "s16be,8000,1", "gsm", "u8,8000,1")],
        *[("alaw", taken) for taken in ("s16le,8000,1", "s24le,8000,1")],
        *[("s16le", taken) for taken in ("mulaw", "alaw", "s16be,8000,1", "gsm")],
        *[("gsm", taken) for taken in ("mulaw", "s16le,8000,1")],
        *[("g722", taken) for taken in ("mulaw", "s16le,16000,1")],
    ],
)
def test_bytes_taken_for_another_format_look_like_noise(true, taken):
    audio = read(raw(true, 16000 if true == "g722" else 8000), raw_format=taken)
    assert "looks_like_noise" in note_ids(audio)


@pytest.mark.parametrize("true", ["mulaw", "s16le", "gsm"])
def test_numbers_that_are_no_sound_are_an_error(true):
    with pytest.raises(AudioError, match="no sound, read as f32le; say with --raw-format"):
        read(raw(true), raw_format="f32le,8000,1")


@pytest.mark.parametrize(("true", "taken"), [("mulaw", "alaw"), ("alaw", "mulaw")])
def test_one_law_taken_for_the_other(true, taken):
    note = next(note for note in read(raw(true), raw_format=taken).notes)
    assert (note.id, dict(note.values)) == ("looks_like_other_law", {"codec": taken, "other": true})


@pytest.fixture(scope="module")
def sampled() -> list[dict[str, bytes]]:
    """The first ten seconds of every sample at 8 kHz, in five formats."""
    import soxr

    written = []
    for path in sorted((ROOT / "samples").iterdir()):
        if path.suffix not in (".md", ".csv"):
            audio = read(path, end=10.0)
            y = soxr.resample(decode(audio)[0], audio.sr, 8000)
            y = np.clip(y, -1, 0.999)[None]
            written.append({name: with_soundfile(y, 8000, name) for name in ("mulaw", "alaw", "s16le", "s16be", "gsm")})
    return written


def doubted(data: bytes, codec: str) -> set[str]:
    return {note.id for note in read(data, raw_format=f"{codec},8000,1").notes if note.id.startswith("looks_like")}


def test_no_sample_is_doubted_where_it_is_read_as_what_it_is(sampled):
    assert len(sampled) >= 25
    assert not [(n, codec) for n, sample in enumerate(sampled) for codec in sample if doubted(sample[codec], codec)]


@pytest.mark.parametrize(
    ("true", "taken", "least"),
    [
        ("mulaw", "s16le", 0.9),
        ("alaw", "s16le", 0.9),
        ("s16be", "s16le", 0.9),
        ("gsm", "s16le", 0.9),
        ("s16le", "mulaw", 0.9),
        ("s16le", "alaw", 0.9),
        ("s16le", "gsm", 0.9),
        ("mulaw", "alaw", 0.6),  # noise in every pause hides the codes of silence
        ("alaw", "mulaw", 0.6),
    ],
)
def test_most_samples_are_doubted_where_they_are_read_as_something_else(sampled, true, taken, least):
    assert np.mean([bool(doubted(sample[true], taken)) for sample in sampled]) >= least


@pytest.mark.parametrize("codec", ["mulaw", "alaw", "s16le"])
def test_silence_and_quiet_hiss_are_no_wrong_format(codec):
    for level in (0.0, 0.001):
        y = level * np.random.default_rng(1).standard_normal((1, 80000))
        assert doubts(np.float32(y), codec) == ()


def test_bytes_that_are_left_over_are_told():
    audio = read(raw("s16le")[:-1], raw_format="s16le,8000,1")
    assert decode(audio).shape[1] == SECONDS * 8000 - 1
    assert [(note.id, dict(note.values)) for note in audio.notes] == [("odd_bytes", {"bytes": 1, "codec": "s16le"})]
    audio = read(raw("gsm")[:-5], raw_format="gsm")
    assert "odd_bytes" in note_ids(audio)
    assert decode(audio).shape[1] == SECONDS * 8000 - 160, "all whole frames are there"


@pytest.mark.parametrize("ending", ["raw", "pcm"])
def test_a_name_that_does_not_say_what_it_is_is_refused(tmp_path, ending):
    path = tmp_path / f"call.{ending}"
    path.write_bytes(raw("s16le"))
    with pytest.raises(AudioError) as refused:
        read(path)
    assert str(path) in str(refused.value) and "--raw-format, such as s16le,8000,1" in str(refused.value)
    assert note_ids(read(path, raw_format="s16le,8000,1")) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the codec is none of"),
        ("opus,48000,2", "the codec is none of"),
        ("mulaw,8k,1", "not codec,rate,channels"),
        ("mulaw,8000,1,1", "not codec,rate,channels"),
        ("mulaw,8000,", "not codec,rate,channels"),
        ("s16le", "the rate is missing"),
        ("g722,8000,1", "always has 16000 Hz"),
        ("gsm,8000,2", "one channel"),
        ("mulaw,10,1", "no recording of a call"),
        ("mulaw,8000,0", "no recording of a call"),
    ],
)
def test_a_raw_format_that_says_nothing_is_refused(text, words, tmp_path, monkeypatch):
    with pytest.raises(UndecodableError, match=words):
        parse(text)
    with pytest.raises(AudioError, match=f"call 7: .*{words}.*such as"):
        read(with_soundfile(call(), 8000, "PCM_16", "WAV"), raw_format=text, name="call 7")
    monkeypatch.chdir(tmp_path)
    for command in (("analyze", "x.raw"), ("measure", "x.raw", "-o", "x.npz")):
        done = CliRunner().invoke(app, [*command, "--raw-format", text])
        assert done.exit_code == 2 and words in done.stderr and "such as" in done.stderr


def test_a_raw_format_is_read_as_people_write_it():
    assert parse(" PCMU , 8000 , 2 ") == RawFormat("mulaw", 8000, 2)
    assert parse("pcma") == RawFormat("alaw", 8000, 1)
    assert parse("g723") == RawFormat("g723_1", 8000, 1)


def test_an_array_has_no_raw_format():
    with pytest.raises(AudioError, match="given with an array"):
        read(np.zeros(8000), sr=8000, raw_format="mulaw")


@pytest.mark.parametrize(("data", "codec"), [(b"\0" * 10, "gsm"), (b"", "mulaw"), (b"\0" * 100, "amrnb")])
def test_too_little_and_undecodable_bytes_are_an_error(data, codec):
    with pytest.raises(AudioError) as refused:
        decode(read(data, raw_format=codec, name="call.bin"))
    assert refused.value.source == "call.bin" and refused.value.problem and refused.value.remedy


@pytest.mark.parametrize(
    ("head", "words"),
    [
        *[(magic, "RTP Player") for magic in (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1")],
        *[(magic, "RTP Player") for magic in (b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")],
        *[(magic, "janus-pp-rec") for magic in (b"MJR00002", b"MJR00001", b"MEETECHO")],
    ],
)
def test_packets_are_refused_with_the_tool_that_helps(head, words):
    for name in ("call", "call.mjr", "call.ulaw"):
        with pytest.raises(AudioError, match=words):
            read(head + bytes(range(256)) * 40, name=name)


@pytest.mark.parametrize("page", ["README.md", "docs/formats.md", "docs/recording.md"])
def test_what_the_pages_tell_to_type_can_be_read(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    told = re.findall(r"--raw-format ([a-z][\w,]+)", text) + re.findall(r"\| `([a-z\d_]+(?:,\d+,\d)?)` \| FFmpeg", text)
    assert told and all(parse(how).codec in CODECS for how in told)


# The command ---------------------------------------------------------------------------------------


def test_standard_input_with_a_raw_format(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "audioq", "analyze", "-", "--raw-format", "mulaw,8000,1", "--format", "json"],
        input=raw("mulaw"),
        cwd=ROOT,
        capture_output=True,
        timeout=60,
    )
    line = json.loads(done.stdout)
    assert done.returncode == 0 and line["format"]["codec"] == "pcm_mulaw" and line["format"]["duration"] == SECONDS


def test_a_folder_gives_its_raw_files_where_it_is_said_what_they_are(tmp_path):
    for name in ("a.wav", "b.raw", "c.pcm", "d.ulaw"):
        (tmp_path / name).touch()
    names = [[Path(path).name for path in recordings([tmp_path], raw)] for raw in (False, True)]
    assert names == [["a.wav", "d.ulaw"], ["a.wav", "b.raw", "c.pcm", "d.ulaw"]]
    assert set(ENDINGS) <= AUDIO_EXTENSIONS


def test_measure_and_a_warning_in_the_report(tmp_path):
    (tmp_path / "call.raw").write_bytes(raw("mulaw"))
    table = tmp_path / "call.npz"
    arguments = ["measure", str(tmp_path / "call.raw"), "-o", str(table), "--raw-format", "s16le,8000,1"]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    done = CliRunner().invoke(app, ["judge", str(table), "--format", "json"])
    warning = json.loads(done.stdout)["warnings"][0]
    assert warning["id"] == "looks_like_noise" and warning["values"]["codec"] == "s16le"
    assert "--raw-format" in warning["text"]


@pytest.mark.parametrize(("true", "taken"), [("mulaw", "s16le,8000,1"), ("mulaw", "alaw,8000,1")])
def test_bytes_that_are_probably_misread_count_as_unread(tmp_path, true, taken):
    (tmp_path / "call.raw").write_bytes(raw(true))
    done = CliRunner().invoke(app, ["analyze", str(tmp_path / "call.raw"), "--raw-format", taken, "--format", "json"])
    assert done.exit_code == 1 and "verdict" in json.loads(done.stdout)


def test_bytes_that_a_decoder_refuses_are_not_missing_by_any_clock() -> None:
    audio = read(np.random.default_rng(1).integers(0, 256, 40_000, dtype=np.uint8).tobytes(), raw_format="amrnb")
    assert sum(block.shape[1] for block in audio.blocks(8000)) > 0
    assert "undecodable" in {note.id for note in audio.notes}
    assert "missing_packets" not in {note.id for note in audio.notes}
