"""Reading a stream in blocks: the wanted part, what is refused, and what turns out to be missing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from audioq.decoders.files import Opener, check_readable
from audioq.decoders.headers import SLACK_SECONDS
from audioq.decoders.stream import CutShortError, Found, Gap, Pieces, Samples, Stream, rebatch, take
from audioq.errors import AudioError, LimitError
from audioq.table import Note

ALWAYS_FINITE = ("pcm_s", "pcm_u", "pcm_mulaw", "pcm_alaw", "flac", "gsm")
"""Codecs of integers, by how their names begin: no need to look for NaN."""

SHORTEST_SECONDS = 0.3
"""A shorter recording is refused."""


@dataclass(frozen=True, slots=True)
class Span:
    """The wanted part of a recording, in samples; `stop` None means to the end."""

    first: int
    stop: int | None

    def length(self, total: int) -> int:
        """Return how many of `total` samples lie inside."""
        return max(0, min(total, self.stop if self.stop is not None else total) - self.first)


def span_of(title: str, sr: int, start: float | None, end: float | None, total: int | None) -> Span:
    """Turn seconds into samples; refuse what is outside or too short, where the length is known."""
    span = Span(round((start or 0.0) * sr), None if end is None else round(end * sr))
    if total is not None:
        if total and span.first >= total:
            raise _starts_late(title, start, total / sr)
        _check_length(title, span.length(total), sr)
    return span


def _starts_late(title: str, start: float | None, seconds: float) -> AudioError:
    return AudioError(title, f"start ({start} s) lies outside its {seconds:.3f} s", "pass an earlier start")


def _check_length(title: str, n: int, sr: int) -> None:
    if n == 0:
        raise AudioError(title, "holds no samples", "record it again")
    if n < SHORTEST_SECONDS * sr:
        raise AudioError(title, f"holds only {n / sr:.3f} s of sound", f"pass at least {SHORTEST_SECONDS} s")


def check_finite(title: str, block: Samples, position: int, sr: int) -> None:
    """Raise AudioError where a sample is NaN or infinite; `block` begins at sample `position`."""
    finite = np.isfinite(block)
    if not finite.all():
        at = (position + int(np.argmin(finite.all(axis=0)))) / sr
        raise AudioError(title, f"holds NaN or infinite samples, the first at {at:.3f} s", "export it again")


def check_duration(title: str, seconds: float, most: float | None) -> None:
    """Raise LimitError where there is more sound than is allowed."""
    if most is not None and seconds > most:
        remedy = "raise the limit, or analyse a part with start and end"
        raise LimitError(title, f"holds more than the {most:g} s of sound that are allowed", remedy)


@dataclass(frozen=True, slots=True)
class StreamReader:
    """Decodes a stream in blocks and compares the result with what its header claims."""

    title: str
    reopen: Opener
    stream: Stream
    span: Span
    notes: list[Note]
    max_duration: float | None = None
    gaps: list[Gap] = field(default_factory=list)
    """Missing packets in what was read last, in samples from the beginning of the wanted part."""

    def blocks(self, n: int) -> Pieces:
        """Yield the wanted part in blocks of `n` samples."""
        position = self.span.first
        cut: CutShortError | None = None
        found = Found()
        self.gaps.clear()
        with self.reopen() as view:
            view.patches = self.stream.patches
            pieces = self.stream.decode(view, self.stream, n, position, found)
            stop = None if self.span.stop is None else self.span.stop - position
            try:
                for block in rebatch(take(pieces, stop), n):
                    check_duration(self.title, (position - self.span.first) / self.stream.sr, self.max_duration)
                    if not self.stream.codec.startswith(ALWAYS_FINITE):
                        check_finite(self.title, block, position, self.stream.sr)
                    yield block
                    position += block.shape[1]
            except CutShortError as error:
                cut = error
            check_readable(self.title, view)
        self._conclude(position, cut, found)

    def _take_gaps(self, found: Found, position: int) -> None:
        """Keep the gaps in the wanted part up to `position`, which counts from the beginning of the stream."""
        first = self.span.first
        cut = (Gap(max(gap.start, first) - first, min(gap.end, position) - first, gap.size) for gap in found.gaps)
        self.gaps[:] = [gap for gap in cut if gap.start < gap.end]

    def _missing(self) -> list[Note]:
        seconds = sum(gap.end - gap.start for gap in self.gaps) / self.stream.sr
        id = "missing_packets" if self.stream.timed else "undecodable"
        return [Note(id, (("seconds", round(seconds, 3)),))] if seconds else []

    def _conclude(self, position: int, cut: CutShortError | None, found: Found) -> None:
        """Say what is missing, once the last block is out."""
        sr = self.stream.sr
        self._take_gaps(found, position)
        self._note(*self._missing(), *found.notes(), *self._truncation(position, cut, found.jumps > 0))
        if position == self.span.first and self.span.first:
            raise AudioError(self.title, "start lies outside the recording", "pass an earlier start")
        _check_length(self.title, position - self.span.first, sr)

    def _truncation(self, position: int, cut: CutShortError | None, jumps: bool) -> list[Note]:
        sr = self.stream.sr
        decoded = ("decoded", position / sr)
        claimed = 0 if jumps else self.stream.claimed or 0
        # Without a claim nobody knows how much is missing behind the packet that broke.
        due = max(position + round(cut.seconds * sr), claimed) if cut and claimed else max(position, claimed)
        wanted = due if self.span.stop is None else min(due, self.span.stop)
        if wanted - position > SLACK_SECONDS * sr or (cut and due > position):
            return [Note("truncated", (("declared", due / sr), decoded))]
        return [Note("broken_off", (decoded,))] if cut else []

    def _note(self, *notes: Note) -> None:
        known = {note.id for note in self.notes}
        self.notes.extend(note for note in notes if note.id not in known)
