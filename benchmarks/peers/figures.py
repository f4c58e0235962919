"""Figures: what stands in a tool's row, all of it from the scorer that scores audioq."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.peers.judging import Entry
from benchmarks.scoring.bootstrap import Interval
from benchmarks.scoring.edges import NAMES, EdgeFigures, edge_figures
from benchmarks.scoring.events import ASKED, Detection
from benchmarks.scoring.labels import Label
from benchmarks.scoring.mos import mos_figures
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.scorecard import score
from benchmarks.scoring.verdicts import FalseAlarms

OPINIONS = (("pesq_wb", "not_blocked"), ("mos", "all"))
"""Measured score and recordings with which a tool's number is compared; the first that the labels hold."""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of a tool; None where the labels cannot tell or the tool says no such thing."""

    tool: str
    judged_by: str
    failed: int
    macro_f1: float | None
    interval: Interval | None
    intact_called_otherwise: FalseAlarms | None
    events: dict[str, Detection | None]
    false_per_min: float | None
    opinion: str | None
    spearman: float | None
    cpu_s_per_hour: float | None


def verdict_row(entry: Entry, labels: Sequence[Label]) -> Row:
    """Return a tool's figures where labels have verdicts; events those of recordings that are not blocked."""
    card = score(labels, entry.predictions)
    by_call = card.intervals.get("calls")
    events = card.events.get("not_blocked", {})
    opinion, spearman = opinion_of(labels, entry.predictions)
    return Row(
        tool=entry.tool,
        judged_by=entry.judged_by,
        failed=entry.failed,
        macro_f1=card.verdict.macro_f1 if card.verdict else None,
        interval=by_call.macro_f1 if by_call else None,
        intact_called_otherwise=card.false_alarm.get("all_intact"),
        events={kind: events.get(kind) if _says(entry, kind) else None for kind in ASKED},
        false_per_min=card.false_events_per_min_on_intact if entry.kinds else None,
        opinion=opinion,
        spearman=spearman,
        cpu_s_per_hour=entry.cpu_s_per_hour,
    )


def edge_row(entry: Entry, labels: Sequence[Label]) -> Row:
    """Return a tool's figures on events of exactly known place, by the words of the labels."""
    exact: EdgeFigures = edge_figures(labels, entry.predictions)
    opinion, spearman = opinion_of(labels, entry.predictions)
    return Row(
        tool=entry.tool,
        judged_by=entry.judged_by,
        failed=entry.failed,
        macro_f1=None,
        interval=None,
        intact_called_otherwise=None,
        events={kind: one if _says(entry, kind) else None for kind, one in exact.kinds.items()},
        false_per_min=exact.alarms_per_min_without_event if entry.kinds else None,
        opinion=opinion,
        spearman=spearman,
        cpu_s_per_hour=entry.cpu_s_per_hour,
    )


def opinion_of(labels: Sequence[Label], predictions: Predictions) -> tuple[str | None, float | None]:
    """Return the measured score that the labels hold, and the rank correlation of a tool's number with it."""
    held = next((one for one in OPINIONS if any(label.facts.get(one[0]) is not None for label in labels)), None)
    if held is None:
        return None, None
    found = mos_figures(labels, predictions).get(held[0], {}).get(held[1])
    return held[0], found.spearman if found else None


def _says(entry: Entry, kind: str) -> bool:
    """Return whether a tool has a word for a kind: what it never says it is not blamed for missing."""
    wanted, others = NAMES.get(kind, (kind, ()))
    return bool(entry.kinds) if kind == "any" else not entry.kinds.isdisjoint({wanted, *others})
