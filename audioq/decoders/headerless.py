"""Describe bytes without a header: how many samples they are, and whether they can be what they were taken for."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np

from audioq.decoders import ffmpeg
from audioq.decoders.files import FileView
from audioq.decoders.plausibility import LISTEN_SECONDS, doubts
from audioq.decoders.raw import RawFormat, whole_units
from audioq.decoders.stream import CutShortError, Found, Samples, Stream, UndecodableError, take
from audioq.table import Note

_REMEDY = "say with --raw-format what its bytes are, such as mulaw,8000,1"

_LOUDEST = 64.0
"""Bytes of another format, taken for floating point, give numbers beyond this many times full scale, and NaN."""


def probe(view: FileView, raw: RawFormat) -> Stream:
    """Describe bytes without a header, and listen to the first seconds.

    Raises
    ------
    UndecodableError
        They cannot be decoded as that.
    """
    samples, left = whole_units(raw, view.size)
    if samples == 0:
        raise UndecodableError(f"is too short for {raw.codec}", "record or copy it again")
    try:
        stream = ffmpeg.probe(view, None, raw=raw)
    except UndecodableError as cause:
        if isinstance(cause.__cause__, ImportError):
            raise
        raise UndecodableError(f"cannot be decoded as {raw.codec}", _REMEDY) from cause
    seconds = stream.seconds if samples is None else samples / stream.sr
    stream = replace(stream, container="raw", claimed=samples, seconds=seconds)
    odd = (Note("odd_bytes", (("bytes", left), ("codec", raw.codec))),) if left else ()
    y = _first_seconds(view, stream)
    if not (np.abs(y) <= _LOUDEST).all():  # NaN is not
        raise UndecodableError(f"holds numbers that are no sound, read as {raw.codec}", _REMEDY)
    return replace(stream, notes=(*odd, *doubts(y, raw.codec)))


def _first_seconds(view: FileView, stream: Stream) -> Samples:
    pieces = [np.zeros((stream.channels, 0), np.float32)]
    with contextlib.suppress(CutShortError):
        wanted = round(LISTEN_SECONDS * stream.sr)
        pieces.extend(take(stream.decode(view, stream, wanted, 0, Found()), wanted))
    return np.concatenate(pieces, axis=1)
