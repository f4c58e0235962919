"""Tracks: what is in a file before anything is judged: container, tracks, length, gaps, tags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO, cast

import numpy as np

from audioq import decoders
from audioq.audio import Audio, Source, read, title_of
from audioq.decoders.files import FileView, opener
from audioq.decoders.tracks import HeaderTrack
from audioq.errors import AudioError
from audioq.table import Note

_DATES = re.compile(r"date|year|_time$")
"""Names of tags with a date."""
_ENCODERS = re.compile(r"encode|writing|muxing|software|^tool$")
"""Names of tags that say what made the file."""
_BLOCK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Sound:
    """What the sound of a track turns out to be once it is decoded.

    Attributes
    ----------
    sr : int
        Rate of the decoded samples in Hz.
    channels : int
    seconds : float
        Length of the decoded samples, silence for missing packets included.
    gaps : int or None
        How often packets are missing; None where the container has no time stamps.
    gap_seconds : float
        How long they are together.
    notes : tuple of Note
        Warnings of the reader.
    """

    sr: int
    channels: int
    seconds: float
    gaps: int | None
    gap_seconds: float
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """One stream of a file: what the header says, and what its sound is.

    Attributes
    ----------
    header : HeaderTrack
    sound : Sound or None
        None for tracks without sound and where it cannot be decoded.
    problem : str or None
        Why it cannot be decoded.
    """

    header: HeaderTrack
    sound: Sound | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Info:
    """What is in a file.

    Attributes
    ----------
    file : str
    container : str
    seconds : float
        Length by the header of the container; NaN where it gives none.
    tracks : tuple of Track
    dates, encoder : tuple of (str, str)
        Tags with a date, and those that name what made the file: name and value as they stand.
    """

    file: str
    container: str
    seconds: float
    tracks: tuple[Track, ...]
    dates: tuple[tuple[str, str], ...]
    encoder: tuple[tuple[str, str], ...]

    @property
    def readable(self) -> bool:
        """Whether the sound of any track can be decoded."""
        return any(track.sound is not None for track in self.tracks)


def info(source: Source, *, raw_format: str | None = None) -> Info:
    """Say what is in a file: its tracks, how long they are by header and by samples, gaps and dates.

    Every audio track is decoded from end to end; nothing is judged.

    Parameters
    ----------
    source : path, ``"-"``, bytes or binary file
        See `read`.
    raw_format : str, optional
        What bytes without a header are; see `read`.

    Returns
    -------
    Info

    Raises
    ------
    AudioError
        The file cannot be opened, or holds nothing that is known.
    """
    title = title_of(source)
    if isinstance(source, (np.ndarray, tuple)):
        raise AudioError(title, "an array has no container and no tracks", "pass a path, bytes or a file")
    with opener(title, source)() as view:
        if view.size == 0:
            raise AudioError(title, "is empty", "record or copy it again")
        header = decoders.head(view, title, raw_format)
        if header is None:
            return _without_header(title, view, raw_format)
        tracks = tuple(_decoded(title, view, track) for track in header.tracks)
    return Info(
        title,
        header.container,
        header.seconds,
        tracks,
        tuple(tag for tag in header.tags if _DATES.search(tag[0].lower())),
        tuple(tag for tag in header.tags if _ENCODERS.search(tag[0].lower())),
    )


def _without_header(title: str, view: FileView, raw_format: str | None) -> Info:
    """Describe a file of one track that only libsndfile knows, or bytes without a header."""
    audio = read(cast(IO[bytes], view), name=title, raw_format=raw_format)
    own = audio.format
    header = HeaderTrack("audio", 0, own.codec, None, True, False, own.codec_sr, own.channels, own.duration)
    return Info(title, own.container, own.duration, (Track(header, _sound(audio)),), (), ())


def _decoded(title: str, view: FileView, header: HeaderTrack) -> Track:
    if header.number is None:
        return Track(header)
    try:
        return Track(header, _sound(read(cast(IO[bytes], view), name=title, stream=header.number)))
    except AudioError as error:
        return Track(header, problem=error.problem)


def _sound(audio: Audio) -> Sound:
    n = sum(block.shape[1] for block in audio.blocks(_BLOCK_SECONDS * audio.sr))
    missing = sum(gap.end - gap.start for gap in audio.gaps or ())
    count = None if audio.gaps is None else len(audio.gaps)
    return Sound(audio.sr, audio.channels, n / audio.sr, count, missing / audio.sr, tuple(audio.notes))
