"""Opinion scores: how well a predicted score follows a measured one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.ranks import ranks_of

TARGETS = ("pesq_wb", "pesq_nb", "visqol", "visqol_poly", "stoi", "mos")
"""Measured scores that a label may hold; `mos` is the opinion of people."""
FEWEST = 5
_FLAT = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Correlations and errors, also after the best straight line; None where undefined."""

    n: int
    pearson: float | None
    spearman: float | None
    rmse: float | None
    rmse_fit: float | None


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _pearson(x: Floats, y: Floats) -> float:
    return float(np.corrcoef(x, y)[0, 1])


def agreement(said: Sequence[float], measured: Sequence[float]) -> Agreement:
    """Compare scores; under five pairs, or without any spread, nothing can be said."""
    x, y = np.asarray(said, dtype=np.float64), np.asarray(measured, dtype=np.float64)
    if len(x) < FEWEST or x.std() < _FLAT or y.std() < _FLAT:
        return Agreement(len(x), None, None, None, None)
    line = np.polyval(np.polyfit(x, y, 1), x)
    return Agreement(len(x), _pearson(x, y), _pearson(ranks_of(x), ranks_of(y)), _rms(x - y), _rms(line - y))


def _scopes(labels: Sequence[Label]) -> dict[str, list[Label]]:
    scopes = {"all": list(labels), "not_blocked": [label for label in labels if not label.blocked]}
    for label in labels:
        if label.facts.get("set"):
            scopes.setdefault(str(label.facts["set"]), []).append(label)
    return scopes


def mos_figures(labels: Sequence[Label], predictions: Predictions) -> dict[str, dict[str, Agreement]]:
    """Return the agreement of the score `mos` with each measured score, by scope."""
    figures: dict[str, dict[str, Agreement]] = {}
    for target in TARGETS:
        for scope, members in _scopes(labels).items():
            points = _points(members, predictions, target)
            if points:
                said, measured = zip(*points, strict=True)
                figures.setdefault(target, {})[scope] = agreement(said, measured)
    return figures


def _points(labels: Sequence[Label], predictions: Predictions, target: str) -> list[tuple[float, float]]:
    pairs = [(predictions[label].score("mos"), label.facts.get(target)) for label in labels]
    return [(said, float(measured)) for said, measured in pairs if said is not None and measured is not None]
