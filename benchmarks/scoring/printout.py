"""Printout: figures as plain lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.scoring.bootstrap import Interval
from benchmarks.scoring.edges import EdgeFigures
from benchmarks.scoring.events import Detection
from benchmarks.scoring.intervals import rate_interval
from benchmarks.scoring.labels import CLASSES
from benchmarks.scoring.mos import Agreement
from benchmarks.scoring.scorecard import Scorecard
from benchmarks.scoring.tables import calibration_lines, group_lines, interval_lines
from benchmarks.scoring.verdicts import GREY, SAID, FalseAlarms, VerdictFigures


def text_of(card: Scorecard) -> str:
    """Return all figures of a scorecard as text."""
    return "\n".join(_lines(card)) + "\n"


def edges_text(figures: EdgeFigures) -> str:
    """Return the figures of exact edges as text."""
    lines = ["Events of exactly known place (both edges within 20 ms)"]
    lines += [f"  {kind:<10}{_detection(one)}" for kind, one in figures.kinds.items()]
    lines.append(f"  alarms a minute where nothing happened: {_number(figures.alarms_per_min_without_event, 2)}")
    return "\n".join(lines) + "\n"


def _number(value: float | None, decimals: int = 3) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"


def _bounds(interval: Interval | None) -> str:
    return "" if interval is None else f" (95 %: {interval.low:.3f} to {interval.high:.3f})"


def _lines(card: Scorecard) -> Iterator[str]:
    yield f"{card.files} recordings: {card.grey} grey, {card.missing} without a prediction"
    yield f"{card.unknown} predictions for recordings that have no label"
    if card.verdict is not None:
        yield from _verdict_lines(card, card.verdict)
    yield from _alarm_lines(card)
    yield from _detection_lines("Events", card.events)
    yield from _detection_lines("Frames of active speech", card.frames)
    yield from _mos_lines(card.mos)
    yield from interval_lines(card)
    if card.calibration is not None:
        yield from calibration_lines(card.calibration)
    yield from group_lines(card.groups, card.event_groups)


def _verdict_lines(card: Scorecard, verdict: VerdictFigures) -> Iterator[str]:
    over_calls = card.intervals["calls"].macro_f1
    yield f"\nVerdict ({verdict.n} recordings that are not grey)"
    yield f"  accuracy {verdict.accuracy:.3f}"
    yield f"  macro-F1 {verdict.macro_f1:.3f}{_bounds(over_calls)}"
    for words, other in (
        ("without all-silent ones", card.verdict_without_silent),
        ("with grey ones", card.verdict_with_grey),
    ):
        if other is not None:
            yield f"  macro-F1 {words} {other.macro_f1:.3f} (n {other.n})"
    yield from _confusion_lines(verdict)


def _confusion_lines(verdict: VerdictFigures) -> Iterator[str]:
    head = "".join(f"{name:>10}" for name in (*SAID, "precision", "recall", "F1"))
    yield f"  {'truth / said':<14}{head}"
    for truth in CLASSES:
        counts = "".join(f"{verdict.confusion[truth][said]:>10}" for said in SAID)
        one = verdict.per_class[truth]
        yield f"  {truth:<14}{counts}{one.precision:>10.3f}{one.recall:>10.3f}{one.f1:>10.3f}"


def _alarm_lines(card: Scorecard) -> Iterator[str]:
    if card.false_alarm:
        yield "\nIntact recordings called otherwise"
    for name, alarms in card.false_alarm.items():
        yield f"  {name.removesuffix(GREY) + (' (grey)' if alarms.grey else ''):<26}{_alarms(alarms)}"
    if card.false_events_per_min_on_intact is not None:
        yield f"  events said a minute of intact sound: {card.false_events_per_min_on_intact:.2f}"


def _alarms(alarms: FalseAlarms) -> str:
    return f"{100 * alarms.rate:5.1f} % of {alarms.n:<5}{_bounds(rate_interval(alarms))}"


def _detection(one: Detection) -> str:
    ratios = f"F1 {_number(one.f1)}   precision {_number(one.precision)}   recall {_number(one.recall)}"
    return f"{ratios}   (found {one.tp}, missed {one.fn}, false {one.fp})"


def _detection_lines(title: str, figures: Mapping[str, Mapping[str, Detection]]) -> Iterator[str]:
    for scope, kinds in figures.items():
        yield f"\n{title}, {scope.replace('_', ' ')}"
        yield from (f"  {kind:<10}{_detection(one)}" for kind, one in kinds.items())


def _mos_lines(figures: Mapping[str, Mapping[str, Agreement]]) -> Iterator[str]:
    if figures:
        yield "\nScore mos against"
    for target, scopes in figures.items():
        for scope, one in scopes.items():
            yield f"  {target:<12}{scope.replace('_', ' '):<14}{_agreement(one)}"


def _agreement(one: Agreement) -> str:
    correlations = f"Pearson {_number(one.pearson)}   Spearman {_number(one.spearman)}"
    return f"{correlations}   RMSE {_number(one.rmse)} (after a line {_number(one.rmse_fit)})   n {one.n}"
