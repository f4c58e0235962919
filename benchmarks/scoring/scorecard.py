"""Scorecard: all figures of a set of predictions against a folder of labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.scoring.calibration import Calibration, calibration
from benchmarks.scoring.events import Detection, event_figures, false_events_per_minute
from benchmarks.scoring.frames import frame_figures
from benchmarks.scoring.intervals import Interval, macro_f1_interval
from benchmarks.scoring.labels import Label
from benchmarks.scoring.mos import Agreement, mos_figures
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.verdicts import (
    GROUPS,
    FalseAlarms,
    GroupFigures,
    VerdictFigures,
    false_alarms,
    group_figures,
    pairs,
    verdict_figures,
)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All figures; None or empty where the labels cannot tell."""

    files: int
    grey: int
    missing: int
    unknown: int
    verdict: VerdictFigures | None
    verdict_interval: Interval | None
    verdict_with_grey: VerdictFigures | None
    verdict_without_silent: VerdictFigures | None
    groups: dict[str, dict[str, GroupFigures]]
    false_alarm: dict[str, FalseAlarms]
    events: dict[str, dict[str, Detection]]
    frames: dict[str, dict[str, Detection]]
    false_events_per_min_on_intact: float | None
    mos: dict[str, dict[str, Agreement]]
    calibration: Calibration | None


def score(labels: Sequence[Label], predictions: Predictions) -> Scorecard:
    """Score predictions; a label without a true verdict counts for opinion scores alone."""
    judged = [label for label in labels if label.verdict is not None]
    sure = [label for label in judged if not label.grey]
    heard = [label for label in sure if not label.silent]
    grouped = {f"by_{key}": group_figures(sure, predictions, key) for key in GROUPS}
    return Scorecard(
        files=len(labels),
        grey=sum(label.grey for label in labels),
        missing=sum(label not in predictions for label in labels),
        unknown=len(predictions.names - {label.name for label in labels}),
        verdict=verdict_figures(pairs(sure, predictions)),
        verdict_interval=macro_f1_interval(sure, predictions),
        verdict_with_grey=verdict_figures(pairs(judged, predictions)),
        verdict_without_silent=verdict_figures(pairs(heard, predictions)),
        groups={name: figures for name, figures in grouped.items() if figures},
        false_alarm=false_alarms(judged, predictions),
        events=event_figures(judged, predictions) if judged else {},
        frames=frame_figures(judged, predictions),
        false_events_per_min_on_intact=false_events_per_minute(judged, predictions),
        mos=mos_figures(labels, predictions),
        calibration=calibration(sure, predictions),
    )


def as_json(card: Scorecard) -> dict[str, Any]:
    """Return the figures as plain data; the groups stand beside the others as ``by_loss`` and so on."""
    figures = asdict(card)
    return {**figures.pop("groups"), **figures}
