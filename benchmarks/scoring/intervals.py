"""Intervals: how far a figure might lie from where it lay by luck of the recordings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.labels import CLASSES, Label
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.verdicts import SAID, FalseAlarms

DRAWS = 2000
SEED = 20240
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds that hold 95 %."""

    low: float
    high: float


def _counts_by_call(labels: Sequence[Label], predictions: Predictions) -> NDArray[np.int64]:
    calls = {call: i for i, call in enumerate(dict.fromkeys(label.call for label in labels))}
    counts = np.zeros((len(calls), len(CLASSES), len(SAID)), dtype=np.int64)
    for label in labels:
        said = predictions[label].verdict
        column = SAID.index(said) if said in SAID else SAID.index("none")
        counts[calls[label.call], CLASSES.index(str(label.verdict)), column] += 1
    return counts


def _macro_f1(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return macro-F1 of confusions, shape (draws, truth, said); absent classes are left out."""
    hits = np.diagonal(counts, axis1=1, axis2=2)
    n, claimed = counts.sum(axis=2), counts[:, :, : len(CLASSES)].sum(axis=1)
    f1 = 2 * hits / np.maximum(n + claimed, 1)
    return np.asarray((f1 * (n > 0)).sum(axis=1) / (n > 0).sum(axis=1), dtype=np.float64)


def macro_f1_interval(labels: Sequence[Label], predictions: Predictions) -> Interval | None:
    """Return the bootstrap interval of macro-F1, drawing whole calls: their directions share a network."""
    judged = [label for label in labels if label.verdict is not None]
    if not judged:
        return None
    counts = _counts_by_call(judged, predictions)
    n_calls = len(counts)
    drawn = np.random.default_rng(SEED).multinomial(n_calls, np.full(n_calls, 1 / n_calls), size=DRAWS)
    values = _macro_f1(np.tensordot(drawn, counts, axes=1))
    low, high = np.percentile(values, [2.5, 97.5])
    return Interval(float(low), float(high))


def rate_interval(alarms: FalseAlarms) -> Interval:
    """Return Wilson's interval of a share, which holds for few recordings and for none wrong too."""
    z2, n, p = _NORMAL_95**2, alarms.n, alarms.rate
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _NORMAL_95 * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))
