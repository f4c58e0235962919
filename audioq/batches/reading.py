"""Reading: the results of a batch, finished or not, as a frame of pandas or polars."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import unquote

from audioq.batches.bucket_parts import log_copy
from audioq.batches.buckets import is_address, shown
from audioq.batches.columns import TABLES, Column
from audioq.batches.objects import fetch, place_below
from audioq.batches.rows import Row
from audioq.batches.tables import Layout, Record
from audioq.batches.writing import COMMIT
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import undecoded

CHUNK = 20_000
"""Records that are turned into a frame at once."""

_Open = Callable[[str], IO[bytes]]


def read_results(
    path: str | os.PathLike[str],
    table: str = "recordings",
    *,
    library: str = "pandas",
    time_zone: str | None = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Any:
    """Return a table of the results of a batch as a data frame.

    Labels and other words of a short list are categorical, times are aware and in UTC, lists are lists and maps are
    dicts (pandas) or lists of key and value (polars). A batch that is not finished is read from its log, in which the
    order is that of completion. Parquet is read before JSON Lines and CSV; in CSV, text that looks like a formula has
    a ``./`` or an apostrophe in front.

    Parameters
    ----------
    path : str or path
        Folder, or address of a bucket (fsspec), where the results are.
    table : str
        ``recordings``, ``channels`` or ``events``.
    library : str
        ``pandas`` or ``polars``.
    time_zone : str, optional
        IANA name of the zone of times without an offset, for a log or JSON Lines.
    storage_options : mapping, optional
        What fsspec is told besides an address.

    Returns
    -------
    pandas.DataFrame or polars.DataFrame

    Raises
    ------
    BatchError
        No results or no such table are there, they are damaged, or the library is not installed.
    """
    from audioq.batches.frames import frame_maker

    if table not in TABLES:
        raise BatchError(text("error.unknown_table", {"table": table, "tables": ", ".join(TABLES)}))
    make = frame_maker(library)
    name = os.fspath(path)
    try:
        return _found(name, table, make, time_zone, storage_options)
    except (OSError, ValueError, KeyError, csv.Error) as cause:
        values = {"path": undecoded(shown(name)), "cause": f"{type(cause).__name__}: {cause}"}
        raise BatchError(text("error.damaged_results", values)) from cause


def _found(path: str, table: str, make: Any, time_zone: str | None, options: Mapping[str, Any] | None) -> Any:
    open_file, there = _bucket(path, options) if is_address(path) else _folder(path)
    names = _committed(open_file, there)
    parts = [name for name in names if name.startswith(f"{table}/") and name.endswith(".parquet")]
    if parts:
        return _parquet(open_file, parts, table, make)
    for name in ("recordings.jsonl", "log.jsonl"):
        if name in names:
            with open_file(name) as file:
                return make(*_told(file, table, time_zone))
    if f"{table}.csv" in names:
        with _long_cells(), io.TextIOWrapper(open_file(f"{table}.csv"), encoding="utf-8", newline="") as cells:
            return make(*_csv(cells, table))
    values = {"path": undecoded(shown(path)), "table": table}
    raise BatchError(text("error.no_table" if COMMIT in names else "error.no_results", values))


def _folder(path: str) -> tuple[_Open, list[str]]:
    """Return how files there are opened, and which there are."""
    folder = Path(path)
    several = ("log.jsonl", "recordings.jsonl", "*.csv", "*/**/*.parquet", COMMIT)
    there = [file.relative_to(folder).as_posix() for glob in several for file in sorted(folder.glob(glob))]
    return lambda name: open(folder / name, "rb"), there


def _bucket(address: str, options: Mapping[str, Any] | None) -> tuple[_Open, list[str]]:
    """Return how objects there are opened, and the list of the tables, or else the log, if either is there."""

    def open_part(name: str) -> IO[bytes]:
        system, path = place_below(address, name, options)
        return cast(IO[bytes], system.open(path, "rb"))

    if fetch(place_below(address, COMMIT, options)) is not None:
        return open_part, [COMMIT]
    log = log_copy(address, options)
    return (open_part, []) if log is None else (lambda _: log, ["log.jsonl"])


def _committed(open_file: _Open, there: list[str]) -> list[str]:
    """Return the files that count: those of the list, or where there is none the log, or all."""
    if COMMIT in there:
        with open_file(COMMIT) as file:
            return [*json.load(file)["files"], COMMIT]
    return ["log.jsonl"] if "log.jsonl" in there else there


def _parquet(open_file: _Open, parts: Sequence[str], table: str, make: Any) -> Any:
    from audioq.batches.parquet import arrow

    pa = arrow()
    read = []
    for name in parts:
        with open_file(name) as file:
            found = pa.parquet.ParquetFile(file).read()
        for column, value in _divisions(name).items():
            if column not in found.column_names:
                found = found.append_column(column, pa.array([value] * found.num_rows, pa.string()))
        read.append(found)
    whole = pa.concat_tables(read, promote_options="permissive")
    return make.of_arrow(whole, _columns(table, whole.column_names))


def _divisions(name: str) -> dict[str, str | None]:
    from audioq.batches.parquet import NONE

    pairs = [folder.partition("=") for folder in name.split("/")[1:-1]]
    return {unquote(column): None if value == NONE else unquote(value) for column, _, value in pairs}


def _columns(table: str, names: Sequence[str]) -> list[Column]:
    """Return the columns of these names in the order of the table; those of a manifest come last."""
    ours = {column.name: column for column in TABLES[table]}
    carried = [Column(name, "text", "", "") for name in names if name not in ours]
    return [*(column for name, column in ours.items() if name in names), *carried]


def _told(file: IO[bytes], table: str, time_zone: str | None) -> tuple[list[Column], Iterator[list[Record]]]:
    """Return the columns of a table and its records in chunks, from rows that are read twice and never held."""
    places: dict[str, int] = {}
    carried: dict[str, None] = {}
    for place, row in _lines(file):
        if "log" in row:
            # The head of a log; a later one begins anew, and rows before it count no more.
            places, carried = {}, {}
        else:
            # Of a recording that was scored again the last row counts, at the place of the first.
            places[row["id"]] = place
            carried.update(dict.fromkeys(row["item"]["columns"]))
    layout = Layout.of(carried, time_zone)
    rows = (_row_at(file, place) for place in places.values())
    return list(layout.columns(table)), _chunks(record for row in rows for record in layout.records(row)[table])


def _lines(file: IO[bytes]) -> Iterator[tuple[int, Row]]:
    place = 0
    for line in file:
        # A last line without its end is torn, and its recording will be scored again.
        if line.endswith(b"\n"):
            yield place, json.loads(line)
        place += len(line)


def _row_at(file: IO[bytes], place: int) -> Row:
    file.seek(place)
    return json.loads(file.readline())  # type: ignore[no-any-return]


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let cells be of any length, and only here: the limit is one for the whole process."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _csv(file: IO[str], table: str) -> tuple[list[Column], Iterator[list[Record]]]:
    from audioq.batches.spelling import read

    lines = csv.reader(file)
    names = next(lines)
    by_name = {column.name: column for column in _columns(table, names)}
    columns = [by_name[name] for name in names]
    return columns, _chunks(_listed(columns, read(columns, cells)) for cells in lines)


def _listed(columns: Sequence[Column], record: Record) -> Record:
    # An empty cell is an empty list where there is a verdict.
    empty: Mapping[str, Any] = {c.name: [] for c in columns if c.type == "texts" and record[c.name] is None}
    return {**record, **empty} if record.get("status") == "ok" else record


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    chunk = list(islice(records, CHUNK))
    yield chunk  # the first may be empty: a frame has columns even so
    while chunk := list(islice(records, CHUNK)):
        yield chunk
