"""The sum of a batch: every row is counted, a mean MOS never stands alone, and the order changes nothing."""

from __future__ import annotations

import json
import math
import random

import pytest
from made_rows import HOSTILE, a_failure, a_row, reports, rows

from audioq.batches.items import Item
from audioq.batches.rows import row_of
from audioq.batches.summaries import MOST_SEVERE, Summary

NO_CALL = row_of(Item("", outcome="never connected\x1b[2J", options={"call_id": "c"}), None)


def summed(several) -> Summary:
    summary = Summary()
    for row in several:
        summary.add(row)
    return summary


def test_everything_is_counted_once():
    summary = summed(rows())
    found = summary.to_dict()
    labels = [row["result"]["verdict"]["label"] for row in rows() if row["status"] == "ok"]
    assert found["labels"] == {label: labels.count(label) for label in ("intact", "degraded", "blocked")}
    assert found["recordings"] == len(rows()) == sum(found["statuses"].values())
    assert found["causes"] == {"timeout": 1, "unreadable": 1} and found["outcomes"] == {"never connected": 1}
    assert sum(found["bases"].values()) == found["statuses"]["ok"]
    seconds = math.fsum(row["result"]["format"]["duration"] for row in rows() if row["status"] == "ok")
    assert found["hours"] == pytest.approx(seconds / 3600, abs=1e-6)


def test_a_mean_mos_has_its_number_and_the_blocked_beside_it():
    several = [a_row(Item(f"{i}.wav"), which) for i, which in enumerate((0, 1, 2, 2))]
    opinions = [report.scores["mos"] for report in reports()[:2]]
    found = summed(several).to_dict()["mos_of_calls_with_speech"]
    assert found["n"] == 2 and found["mean"] == pytest.approx(sum(opinions) / 2, abs=1e-6)
    assert found["blocked_share"] == 0.5
    (line,) = [line for line in summed(several).to_text().splitlines() if "MOS" in line]
    assert f"{sum(opinions) / 2:.2f} on average, of the 2 in which" in line and "50.0% of all 4" in line


def test_without_speech_there_is_no_mean_mos():
    summary = summed([a_row(Item("a.wav"), 2)])
    assert summary.to_dict()["mos_of_calls_with_speech"] == {"n": 0, "mean": None, "blocked_share": 1.0}
    assert "undefined" in summary.to_text() and "nan" not in summary.to_text() and "None" not in summary.to_text()


def test_the_order_of_the_rows_changes_nothing():
    many = [*rows(), *(a_row(Item(f"same/{i}.wav"), 2) for i in range(20))]
    shuffled = random.Random(1).sample(many, len(many))
    assert summed(many).to_json() == summed(shuffled).to_json()
    assert summed(many).to_text() == summed(shuffled).to_text()


def test_the_most_severe_come_first():
    several = [a_row(Item(f"{i:02d}.wav"), 1) for i in range(30)]
    for i, row in enumerate(several):
        row["result"]["severity"] = (i * 7 % 30) / 30
    worst = summed(several).to_dict()["most_severe"]
    assert [one["severity"] for one in worst] == [severity / 30 for severity in range(29, 29 - MOST_SEVERE, -1)]
    assert worst[0]["longest_dropout_s"] == several[0]["result"]["scores"]["longest_dropout_s"]
    page = summed(several).to_text()
    assert f"0.97  degraded  longest dropout {worst[0]['longest_dropout_s']:.2f} s  {worst[0]['file']}" in page


def test_hostile_names_do_not_reach_the_terminal():
    several = [a_row(Item(name), 1) for name in HOSTILE]
    page = summed([*several, NO_CALL]).to_text()
    assert all(line.isprintable() for line in page.splitlines())
    assert len(page.splitlines()) == len(summed([a_row(Item("a"), 1), NO_CALL]).to_text().splitlines()) + 9
    summed([*several, NO_CALL]).to_json().encode("ascii")


def test_nothing_is_something():
    assert Summary().to_text() == "no recordings\n"
    assert json.loads(Summary().to_json())["mos_of_calls_with_speech"] == {"n": 0, "mean": None, "blocked_share": None}
    page = summed([a_failure(Item("a.wav"))]).to_text()
    assert "1 failed" in page and "unreadable 1 (100.0%)" in page and "MOS" not in page


def test_throughput_is_told_to_people_only():
    summary = summed([a_row(Item(f"{i}.wav"), 0) for i in range(30)])
    assert "10.0 s: 3.0 recordings a second, 18 h of sound an hour" in summary.to_text(elapsed=10.0)
    assert "second" not in summary.to_text() and "elapsed" not in summary.to_json()


def test_rows_are_counted_as_they_pass():
    summary = Summary()
    assert list(summary.counting(iter(rows()))) == rows() and summary.total == len(rows())


def test_harmless_calls_are_not_called_severe():
    row = a_row(Item("a.wav"), 0)
    row["result"]["severity"] = 0.0
    assert summed([row]).to_dict()["most_severe"] == [] and "severe" not in summed([row]).to_text()


def test_words_of_a_manifest_do_not_flood_the_page():
    several = [row_of(Item("", outcome=f"{i:03d} {'x' * 100}", options={"call_id": "c"}), None) for i in range(50)]
    page = summed([*several, NO_CALL, NO_CALL]).to_text()
    assert "never connected" in page and "others 39 (75.0%)" in page and len(page) < 1000
    assert len(summed(several).to_dict()["outcomes"]) == 50
