"""Hysteresis and runs, frame by frame: the slow twins of `audioq.masks`."""

from __future__ import annotations

from collections.abc import Sequence


def slow_hysteresis(curve: Sequence[float], onset: float, offset: float) -> list[bool]:
    """Walk to the left and to the right from every frame that reaches the onset."""
    inside = [False] * len(curve)
    for i, value in enumerate(curve):
        if not value >= onset:
            continue
        for step in (-1, 1):
            j = i
            while 0 <= j < len(curve) and curve[j] >= offset:
                inside[j] = True
                j += step
    return inside


def slow_runs(mask: Sequence[bool]) -> list[tuple[int, int]]:
    """First and one past the last index of each run."""
    runs: list[tuple[int, int]] = []
    start = None
    for i, value in enumerate([*mask, False]):
        if value and start is None:
            start = i
        elif not value and start is not None:
            runs.append((start, i))
            start = None
    return runs


def slow_bridged(mask: Sequence[bool], gap: int) -> list[bool]:
    """Fill the holes between two runs that are not longer than `gap`."""
    out = list(mask)
    spans = slow_runs(mask)
    for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
        if start - end <= gap:
            out[end:start] = [True] * (start - end)
    return out


def slow_long_enough(mask: Sequence[bool], frames: int) -> list[bool]:
    """Leave out the runs that are shorter than `frames`."""
    out = [False] * len(mask)
    for start, end in slow_runs(mask):
        if end - start >= frames:
            out[start:end] = [True] * (end - start)
    return out
