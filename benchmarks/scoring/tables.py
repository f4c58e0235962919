"""Tables: intervals, calibration and groups as plain lines for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from benchmarks.scoring.bootstrap import Interval
from benchmarks.scoring.breakdown import Detections, GroupFigures
from benchmarks.scoring.calibration import Calibration
from benchmarks.scoring.events import ASKED
from benchmarks.scoring.intervals import Intervals
from benchmarks.scoring.reliability import Bin, Reliability
from benchmarks.scoring.scorecard import Scorecard
from benchmarks.scoring.verdicts import FalseAlarms

FEW_UNITS = 10
"""Bounds over fewer calls or talkers than this are marked: they are too narrow."""
FEW_RECORDINGS = 5
"""Groups of fewer recordings are named, and their figures stand in the JSON alone."""
TITLES = {"plc": "concealer", "pitch": "pitch of the voice"}

_SCOPES = {"not_blocked": "not blocked", "all": "all"}


def interval_lines(card: Scorecard) -> Iterator[str]:
    """Yield the main figures beside their bounds over calls and over talkers."""
    if not card.intervals:
        return
    yield f"\n{'95 % intervals':<40}{'figure':>8}" + "".join(_head(*one) for one in card.intervals.items())
    for words, value, between in _interval_rows(card):
        if value is not None:
            yield f"  {words:<38}{value:>8.3f}" + "".join(_bounds(one) for one in between)


def _head(unit: str, one: Intervals) -> str:
    few = ", too few" if one.units < FEW_UNITS else ""
    return f"{f'over {one.units} {unit}{few}':>26}"


def _bounds(interval: Interval | None) -> str:
    return f"{'-':>26}" if interval is None else f"{f'{interval.low:.3f} to {interval.high:.3f}':>26}"


Row = tuple[str, float | None, list[Interval | None]]


def _interval_rows(card: Scorecard) -> Iterator[Row]:
    over = list(card.intervals.values())
    alarms = card.false_alarm.get("all_intact")
    yield "macro-F1", card.verdict.macro_f1 if card.verdict else None, [one.macro_f1 for one in over]
    yield "intact called otherwise", alarms.rate if alarms else None, [one.intact_called_otherwise for one in over]
    for scope, kinds in card.events.items():
        for kind, figures in kinds.items():
            yield f"F1 of {kind}, {_SCOPES[scope]}", figures.f1, [one.events[scope][kind] for one in over]
    per_minute = [one.false_events_per_min_on_intact for one in over]
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
