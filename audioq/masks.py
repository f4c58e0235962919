"""One hysteresis for all kinds of event: a curve above its onset, kept until it falls below its offset."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def hysteresis(curve: NDArray[np.float32], onset: float, offset: float) -> NDArray[np.bool_]:
    """Return where a curve has reached `onset` and has not since fallen below `offset`.

    Both edges lie where the curve crosses `offset`, so the result does not depend on the direction of time.

    Parameters
    ----------
    curve : ndarray, shape (n_frames,)
        NaN counts as below.
    onset, offset : float
        Limits in the unit of the curve, `onset` not below `offset`.

    Returns
    -------
    ndarray of bool, shape (n_frames,)

    Examples
    --------
    >>> hysteresis(np.array([0.0, 0.4, 0.9, 0.4, 0.0, 0.4]), onset=0.8, offset=0.3).astype(int)
    array([0, 1, 1, 1, 0, 0])
    """
    with np.errstate(invalid="ignore"):
        low, high = curve >= offset, curve >= onset
    starts, ends = runs(low)
    if len(starts) == 0:
        return low
    reached = np.add.reduceat(np.append(high, False), np.column_stack([starts, ends]).ravel())[::2] > 0
    return filled(len(curve), starts[reached], ends[reached])


def runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return first and one past last index of each run of true values.

    Examples
    --------
    >>> [edge.tolist() for edge in runs(np.array([False, True, True, False, True]))]
    [[1, 4], [3, 5]]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return edges[::2], edges[1::2]


def filled(n: int, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a mask of length `n` that is true in the given half-open runs, which may overlap.

    Examples
    --------
    >>> filled(5, np.array([1]), np.array([3])).astype(int)
    array([0, 1, 1, 0, 0])
    """
    steps = np.zeros(n + 1, np.int64)
    np.add.at(steps, starts, 1)
    np.add.at(steps, ends, -1)
    return np.cumsum(steps[:-1]) > 0


def bridged(mask: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    """Return a mask in which holes of at most `gap` frames between two runs are filled."""
    starts, ends = runs(mask)
    short = starts[1:] - ends[:-1] <= gap
    return mask | filled(len(mask), ends[:-1][short], starts[1:][short])


def widened(mask: NDArray[np.bool_], frames: int) -> NDArray[np.bool_]:
    """Return a mask whose runs reach so many frames further on both sides."""
    starts, ends = runs(mask)
    return filled(len(mask), np.maximum(starts - frames, 0), np.minimum(ends + frames, len(mask)))


def long_enough(mask: NDArray[np.bool_], frames: int) -> NDArray[np.bool_]:
    """Return a mask without the runs shorter than `frames`."""
    starts, ends = runs(mask)
    keep = ends - starts >= frames
    return filled(len(mask), starts[keep], ends[keep])


def quantiles(x: NDArray[np.float32], *shares: float) -> tuple[float, ...]:
    """Return the values that the given shares of `x` do not exceed; `np.quantile` would import `numpy.ma`, 11 ms.

    Examples
    --------
    >>> quantiles(np.arange(11.0), 0.5, 0.9)
    (5.0, 9.0)
    """
    places = [round(share * (len(x) - 1)) for share in shares]
    ordered = np.partition(x, places)
    return tuple(float(ordered[place]) for place in places)
