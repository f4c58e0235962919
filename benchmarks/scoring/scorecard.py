"""Scorecard: all figures of a set of predictions against a folder of labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.scoring.breakdown import Detections, GroupFigures, event_groups, verdict_groups
from benchmarks.scoring.calibration import Calibration, calibration
from benchmarks.scoring.event_counts import count_events
from benchmarks.scoring.events import Detection, false_events_per_minute
from benchmarks.scoring.frames import frame_figures
from benchmarks.scoring.groups import UNITS
from benchmarks.scoring.intervals import Intervals, intervals
from benchmarks.scoring.labels import Label
from benchmarks.scoring.mos import Agreement, mos_figures
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.verdicts import FalseAlarms, VerdictFigures, false_alarms, pairs, verdict_figures


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All figures; None or empty where the labels cannot tell."""

    files: int
    grey: int
    missing: int
    unknown: int
    verdict: VerdictFigures | None
    verdict_with_grey: VerdictFigures | None
    verdict_without_silent: VerdictFigures | None
    groups: dict[str, dict[str, GroupFigures]]
    event_groups: dict[str, dict[str, Detections]]
    false_alarm: dict[str, FalseAlarms]
    events: dict[str, dict[str, Detection]]
    frames: dict[str, dict[str, Detection]]
    false_events_per_min_on_intact: float | None
    mos: dict[str, dict[str, Agreement]]
    calibration: Calibration | None
    intervals: dict[str, Intervals]


def score(labels: Sequence[Label], predictions: Predictions) -> Scorecard:
    """Score predictions; a label without a true verdict counts for opinion scores alone."""
    judged = [label for label in labels if label.verdict is not None]
    sure = [label for label in judged if not label.grey]
    heard = [label for label in sure if not label.silent]
    counts = count_events(judged, predictions)
    return Scorecard(
        files=len(labels),
        grey=sum(label.grey for label in labels),
        missing=sum(label not in predictions for label in labels),
        unknown=len(predictions.names - {label.name for label in labels}),
        verdict=verdict_figures(pairs(sure, predictions)),
        verdict_with_grey=verdict_figures(pairs(judged, predictions)),
        verdict_without_silent=verdict_figures(pairs(heard, predictions)),
        groups=verdict_groups(sure, predictions),
        event_groups=event_groups(counts),
        false_alarm=false_alarms(judged, predictions),
        events=counts.figures() if judged else {},
        frames=frame_figures(judged, predictions),
        false_events_per_min_on_intact=false_events_per_minute(judged, predictions),
        mos=mos_figures(labels, predictions),
        calibration=calibration(sure, predictions),
        intervals={unit: intervals(judged, predictions, counts, unit) for unit in UNITS} if judged else {},
    )


def as_json(card: Scorecard) -> dict[str, Any]:
    """Return the figures as plain data; the groups stand beside the others, as ``by_loss``, ``events_by_loss``, ..."""
    figures = asdict(card)
    verdicts = {f"by_{key}": groups for key, groups in figures.pop("groups").items()}
    events = {f"events_by_{key}": groups for key, groups in figures.pop("event_groups").items()}
    return {**verdicts, **events, **figures}
