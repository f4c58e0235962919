"""Reliability: confidence against how often it was right, in bins of equal count, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.bootstrap import DRAWS, SEED, Floats, Interval, bounds, draws, places


@dataclass(frozen=True, slots=True)
class Bin:
    """Recordings of about equal confidence: how sure the verdicts were, how often right."""

    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins of equal count and the expected calibration error (ECE) over them.

    Few recordings a bin make the error large even where confidence is right: `ece_by_chance` is what a perfectly
    calibrated tool of the same confidences would show on average. Drawing again adds more of such luck, so that the
    intervals (unit -> bounds) lie a little high.
    """

    ece: float
    ece_by_chance: float
    intervals: dict[str, Interval | None]
    bins: tuple[Bin, ...]


def reliability(confidence: Floats, right: Floats, units: Mapping[str, Sequence[str]], n_bins: int) -> Reliability:
    """Return the reliability of verdicts.

    Parameters
    ----------
    confidence, right : array, shape (recordings,)
        Probability of the verdict that was said, and 1 where it was true, else 0.
    units : mapping
        Unit -> its name for each recording, for the intervals.
    n_bins : int
        Bins of equal count, or of one more.
    """
    order = np.argsort(confidence, kind="stable")
    confidence, right = confidence[order], right[order]
    parts = [part for part in np.array_split(np.arange(len(order)), n_bins) if part.size]
    bins = tuple(Bin(len(part), float(confidence[part].mean()), float(right[part].mean())) for part in parts)
    ece = sum(one.n * abs(one.confidence - one.accuracy) for one in bins) / len(order)
    gap = confidence - right
    between = {
        unit: bounds(drawn_errors(gap, places([names[i] for i in order]), n_bins)) for unit, names in units.items()
    }
    return Reliability(ece, _by_chance(confidence, [part[0] for part in parts]), between, bins)


def _by_chance(confidence: Floats, starts: Sequence[int]) -> float:
    hits = np.random.default_rng(SEED).random((DRAWS, len(confidence))) < confidence
    errors = np.abs(np.add.reduceat(confidence - hits, starts, axis=1)).sum(axis=1) / len(confidence)
    return float(errors.mean())


def drawn_errors(gap: Floats, place: NDArray[np.intp], n_bins: int) -> Floats:
    """Return the ECE of each draw of units, with bins of equal count of its own, shape (`DRAWS`,).

    Parameters
    ----------
    gap : array, shape (recordings,)
        Confidence minus right, in order of confidence.
    place : array, shape (recordings,)
        The number of each recording's unit.
    """
    return np.concatenate([_errors(gap, drawn[:, place], n_bins) for drawn in draws(int(place.max()) + 1)])


def _errors(gap: Floats, weights: Floats, n_bins: int) -> Floats:
    """Return the ECE of recordings that occur `weights` times, shape (draws, recordings)."""
    before = np.zeros((len(weights), 1))
    count = np.cumsum(weights, axis=1)
    sums = np.concatenate([before, np.cumsum(weights * gap, axis=1)], axis=1)
    counts = np.concatenate([before, count], axis=1)
    total = count[:, -1]
    small, larger = np.divmod(total, n_bins)
    row, edges = np.arange(len(weights)), []
    for k in range(n_bins + 1):
        # The first bins hold one more, as those of array_split do. An edge may lie within the copies of a recording.
        edge = k * small + np.minimum(k, larger)
        i = np.minimum((count < edge[:, None]).sum(axis=1), len(gap) - 1)
        edges.append(sums[row, i] + (edge - counts[row, i]) * gap[i])
    return np.asarray(np.abs(np.diff(np.stack(edges), axis=0)).sum(axis=0) / total, dtype=np.float64)
