"""Calibration: whether 80 % sure means right in 80 % of the recordings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.scoring.labels import CLASSES, Label
from benchmarks.scoring.predictions import Predictions

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Recordings of about equal confidence: how sure the verdicts were, how often right."""

    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Brier score over the three classes (0 best, 2 worst) and expected calibration error.

    The error is the mean distance of confidence and accuracy over `bins` of equal count.
    """

    n: int
    brier: float
    ece: float
    bins: tuple[Bin, ...]


Row = tuple[str, str, Mapping[str, float]]
"""True verdict, verdict that was said, probabilities."""


def _rows(labels: Iterable[Label], predictions: Predictions) -> list[Row]:
    rows = []
    for label in labels:
        said = predictions[label]
        if label.verdict is not None and not label.grey and said.probabilities:
            rows.append((label.verdict, said.verdict, said.probabilities))
    return rows


def _brier(row: Row) -> float:
    truth, _, probabilities = row
    return float(sum((probabilities.get(name, 0.0) - (name == truth)) ** 2 for name in CLASSES))


def _bins(rows: list[Row]) -> tuple[Bin, ...]:
    confidence = np.array([probabilities.get(said, 0.0) for _, said, probabilities in rows])
    right = np.array([truth == said for truth, said, _ in rows], dtype=np.float64)
    order = np.argsort(confidence, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if part.size]
    return tuple(Bin(len(part), float(confidence[part].mean()), float(right[part].mean())) for part in parts)


def calibration(labels: Iterable[Label], predictions: Predictions) -> Calibration | None:
    """Return the calibration of the probabilities that were said; None where none were."""
    rows = _rows(labels, predictions)
    if not rows:
        return None
    bins = _bins(rows)
    error = sum(one.n * abs(one.confidence - one.accuracy) for one in bins) / len(rows)
    return Calibration(len(rows), float(np.mean([_brier(row) for row in rows])), error, bins)
