"""Runs: stretches of samples that are exactly zero, held at one value, or clipped.

Counted at the native rate: resampling erases all three (a 20 ms gap of exact zeros at 8 kHz has no
zero left at 16 kHz).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.table import MARK_DTYPE


def zero_runs(y: NDArray[np.float32], first: int, shortest: int) -> NDArray[np.void]:
    """Return runs of exact zeros.

    Parameters
    ----------
    y : ndarray, float32, shape (channels, n)
        A block of samples at the native rate.
    first : int
        Number of the block's first sample in the recording.
    shortest : int
        Least length in samples; runs that touch an edge of the block are returned whatever their length,
        so that they can be joined.

    Returns
    -------
    ndarray of MARK_DTYPE, shape (n_runs,)
        `value` is 0.
    """
    return _runs(y == 0, y, first, shortest)


def held_runs(y: NDArray[np.float32], first: int, shortest: int) -> NDArray[np.void]:
    """Return runs of one repeated value other than zero, with that value; see `zero_runs`."""
    same = np.zeros(y.shape, bool)
    np.equal(y[:, 1:], y[:, :-1], out=same[:, 1:])
    same[:, :-1] |= same[:, 1:]
    same[:, [0, -1]] = True
    same &= y != 0
    return _split_runs(same, y, first, shortest)


def clipped_runs(y: NDArray[np.float32], first: int, shortest: int, *, ceiling: float = 0.98) -> NDArray[np.void]:
    """Return runs of samples at or beyond `ceiling` (full scale 1; mu-law reaches 0.980); `value` is the sign."""
    if max(y.max(initial=0), -y.min(initial=0)) < np.float32(ceiling):  # as in most blocks
        return np.zeros(0, MARK_DTYPE)
    beyond = np.abs(y) >= np.float32(ceiling)
    return _split_runs(beyond, np.where(beyond, np.sign(y), 0), first, shortest)


def _runs(mask: NDArray[np.bool_], y: NDArray[np.float32], first: int, shortest: int) -> NDArray[np.void]:
    """Runs of a mask as marks; the value is the first sample."""
    edges = np.zeros((len(mask), mask.shape[1] + 1), bool)
    edges[:, 0], edges[:, -1] = mask[:, 0], mask[:, -1]
    np.not_equal(mask[:, 1:], mask[:, :-1], out=edges[:, 1:-1])
    channel, place = np.divmod(np.flatnonzero(edges), edges.shape[1])
    return _marks(channel[::2], place[::2], place[1::2], y, first, shortest)


def _split_runs(mask: NDArray[np.bool_], y: NDArray[np.float32], first: int, shortest: int) -> NDArray[np.void]:
    """Runs of a mask, cut where the value changes."""
    edges = np.zeros((len(mask), mask.shape[1] + 1), bool)
    edges[:, 0], edges[:, -1] = mask[:, 0], mask[:, -1]
    edges[:, 1:-1] = (mask[:, 1:] != mask[:, :-1]) | (mask[:, 1:] & (y[:, 1:] != y[:, :-1]))
    channel, place = np.divmod(np.flatnonzero(edges), edges.shape[1])
    starts = np.zeros(len(place), bool)
    inside = place < mask.shape[1]
    starts[inside] = mask[channel[inside], place[inside]]
    begin = np.flatnonzero(starts)
    return _marks(channel[begin], place[begin], place[begin + 1], y, first, shortest)


def _marks(
    channel: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    y: NDArray[np.float32],
    first: int,
    shortest: int,
) -> NDArray[np.void]:
    keep = (end - start >= shortest) | (start == 0) | (end == y.shape[1])
    marks = np.zeros(int(keep.sum()), MARK_DTYPE)
    marks["channel"], marks["start"], marks["end"] = channel[keep], start[keep] + first, end[keep] + first
    marks["value"] = y[channel[keep], start[keep]]
    return marks
