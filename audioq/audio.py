"""Audio: a recording that can be read in blocks, and `read`, which opens it.

Everything that decodes is here and in `audioq.decoders`: the native rate, channels apart and first,
float32. PCM of 16 bits is divided by 32768, which is exact, so that a zero stays a zero.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from audioq import decoders
from audioq.decoders import arrays
from audioq.decoders.files import FileView, Opener, check_readable, digest, opener
from audioq.decoders.reader import StreamReader, check_duration, check_finite, span_of
from audioq.decoders.stream import Gap, Pieces, Samples, Stream, UndecodableError, rebatch, to_float
from audioq.errors import AudioError
from audioq.table import Format, Note

MOST_CHANNELS = 64
"""More channels are no recording of a call, and a header can claim any number."""

Source = str | os.PathLike[str] | bytes | IO[bytes] | NDArray[Any] | tuple[NDArray[Any], int]
"""Path, "-" for standard input, bytes of a file, binary file object, array, or (array, rate)."""

LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000
USUAL_RATES = frozenset(
    (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000),
)
LIBROSA_RATE = 22050


@dataclass(frozen=True, slots=True)
class Audio:
    """A recording at its native rate, channels apart.

    Attributes
    ----------
    source : str
        What to call it in messages: the path, "standard input", "bytes", "array".
    sr : int
        Native sampling rate in Hz. For Opus the rate at which the decoder hands out samples: that
        of the sound before coding for Ogg Opus, 48000 elsewhere.
    channels : int
        Number of channels.
    format : Format
        Container, codec and rates. `duration` is an estimate in seconds before anything is decoded,
        NaN where the file gives none.
    notes : list of Note
        Warnings; grows while `blocks` is read.
    sha256 : str or None
        Digest of the bytes of the file where it was asked for; None for arrays.
    y : ndarray, float32, shape (channels, n), or None
        The samples where they were given as an array.
    gaps : list of Gap or None
        Where the time stamps of the container say that packets are missing, in samples; known once `blocks`
        has been read to its end. None where there are no time stamps.
    """

    source: str
    sr: int
    channels: int
    format: Format
    notes: list[Note]
    sha256: str | None
    y: Samples | None
    _reader: Callable[[int], Pieces] = field(repr=False, compare=False)
    gaps: list[Gap] | None = None

    def blocks(self, n_samples: int) -> Iterator[Samples]:
        """Decode from the beginning; may be called again.

        Parameters
        ----------
        n_samples : int
            Samples a channel in each block.

        Yields
        ------
        ndarray, float32, shape (channels, n_samples)
            C-contiguous, full scale is 1; the last block may be shorter. Blocks of a recording are
            fresh arrays, blocks of an array may be views of it.

        Raises
        ------
        AudioError
            A sample is NaN or infinite, less than 0.3 s can be decoded, or the file cannot be read on.
        """
        if n_samples < 1:
            raise ValueError("n_samples must be at least 1")
        return self._reader(n_samples)


def read(
    source: Source,
    *,
    sr: int | None = None,
    start: float | None = None,
    end: float | None = None,
    stream: int | None = None,
    name: str | None = None,
    sha256: bool = False,
    raw_format: str | None = None,
    max_duration: float | None = None,
) -> Audio:
    """Open a recording.

    Parameters
    ----------
    source : path, bytes, binary file object, ndarray or (ndarray, int)
        "-" reads standard input. An array is (n,) or (channels, n); integers are scaled by their
        full scale. A file object is read from its beginning and must stay open.
    sr : int, optional
        Rate of an array in Hz; not allowed for files, which carry their own.
    start, end : float, optional
        The part to read in seconds, half open; `end` may lie beyond the end of the recording.
    stream : int, optional
        Which audio track of a file to read, counted from 0. Without it, the first that is flagged as the default
        one and holds sound, else the first that holds sound; a note says which where there are several.
    name : str, optional
        What to call the source in messages.
    sha256 : bool
        Also compute the digest of the file's bytes.
    raw_format : str, optional
        What the bytes of a file without a header are: ``codec,rate,channels``, such as ``"mulaw,8000,1"``, with
        a rate in Hz. A file that has a header is read by that.
    max_duration : float, optional
        The most seconds of sound that a file may hold, whatever its header says. It is counted while it is decoded.

    Returns
    -------
    Audio

    Raises
    ------
    AudioError
        It does not exist, cannot be opened or decoded, holds no sound or no such track, is shorter than 0.3 s,
        or holds NaN or infinite samples.
    LimitError
        It holds more than `max_duration`; where its header does not say so, `Audio.blocks` raises it.

    Examples
    --------
    >>> import numpy as np
    >>> audio = read(np.zeros((2, 8000), np.int16), sr=8000)
    >>> audio.channels, audio.format.duration
    (2, 1.0)
    >>> [block.shape for block in audio.blocks(5000)]
    [(2, 5000), (2, 3000)]
    """
    title = name if name is not None else title_of(source)
    _check_times(title, start, end)
    _check_stream(title, source, stream)
    if isinstance(source, (np.ndarray, tuple)):
        if raw_format is not None:
            raise AudioError(title, "raw_format was given with an array", "leave it out, it is for files")
        return _read_array(title, source, sr, start, end)
    if sr is not None:
        raise AudioError(title, "sr was given with a file", "leave sr out, a file carries its own rate")
    reopen = opener(title, source)
    with reopen() as view:
        digits = digest(view) if sha256 else None  # before the header is mended
        found = _probe(title, view, raw_format, stream)
    return _read_stream(title, reopen, found, (start, end), digits, max_duration)


def title_of(source: object) -> str:
    """Return what to call a source in messages."""
    if isinstance(source, (str, os.PathLike)):
        return "standard input" if source == "-" else os.fsdecode(source)
    if isinstance(source, bytes):
        return "bytes"
    if isinstance(source, (np.ndarray, tuple)):
        return "array"
    given = getattr(source, "name", None)
    return given if isinstance(given, str) else "file object"


def _check_times(title: str, start: float | None, end: float | None) -> None:
    for word, value in (("start", start), ("end", end)):
        if value is not None and not (math.isfinite(value) and value >= 0):
            raise AudioError(title, f"{word} is {value}", f"pass {word} as seconds from the beginning")
    if end is not None and end <= (start or 0.0):
        raise AudioError(title, f"end ({end} s) does not lie after start ({start or 0.0} s)", "pass an end after start")


def _check_stream(title: str, source: object, stream: object) -> None:
    if stream is not None and not (isinstance(stream, int) and stream >= 0):
        raise AudioError(title, f"stream is {stream}", "pass stream as the number of an audio track, from 0 on")
    if stream and isinstance(source, (np.ndarray, tuple)):
        raise AudioError(title, "stream was given with an array", "leave stream out, an array is one track")


def _format_notes(sr: int) -> list[Note]:
    return [] if sr in USUAL_RATES else [Note("odd_rate", (("sr", sr),))]


def _part_notes(start: float | None) -> list[Note]:
    return [Note("part", (("start", round(start, 3)),))] if start else []


def _check_rate(title: str, sr: int) -> None:
    if not LOWEST_RATE <= sr <= HIGHEST_RATE:
        problem = f"its sampling rate is {sr} Hz, outside {LOWEST_RATE} to {HIGHEST_RATE} Hz"
        raise AudioError(title, problem, "pass sound at its true rate in Hz")


def _probe(title: str, view: FileView, raw_format: str | None, track: int | None) -> Stream:
    if view.size == 0:
        raise AudioError(title, "is empty", "record or copy it again")
    try:
        stream = decoders.probe(view, title, raw_format, track)
    except UndecodableError as cause:
        check_readable(title, view)
        raise AudioError(title, *cause.args) from cause
    _check_rate(title, stream.sr)
    return stream


def _read_stream(
    title: str,
    reopen: Opener,
    stream: Stream,
    times: tuple[float | None, float | None],
    digits: str | None,
    max_duration: float | None,
) -> Audio:
    start, end = times
    span = span_of(title, stream.sr, start, end, stream.claimed)
    notes = _format_notes(stream.sr) + list(stream.notes) + _part_notes(start)
    # fmin ignores NaN: where the file gives no length, `end` is the best estimate.
    last = float(np.fmin(stream.seconds, math.nan if end is None else end))
    rates = (stream.sr, stream.codec_sr)
    if stream.channels > MOST_CHANNELS:
        problem = f"it has {stream.channels} channels"
        raise AudioError(title, problem, f"split it: audioq takes at most {MOST_CHANNELS}")
    check_duration(title, last - (start or 0.0), max_duration)
    described = Format(stream.container, stream.codec, *rates, stream.channels, last - (start or 0.0))
    reader = StreamReader(title, reopen, stream, span, notes, max_duration)
    gaps = reader.gaps if stream.timed else None
    return Audio(title, stream.sr, stream.channels, described, notes, digits, None, reader.blocks, gaps)


def _read_array(
    title: str, source: NDArray[Any] | tuple[Any, ...], sr: int | None, start: float | None, end: float | None
) -> Audio:
    samples, rate = arrays.accept(title, source, sr)
    _check_rate(title, rate)
    span = span_of(title, rate, start, end, samples.shape[1])
    y = to_float(samples[:, span.first : span.stop])
    check_finite(title, y, span.first, rate)
    notes = _format_notes(rate) + _part_notes(start)
    if rate == LIBROSA_RATE and samples.dtype.kind == "f":
        notes.append(Note("resampled_array", (("sr", rate),)))
    described = Format("array", samples.dtype.name, rate, None, len(y), y.shape[1] / rate)
    return Audio(title, rate, len(y), described, notes, None, y, lambda n: rebatch(iter([y]), n))
