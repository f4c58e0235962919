"""Formats: which room writes a result. The rooms are imported when they are needed, to start quickly."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from audioq.render.escape import printable

if TYPE_CHECKING:
    from audioq.render.output import Output
    from audioq.report import Failure, Report


class OutputFormat(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class InfoFormat(StrEnum):
    """How the contents of a file are written."""

    TEXT = "text"
    JSON = "json"


def write_head(format: OutputFormat, out: Output) -> None:
    """Write what comes before the first result."""
    if format is OutputFormat.CSV:
        from audioq.render.csv import header

        out.write_line(header())


def write_result(item: Report | Failure, format: OutputFormat, out: Output, *, alone: bool) -> None:
    """Write one result; as text, a report that is `alone` is told in full."""
    if format is OutputFormat.TEXT:
        return out.write_line(_text(item, out, alone))
    line = _data(item, format)
    # On a terminal a name must not act; in a file or a pipe it must stay as it is.
    out.write_line(printable(line) if out.terminal else line)


def _text(item: Report | Failure, out: Output, alone: bool) -> str:
    from audioq.render.text import to_line, to_page
    from audioq.report import Report

    if alone and isinstance(item, Report):
        return to_page(item, color=out.color, width=out.width)
    return to_line(item, color=out.color)


def _data(item: Report | Failure, format: OutputFormat) -> str:
    if format is OutputFormat.JSON:
        from audioq.render.json import to_line

        return to_line(item)
    from audioq.render.csv import to_row

    return to_row(item)
