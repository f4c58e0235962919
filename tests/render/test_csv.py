"""CSV: fixed columns, one record a recording, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_reports import FAILURE, a_report, assessments

from audioq.kinds import KINDS
from audioq.render.csv import COLUMNS, defuse, header, to_row
from audioq.report import Failure
from audioq.scores import METRICS

STARTS = "=+-@\t\r\n\0＝＋－＠"


def read(*items):
    text = "\n".join([header(), *map(to_row, items)]) + "\n"
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_columns():
    assert COLUMNS[:6] == ("file", "label", "confidence", "basis", "rule", "severity")
    assert {metric.name for metric in METRICS} <= set(COLUMNS)
    assert {f"{kind.name}_events" for kind in KINDS} <= set(COLUMNS)
    assert COLUMNS[-2:] == ("error_type", "error")
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_a_report_is_a_row():
    (row,) = read(a_report())
    assert row["file"] == "call.wav" and row["label"] == "blocked" and row["confidence"] == "0.900"
    assert row["dropout_events"] == "1" and row["click_events"] == "1" and row["stutter_events"] == "0"
    assert row["error"] == row["error_type"] == ""


def test_undefined_is_empty_and_tiny_is_no_exponent():
    (row,) = read(a_report(clipping_ratio=0.00001, snr_db=math.nan, hum_db=-math.inf, noise_floor_dbfs=-61.5))
    assert row["mos"] == row["snr_db"] == row["hum_db"] == ""
    assert row["clipping_ratio"] == "0.00001" and row["noise_floor_dbfs"] == "-61.5"


def test_kinds_that_could_not_be_revealed_are_named():
    rows = read(a_report(assessable=assessments(buzz=(), dead_air=())), a_report(assessable=assessments()))
    assert [row["not_assessable"] for row in rows] == ["buzz dead_air", ""]


def test_a_failure_is_a_row_without_label():
    (row,) = read(FAILURE)
    assert row["error_type"] == "AudioError" and row["error"].startswith("gone.wav: no such file")
    assert row["label"] == row["confidence"] == row["dropout_events"] == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("=1+1.wav", "./=1+1.wav"),
        ("-o.wav", "./-o.wav"),
        ("@SUM(A1).wav", "./@SUM(A1).wav"),
        ("\tx.wav", "./\tx.wav"),
        (" =x.wav", "./ =x.wav"),
        ("a=b.wav", "a=b.wav"),
        ("caf\udce9.wav", "caf\\xe9.wav"),
    ],
)
def test_names_that_look_like_formulas(name, shown):
    row, failed = read(a_report(name), Failure(name, "AudioError", f"{name}: not audio; convert it"))
    assert row["file"] == failed["file"] == shown
    assert failed["error"][0] not in STARTS


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_name_is_one_record_and_comes_back(name):
    row, after = read(a_report(name), FAILURE)
    assert row["file"] in (name, f"./{name}")
    assert after["error_type"] == "AudioError"


@given(st.text(st.characters()) | st.text(st.sampled_from(STARTS + " 'x")), st.booleans())
def test_no_cell_starts_a_formula(cell, path):
    shown = defuse(cell, path=path)
    assert not shown.startswith(tuple(STARTS))
    assert not shown.lstrip().startswith(tuple("=+-@＝＋－＠"))
    assert shown.endswith(cell)
    assert shown in (cell, f"./{cell}" if path else f"'{cell}")
    assert defuse(shown, path=path) == shown


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1))
def test_an_ordinary_cell_stays_as_it_is(cell):
    assert defuse(cell) == defuse(cell, path=True) == cell


def test_a_row_says_how_the_call_was_recorded_and_leaves_ignored_channels_out():
    from dataclasses import replace

    from audioq.chain import Recording
    from audioq.recorder import Fault
    from audioq.render.csv import COLUMNS, to_row

    fault = Fault("dropped_buffers", 0, ((1.0, 1.1),), 21.3)
    report = replace(a_report(channels=2), recording=Recording("loudspeaker", 0.9, (fault,), "far"))
    row = dict(zip(COLUMNS, next(csv.reader([to_row(report)])), strict=True))
    assert (row["chain"], row["side"], row["faults"]) == ("loudspeaker", "far", "dropped_buffers")
    counted = sum(int(row[name]) for name in COLUMNS if name.endswith("_events"))
    ignored = tuple(replace(own, role="ignored") for own in report.channels)
    row = dict(zip(COLUMNS, next(csv.reader([to_row(replace(report, channels=ignored))])), strict=True))
    assert counted > 0 == sum(int(row[name]) for name in COLUMNS if name.endswith("_events"))
