"""Writing: rows become tables, in any place that gives binary files; a folder has them whole or not at all."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Protocol

from audioq.batches.columns import TABLES, TABLES_VERSION
from audioq.batches.rows import Row
from audioq.batches.spelling import head, line
from audioq.batches.strangers import clear, refuse_strangers
from audioq.batches.tables import Layout, Record
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import undecoded

OpenPart = Callable[[str], IO[bytes]]
"""Opens a file of the results for writing by its name, such as ``events/part-00000.parquet``; what was there goes."""

FORMATS = ("parquet", "csv", "jsonl")

COMMIT = "commit.json"
"""The list of the files that make up the tables, written last: tables without it are not finished. Whoever adds to the
log takes it away first."""

PART_ROWS = 50_000
"""The most recordings in a part of a Parquet table."""


class Writer(Protocol):
    """Takes the records of the tables in their order."""

    def add(self, row: Row, records: dict[str, list[Record]]) -> None:
        """Take what one row became."""

    def close(self) -> list[str]:
        """Finish, and return the names of the files."""


def write_tables(
    rows: Iterable[Row],
    open_part: OpenPart,
    layout: Layout | None = None,
    formats: Sequence[str] = ("csv",),
    partition_by: Sequence[str] = (),
    part_rows: int = PART_ROWS,
) -> list[str]:
    """Write the tables of rows and then, as `COMMIT`, the list of their files; memory stays flat.

    The same rows give the same bytes.

    Parameters
    ----------
    rows : iterable of Row
        In the order of the source.
    open_part : callable
        Opens a file by its name; through fsspec ``lambda name: fs.open(f"bucket/run/{name}", "wb")``.
    layout : Layout, optional
        The columns of the manifest that are carried, and the time zone; without it there are ours alone.
    formats : sequence of str
        Of `FORMATS`.
    partition_by : sequence of str
        Text columns of ``recordings`` that divide the Parquet tables into folders ``name=value``.
    part_rows : int
        The most recordings in a part of a Parquet table.

    Returns
    -------
    list of str
        Names of the files.

    Raises
    ------
    BatchError
        A format is unknown, its package is not installed, or a column cannot divide.
    """
    layout = layout or Layout()
    with ExitStack() as opened:
        # What is open is closed whatever happens: a full disc, or an error in the rows.
        def opening(name: str) -> IO[bytes]:
            return opened.enter_context(open_part(name))

        writers = [_writer(name, opening, layout, partition_by, part_rows) for name in dict.fromkeys(formats)]
        names = _written(rows, writers, layout)
    with open_part(COMMIT) as file:
        file.write(_commit(names, layout))
    return [*names, COMMIT]


def check_tables(layout: Layout, formats: Sequence[str], partition_by: Sequence[str]) -> None:
    """Refuse tables that could not be written as asked, before there are any rows.

    Raises
    ------
    BatchError
        As `write_tables`, or nothing that is asked for can be divided.
    """
    if partition_by and "parquet" not in formats:
        raise BatchError(text("error.batch.not_divided", {"columns": ", ".join(partition_by)}))
    write_tables((), lambda _: io.BytesIO(), layout, formats, partition_by)


def _written(rows: Iterable[Row], writers: Sequence[Writer], layout: Layout) -> list[str]:
    for row in rows:
        records = layout.records(row)
        for writer in writers:
            writer.add(row, records)
    return [name for writer in writers for name in writer.close()]


def _writer(format: str, open_part: OpenPart, layout: Layout, partition_by: Sequence[str], part_rows: int) -> Writer:
    if format == "csv":
        return CsvTables(open_part, layout)
    if format == "jsonl":
        return Lines(open_part)
    if format != "parquet":
        raise BatchError(text("error.unknown_format", {"format": format, "formats": ", ".join(FORMATS)}))
    from audioq.batches.parquet import ParquetTables

    return ParquetTables(open_part, layout, partition_by, part_rows)


def _commit(names: Sequence[str], layout: Layout) -> bytes:
    from audioq import __version__

    carried = [column.name for column in layout.carried.values()]
    found = {"commit": 1, "audioq": __version__, "schema_version": TABLES_VERSION, "carried": carried, "files": names}
    return (json.dumps(found, indent=1) + "\n").encode("ascii")


class Lines:
    """Writes the rows in full, one JSON object a line."""

    def __init__(self, open_part: OpenPart) -> None:
        self._file = open_part("recordings.jsonl")

    def add(self, row: Row, records: dict[str, list[Record]]) -> None:
        """Write a row."""
        self._file.write(json.dumps(row, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n")

    def close(self) -> list[str]:
        """Finish the file."""
        self._file.close()
        return ["recordings.jsonl"]


class CsvTables:
    """Writes each table as one CSV file."""

    def __init__(self, open_part: OpenPart, layout: Layout) -> None:
        self._layout = layout
        self._files = {table: open_part(f"{table}.csv") for table in TABLES}
        for table, file in self._files.items():
            file.write(head(layout.columns(table)))

    def add(self, row: Row, records: dict[str, list[Record]]) -> None:
        """Write the records of a row."""
        for table, several in records.items():
            columns = self._layout.columns(table)
            self._files[table].write(b"".join(line(columns, record) for record in several))

    def close(self) -> list[str]:
        """Finish the files."""
        for file in self._files.values():
            file.close()
        return [f"{table}.csv" for table in self._files]


def write_folder(rows: Iterable[Row], folder: str | os.PathLike[str], **how: Any) -> list[str]:
    """Write the tables of rows into a folder of this machine, as `write_tables` does with the same `how`.

    They are written beside their place and moved when all are whole; tables of an earlier time then go, those of
    another format too. If this breaks off, the earlier ones stay as they are, or the next time mends it.

    Returns
    -------
    list of str
        Names of the files in the folder.

    Raises
    ------
    BatchError
        As `write_tables`, or the folder cannot be written to, or holds something else by the name of a table, or the
        disc is full.
    """
    place = Path(folder)
    staged = place / ".tables"
    shutil.rmtree(staged, ignore_errors=True)
    try:
        refuse_strangers(place)
        staged.mkdir(parents=True)
        names = write_tables(rows, lambda name: _opened(staged / name), **how)
        _settle(staged, names, place)
    except OSError as cause:
        values = {"path": undecoded(str(place)), "cause": cause.strerror or cause}
        raise BatchError(text("error.cannot_write_tables", values)) from cause
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return names


def _opened(file: Path) -> io.BufferedWriter:
    file.parent.mkdir(parents=True, exist_ok=True)
    return open(file, "wb")


def _settle(staged: Path, names: Sequence[str], place: Path) -> None:
    # The list goes first and comes last: nobody takes half of the old tables and half of the new ones for results.
    (place / COMMIT).unlink(missing_ok=True)
    clear(place)
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged / name, place / name)
