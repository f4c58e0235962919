"""Tables: intervals, calibration and groups as plain lines for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from benchmarks.scoring.bootstrap import Interval
from benchmarks.scoring.breakdown import Detections, GroupFigures
from benchmarks.scoring.calibration import Calibration
from benchmarks.scoring.events import ASKED
from benchmarks.scoring.reliability import Bin, Reliability
from benchmarks.scoring.scorecard import Scorecard
from benchmarks.scoring.verdicts import FalseAlarms

FEW_UNITS = 10
"""Bounds over fewer calls or talkers than this are marked: they are too narrow."""
FEW_RECORDINGS = 5
"""Groups of fewer recordings are named, and their figures stand in the JSON alone."""
TITLES = {"plc": "concealer", "pitch": "pitch of the voice"}

_WIDE = 30
_SCOPES = {"not_blocked": "not blocked", "all": "all"}


def interval_lines(card: Scorecard) -> Iterator[str]:
    """Yield the main figures beside their bounds over calls and over talkers."""
    if not card.intervals:
        return
    yield f"\n{'95 % intervals':<40}{'figure':>8}" + "".join(_head(unit) for unit in card.intervals)
    for words, value, between in _interval_rows(card):
        if value is not None:
            yield f"  {words:<38}{value:>8.3f}" + "".join(_bounds(*one) for one in between)


def _head(unit: str) -> str:
    return f"{f'over n {unit}':>{_WIDE}}"


def _bounds(interval: Interval | None, units: int) -> str:
    few = ", too few" if units < FEW_UNITS else ""
    words = "-" if interval is None else f"{interval.low:.3f} to {interval.high:.3f} ({units}{few})"
    return f"{words:>{_WIDE}}"


Row = tuple[str, float | None, list[tuple[Interval | None, int]]]
"""Words, the figure, and for calls and for talkers its bounds and how many of them there are."""


def _interval_rows(card: Scorecard) -> Iterator[Row]:
    over = list(card.intervals.values())
    alarms = card.false_alarm.get("all_intact")
    macro_f1 = [(one.macro_f1, one.units.macro_f1) for one in over]
    yield "macro-F1", card.verdict.macro_f1 if card.verdict else None, macro_f1
    otherwise = [(one.intact_called_otherwise, one.units.intact_called_otherwise) for one in over]
    yield "intact called otherwise", alarms.rate if alarms else None, otherwise
    for scope, kinds in card.events.items():
        for kind, figures in kinds.items():
            f1 = [(one.events[scope][kind], one.units.events[scope]) for one in over]
            yield f"F1 of {kind}, {_SCOPES[scope]}", figures.f1, f1
    per_minute = [(one.false_events_per_min_on_intact, one.units.false_events_per_min_on_intact) for one in over]
    yield "events a minute of intact sound", card.false_events_per_min_on_intact, per_minute


def calibration_lines(figures: Calibration) -> Iterator[str]:
    """Yield Brier score, the surer verdict's luck, and the reliability tables."""
    yield f"\nCalibration of the probabilities (n {figures.n})"
    yield f"  Brier {figures.brier:.3f}   of constant class shares {figures.brier_constant:.3f}"
    auc = "-" if figures.auc is None else f"{figures.auc:.3f}"
    yield f"  confidence tells right from wrong: AUC {auc}"
    for n_bins, table in figures.tables.items():
        yield f"  calibration error of {n_bins:>2} bins {_error(table)}"
    yield from (f"  sure by {one.confidence:.3f}, right in {one.accuracy:.3f}   n {one.n}" for one in _finest(figures))


def _finest(figures: Calibration) -> tuple[Bin, ...]:
    return max((table.bins for table in figures.tables.values()), key=len)


def _error(table: Reliability) -> str:
    over = [f"{one.low:.3f} to {one.high:.3f} over {unit}" for unit, one in table.intervals.items() if one]
    return f"{table.ece:.3f} (95 %: {', '.join(over)}; by chance alone {table.ece_by_chance:.3f})"


def group_lines(
    verdicts: Mapping[str, Mapping[str, GroupFigures]], events: Mapping[str, Mapping[str, Detections]]
) -> Iterator[str]:
    """Yield a table a key: verdicts and event F1 of each group; small groups are only named."""
    for key in dict.fromkeys((*verdicts, *events)):
        yield from _table(TITLES.get(key, key), verdicts.get(key, {}), events.get(key, {}))


def _table(title: str, verdicts: Mapping[str, GroupFigures], events: Mapping[str, Detections]) -> Iterator[str]:
    sizes = {name: verdicts[name].n if name in verdicts else 0 for name in sorted({*verdicts, *events})}
    large = [name for name, n in sizes.items() if n >= FEW_RECORDINGS]
    small = [f"{name} ({n})" for name, n in sizes.items() if n < FEW_RECORDINGS]
    if large:
        kinds = "".join(f"{kind:>9}" for kind in ASKED)
        yield f"\n{f'By {title}':<20}{'n':>5}{'accuracy':>10}{'macro-F1':>10}{'false alarms':>14}   event F1:{kinds}"
    for name in large:
        yield f"  {name:<18}{_verdicts(verdicts[name])}{'':12}{_events(events.get(name))}"
    if small:
        start = "  " if large else f"\nBy {title}: "
        folded = f"{start}fewer than {FEW_RECORDINGS} that are not grey: {', '.join(small)}"
        yield textwrap.fill(folded, 110, replace_whitespace=False, subsequent_indent="    ", break_on_hyphens=False)


def _verdicts(one: GroupFigures) -> str:
    return f"{one.n:>5}{one.accuracy:>10.3f}{one.macro_f1:>10.3f}{_alarms(one.false_alarm):>14}"


def _alarms(alarms: FalseAlarms | None) -> str:
    return "-" if alarms is None else f"{round(alarms.rate * alarms.n)} of {alarms.n}"


def _events(scopes: Detections | None) -> str:
    found = [scopes["not_blocked"][kind].f1 if scopes else None for kind in ASKED]
    return "".join(f"{'-':>9}" if f1 is None else f"{f1:>9.3f}" for f1 in found)
