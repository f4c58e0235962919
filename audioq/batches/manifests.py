"""Manifests: tables with a column ``file``, row by row: CSV, JSON Lines or Parquet."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any, NamedTuple

from audioq.batches.buckets import path_of
from audioq.batches.refusals import stopped
from audioq.batches.versions import reason
from audioq.errors import BatchError

MANIFEST_ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
_SEPARATORS = (",", ";", "\t", "|")
_LONGEST_LINE = 1 << 24
"""Characters of a line of JSON; more is no row of a manifest."""
_BATCH_ROWS = 4096
_BYTES = re.compile("[\udc80-\udcff]")
"""What Python makes of bytes that are no text."""
_FILES = ("file", "duplicate_of", "near_duplicate_of")
"""Columns with names of files, which may be any bytes."""


class Line(NamedTuple):
    """A row of a manifest: where it stands, such as ``line 7``, and its cells as text by column."""

    place: str
    cells: dict[str, str]


def is_manifest(path: str) -> bool:
    """Whether a path or address ends as those of manifests do."""
    return path_of(path).lower().endswith(MANIFEST_ENDINGS)


def read_lines(path: str, title: str) -> Iterator[Line]:
    """Yield the rows of a manifest.

    CSV may have any of ``, ; |`` and tabulators between its cells, and UTF-8 or, with its mark, UTF-16. Undefined
    values of JSON and Parquet become empty cells.

    Parameters
    ----------
    path : str
        Where it is on this machine.
    title : str
        What to call it in messages.

    Raises
    ------
    BatchError
        It has no column ``file``, a row cannot be read, or a cell that names no file has bytes that are no text.
    """
    try:
        if path.lower().endswith(".parquet"):
            yield from _parquet(path, title)
            return
        with open(path, encoding=_encoding(path), errors="surrogateescape", newline="") as file:
            yield from (_csv if path.lower().endswith((".csv", ".tsv")) else _jsonl)(file, title)
    except UnicodeError as cause:
        raise stopped(title, "row", place="", cause=cause) from cause
    except OSError as cause:
        raise BatchError(str(reason(title, cause))) from cause


def _checked(line: Line, title: str, written: str) -> Line:
    """Return a line, unless bytes are written in it that are no text, in a cell that names no file."""
    if not written.isascii() and _BYTES.search(written):
        for column, cell in line.cells.items():
            if column not in _FILES and _BYTES.search(cell):
                raise stopped(title, "no_utf8", place=line.place, column=column)
    return line


def _encoding(path: str) -> str:
    with open(path, "rb") as file:
        start = file.read(2)
    return "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _csv(file: IO[str], title: str) -> Iterator[Line]:
    first = file.readline(_LONGEST_LINE)
    if not first.strip():
        raise stopped(title, "no_header")
    # The header may go on behind the first line, in quotation marks.
    rows = csv.reader(_from_start(first, file), delimiter=_separator(first), strict=True)
    try:
        columns = _named(next(rows), title)
        for cells in rows:
            place = f"line {rows.line_num}"
            if len(cells) > len(columns) and any(cells[len(columns) :]):
                raise stopped(title, "cells", place=place, cells=len(cells), columns=len(columns))
            if any(cells):
                cells += [""] * (len(columns) - len(cells))
                yield _checked(Line(place, dict(zip(columns, cells, strict=False))), title, "".join(cells))
    except csv.Error as cause:
        raise stopped(title, "row", place=f"line {rows.line_num}", cause=cause) from cause


def _from_start(first: str, file: IO[str]) -> Iterator[str]:
    yield first
    yield from file


def _separator(header: str) -> str:
    """Return what separates the cells of a header so that one is ``file``, or else what gives most of them."""

    def rank(separator: str) -> tuple[bool, int]:
        cells = next(csv.reader(io.StringIO(header), delimiter=separator), [])
        return "file" in (cell.strip() for cell in cells), len(cells)

    return max(_SEPARATORS, key=rank)


def _named(cells: list[str], title: str) -> list[str]:
    columns = [cell.strip() or f"column {number}" for number, cell in enumerate(cells, 1)]
    for number, name in enumerate(columns, 1):
        if _BYTES.search(name):
            raise stopped(title, "no_utf8", place="line 1", column=number)
    twice = [name for i, name in enumerate(columns) if name in columns[:i]]
    if twice:
        raise stopped(title, "column_twice", column=twice[0])
    _check_columns(columns, title)
    return columns


def _check_columns(columns: list[str], title: str) -> None:
    if "file" not in columns:
        raise stopped(title, "no_file_column", columns=", ".join(columns) or "none")


def _jsonl(file: IO[str], title: str) -> Iterator[Line]:
    number = 0
    known = False
    while line := file.readline(_LONGEST_LINE):
        number += 1
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as cause:
            raise stopped(title, "row", place=f"line {number}", cause=cause) from cause
        if not isinstance(found, dict):
            raise stopped(title, "row", place=f"line {number}", cause="no object in {}")
        if not (known or "outcome" in found):
            _check_columns(list(found), title)
        known = True
        # Escapes of JSON may stand for such bytes, as in the results of a batch: only the line itself tells.
        yield _checked(Line(f"line {number}", _texts(found)), title, line)


def _parquet(path: str, title: str) -> Iterator[Line]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as cause:
        raise stopped(title, "no_parquet") from cause
    try:
        with parquet.ParquetFile(path) as file:
            _check_columns(list(file.schema_arrow.names), title)
            number = 0
            for batch in file.iter_batches(_BATCH_ROWS):
                for found in batch.to_pylist():
                    number += 1
                    yield Line(f"row {number}", _texts(found))
    except pyarrow.ArrowException as cause:
        raise stopped(title, "row", place="the table", cause=" ".join(str(cause).split())) from cause


def _texts(found: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): value if isinstance(value, str) else _text(value) for name, value in found.items()}


def _text(value: Any) -> str:
    """Return a value as text: empty where undefined, whole numbers without a point, as pandas lacks whole ones."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, bool | list | dict):
        return json.dumps(value, default=str, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
