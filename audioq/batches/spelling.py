"""Spelling: how values of the tables are written in CSV, and read from it.

Numbers are written so that they are read back as they were, times in UTC as ISO 8601, what is undefined as an empty
cell. Text that a spreadsheet would take for a formula is defused.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from audioq.batches.columns import Column
from audioq.batches.tables import Record
from audioq.render.csv import defuse

_WRITE: dict[str, Callable[[Any], str]] = {
    "text": defuse,
    "category": defuse,
    "number": repr,
    "integer": str,
    "boolean": lambda value: "true" if value else "false",
    "time": lambda value: value.isoformat().replace("+00:00", "Z"),
    "texts": lambda value: defuse(" ".join(value)),
    "numbers": lambda value: json.dumps(value),
    "words": lambda value: json.dumps(value),
}

_READ: dict[str, Callable[[str], Any]] = {
    "text": str,
    "category": str,
    "number": float,
    "integer": int,
    "boolean": lambda cell: cell == "true",
    "time": datetime.fromisoformat,
    "texts": str.split,
    "numbers": json.loads,
    "words": json.loads,
}


def head(columns: Sequence[Column]) -> bytes:
    """Return the line with the names of the columns."""
    return _joined(defuse(column.name) for column in columns)


def line(columns: Sequence[Column], record: Record) -> bytes:
    """Return the line of a record."""
    return _joined(_cell(column, record[column.name]) for column in columns)


def read(columns: Sequence[Column | None], cells: Sequence[str]) -> Record:
    """Return the record of the cells of a line; cells of a column that is None are left out."""
    pairs = [(column, cell) for column, cell in zip(columns, cells, strict=True) if column is not None]
    return {column.name: _value(column, cell) for column, cell in pairs}


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    return defuse(value, path=True) if column.name == "file" else _WRITE[column.type](value)


def _value(column: Column, cell: str) -> Any:
    # A list without items is an empty cell as well, and an undefined one is told by nothing but its neighbours.
    return _READ[column.type](cell) if cell else None


def _joined(cells: Iterable[str]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue().encode("utf-8")
