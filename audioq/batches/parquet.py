"""Parquet: the tables as folders of numbered parts, through pyarrow."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from types import ModuleType
from typing import IO, Any
from urllib.parse import quote

from audioq.batches.columns import TABLES, TABLES_VERSION, Column
from audioq.batches.rows import Row
from audioq.batches.tables import Layout, Record
from audioq.batches.writing import OpenPart
from audioq.errors import BatchError
from audioq.messages import text

HELD_ROWS = 2000
"""The most recordings that wait in memory for being written."""

OPEN_PLACES = 32
"""The most folders ``name=value`` with an open part; beyond, the one that waited longest gets its part finished."""

NONE = "__HIVE_DEFAULT_PARTITION__"
"""What stands for no value in the name of such a folder, as in Hive."""

_COMPRESSION = "zstd"
_NAME_BYTES = 150


def arrow() -> ModuleType:
    """Return pyarrow with its Parquet; refuse where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        values = {"library": "pyarrow", "package": "audioq[parquet]"}
        raise BatchError(text("error.not_installed", values)) from None
    return pyarrow  # type: ignore[no-any-return]


def schema(columns: Sequence[Column]) -> Any:
    """Return the Arrow schema of a table; its metadata have the version of the tables and of audioq."""
    from audioq import __version__

    pa = arrow()
    types = {
        "text": pa.string(),
        "category": pa.dictionary(pa.int32(), pa.string()),
        "number": pa.float64(),
        "integer": pa.int64(),
        "boolean": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
        "texts": pa.list_(pa.string()),
        "numbers": pa.map_(pa.string(), pa.float64()),
        "words": pa.map_(pa.string(), pa.string()),
    }
    fields = [pa.field(c.name, types[c.type], metadata={"unit": c.unit, "meaning": c.meaning}) for c in columns]
    return pa.schema(fields, metadata={"schema_version": str(TABLES_VERSION), "audioq": __version__})


@dataclass(slots=True)
class _Part:
    """A part of each table that is being written."""

    place: str
    number: int
    rows: int = 0
    files: dict[str, IO[bytes]] = field(default_factory=dict)
    writers: dict[str, Any] = field(default_factory=dict)


class ParquetTables:
    """Writes each table as a folder of parts, or as one such folder for each value of the dividing columns."""

    def __init__(self, open_part: OpenPart, layout: Layout, partition_by: Sequence[str], part_rows: int) -> None:
        self._open_part = open_part
        self._by = tuple(partition_by)
        self._limit = part_rows
        columns = {table: [c for c in layout.columns(table) if c.name not in self._by] for table in TABLES}
        self._schemas = {table: schema(several) for table, several in columns.items()}
        _check(self._by, layout.columns("recordings"))
        self._held: dict[str, list[dict[str, list[Record]]]] = {}
        self._waiting = 0
        self._parts: OrderedDict[str, _Part] = OrderedDict()
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []

    def add(self, row: Row, records: dict[str, list[Record]]) -> None:
        """Take the records of a row; they are written with those that follow."""
        (recording,) = records["recordings"]
        place = "".join(f"{quote(name, safe='')}={_folder(recording[name])}/" for name in self._by)
        self._held.setdefault(place, []).append(records)
        self._waiting += 1
        if self._waiting >= min(HELD_ROWS, self._limit):
            self._write_held()

    def close(self) -> list[str]:
        """Finish all parts; a table without any record is an empty part."""
        self._write_held()
        if not self._numbers and not self._by:
            self._write(self._part(""), [])
        while self._parts:
            self._finish(next(iter(self._parts)))
        return sorted(self._names)

    def _write_held(self) -> None:
        for place, records in self._held.items():
            while records:
                part = self._part(place)
                fit = self._limit - part.rows
                self._write(part, records[:fit])
                records = records[fit:]
                if part.rows >= self._limit:
                    self._finish(place)
        self._held, self._waiting = {}, 0

    def _part(self, place: str) -> _Part:
        if place not in self._parts:
            if len(self._parts) >= OPEN_PLACES:
                self._finish(next(iter(self._parts)))
            number = self._numbers.get(place, 0)
            self._numbers[place] = number + 1
            self._parts[place] = self._begin(place, number)
        self._parts.move_to_end(place)
        return self._parts[place]

    def _begin(self, place: str, number: int) -> _Part:
        part = _Part(place, number)
        for table, own in self._schemas.items():
            name = f"{table}/{place}part-{number:05d}.parquet"
            self._names.append(name)
            part.files[table] = self._open_part(name)
            part.writers[table] = arrow().parquet.ParquetWriter(part.files[table], own, compression=_COMPRESSION)
        return part

    def _write(self, part: _Part, records: list[dict[str, list[Record]]]) -> None:
        part.rows += len(records)
        for table, writer in part.writers.items():
            several = [record for one in records for record in one[table]]
            if several:
                writer.write_table(_rows(several, self._schemas[table]))

    def _finish(self, place: str) -> None:
        part = self._parts.pop(place)
        for table, writer in part.writers.items():
            writer.close()
            part.files[table].close()


def _rows(records: list[Record], own: Any) -> Any:
    pa = arrow()
    columns = [pa.array([_stored(record[field.name]) for record in records], field.type) for field in own]
    return pa.Table.from_arrays(columns, schema=own)


def _stored(value: Any) -> Any:
    return list(value.items()) if isinstance(value, dict) else value


def _folder(value: str | None) -> str:
    written = NONE if value is None else quote(value, safe="")
    if len(written) <= _NAME_BYTES:
        return written
    # File systems take 255 bytes; the end keeps long values with one beginning apart.
    return f"{written[:_NAME_BYTES].rpartition('%')[0] or written[:_NAME_BYTES]}~{_digest(written)}"


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _check(by: Sequence[str], columns: Sequence[Column]) -> None:
    possible = [c.name for c in columns if c.type in ("text", "category") and c.name != "recording_id"]
    for name in by:
        if name not in possible:
            values = {"column": name, "columns": ", ".join(possible[-3:])}
            raise BatchError(text("error.partition", values))
