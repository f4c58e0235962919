"""Files that are called recordings and are none, of more than twenty kinds."""

from __future__ import annotations

import gzip
import io
import os
import socket
import struct
import zipfile
from pathlib import Path

import av
import numpy as np
import soundfile

SR = 8000
GIANT = 100 << 30
"""Bytes that a sparse file claims to have."""


def sound(samples: np.ndarray, form: str = "WAV", subtype: str | None = None) -> bytes:
    """Return samples as the bytes of a file."""
    file = io.BytesIO()
    soundfile.write(file, samples, SR, format=form, subtype=subtype)
    return file.getvalue()


def wav_header(channels: int = 1, rate: int = SR, bits: int = 16, data: int = 0, claimed: int | None = None) -> bytes:
    """Return a WAV file whose header says what it is told to say."""
    block = max(1, channels * bits // 8) & 0xFFFF
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * block & 0xFFFFFFFF, block, bits)
    length = data if claimed is None else claimed
    inside = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", length) + bytes(data)
    return b"RIFF" + struct.pack("<I", len(inside) & 0xFFFFFFFF) + inside


def video_only() -> bytes:
    """Return an MP4 file with pictures and no sound."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for _ in range(5):
            for packet in stream.encode(av.VideoFrame(32, 32, "yuv420p")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return file.getvalue()


def broken() -> dict[str, bytes]:
    """Return the bytes of files that hold nothing that can be judged, by name."""
    chance = np.random.default_rng(5)
    noise = chance.normal(0, 0.1, 2 * SR)
    odd = noise.astype(np.float32)
    odd[500] = np.nan
    endless = noise.astype(np.float32)
    endless[500] = np.inf
    flac, zipped = sound(noise, "FLAC"), io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a.wav", sound(noise))
    mp4 = video_only()
    return {
        "empty.wav": b"",
        "one_byte.mp3": b"\0",
        "text.wav": b"Dear customer, your call is important to us.\n" * 50,
        "page.opus": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        "random.wav": chance.bytes(20_000),
        "random.m4a": chance.bytes(20_000),
        "zeros.flac": bytes(10_000),
        "picture.wav": b"\x89PNG\r\n\x1a\n" + chance.bytes(3000),
        "gzip.wav": gzip.compress(sound(noise)),
        "archive.ogg": zipped.getvalue(),
        "half_a_header.wav": sound(noise)[:30],
        "header_alone.flac": flac[:42],
        "magic_alone.ogg": b"OggS",
        "tag_alone.mp3": b"ID3\x03\0\0\0\0\x0f\x76" + bytes(2038),
        "magic_alone.amr": b"#!AMR\n",
        "no_samples.wav": sound(np.zeros(0)),
        "no_samples.flac": sound(np.zeros(0), "FLAC"),
        "tenth_of_a_second.wav": sound(noise[: SR // 10]),
        "nan.wav": sound(odd, subtype="FLOAT"),
        "infinite.wav": sound(endless, subtype="FLOAT"),
        "no_channels.wav": wav_header(channels=0, data=4000),
        "rate_zero.wav": wav_header(rate=0, data=4000),
        "rate_huge.wav": wav_header(rate=0xFFFFFFFF, data=4000),
        "many_channels.wav": wav_header(channels=65535, data=400_000),
        "claims_much.wav": wav_header(data=0, claimed=0x7FFFFFF0),
        "video_only.mp4": mp4,
        "no_index.mp4": mp4.replace(b"moov", b"xxxx"),
        "no_end.aiff": sound(noise, "AIFF")[:20],
        "program.wav": b"\x7fELF" + chance.bytes(5000),
    }


def make_broken(folder: Path) -> dict[str, str]:
    """Fill a folder with files of all these kinds, and others that are no files; return the cause of each by name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in broken().items():
        (folder / name).write_bytes(data)
    causes = dict.fromkeys(broken(), "unreadable")
    with (folder / "giant.wav").open("wb") as file:
        file.truncate(GIANT)
    os.mkfifo(folder / "pipe.wav")
    with socket.socket(socket.AF_UNIX) as one:
        home = os.getcwd()
        os.chdir(folder)  # the path of a socket must be short
        try:
            one.bind("socket.wav")
        finally:
            os.chdir(home)
    (folder / "loop.wav").symlink_to("loop.wav")
    (folder / "dangling.wav").symlink_to("nowhere.wav")
    return causes | {
        "giant.wav": "too_large",
        "pipe.wav": "not_a_file",
        "socket.wav": "not_a_file",
        "loop.wav": "missing",
        "dangling.wav": "missing",
    }
