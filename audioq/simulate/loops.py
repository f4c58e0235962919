"""Stutter: a short stretch of sound that is played over and over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audioq.simulate.spans import Harmed, Samples, Span


@dataclass(frozen=True, slots=True)
class Loop:
    """The stretch of `length` seconds that ends at `time` (s) is played `more` times again."""

    time: float
    length: float
    more: int = 2

    def __post_init__(self) -> None:
        """A stutter is a stretch that is heard at least three times."""
        if self.more < 2:
            raise ValueError(f"a stutter repeats at least twice, not {self.more} times")
        if not 0.0 < self.length <= self.time:
            raise ValueError(f"no stretch of {self.length} s ends at {self.time} s")


def stutter(y: Samples, sr: int, loops: Sequence[Loop], *, insert: bool = True) -> Harmed:
    """Play stretches over and over.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    loops : sequence of Loop
        What is repeated; times on the time line of `y`, each after the end of the one before.
    insert : bool
        True: the rest comes later, nothing is lost, the signal grows. False: the repeats replace what would have
        been heard, and the length stays.

    Returns
    -------
    y : ndarray, float32
        The harmed signal.
    truth : list of Span
        From the first playing of each stretch to the end of the last.
    """
    pieces: list[Samples] = []
    truth: list[Span] = []
    place = grown = 0
    for loop in sorted(loops, key=lambda loop: loop.time):
        end, length = round(loop.time * sr), round(loop.length * sr)
        if end - length < place or end > y.size:
            raise ValueError(f"the loop at {loop.time} s overlaps another one or lies outside the signal")
        again = np.tile(y[end - length : end], loop.more)[: None if insert else y.size - end]
        pieces += [y[place:end], again]
        truth.append(Span((end - length + grown) / sr, (end + again.size + grown) / sr, "stutter"))
        place = end if insert else end + again.size
        grown += again.size if insert else 0
    return np.concatenate([*pieces, y[place:]]).astype(np.float32), truth
