"""Stream: what a decoder knows about a recording before it decodes, and the shape of what it yields."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from audioq.decoders.files import FileView, Patch
from audioq.table import Note

if TYPE_CHECKING:
    from audioq.decoders.raw import RawFormat

Samples = NDArray[np.float32]
Pieces = Iterator[Samples]

OPUS_RATE = 48000
"""Clock of every Opus stream in Hz."""

_LATE_SECONDS = 0.1
"""Sound and picture of a video hardly ever begin at the same time; less than this is no news."""

_EXACT_BYTES = 2
"""Integers up to this size fit into the 24 bits of a float32."""


class UndecodableError(Exception):
    """No decoder can read the file. Arguments: problem, remedy."""


class CutShortError(Exception):
    """The decoder gave up after the pieces that it yielded, with `seconds` of packets lost at the end."""

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Gap(NamedTuple):
    """A stretch that the container has no packet for, filled with zeros."""

    start: int
    """First sample, at the rate of the decoded sound."""
    end: int
    """One past the last sample."""
    size: int
    """Bytes of the packet before: a codec that stops sending in silence says so in a tiny one."""


@dataclass(slots=True)
class Found:
    """What only shows while a stream is decoded; grows with it."""

    gaps: list[Gap] = field(default_factory=list)
    """In samples from the beginning of the stream."""
    late_s: float = 0.0
    """How much later than the other tracks of the file the sound begins, in seconds."""
    overlap_s: float = 0.0
    """Seconds of sound stamped as if it were heard at the same time as what came before."""
    loose_s: float = 0.0
    """How far gaps may lie behind where they were put, in seconds."""
    jumps: int = 0
    """How often the clock jumped further than any loss is long, or back."""

    def notes(self) -> list[Note]:
        """Return what people should know of it, but for the gaps."""
        notes = [
            (self.late_s >= _LATE_SECONDS, Note("late_start", (("seconds", round(self.late_s, 3)),))),
            (self.overlap_s, Note("overlapping_packets", (("seconds", round(self.overlap_s, 3)),))),
            (self.loose_s, Note("loose_gaps", (("seconds", round(self.loose_s, 3)),))),
            (self.jumps, Note("clock_jumps", (("count", self.jumps),))),
        ]
        return [note for amount, note in notes if amount]


@dataclass(frozen=True, slots=True)
class Stream:
    """What a decoder knows before it decodes.

    Attributes
    ----------
    container, codec : str
        Lower-case names, after FFmpeg's.
    sr, codec_sr : int
        Rate of the decoded samples and of the coded stream in Hz.
    channels : int
        Number of channels.
    claimed : int or None
        Samples a channel that the file says it holds; None where it does not say.
    seconds : float
        Estimate of the duration; NaN where there is none.
    notes : tuple of Note
        What the header gave away.
    patches : tuple of Patch
        How the decoder wants the header mended.
    decode : callable
        ``decode(view, stream, n, first, found)`` yields float32 arrays, shape (channels, any), from
        sample `first` on, in steps of about `n`; appends to `found`; raises `CutShortError` after
        the last piece when the decoder failed before the end.
    timed : bool
        Whether the container stamps its packets, so that it shows where some are missing.
    raw : RawFormat or None
        What the bytes were taken for where no header says it.
    """

    container: str
    codec: str
    sr: int
    codec_sr: int
    channels: int
    claimed: int | None
    seconds: float
    notes: tuple[Note, ...]
    patches: tuple[Patch, ...]
    decode: Callable[[FileView, Stream, int, int, Found], Pieces]
    timed: bool = False
    raw: RawFormat | None = None


def drop(pieces: Pieces, count: int) -> Pieces:
    """Leave out the first `count` samples."""
    for piece in pieces:
        if count < piece.shape[1]:
            yield piece[:, count:]
        count = max(0, count - piece.shape[1])


def take(pieces: Pieces, count: int | None) -> Pieces:
    """Stop after `count` samples; None takes all."""
    left = math.inf if count is None else count
    for piece in pieces:
        if piece.shape[1] >= left:
            yield piece[:, : int(left)]
            return
        yield piece
        left -= piece.shape[1]


def rebatch(pieces: Pieces, n: int) -> Pieces:
    """Cut pieces of any length into blocks of `n`; what is left goes out even when decoding fails."""
    held: list[Samples] = []
    size = 0
    cut: CutShortError | None = None
    try:
        for piece in pieces:
            held.append(piece)
            size += piece.shape[1]
            while size >= n:
                whole = held[0] if len(held) == 1 else np.concatenate(held, axis=1)
                yield np.ascontiguousarray(whole[:, :n])
                size -= n
                held = [whole[:, n:]] if size else []
    except CutShortError as error:
        cut = error
    if size:
        yield np.concatenate(held, axis=1)
    if cut is not None:
        raise cut


def to_float(samples: NDArray[Any]) -> Samples:
    """Scale integers by their full scale, so that -1 is the lowest value; floats keep theirs.

    Parameters
    ----------
    samples : ndarray, integer or float

    Returns
    -------
    ndarray, float32, of the same shape, C-contiguous
    """
    if samples.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return np.ascontiguousarray(samples, np.float32)
    half = 2.0 ** (8 * samples.dtype.itemsize - 1)
    middle = half if samples.dtype.kind == "u" else 0.0
    exact: Any = np.float32 if samples.dtype.itemsize <= _EXACT_BYTES else np.float64
    scaled: NDArray[Any] = (samples.astype(exact) - exact(middle)) * exact(1 / half)
    return np.ascontiguousarray(scaled, np.float32)
