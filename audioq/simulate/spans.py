"""Span: one stretch of known harm, and the arithmetic of stretches of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""A mono signal, shape (n,)."""

Times = Sequence[tuple[float, float]]
"""Stretches of time as (start, end) in seconds, half open."""

KINDS = frozenset({"dropout", "buzz", "stutter", "splice", "dead_air", "clipping", "click", "hum", "tone"})
"""The words of audioq for what can be heard."""

POINT_SECONDS = 0.005
"""A point in time (a splice, a click) is written as this much on both sides of it."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One stretch of harm on the time line of the output: half open, in seconds."""

    start: float
    end: float
    kind: str

    def __post_init__(self) -> None:
        """Refuse what cannot be a stretch of harm."""
        if not self.start < self.end:
            raise ValueError(f"a span must start before it ends, not {self.start} to {self.end}")
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind {self.kind!r}; use one of {', '.join(sorted(KINDS))}")


Harmed = tuple[Samples, list[Span]]
"""A harmed signal and the exact truth about it."""


def sample_ranges(times: Times, sr: int, n: int) -> list[tuple[int, int]]:
    """Seconds to sample indices: sorted, joined where they touch, cut to the signal.

    Parameters
    ----------
    times : sequence of (float, float)
        Stretches in seconds, in any order; they may overlap.
    sr : int
        Sampling rate in Hz.
    n : int
        Length of the signal in samples.

    Returns
    -------
    list of (int, int)
        First sample and one past the last; empty stretches are left out.
    """
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, round(a * sr)), min(n, round(b * sr))) for a, b in times):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def spans_of(ranges: Iterable[tuple[int, int]], sr: int, kind: str) -> list[Span]:
    """Sample indices to spans of one kind."""
    return [Span(start / sr, end / sr, kind) for start, end in ranges]


def point(sample: int, sr: int, n: int, kind: str) -> Span:
    """A point at one sample of a signal of `n` samples, as a span of 5 ms on both sides, cut to the signal."""
    return Span(max(0.0, sample / sr - POINT_SECONDS), min(n / sr, sample / sr + POINT_SECONDS), kind)


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Stretches where a mask of shape (n,) holds: first index and one past the last."""
    steps = np.diff(np.concatenate(([False], mask, [False])).astype(np.int8))
    return list(zip(np.flatnonzero(steps == 1).tolist(), np.flatnonzero(steps == -1).tolist(), strict=True))
