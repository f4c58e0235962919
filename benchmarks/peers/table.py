"""Table: tools in rows, figures in columns, as aligned text, as Markdown and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.peers.figures import Row
from benchmarks.scoring.events import Detection

OPINION_WORDS = {"pesq_wb": "PESQ-WB", "mos": "people"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with the same columns, and what has to be known to read them."""

    rows: Sequence[Row]
    skipped: Mapping[str, str]
    versions: Mapping[str, str]
    recordings: int
    edges: bool = False
    one_class: bool = False

    def text(self) -> str:
        """Return the table as aligned text."""
        cells = self._cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in cells]
        return "\n".join([self._title(), "", *lines, "", *self._notes()]) + "\n"

    def markdown(self) -> str:
        """Return the table as Markdown."""
        head, *rows = (f"| {' | '.join(row)} |" for row in self._cells())
        rule = "|---" + "|---:" * (len(self._cells()[0]) - 1) + "|"
        return "\n".join([self._title(), "", head, rule, *rows, "", *(f"- {note}" for note in self._notes())]) + "\n"

    def data(self) -> dict[str, Any]:
        """Return all figures as plain data."""
        return {
            "recordings": self.recordings,
            "rows": [asdict(row) for row in self.rows],
            "skipped": dict(self.skipped),
            "versions": dict(self.versions),
        }

    def _title(self) -> str:
        what = "events of exactly known place, both edges within 20 ms" if self.edges else "verdicts and events"
        return f"Side by side on {self.recordings} recordings: {what}"

    def _cells(self) -> list[list[str]]:
        names = ["tool", *_columns(self.rows, self.edges)]
        return [names, *([row.tool, *_values(row, self.rows, self.edges)] for row in self.rows)]

    def _notes(self) -> Iterator[str]:
        judged: dict[str, list[str]] = {}
        for row in self.rows:
            judged.setdefault(row.judged_by, []).append(row.tool)
        if not self.edges:
            for how, tools in judged.items():
                yield f"verdict by {how}: {', '.join(tools)}"
            if self.one_class:
                yield "all recordings have one true verdict: thresholds chosen on it are right by themselves"
            yield "F1 of events: recordings that are not blocked; - where a tool has no word for the kind"
        for row in self.rows:
            if row.failed:
                yield f"{row.tool} gave no number for {row.failed} recordings, which count as wrong"
        yield from (f"{name} was skipped: {why}" for name, why in self.skipped.items())
        if self.versions:
            yield "versions: " + ", ".join(f"{name} ({version})" for name, version in self.versions.items())


def _kinds(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(kind for row in rows for kind in row.events))


def _opinion(rows: Sequence[Row]) -> str | None:
    return next((row.opinion for row in rows if row.opinion), None)


def _columns(rows: Sequence[Row], edges: bool) -> Iterator[str]:
    if not edges:
        yield from ("macro-F1 (95 %)", "intact otherwise")
    behind = " F1 (precision/recall)" if edges else " F1"
    yield from (kind + behind for kind in _kinds(rows))
    yield "alarms/min" if edges else "false/min intact"
    opinion = _opinion(rows)
    if opinion:
        yield f"Spearman {OPINION_WORDS[opinion]}"
    yield "CPU s/h"


def _values(row: Row, rows: Sequence[Row], edges: bool) -> Iterator[str]:
    if not edges:
        yield _with_bounds(row)
        alarms = row.intact_called_otherwise
        yield f"{100 * alarms.rate:.0f} % of {alarms.n}" if alarms else "-"
    for kind in _kinds(rows):
        yield _detection(row.events.get(kind), edges)
    yield _number(row.false_per_min, 1)
    if _opinion(rows):
        yield _number(row.spearman, 2)
    yield _number(row.cpu_s_per_hour, 0)


def _with_bounds(row: Row) -> str:
    if row.macro_f1 is None or row.interval is None:
        return _number(row.macro_f1, 3)
    return f"{row.macro_f1:.3f} ({row.interval.low:.2f}-{row.interval.high:.2f})"


def _detection(one: Detection | None, with_ratios: bool) -> str:
    if one is None:
        return "-"
    ratios = f" ({_number(one.precision, 2)}/{_number(one.recall, 2)})" if with_ratios else ""
    return _number(one.f1, 2) + ratios


def _number(value: float | None, decimals: int) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"
