"""Reports as CSV: one header, one row a recording, fixed columns, safe to open in a spreadsheet.

Conventions
-----------
Decimals are written with a point, an undefined number as an empty cell. A text that a spreadsheet
would take for a formula is defused (OWASP ASVS 1.2.10).
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter

from audioq.assessable import hidden
from audioq.kinds import KINDS
from audioq.render.escape import undecoded
from audioq.report import Failure, Report
from audioq.scores import METRICS

# The last four are the wide forms of the first four, which spreadsheets of East Asia accept too.
_FORMULA_STARTS = ("=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
                   "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip
_CONTROL_STARTS = ("\t", "\r", "\n", "\0")

# The severity is a column of its own before the other scores.
_METRICS = tuple(metric for metric in METRICS if metric.name != "severity")

COLUMNS: tuple[str, ...] = (
    *("file", "label", "confidence", "basis", "rule", "severity"),
    *(metric.name for metric in _METRICS),
    *(f"{kind.name}_events" for kind in KINDS),
    *("not_assessable", "warnings", "channel", "call_id", "leg", "chain", "side", "faults", "error_type", "error"),
)
"""The columns in their order."""


def header() -> str:
    """Return the first line: the names of the columns."""
    return _joined(COLUMNS)


def to_row(item: Report | Failure) -> str:
    """Return a report or a failure as one CSV record without the line's end."""
    cells = _failure(item) if isinstance(item, Failure) else _report(item)
    return _joined(tuple(cells.get(column, "") for column in COLUMNS))


def defuse(cell: str, *, path: bool = False) -> str:
    """Return `cell` so that no spreadsheet takes it for a formula.

    A path gets ``./`` in front and still names the same file; other text gets an apostrophe.

    Examples
    --------
    >>> defuse("=1+1.wav", path=True), defuse("@here"), defuse("call.wav", path=True)
    ('./=1+1.wav', "'@here", 'call.wav')
    """
    # Leading blanks do not keep every spreadsheet from seeing what follows.
    if cell.lstrip().startswith(_FORMULA_STARTS) or cell.startswith(_CONTROL_STARTS):
        return f"./{cell}" if path else f"'{cell}"
    return cell


def _report(report: Report) -> dict[str, str]:
    judged = [own.role != "ignored" for own in report.channels]
    counts = Counter(event.kind for event in report.events if judged[event.channel])
    heard = report.recording
    return {
        "file": defuse(undecoded(report.file), path=True),
        "label": str(report.verdict.label),
        "confidence": _number(report.verdict.confidence, 3),
        "basis": defuse(report.verdict.basis),
        "rule": defuse(report.verdict.rule),
        "severity": _number(report.severity, 3),
        **{metric.name: _number(report.scores.get(metric.name), metric.decimals) for metric in _METRICS},
        **{f"{kind.name}_events": str(counts[kind.name]) for kind in KINDS},
        "not_assessable": defuse(" ".join(hidden(report.assessable))),
        "warnings": defuse(" ".join(note.id for note in report.warnings)),
        "channel": str(report.verdict.channel) if report.roles_given else "",
        "call_id": defuse(undecoded(report.call_id or "")),
        "leg": defuse(undecoded(report.channels[report.verdict.channel].leg or "")),
        "chain": heard.chain if heard else "",
        "side": (heard.side if heard else None) or "",
        "faults": " ".join(fault.id for fault in heard.faults) if heard else "",
    }


def _failure(failure: Failure) -> dict[str, str]:
    return {
        "file": defuse(undecoded(failure.file), path=True),
        "error_type": failure.type,
        "error": defuse(undecoded(failure.message)),
        "call_id": defuse(undecoded(failure.call_id or "")),
        "leg": defuse(undecoded(failure.leg or "")),
    }


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.{decimals}f}"


def _joined(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    # The module quotes a lone carriage return only where the line's end holds one (before Python 3.13).
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().removesuffix("\r\n")
