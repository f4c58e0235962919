"""Files made by real muxers: sound encoded by PyAV, packets taken out or stamped anew, tracks put side by side."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray


class Kind(NamedTuple):
    """A container with a codec in it, and how to make one."""

    name: str
    format: str
    codec: str
    sr: int
    samples: int
    """Samples in a packet."""
    options: tuple[tuple[str, str], ...] = ()
    """Of the muxer."""


KINDS = {
    kind.name: kind
    for kind in (
        Kind("webm", "webm", "libopus", 48000, 960),
        Kind("mkv", "matroska", "aac", 16000, 1024),
        Kind("mp4", "mp4", "aac", 16000, 1024),
        Kind("mp4 in fragments", "mp4", "aac", 16000, 1024, (("movflags", "frag_keyframe+empty_moov"),)),
        Kind("mp4 with opus", "mp4", "libopus", 48000, 960),
        Kind("mov", "mov", "aac", 16000, 1024),
        Kind("3gp", "3gp", "amr_nb", 8000, 160),
        Kind("ts", "mpegts", "aac", 16000, 1024),
        Kind("ogg", "ogg", "libopus", 48000, 960, (("page_duration", "20000"),)),
        Kind("ogg with long pages", "ogg", "libopus", 48000, 960),
    )
}


def a_tone(sr: int, seconds: float) -> NDArray[np.int16]:
    """A swelling tone with a little noise, so that no sample is zero for long."""
    t = np.arange(round(sr * seconds)) / sr
    noise = np.random.default_rng(7).standard_normal(t.size)
    return np.int16(9000 * np.sin(2 * np.pi * 300 * t) * (0.5 + 0.4 * np.sin(2 * np.pi * 3 * t)) + 200 * noise)


def encoded(kind: Kind, y: NDArray[np.int16], **options: str) -> bytes:
    """Return a file of one track."""
    file = io.BytesIO()
    with av.open(file, "w", format=kind.format, options=dict(kind.options) | options) as out:
        stream = out.add_stream(kind.codec, rate=kind.sr, bit_rate=12200 if kind.codec == "amr_nb" else 32000)
        stream.layout = "mono"
        resampler = av.AudioResampler(stream.format, "mono", kind.sr, frame_size=kind.samples)
        frame = av.AudioFrame.from_ndarray(y[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = kind.sr, 0
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def without(kind: Kind, data: bytes, runs: Sequence[tuple[int, int]]) -> tuple[bytes, list[tuple[float, float]]]:
    """Take runs of packets (first, one past last) out; return the file and the times of what is gone in seconds."""
    file = io.BytesIO()
    with (
        av.open(io.BytesIO(data)) as source,
        av.open(file, "w", format=kind.format, options=dict(kind.options)) as target,
    ):
        stream = target.add_stream_from_template(source.streams.audio[0])
        start = source.streams.audio[0].start_time or 0
        packets = [packet for packet in source.demux(source.streams.audio[0]) if packet.dts is not None]
        times = [float((packet.pts - start) * packet.time_base) for packet in packets]
        gone = {n for first, past in runs for n in range(first, past)}
        for n, packet in enumerate(packets):
            if n not in gone:
                packet.stream = stream
                target.mux(packet)
    return file.getvalue(), [(times[first], times[past]) for first, past in runs]


def side_by_side(format: str, tracks: Iterable[tuple[bytes, float, int]]) -> bytes:
    """Put the first streams of files into one: each with a delay in seconds and a disposition."""
    file = io.BytesIO()
    with av.open(file, "w", format=format) as target:
        packets = []
        for data, delay, disposition in tracks:
            source = av.open(io.BytesIO(data))
            stream = target.add_stream_from_template(source.streams[0])
            stream.disposition = av.stream.Disposition(disposition)
            for packet in source.demux(source.streams[0]):
                if packet.dts is not None:
                    packet.pts += round(delay / packet.time_base)
                    packet.dts += round(delay / packet.time_base)
                    packets.append((float(packet.dts * packet.time_base), len(packets), packet, stream))
        for _, _, packet, stream in sorted(packets, key=lambda one: one[:2]):
            packet.stream = stream
            target.mux(packet)
    return file.getvalue()


def restamped(kind: Kind, data: bytes, change: Callable[[int, float], float]) -> bytes:
    """Stamp packets anew: `change` takes number and seconds of each."""
    file = io.BytesIO()
    with av.open(io.BytesIO(data)) as source, av.open(file, "w", format=kind.format) as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for n, packet in enumerate(source.demux(source.streams.audio[0])):
            if packet.dts is not None:
                packet.pts = packet.dts = round(change(n, float(packet.pts * packet.time_base)) / packet.time_base)
                packet.stream = stream
                target.mux(packet)
    return file.getvalue()


def a_video(frames: int = 40, rate: int = 10) -> bytes:
    """A moving picture without sound."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=rate)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for _ in range(frames):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode(None))
    return file.getvalue()


def with_cover(data: bytes | None) -> bytes:
    """An MP4 file with an attached picture, and the sound of another file where there is one."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as target:
        sound = [] if data is None else list(_copied(data, target))
        cover = target.add_stream("mjpeg", rate=1)
        cover.width = cover.height = 32
        cover.pix_fmt = "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        for packet in [*cover.encode(picture), *cover.encode(None), *sound]:
            target.mux(packet)
    return file.getvalue()


def with_an_empty_track(data: bytes) -> bytes:
    """A Matroska file whose first audio track holds no packet and whose second is that of another file."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as target:
        with av.open(io.BytesIO(data)) as source:
            target.add_stream_from_template(source.streams.audio[0])
        for packet in _copied(data, target):
            target.mux(packet)
    return file.getvalue()


def _copied(data: bytes, target: av.container.OutputContainer) -> list[av.Packet]:
    source = av.open(io.BytesIO(data))
    stream = target.add_stream_from_template(source.streams.audio[0])
    packets = [packet for packet in source.demux(source.streams.audio[0]) if packet.dts is not None]
    for packet in packets:
        packet.stream = stream
    return packets


def of_packets(packets: Iterable[bytes], format: str = "webm", milliseconds: int = 20) -> bytes:
    """Put Opus packets into a container; one of no bytes is not sent."""
    file = io.BytesIO()
    template = encoded(KINDS["webm"], np.zeros(48000, np.int16))
    options = {"page_duration": str(1000 * milliseconds)} if format == "ogg" else {}
    with av.open(io.BytesIO(template)) as source, av.open(file, "w", format=format, options=options) as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for n, data in enumerate(packets):
            if data:
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, Fraction(1, 1000)
                packet.pts = packet.dts = n * milliseconds
                packet.duration = milliseconds
                target.mux(packet)
    return file.getvalue()
