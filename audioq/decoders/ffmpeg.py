"""Decode with PyAV (FFmpeg) what soundfile cannot: MP4, 3gp, AMR, WebM, Matroska, WMA, the sound of a video.

PyAV is imported late: most recordings never need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audioq.decoders.files import FileView
from audioq.decoders.raw import RawFormat, demuxer_options
from audioq.decoders.stream import OPUS_RATE, CutShortError, Pieces, Samples, Stream, UndecodableError, drop, to_float
from audioq.table import Note

if TYPE_CHECKING:
    import av
    from av.container import InputContainer

GAP_SECONDS = 0.015
"""A jump of the time stamps beyond this is a lost packet (20 ms and more), below it is jitter."""
MAX_GAP_SECONDS = 600.0
"""A longer jump is a broken clock, not a loss."""

WITHOUT_CLOCK = ("aac", "amr", "mp3", "ac3")
"""Containers without time stamps; FFmpeg makes some up from the rate of the first packet."""

STATES_SOUND = ("mov", "asf", "flac", "wav", "aiff", "caf")
"""Containers whose header states the length of the sound."""

KNOWN_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,asf,amr,amrnb,amrwb,aac,mp3,flac,ogg,wav,w64,aiff,caf,au,avi,"
    "mpegts,mpeg,flv,ac3,eac3,wv,ape,tta,tak,ilbc"
)
"""Containers that FFmpeg may open: no playlist (it would open other files or the network), no raw guesses."""

SUPPORTED = (
    "pass WAV, FLAC, Ogg, Opus, MP3, AIFF, m4a, 3gp, AMR, WebM, WMA or a video with sound, or say with --raw-format "
    "what bytes without a header are"
)


def _open(view: FileView, raw: RawFormat | None = None) -> InputContainer:
    import av

    view.seek(0)
    # Tags that are no UTF-8 must not stop a decode; from version 19 on PyAV sees to that itself.
    tags: dict[str, Any] = {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "replace"}
    demuxer = None if raw is None else raw.codec
    options = {"format_whitelist": KNOWN_FORMATS} if raw is None else demuxer_options(raw)
    container: InputContainer = av.open(view, "r", format=demuxer, options=options, **tags)
    return container


def probe(view: FileView, reason: str | None, raw: RawFormat | None = None) -> Stream:
    """Describe a file; `reason` is why libsndfile, which knows its format, refused it; `raw` what bare bytes are.

    Raises
    ------
    UndecodableError
        PyAV cannot read it either, or it holds no sound.
    """
    view.patches = ()
    try:
        import av
    except ImportError as cause:
        raise UndecodableError("needs PyAV to be decoded", "install it with pip install av") from cause
    try:
        with _open(view, raw) as container:
            return _describe(view, container, raw)
    except (av.error.FFmpegError, ValueError) as cause:
        raise _undecodable(view, reason) from cause


def _undecodable(view: FileView, reason: str | None) -> UndecodableError:
    if view.at(4, 4) == b"ftyp" and not any(
        b"moov" in view.at(at, 1 << 20) for at in range(0, view.size, (1 << 20) - 3)
    ):
        return UndecodableError("is cut off before the index of its sound (moov)", "copy it again or repair it first")
    if reason is not None:
        return UndecodableError(f"is damaged: {reason}", "copy or export the recording again")
    return UndecodableError("is not a recording that can be decoded", SUPPORTED)


def _describe(view: FileView, container: InputContainer, raw: RawFormat | None) -> Stream:
    if not container.streams.audio:
        what = "is a video without sound" if container.streams.video else "holds no sound"
        raise UndecodableError(what, "pass a recording with sound")
    audio = container.streams.audio[0]
    frame = next((f for f, _ in _frames(container) if f is not None), None)
    if frame is None:
        raise UndecodableError("holds sound that cannot be decoded", "export it as WAV or FLAC")
    codec = audio.codec_context.codec.canonical_name
    length, stated = _length(container)
    return Stream(
        container=_container_name(view, container),
        codec={"gsm_ms": "gsm"}.get(codec, codec),
        sr=frame.sample_rate,
        codec_sr=OPUS_RATE if codec == "opus" else audio.codec_context.sample_rate,
        channels=frame.layout.nb_channels,
        claimed=round(length * frame.sample_rate) if stated and length > 0 else None,
        seconds=length,
        notes=(),
        patches=(),
        decode=_decode,
        raw=raw,
    )


def _length(container: InputContainer) -> tuple[float, bool]:
    """Seconds of sound, NaN where unknown, and whether the file says so itself (FFmpeg also guesses)."""
    kind = container.format.name.split(",")[0]
    audio = container.streams.audio[0]
    if audio.duration is not None and audio.time_base is not None:
        return float(audio.duration * audio.time_base), kind in STATES_SOUND
    if container.duration is not None:
        # Matroska only states the length of the longest stream.
        return container.duration / 1e6, kind == "matroska" and len(container.streams) == 1
    return float("nan"), False


def _container_name(view: FileView, container: InputContainer) -> str:
    name = container.format.name.split(",")[0]
    if name == "mov":
        brand = str(container.metadata.get("major_brand", ""))
        return "3gp" if brand.startswith("3g") else "mov" if brand.startswith("qt") else "mp4"
    if name == "matroska" and b"webm" in view.at(0, 64):
        return "webm"
    return name


def _frames(container: InputContainer) -> Iterator[tuple[av.AudioFrame | None, float]]:
    """Yield (frame, 0), and (None, seconds) for a packet that cannot be decoded."""
    import av

    for packet in container.demux(container.streams.audio[0]):
        try:
            for frame in packet.decode():
                if isinstance(frame, av.AudioFrame):
                    yield frame, 0.0
        except av.error.FFmpegError:
            yield None, float((packet.duration or 0) * packet.time_base) if packet.time_base else 0.0


def _decode(view: FileView, stream: Stream, n: int, first: int, notes: list[Note]) -> Pieces:
    yield from drop(_trimmed(_on_time(view, stream, notes), stream), first)


def _trimmed(pieces: Pieces, stream: Stream) -> Pieces:
    """Cut the coder's padding off the last piece of an MP4 file, whose index knows the true length."""
    end = stream.claimed if stream.container in ("mp4", "3gp", "mov") else None
    if end is None:
        yield from pieces  # nothing is held back, which would be lost where decoding breaks off
        return
    position = 0
    last: Samples | None = None
    for piece in pieces:
        if last is not None:
            position += last.shape[1]
            yield last
        last = piece
    if last is not None:
        yield last[:, : end - position] if end > position else last


