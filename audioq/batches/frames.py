"""Frames: records of a table as a data frame, with the same types whatever they were read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from audioq.batches.columns import Column
from audioq.batches.tables import Record
from audioq.errors import BatchError
from audioq.messages import text


class Maker(Protocol):
    """Makes frames of one library."""

    def __call__(self, columns: Sequence[Column], chunks: Iterator[list[Record]]) -> Any:
        """Return a frame of records that come in chunks."""

    def of_arrow(self, table: Any, columns: Sequence[Column]) -> Any:
        """Return a frame of an Arrow table."""


def frame_maker(library: str) -> Maker:
    """Return what makes frames of a library; refuse one that is not installed, or not known."""
    makers: dict[str, tuple[Callable[[], Maker], str]] = {
        "pandas": (_Pandas, "audioq[dataframe]"),
        "polars": (_Polars, "polars"),
    }
    if library not in makers:
        raise BatchError(text("error.unknown_library", {"library": library}))
    make, package = makers[library]
    try:
        return make()
    except ImportError:
        raise BatchError(text("error.not_installed", {"library": library, "package": package})) from None


class _Pandas:
    def __init__(self) -> None:
        import pandas

        self._pd = pandas

    def __call__(self, columns: Sequence[Column], chunks: Iterator[list[Record]]) -> Any:
        frames = [self._frame(columns, chunk) for chunk in chunks]
        frame = self._pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        return self._worded(frame, columns)

    def of_arrow(self, table: Any, columns: Sequence[Column]) -> Any:
        from audioq.batches.parquet import arrow

        pa = arrow()
        words = [c.name for c in columns if c.type == "category"]
        plain = table.select([column.name for column in columns])
        for name in words:
            place = plain.column_names.index(name)
            plain = plain.set_column(place, name, plain[name].cast(pa.string()))
        nested = {c.name: [_plain(c, value) for value in plain[c.name].to_pylist()] for c in columns if _nested(c)}
        flat = plain.select([c.name for c in columns if not _nested(c)]).to_pandas()
        values = {c.name: nested[c.name] if _nested(c) else flat[c.name] for c in columns}
        frame = self._pd.DataFrame({c.name: self._series(c, values[c.name]) for c in columns})
        return self._worded(frame, columns)

    def _frame(self, columns: Sequence[Column], records: list[Record]) -> Any:
        values = {column.name: [record[column.name] for record in records] for column in columns}
        return self._pd.DataFrame({c.name: self._series(c, values[c.name]) for c in columns})

    def _series(self, column: Column, values: Any) -> Any:
        types = {"number": "float64", "integer": "Int64", "boolean": "boolean", "text": "string", "category": "string"}
        types["time"] = "datetime64[us, UTC]"
        return self._pd.Series(values, dtype=types.get(column.type, "object"))

    def _worded(self, frame: Any, columns: Sequence[Column]) -> Any:
        return frame.astype({column.name: "category" for column in columns if column.type == "category"})


class _Polars:
    def __init__(self) -> None:
        import polars

        self._pl = polars

    def __call__(self, columns: Sequence[Column], chunks: Iterator[list[Record]]) -> Any:
        schema = {column.name: self._type(column) for column in columns}
        # Words get their codes at the end: those of a chunk are its own.
        words = {name for name, type in schema.items() if type == self._pl.Categorical}
        spelled = {name: self._pl.String if name in words else type for name, type in schema.items()}
        frame = self._pl.concat([self._frame(spelled, chunk) for chunk in chunks])
        return frame.cast({name: schema[name] for name in words})

    def of_arrow(self, table: Any, columns: Sequence[Column]) -> Any:
        frame = self._pl.DataFrame(table.select([column.name for column in columns]))
        return frame.cast({column.name: self._type(column) for column in columns})

    def _frame(self, schema: dict[str, Any], records: list[Record]) -> Any:
        values = {name: [_entries(record[name]) for record in records] for name in schema}
        return self._pl.DataFrame(values, schema=schema)

    def _type(self, column: Column) -> Any:
        pl = self._pl
        types = {
            "text": pl.String,
            "category": pl.Categorical,
            "number": pl.Float64,
            "integer": pl.Int64,
            "boolean": pl.Boolean,
            "time": pl.Datetime("us", "UTC"),
            "texts": pl.List(pl.String),
            "numbers": pl.List(pl.Struct({"key": pl.String, "value": pl.Float64})),
            "words": pl.List(pl.Struct({"key": pl.String, "value": pl.String})),
        }
        return types[column.type]


def _nested(column: Column) -> bool:
    return column.type in ("texts", "numbers", "words")


def _plain(column: Column, value: Any) -> Any:
    return value if value is None or column.type == "texts" else dict(value)


def _entries(value: Any) -> Any:
    return [{"key": key, "value": one} for key, one in value.items()] if isinstance(value, dict) else value
