"""Tracks: what a container says of the streams in it, and which of them is the sound to read.

PyAV is the caller's: nothing here imports it when it is not needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audioq.decoders.files import FileView
from audioq.decoders.headers import asf_seconds, caf_share
from audioq.decoders.stream import UndecodableError

if TYPE_CHECKING:
    from av.container import InputContainer

ENCRYPTED_TAGS = frozenset(("enca", "encv", "drms", "drmi"))
"""Codec tags of protected tracks in MP4 (ISO/IEC 23001-7; iTunes)."""


STATES_SOUND = ("mov", "asf", "flac", "wav", "aiff", "caf")
"""Containers whose header states the length of the sound."""


@dataclass(frozen=True, slots=True)
class HeaderTrack:
    """One stream of a container as its header has it.

    Attributes
    ----------
    kind : str
        ``audio``, ``video``, ``picture`` (a cover), ``subtitle``, ``data``.
    number : int or None
        Number among the audio tracks; None for others.
    codec : str
        Lower-case name, after FFmpeg's; ``unknown`` where FFmpeg has no decoder.
    language : str or None
    default : bool
        Whether it is flagged to be played by default.
    encrypted : bool
    sr : int or None
        Rate by the header, in Hz.
    channels : int or None
        By the header.
    seconds : float
        Length by the header; NaN where it gives none.
    """

    kind: str
    number: int | None
    codec: str
    language: str | None
    default: bool
    encrypted: bool
    sr: int | None
    channels: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Header:
    """What a container says of itself: its tracks and its tags."""

    container: str
    seconds: float
    tracks: tuple[HeaderTrack, ...]
    tags: tuple[tuple[str, str], ...]


def header_tracks(container: InputContainer) -> tuple[HeaderTrack, ...]:
    """Describe every stream of an open container."""
    numbers = {stream.index: number for number, stream in enumerate(container.streams.audio)}
    return tuple(_described(stream, numbers.get(stream.index)) for stream in container.streams)


def _described(stream: Any, number: int | None) -> HeaderTrack:
    context = stream.codec_context
    audio = stream.type == "audio" and context is not None
    known = stream.duration is not None and stream.time_base is not None
    return HeaderTrack(
        kind="picture" if is_picture(stream) else str(stream.type),
        number=number,
        codec=_codec(context),
        language=None if stream.language in (None, "und") else str(stream.language),
        default=is_default(stream),
        encrypted=is_encrypted(stream),
        sr=context.sample_rate or None if audio else None,
        channels=context.layout.nb_channels or None if audio else None,
        seconds=float(stream.duration * stream.time_base) if known else float("nan"),
    )


def _codec(context: Any) -> str:
    if context is None or context.codec is None:
        return "unknown"
    return str(context.codec.canonical_name)


def is_picture(stream: Any) -> bool:
    """Whether a video stream is a cover and no moving picture."""
    return "attached_pic" in _flags(stream)


def is_default(stream: Any) -> bool:
    """Whether a stream is flagged to be played by default."""
    return "default" in _flags(stream)


def is_encrypted(stream: Any) -> bool:
    """Whether the header says that a stream is protected."""
    context = stream.codec_context
    if context is None:
        return False
    try:
        tag = context.codec_tag
    except UnicodeDecodeError:  # a number, as in WAV, and no four letters
        return False
    return tag in ENCRYPTED_TAGS


def _flags(stream: Any) -> set[str]:
    return {flag.name for flag in stream.disposition if flag.name}


def wanted(container: InputContainer, number: int | None) -> Sequence[int]:
    """Return the numbers of the audio tracks to try, best first.

    Raises
    ------
    UndecodableError
        There is no such track, or none that is not encrypted.
    """
    audio = container.streams.audio
    if not audio:
        moving = any(not is_picture(video) for video in container.streams.video)
        what = "is a video without sound" if moving else "holds no sound"
        raise UndecodableError(what, "pass a recording with sound")
    if number is not None and number >= len(audio):
        raise no_such_track(number, len(audio))
    tried = range(len(audio)) if number is None else [number]
    open_ones = [n for n in tried if not is_encrypted(audio[n])]
    if not open_ones:
        raise encrypted()
    return sorted(open_ones, key=lambda n: not is_default(audio[n]))


def encrypted() -> UndecodableError:
    """Return the error for sound that needs a key."""
    return UndecodableError("is encrypted", "pass a copy without protection")


def no_such_track(number: int, count: int) -> UndecodableError:
    """Return the error for a track that is not there."""
    there = "one audio track, number 0" if count == 1 else f"{count} audio tracks, numbers 0 to {count - 1}"
    remedy = "leave stream out" if count == 1 else f"pass a stream from 0 to {count - 1}"
    return UndecodableError(f"has no audio track {number} but {there}", remedy)


def start_of(container: InputContainer, number: int) -> float | None:
    """Time in seconds at which the file begins, by its earliest track of sound or moving pictures.

    None where the sound is alone: then it begins the file, whatever its first stamp.
    """
    others = [s for s in container.streams if s.type in ("audio", "video") and not is_picture(s)]
    if len(others) < 2:
        return None
    starts = [float(s.start_time * s.time_base) for s in others if s.start_time is not None and s.time_base is not None]
    return min(starts, default=None)


def length_of(view: FileView, container: InputContainer, number: int) -> tuple[float, bool]:
    """Seconds of sound, NaN where unknown, and whether the file says so itself (FFmpeg also guesses)."""
    kind = container.format.name.split(",")[0]
    audio = container.streams.audio[number]
    if audio.duration is not None and audio.time_base is not None:
        length = float(audio.duration * audio.time_base)
        if kind == "asf":
            length = asf_seconds(view) or length
        elif kind == "caf" and audio.codec_context.name.startswith("pcm_"):
            length *= caf_share(view)
        return length, kind in STATES_SOUND
    ends = _ends_at(audio.metadata.get("DURATION", "")) if kind == "matroska" else None
    if ends is not None:  # a tag of each track; the header itself only states when the longest one ends
        return ends - max(container.start_time or 0, 0) / 1e6, True
    if container.duration is not None:
        # Matroska only states when the longest stream ends.
        return (container.duration - max(container.start_time or 0, 0)) / 1e6, kind == "matroska" and len(
            container.streams
        ) == 1
    return float("nan"), False


def _ends_at(tag: str) -> float | None:
    """Seconds of a tag such as 00:01:02.500000000, None where it is none."""
    parts = tag.strip("\0 ").split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return None
    return 3600 * hours + 60 * minutes + seconds


def name_of(view: FileView, container: InputContainer) -> str:
    """Return the lower-case name of the container, after FFmpeg's, with the families of MP4 and Matroska told apart."""
    name = container.format.name.split(",")[0]
    if name == "mov":
        brand = str(container.metadata.get("major_brand", ""))
        return "3gp" if brand.startswith("3g") else "mov" if brand.startswith("qt") else "mp4"
    if name == "matroska" and b"webm" in view.at(0, 64):
        return "webm"
    return name
