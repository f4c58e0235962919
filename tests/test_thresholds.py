"""Thresholds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from audioq.errors import ThresholdError
from audioq.thresholds import DEFAULT_THRESHOLDS, Threshold, Thresholds, read_thresholds

NAMES = tuple(DEFAULT_THRESHOLDS)
MINE = Threshold("mine.onset", 0.5, "dB", 0.0, 1.0, "a test", "nobody")


@pytest.mark.smoke
def test_every_row_is_whole() -> None:
    for name in NAMES:
        row = DEFAULT_THRESHOLDS.row(name)
        group, dot, key = name.partition(".")
        assert row.name == name
        assert group and dot and key and "." not in key
        assert row.low <= row.value <= row.high, name
        assert row.low < row.high, name
        assert all((row.unit, row.meaning, row.source)), name
        assert DEFAULT_THRESHOLDS[name] == row.value


def test_it_is_a_mapping() -> None:
    assert len(DEFAULT_THRESHOLDS) == len(set(NAMES)) == len(list(DEFAULT_THRESHOLDS.items()))
    assert "dropout.onset" in DEFAULT_THRESHOLDS
    assert "dropout.nothing" not in DEFAULT_THRESHOLDS
    assert DEFAULT_THRESHOLDS.get("dropout.nothing") is None
    with pytest.raises(TypeError):
        DEFAULT_THRESHOLDS["dropout.onset"] = 0.5  # type: ignore[index]


@pytest.mark.parametrize("name", NAMES)
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(name: str) -> None:
    row = DEFAULT_THRESHOLDS.row(name)
    for value in (row.low, row.high):
        assert DEFAULT_THRESHOLDS.with_values({name: value})[name] == value
    for value in (np.nextafter(row.low, -np.inf), np.nextafter(row.high, np.inf), row.high + 1e6):
        with pytest.raises(ThresholdError, match=name):
            DEFAULT_THRESHOLDS.with_values({name: float(value)})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "0.5", None, [0.5], {"a": 1}])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(ThresholdError, match="not a number"):
        DEFAULT_THRESHOLDS.with_values({"dropout.onset": value})  # type: ignore[dict-item]


def test_a_number_that_no_float_can_hold_is_refused() -> None:
    with pytest.raises(ThresholdError):
        DEFAULT_THRESHOLDS.with_values({"dropout.onset": 10**400})


@pytest.mark.parametrize("name", ["dropout.nothing", "nothing.onset", "onset", "", "dropout.onset.more"])
def test_an_unknown_name_is_refused(name: str) -> None:
    with pytest.raises(ThresholdError, match="no threshold named"):
        DEFAULT_THRESHOLDS.with_values({name: 0.5})
    with pytest.raises(ThresholdError, match="no threshold named"):
        DEFAULT_THRESHOLDS.row(name)
    with pytest.raises(KeyError):
        DEFAULT_THRESHOLDS[name]


def test_a_change_is_a_copy() -> None:
    before = dict(DEFAULT_THRESHOLDS)
    changed = DEFAULT_THRESHOLDS.with_values({"dropout.onset": 0.9, "buzz.onset": 1})
    assert dict(DEFAULT_THRESHOLDS) == before
    assert dict(changed) == before | {"dropout.onset": 0.9, "buzz.onset": 1.0}
    assert isinstance(changed["buzz.onset"], float)


def test_changes_add_up() -> None:
    two = DEFAULT_THRESHOLDS.with_values({"dropout.onset": 0.9}).with_values({"buzz.onset": 0.8})
    assert (two["dropout.onset"], two["buzz.onset"]) == (0.9, 0.8)


@pytest.mark.smoke
def test_the_fingerprint_names_the_values() -> None:
    plain = DEFAULT_THRESHOLDS.fingerprint
    changed = DEFAULT_THRESHOLDS.with_values({"dropout.onset": 0.9, "buzz.onset": 0.8})
    reordered = DEFAULT_THRESHOLDS.with_values({"buzz.onset": 0.8, "dropout.onset": 0.9})
    assert len(plain) == 12
    assert set(plain) <= set("0123456789abcdef")
    assert changed.fingerprint == reordered.fingerprint != plain
    same = {name: DEFAULT_THRESHOLDS[name] for name in ("dropout.onset", "buzz.onset")}
    assert changed.with_values(same).fingerprint == plain
    assert DEFAULT_THRESHOLDS.with_rows(MINE).fingerprint != plain
    backwards = Thresholds(tuple(DEFAULT_THRESHOLDS.row(name) for name in reversed(NAMES)))
    assert backwards.fingerprint == plain


def test_rows_of_ones_own() -> None:
    changed = DEFAULT_THRESHOLDS.with_values({"dropout.onset": 0.9})
    mine = changed.with_rows(MINE)
    assert dict(mine) == dict(changed) | {"mine.onset": 0.5}
    assert mine.row("mine.onset") is MINE
    assert mine.with_values({"mine.onset": 0.7})["mine.onset"] == 0.7
    assert "mine.onset" not in DEFAULT_THRESHOLDS
    with pytest.raises(ThresholdError, match=r"mine\.onset: 2 dB lies outside 0 to 1 dB"):
        mine.with_values({"mine.onset": 2})


def test_a_row_outside_its_own_range_is_refused() -> None:
    with pytest.raises(ThresholdError):
        DEFAULT_THRESHOLDS.with_rows(Threshold("mine.onset", 5.0, "dB", 0.0, 1.0, "a test", "nobody"))


def test_a_row_that_takes_the_place_of_another_brings_its_value() -> None:
    row = Threshold("dropout.onset", 0.55, "1", 0.0, 1.0, "a test", "nobody")
    assert DEFAULT_THRESHOLDS.with_rows(row)["dropout.onset"] == 0.55


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "mine.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.mark.smoke
def test_a_file_of_changes(tmp_path: Path) -> None:
    file = write(tmp_path, "# mine\n[dropout]\nonset = 0.7\nmerge = 1\n[buzz]\nonset = 0.65\n")
    read = read_thresholds(file)
    assert dict(read) == dict(DEFAULT_THRESHOLDS) | {"dropout.onset": 0.7, "dropout.merge": 1.0, "buzz.onset": 0.65}
    assert dict(read_thresholds(str(file))) == dict(read)
    assert dict(read_thresholds(write(tmp_path, ""))) == dict(DEFAULT_THRESHOLDS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[dropout", "cannot be read"),
        ("[dropout]\nonset = \n", "cannot be read"),
        ("[dropout]\nonset = 0.5\nonset = 0.6\n", "cannot be read"),
        ("onset = 0.5\n", "'onset' is not a table"),
        ("[[dropout]]\nonset = 0.5\n", "'dropout' is not a table"),
        ("[dropout]\nnothing = 0.5\n", r"no threshold named 'dropout\.nothing'"),
        ("[nothing]\nonset = 0.5\n", r"no threshold named 'nothing\.onset'"),
        ("[dropout]\nonset = 'high'\n", "not a number"),
        ("[dropout]\nonset = true\n", "not a number"),
        ("[dropout]\nonset = nan\n", "not a number"),
        ("[dropout.onset]\nvalue = 0.5\n", "not a number"),
        ("[dropout]\nonset = 7\n", r"dropout\.onset: 7 lies outside 0 to 1"),
        pytest.param(
            b"[dropout]\n# caf\xe9\nonset = 0.5\n",
            "cannot be read",
        ),
    ],
)
def test_a_file_that_says_something_wrong(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(ThresholdError, match=words):
        read_thresholds(write(tmp_path, text))


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    for file in (tmp_path / "gone.toml", tmp_path):
        with pytest.raises(ThresholdError, match="cannot be read") as caught:
            read_thresholds(file)
        assert str(file) in str(caught.value)
