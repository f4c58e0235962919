"""Thresholds: the two limits that make the best verdict of one number, and folds that keep talkers or calls whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.labels import CLASSES, Label
from benchmarks.scoring.talkers import talker

FOLDS = 5
FEWEST_TALKERS = 5
"""With fewer known talkers than this, whole calls are kept together instead."""
SEED = 20250
_EQUAL = 1e-12


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below `low` a recording is blocked, from `high` on intact, between them degraded."""

    low: float
    high: float

    def verdict(self, number: float) -> str:
        """Return the verdict for a number, larger for better sound."""
        if number < self.low:
            return "blocked"
        return "degraded" if number < self.high else "intact"


def best_thresholds(numbers: Sequence[float], truth: Sequence[str]) -> Thresholds:
    """Return the two thresholds of the largest macro-F1.

    Every pair of places between neighbouring numbers is tried. Of equally good pairs, put in the order of the lower
    and then of the upper place, the middle one is taken: medians of both apart might be a pair that is worse. A class
    that no recording has is left out.
    """
    values, place = np.unique(np.asarray(numbers, dtype=np.float64), return_inverse=True)
    counts = np.zeros((len(CLASSES), len(values) + 1), dtype=np.int64)
    for row, name in enumerate(CLASSES):
        np.add.at(counts[row], place[np.asarray(truth) == name] + 1, 1)
    scores = _macro_f1(np.cumsum(counts, axis=1))
    best = np.argwhere(scores >= scores.max() - _EQUAL)
    low, high = best[len(best) // 2]
    cuts = _cuts(values)
    return Thresholds(float(cuts[low]), float(cuts[high]))


def _cuts(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate(([-np.inf], (values[:-1] + values[1:]) / 2, [np.inf]))


def _macro_f1(below: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return macro-F1 by lower and upper cut from the counts, by class, of numbers below each cut."""
    n = below[:, -1]
    low, high = below[:, :, None], below[:, None, :]
    said = {"blocked": low, "degraded": high - low, "intact": n[:, None, None] - high}
    total = np.zeros((below.shape[1], below.shape[1]))
    for row, name in enumerate(CLASSES):
        if n[row]:
            total += 2 * said[name][row] / np.maximum(n[row] + said[name].sum(axis=0), 1)
    crossed = np.tril_indices(below.shape[1], -1)  # a lower cut above the upper one
    total[crossed] = -1.0
    return np.asarray(total / (n > 0).sum(), dtype=np.float64)


def grouped_by(labels: Sequence[Label]) -> str:
    """Return what is kept whole in folds: ``talker``, or ``call`` where too few talkers are known."""
    talkers = {talker(label.facts) for label in labels} - {None}
    return "talker" if len(talkers) >= FEWEST_TALKERS else "call"


def folds(labels: Sequence[Label]) -> NDArray[np.int64]:
    """Return the fold of each label: groups, largest first, each to the fold with the fewest recordings."""
    by_talker = grouped_by(labels) == "talker"
    names = [(talker(label.facts) if by_talker else None) or label.call for label in labels]
    sizes: dict[str, int] = {}
    for name in names:
        sizes[name] = sizes.get(name, 0) + 1
    order = np.random.default_rng(SEED).permutation(sorted(sizes)).tolist()
    filled = [0] * FOLDS
    place: dict[str, int] = {}
    for name in sorted(order, key=lambda one: -sizes[one]):
        place[name] = filled.index(min(filled))
        filled[place[name]] += sizes[name]
    return np.array([place[name] for name in names], dtype=np.int64)


def cross_validated(labels: Sequence[Label], numbers: Sequence[float | None]) -> list[str]:
    """Return a verdict for each label, by thresholds chosen on the other folds.

    Grey labels and those without a true verdict teach nothing. Where there is no number, or nothing to
    learn from, the verdict is ``none``, which counts as wrong.
    """
    fold = folds(labels)
    said = ["none"] * len(labels)
    for one in range(FOLDS):
        points = [
            (number, label.verdict)
            for label, number, at in zip(labels, numbers, fold, strict=True)
            if at != one and number is not None and label.verdict is not None and not label.grey
        ]
        if not points:
            continue
        limits = best_thresholds([number for number, _ in points], [truth for _, truth in points])
        for i in np.flatnonzero(fold == one).tolist():
            number = numbers[i]
            if number is not None:
                said[i] = limits.verdict(number)
    return said
