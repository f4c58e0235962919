"""Tape: a call on its way, with everything that is known about each sample kept beside it.

What a receiver does to time (waiting, looping, skipping, stretching) is done to all tracks of the tape alike, so that
the truth stays exact to the sample.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.spans import Samples

REAL, LOST, REPAIRED, QUIET, LOOPED, WAITING, STRETCHED, GATED = range(8)
"""What a sample is: decoded from its packet; missing; repaired from a later packet; not sent because nobody spoke;
played again; waited for; played at another speed; shut out by a gate."""


@dataclass(frozen=True, slots=True)
class Tape:
    """Tracks of one length, shape (n,), at one rate.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    y : ndarray, float32
        What is heard.
    reference : ndarray, float32
        What would be heard at this place had nothing been lost.
    active : ndarray of bool
        Where the talker speaks.
    state : ndarray, uint8
        What each sample is: `REAL`, `LOST`, ...
    seams : ndarray, int64
        Samples at which time was cut out.
    """

    sr: int
    y: Samples
    reference: Samples
    active: NDArray[np.bool_]
    state: NDArray[np.uint8]
    seams: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        """Refuse tracks of different lengths."""
        lengths = {track.size for track in (self.y, self.reference, self.active, self.state)}
        if len(lengths) != 1:
            raise ValueError(f"the tracks of a tape have one length, not {sorted(lengths)}")

    @property
    def size(self) -> int:
        """Number of samples."""
        return self.y.size


TRACKS = tuple(one.name for one in fields(Tape) if one.name not in ("sr", "seams"))


def untouched(y: Samples, sr: int, active: NDArray[np.bool_]) -> Tape:
    """A tape on which nothing has happened yet."""
    return Tape(sr, y, y, active, np.zeros(y.size, np.uint8))


def cut(tape: Tape, start: int, end: int) -> Tape:
    """The samples from `start` up to `end`."""
    y, reference, active, state = (getattr(tape, name)[start:end] for name in TRACKS)
    inside = (tape.seams >= start) & (tape.seams < end)
    return Tape(tape.sr, y, reference, active, state, tape.seams[inside] - start)


def join(parts: list[Tape]) -> Tape:
    """Tapes of one rate, one after the other."""
    starts = np.concatenate(([0], np.cumsum([part.size for part in parts])))[:-1]
    y, reference, active, state = (np.concatenate([getattr(part, name) for part in parts]) for name in TRACKS)
    seams = np.concatenate([part.seams + start for part, start in zip(parts, starts, strict=True)])
    return Tape(parts[0].sr, y, reference, active, state, seams.astype(np.int64))


def marked(tape: Tape, state: int) -> Tape:
    """The same tape, every sample of it in one state."""
    return replace(tape, state=np.full(tape.size, state, np.uint8))
