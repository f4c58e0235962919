"""Decode with PyAV (FFmpeg) what soundfile cannot: MP4, 3gp, AMR, WebM, Matroska, WMA, the sound of a video.

PyAV is imported late: most recordings never need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audioq.decoders.clock import Moment, Placed, in_order, on_time
from audioq.decoders.files import HEADER_BYTES, FileView
from audioq.decoders.ogg import Pages, in_pages
from audioq.decoders.raw import RawFormat, demuxer_options
from audioq.decoders.stream import (
    OPUS_RATE,
    CutShortError,
    Found,
    Gap,
    Pieces,
    Samples,
    Stream,
    UndecodableError,
    drop,
    to_float,
)
from audioq.decoders.tracks import Header, encrypted, header_tracks, length_of, name_of, start_of, wanted
from audioq.table import Note

if TYPE_CHECKING:
    import av
    from av.container import InputContainer

WITHOUT_CLOCK = ("aac", "amr", "mp3", "ac3")
"""Containers without time stamps; FFmpeg makes some up from the rate of the first packet."""

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
    how: dict[str, Any] = {} if int(av.__version__.split(".")[0]) >= 19 else {"metadata_errors": "replace"}
    options = {"format_whitelist": KNOWN_FORMATS} if raw is None else demuxer_options(raw)
    with view.ending_after(HEADER_BYTES):
        container: InputContainer = av.open(view, "r", None if raw is None else raw.codec, options, **how)
    return container


def probe(
    view: FileView,
    reason: str | None,
    track: int | None = None,
    pages: Pages | None = None,
    raw: RawFormat | None = None,
) -> Stream:
    """Describe the sound of a file.

    Parameters
    ----------
    view : FileView
    reason : str or None
        Why libsndfile, which knows its format, refused it.
    track : int, optional
        Number of the audio track; without it, the first with sound, those first that are flagged as default.
    pages : Pages, optional
        Where packets are missing in an Ogg file.
    raw : RawFormat, optional
        What bare bytes are.

    Raises
    ------
    UndecodableError
        PyAV cannot read it either, or it holds no sound or no such track.
    """
    view.patches = ()
    try:
        import av
    except ImportError as cause:
        raise UndecodableError("needs PyAV to be decoded", "install it with pip install av") from cause
    try:
        with _open(view, raw) as container:
            numbers = wanted(container, track)
            count = len(container.streams.audio)
        refused: list[UndecodableError] = []
        for number in numbers:
            try:
                with _open(view, raw) as container:
                    stream = _describe(view, container, _Way(number, pages), raw)
            except UndecodableError as error:
                refused.append(error)
                continue
            chosen = Note("several_tracks", (("count", count), ("track", number)))
            return replace(stream, notes=(chosen,) if track is None and count > 1 else ())
    except (av.error.FFmpegError, ValueError) as cause:
        raise _undecodable(view, reason) from cause
    raise refused[0]


def head(view: FileView) -> Header | None:
    """Return what the container says of itself; None where FFmpeg does not know it."""
    try:
        import av
    except ImportError:
        return None
    try:
        with _open(view) as container:
            length = container.duration / 1e6 if container.duration is not None else float("nan")
            tags = {name: value for stream in container.streams for name, value in stream.metadata.items()}
            tags |= container.metadata
            shown = tuple((str(name), str(value)) for name, value in tags.items())
            return Header(name_of(view, container), length, header_tracks(container), shown)
    except (av.error.FFmpegError, ValueError):
        return None


def _undecodable(view: FileView, reason: str | None) -> UndecodableError:
    if view.at(4, 4) == b"ftyp" and not any(
        b"moov" in view.at(at, 1 << 20) for at in range(0, view.size, (1 << 20) - 3)
    ):
        return UndecodableError("is cut off before the index of its sound (moov)", "copy it again or repair it first")
    if reason is not None:
        return UndecodableError(f"is damaged: {reason}", "copy or export the recording again")
    return UndecodableError("is not a recording that can be decoded", SUPPORTED)


def _describe(view: FileView, container: InputContainer, way: _Way, raw: RawFormat | None) -> Stream:
    audio = container.streams.audio[way.track]
    frame = _first_frame(container, way.track)
    codec = audio.codec_context.codec.canonical_name
    length, stated = length_of(view, container, way.track)
    name = name_of(view, container)
    return Stream(
        container=name,
        codec={"gsm_ms": "gsm"}.get(codec, codec),
        sr=frame.sample_rate,
        codec_sr=OPUS_RATE if codec == "opus" else audio.codec_context.sample_rate,
        channels=frame.layout.nb_channels,
        claimed=round(length * frame.sample_rate) if stated and length > 0 else None,
        seconds=length,
        notes=(),
        patches=(),
        decode=way.decode,
        timed=raw is None and name not in WITHOUT_CLOCK,
        raw=raw,
    )


def _first_frame(container: InputContainer, number: int) -> av.AudioFrame:
    try:
        frame = next((moment.sound for moment in _moments(container, number)), None)
    except CutShortError as cause:
        raise UndecodableError("holds sound that cannot be decoded", "export it as WAV or FLAC") from cause
    if frame is None:
        raise UndecodableError(f"holds no sound in its audio track {number}", "pass a recording with sound")
    return frame


def _moments(container: InputContainer, number: int) -> Iterator[Moment[av.AudioFrame]]:
    """Yield each frame of a track with its time and what could not be decoded before it.

    Raises
    ------
    CutShortError
        The container cannot be read on, or its last packets cannot be decoded.
    """
    import av

    lost = 0.0
    try:
        for n, packet in enumerate(container.demux(container.streams.audio[number])):
            if n == 0 and packet.has_sidedata("encryption_info"):
                raise encrypted()
            try:
                for frame in packet.decode():
                    if isinstance(frame, av.AudioFrame):
                        yield Moment(_time(frame), frame.samples / frame.sample_rate, n, packet.size, lost, frame)
                        lost = 0.0
            except MemoryError:
                raise  # this process is out of memory, and the recording is not damaged
            except av.error.FFmpegError:
                lost += float((packet.duration or 0) * packet.time_base) if packet.time_base else 0.0
    except MemoryError:
        raise
    except (av.error.FFmpegError, ValueError) as cause:
        raise CutShortError(lost) from cause
    if lost:
        raise CutShortError(lost)


def _time(frame: av.AudioFrame) -> float | None:
    return None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)


@dataclass(frozen=True, slots=True)
class _Way:
    """Which track to decode, and by which clock."""

    track: int
    pages: Pages | None

    def decode(self, view: FileView, stream: Stream, n: int, first: int, found: Found) -> Pieces:
        """Yield the sound from sample `first` on, in its time."""
        yield from drop(_trimmed(_on_time(self, view, stream, found), stream, found), first)


def _trimmed(pieces: Pieces, stream: Stream, found: Found) -> Pieces:
    """Cut the coder's padding off the last piece of an MP4 file, whose index knows the true length."""
    end = stream.claimed if stream.container in ("mp4", "3gp", "mov") else None
    if end is None:
        yield from pieces  # nothing is held back, which would be lost where decoding breaks off
        return
    position = 0
    last: Samples | None = None
    cut: CutShortError | None = None
    try:
        for piece in pieces:
            if last is not None:
                position += last.shape[1]
                yield last
            last = piece
    except CutShortError as error:
        cut = error
    if last is not None:
        end += round(found.late_s * stream.sr)
        yield last[:, : end - position] if end > position else last
    if cut is not None:
        raise cut


def _on_time(way: _Way, view: FileView, stream: Stream, found: Found) -> Pieces:
    """Decode, with silence where the container says that packets are missing."""
    shape = _Shape(stream)
    position = 0
    with _open(view, stream.raw) as container:
        for placed in _placed(way, container, stream, found):
            late = round(found.late_s * stream.sr) if position == 0 else 0
            gap = round(placed.gap_s * stream.sr)
            position += late + gap
            if gap:  # noted before its zeros go out: whoever reads a part may stop within them
                found.gaps.append(Gap(position - gap, position, placed.size_before))
            if late + gap:
                yield np.zeros((stream.channels, late + gap), np.float32)
            samples = shape.samples(placed.sound)
            position += samples.shape[1]
            yield samples


def _placed(way: _Way, container: InputContainer, stream: Stream, found: Found) -> Iterator[Placed[av.AudioFrame]]:
    moments = _moments(container, way.track)
    if way.pages is not None:
        return in_pages(moments, way.pages, found)
    return on_time(moments, found, start_of(container, way.track)) if stream.timed else in_order(moments)


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
