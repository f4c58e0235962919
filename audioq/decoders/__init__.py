"""The two decoders behind `audioq.audio.read`: soundfile first, PyAV for what it cannot read.

Bytes without a header, which the name or the user says what they are, go to PyAV at once.

Both tell what a file holds (`probe` -> `Stream`) and then decode it piece by piece. Neither
resamples, mixes or clips. Opus has no native rate: libsndfile decodes it at the rate of the sound
before coding, which Ogg Opus keeps in its header, PyAV always at 48 kHz. `sr` is the rate that the
decoder hands out; `codec_sr` says 48000.

What plain files do not need is imported where it is needed: a single recording is to start quickly.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import soundfile

from audioq.decoders import headers, libsndfile, raw
from audioq.decoders.files import FileView
from audioq.decoders.stream import Stream

if TYPE_CHECKING:
    from audioq.decoders.tracks import Header


def prepare() -> None:
    """Import everything that some file may need; a process that reads many files does so before the first."""
    try:
        import av  # noqa: F401
    except ImportError:
        return  # `probe` says so of those that need it
    from audioq.decoders import ffmpeg, headerless, ogg  # noqa: F401


def probe(view: FileView, name: str = "", raw_format: str | None = None, track: int | None = None) -> Stream:
    """Find the decoder of a file and what it says about it.

    Parameters
    ----------
    view : FileView
    name : str
        Its ending says what bytes without a header are.
    raw_format : str, optional
        What they are, as the user says; see `audioq.decoders.raw.parse`.
    track : int, optional
        Number of the audio track to read, from 0 on.

    Raises
    ------
    UndecodableError
        Neither soundfile nor PyAV can read it, it has no such track, or `raw_format` is no such text.
    """
    given = None if raw_format is None else raw.parse(raw_format)
    if (given or raw.named_raw(name)) and not headers.has_header(view):
        from audioq.decoders import headerless

        _only_track(track)
        return headerless.probe(view, given or raw.by_name(name))
    try:
        stream = libsndfile.probe(view)
    except soundfile.SoundFileError as refused:
        from audioq.decoders import ffmpeg

        headers.refuse_packets(view)
        return ffmpeg.probe(view, libsndfile.refusal(refused), track)
    if stream.container == "ogg":
        return _ogg(view, stream, track)
    _only_track(track)
    return stream


def _only_track(track: int | None) -> None:
    if track:
        from audioq.decoders.tracks import no_such_track

        raise no_such_track(track, 1)


def head(view: FileView, name: str = "", raw_format: str | None = None) -> Header | None:
    """Return what a container says of itself; None where there is none, or FFmpeg does not know it."""
    if (raw_format is not None or raw.named_raw(name)) and not headers.has_header(view):
        return None
    from audioq.decoders import ffmpeg

    return ffmpeg.head(view)


def _ogg(view: FileView, stream: Stream, track: int | None) -> Stream:
    """Hand an Ogg file that libsndfile would play without its gaps, or with several tracks, to PyAV."""
    from audioq.decoders import ffmpeg, ogg

    pages = ogg.scan(view)
    if pages.tracks > 1:
        return ffmpeg.probe(view, None, track)
    _only_track(track)
    if stream.codec != "opus":
        return stream
    if not (pages.gaps or pages.overlap_s or pages.jumps):
        return replace(stream, timed=True)
    return replace(ffmpeg.probe(view, None, pages=pages), notes=stream.notes)
