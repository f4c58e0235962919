"""The queries of docs/batch.md run as they stand, and say what is so."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from made_rows import MANIFEST, rows

from audioq.batches.tables import Layout
from audioq.batches.writing import write_folder

duckdb = pytest.importorskip("duckdb")
for package in ("pandas", "polars", "pyarrow"):
    pytest.importorskip(package)

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "batch.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
LAYOUT = Layout.of(MANIFEST)


def blocks(section, language):
    return re.findall(rf"^```{language}\n(.*?)^```", SECTIONS[section], re.DOTALL | re.MULTILINE)


QUERIES = blocks("Queries", "sql")


def finished(place, by):
    """Make a finished batch, and call records of the hour in which its first call was made."""
    write_folder(rows(), place / "results", layout=LAYOUT, formats=("parquet",), partition_by=by)
    hour = "c1,2025-08-11T06:30:00Z,2025-08-11T07:00:00Z\nc2,2025-08-11T07:00:00Z,2025-08-11T08:00:00Z\n"
    (place / "cdr.csv").write_text("cell,attached_at,detached_at\n" + hour)


@pytest.fixture(params=[(), ("operator",), ("status", "operator")], ids=["whole", "divided", "divided twice"])
def results(request, tmp_path, monkeypatch):
    finished(tmp_path, request.param)
    monkeypatch.chdir(tmp_path)
    return [record for row in rows() for record in LAYOUT.records(row)["recordings"]]


def answer(query):
    found = duckdb.connect().execute(query)
    return [dict(zip([column[0] for column in found.description], row, strict=True)) for row in found.fetchall()]


def test_there_are_queries_for_each():
    python = blocks("Queries", "python")
    assert len(QUERIES) >= 4 and len(python) >= 2 and any("polars" in block for block in python)


def test_blocked_share_per_operator_and_day(results):
    (query,) = [query for query in QUERIES if "blocked_share" in query]
    day = datetime(2025, 8, 11, tzinfo=UTC)
    (found,) = [row for row in answer(query) if (row["operator"], row["day"]) == ("A", day)]
    own = [r for r in results if r["operator"] == "A" and r["started_at"] and r["started_at"].date() == day.date()]
    assert found["scored"] == len(own) > 0
    assert found["blocked_share"] == sum(r["label"] == "blocked" for r in own) / len(own)
    opinions = [r["mos"] for r in own if r["mos"] is not None]
    assert found["calls_with_mos"] == len(opinions)
    assert found["mos_of_calls_with_speech"] == pytest.approx(sum(opinions) / len(opinions))


def test_calls_without_a_verdict_are_told(results):
    (query,) = [query for query in QUERIES if "status <> 'ok'" in query]
    assert sum(row["calls"] for row in answer(query)) == sum(r["status"] != "ok" for r in results)


def test_events_are_joined_by_absolute_time(results):
    (query,) = [query for query in QUERIES if "cdr.csv" in query]
    found = answer(query)
    events = [event for row in rows()[:2] for event in LAYOUT.records(row)["events"] if event["affects_verdict"]]
    assert sum(row["events"] for row in found) == len(events) > 0
    assert {row["cell"] for row in found} == {"c2"}  # 07:30 UTC, 11:00 in Tehran
    assert found[0]["minute"] == datetime(2025, 8, 11, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_answers(results, query):
    assert answer(query)


def test_answers_are_the_same_however_the_tables_are_divided(tmp_path, monkeypatch):
    answers = []
    for by in ((), ("operator",), ("app", "operator")):
        place = tmp_path / "_".join(("x", *by))
        place.mkdir()
        monkeypatch.chdir(place)
        finished(place, by)
        answers.append([sorted(map(str, answer(query))) for query in QUERIES])
    assert answers[1] == answers[0] == answers[2]


@pytest.mark.parametrize("section", ["Tables", "Queries"])
def test_the_code_runs(results, section, capsys):
    for block in blocks(section, "python"):
        exec(compile(block, "docs/batch.md", "exec"), {})
    printed = capsys.readouterr().out
    assert section == "Tables" or ("blocked_share" in printed and "longest_dropout_s" in printed)


def test_a_mean_opinion_never_stands_alone():
    for block in (*QUERIES, *blocks("Queries", "python")):
        assert "calls_with_speech" not in block.replace("mos_of_calls_with_speech", "")
        if "mos" in block.replace("mos_of_calls_with_speech", ""):
            assert "mos_of_calls_with_speech" in block and "blocked_share" in block and "calls_with_mos" in block
