"""Cells of CSV: what is written is read back as it was, unless a spreadsheet would run it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioq.batches.columns import TYPES, Column
from audioq.batches.spelling import head, line, read
from audioq.render.csv import defuse

COLUMNS = [Column(type, type, "", "") for type in TYPES]
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXT = st.text(CHARACTERS, min_size=1)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
IDS = st.text("abcdefgh_", min_size=1)
VALUES = {
    "text": TEXT.filter(lambda text: defuse(text) == text),
    "category": IDS,
    "number": NUMBER,
    "integer": st.integers(),
    "boolean": st.booleans(),
    "time": st.datetimes(timezones=st.just(UTC)),
    "texts": st.lists(IDS, min_size=1),
    "numbers": st.dictionaries(TEXT, st.none() | NUMBER),
    "words": st.dictionaries(TEXT, TEXT),
}


def cells(written: bytes) -> list[str]:
    (only,) = csv.reader(io.StringIO(written.decode("utf-8"), newline=""))
    return only


@given(st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()}))
def test_values_come_back(record):
    assert read(COLUMNS, cells(line(COLUMNS, record))) == record


@given(TEXT)
def test_no_text_is_a_formula(text):
    record = dict.fromkeys(VALUES) | {"text": text}
    (cell, *_) = cells(line(COLUMNS, record))
    assert cell in (text, f"'{text}") and not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_times_are_written_as_databases_take_them():
    record = dict.fromkeys(VALUES) | {"time": datetime(2025, 8, 11, 12, tzinfo=UTC), "boolean": False}
    assert line(COLUMNS, record) == b",,,,false,2025-08-11T12:00:00Z,,,\r\n"


def test_the_head_has_the_names_and_no_formula():
    assert head([Column("=app", "text", "", ""), Column("b,c", "text", "", "")]) == b'\'=app,"b,c"\r\n'


def test_a_line_of_another_length_is_refused():
    with pytest.raises(ValueError):
        read(COLUMNS, ["a"])
