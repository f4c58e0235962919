"""Calibration: whether 80 % sure means right in 80 % of the recordings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.scoring.bootstrap import Floats
from benchmarks.scoring.groups import UNITS
from benchmarks.scoring.labels import CLASSES, Label
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.ranks import ranks_of
from benchmarks.scoring.reliability import Reliability, reliability

BINS = (10, 5)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far probabilities can be believed.

    Parameters
    ----------
    n : int
        Recordings with probabilities.
    brier : float
        Brier score over the three classes: 0 best, 2 worst.
    brier_constant : float
        That of always saying the shares that the classes have in these recordings.
    auc : float or None
        How often a right verdict is surer than a wrong one (0.5: by luck); None where all are right, or all wrong.
    tables : dict
        Number of bins -> reliability.
    """

    n: int
    brier: float
    brier_constant: float
    auc: float | None
    tables: dict[str, Reliability]


Row = tuple[Label, str, Mapping[str, float]]
"""Recording, verdict that was said, probabilities."""


def _rows(labels: Iterable[Label], predictions: Predictions) -> list[Row]:
    rows = []
    for label in labels:
        said = predictions[label]
        if label.verdict is not None and not label.grey and said.probabilities:
            rows.append((label, said.verdict, said.probabilities))
    return rows


def _brier(row: Row) -> float:
    label, _, probabilities = row
    return float(sum((probabilities.get(name, 0.0) - (name == label.verdict)) ** 2 for name in CLASSES))


def _brier_constant(rows: Sequence[Row]) -> float:
    shares = [sum(label.verdict == name for label, _, _ in rows) / len(rows) for name in CLASSES]
    return 1.0 - sum(share**2 for share in shares)


def _auc(confidence: Floats, right: Floats) -> float | None:
    n_right = int(right.sum())
    n_wrong = len(right) - n_right
    if not n_right or not n_wrong:
        return None
    return float((ranks_of(confidence)[right > 0].sum() - n_right * (n_right - 1) / 2) / (n_right * n_wrong))


def calibration(labels: Iterable[Label], predictions: Predictions) -> Calibration | None:
    """Return the calibration of the probabilities that were said; None where none were."""
    rows = _rows(labels, predictions)
    if not rows:
        return None
    confidence = np.array([probabilities.get(said, 0.0) for _, said, probabilities in rows], dtype=np.float64)
    right = np.array([label.verdict == said for label, said, _ in rows], dtype=np.float64)
    units = {unit: [name(label) for label, _, _ in rows] for unit, name in UNITS.items()}
    return Calibration(
        n=len(rows),
        brier=float(np.mean([_brier(row) for row in rows])),
        brier_constant=_brier_constant(rows),
        auc=_auc(confidence, right),
        tables={str(n_bins): reliability(confidence, right, units, n_bins) for n_bins in BINS},
    )
