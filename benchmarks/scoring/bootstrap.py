"""Bootstrap: what figures would be, had other calls or other talkers been drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
SEED = 20240
AT_ONCE = 250
"""Draws that are held in memory at a time."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds that hold 95 %."""

    low: float
    high: float


def places(units: Sequence[str]) -> NDArray[np.intp]:
    """Return the number of each recording's unit, shape (recordings,), counted in order of appearance."""
    order = {unit: i for i, unit in enumerate(dict.fromkeys(units))}
    return np.array([order[unit] for unit in units], dtype=np.intp)


def draws(n_units: int) -> Iterator[Floats]:
    """Yield how often each unit was drawn, shape (at most `AT_ONCE`, units); `DRAWS` rows in all, always the same."""
    rng = np.random.default_rng(SEED)
    shares = np.full(n_units, 1 / n_units)
    for first in range(0, DRAWS, AT_ONCE):
        # Float64 holds these counts exactly, and sums of products of them are faster.
        yield rng.multinomial(n_units, shares, size=min(AT_ONCE, DRAWS - first)).astype(np.float64)


def drawn_sums(rows: NDArray[np.int64] | Floats, units: Sequence[str]) -> Floats:
    """Return the sums of the recordings' rows in each draw, shape (`DRAWS`, columns).

    Parameters
    ----------
    rows : array, shape (recordings, columns)
        Counts of each recording.
    units : sequence of str
        The call or talker of each recording: what is drawn as a whole.
    """
    place = places(units)
    sums = np.zeros((int(place.max()) + 1, rows.shape[1]))
    np.add.at(sums, place, rows)
    return np.concatenate([drawn @ sums for drawn in draws(len(sums))])


def ratios(parts: Floats, wholes: Floats) -> Floats:
    """Return parts / wholes, not a number where the whole is nothing."""
    values = np.full(np.shape(parts), np.nan)
    np.divide(parts, wholes, out=values, where=wholes > 0)
    return values


def bounds(values: Floats) -> Interval | None:
    """Return the interval that holds 95 % of the draws in which a figure is defined; None if it never is."""
    known = values[np.isfinite(values)]
    if not known.size:
        return None
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(float(low), float(high))