def _on_time(view: FileView, stream: Stream, notes: list[Note]) -> Pieces:
    """Decode, with silence where the time stamps say that packets are missing."""
    import av

    clock = None if stream.raw or stream.container in WITHOUT_CLOCK else _Clock()
    shape = _Shape(stream)
    filled, pending = 0.0, 0.0
    with _open(view, stream.raw) as container:
        try:
            for frame, lost in _frames(container):
                pending += lost
                if frame is None:
                    continue
                gap = pending if clock is None else clock.gap_before(frame)
                pending = 0.0
                if gap:
                    filled += gap
                    yield np.zeros((stream.channels, round(gap * stream.sr)), np.float32)
                yield shape.samples(frame)
        except (av.error.FFmpegError, ValueError) as cause:
            raise CutShortError(pending) from cause
        finally:
            if filled:
                notes.append(Note("missing_packets", (("seconds", round(filled, 3)),)))
    if pending:
        raise CutShortError(pending)


class _Clock:
    """Compares the time stamps of frames with the sound that they carry."""

    def __init__(self) -> None:
        self._due: float | None = None
        """When the next frame is due by the stamp of the last one."""
        self._late = 0.0
        """How far the sound handed out lags behind the stamps."""

    def gap_before(self, frame: av.AudioFrame) -> float:
        """Seconds of sound missing before this frame.

        A jump must show against the last frame, else slow drift of clocks would add up to holes,
        and against the whole, else a late packet and the early one after it would make one.
        """
        if frame.pts is None or frame.time_base is None:
            return 0.0
        now = float(frame.pts * frame.time_base)
        step = 0.0 if self._due is None else now - self._due
        self._due = now + frame.samples / frame.sample_rate
        self._late += step
        gap = min(step, self._late)
        if not GAP_SECONDS < gap < MAX_GAP_SECONDS:
            return 0.0
        self._late -= gap
        return gap


class _Shape:
    """Brings frames to float32 at the rate and channels of the first one, should they change on the way."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._resamplers: dict[tuple[int, str, str], av.AudioResampler] = {}

    def samples(self, frame: av.AudioFrame) -> Samples:
        """Return shape (channels, n)."""
        same_rate = frame.sample_rate == self._stream.sr
        if same_rate and frame.layout.nb_channels == self._stream.channels:
            return to_float(_planes(frame))
        parts = [_planes(part) for part in self._resampler(frame).resample(frame)]
        empty = np.zeros((self._stream.channels, 0), np.float32)
        return np.concatenate([empty, *parts], axis=1)

    def _resampler(self, frame: av.AudioFrame) -> av.AudioResampler:
        import av

        key = (frame.sample_rate, frame.layout.name, frame.format.name)
        if key not in self._resamplers:
            layout = {1: "mono", 2: "stereo"}.get(self._stream.channels, f"{self._stream.channels}c")
            self._resamplers[key] = av.AudioResampler("fltp", layout, self._stream.sr)
        return self._resamplers[key]


def _planes(frame: av.AudioFrame) -> NDArray[Any]:
    """Return the samples of a frame as they are coded, shape (channels, n)."""
    array: NDArray[Any] = frame.to_ndarray()
    return array if frame.format.is_planar else array.reshape(-1, frame.layout.nb_channels).T
