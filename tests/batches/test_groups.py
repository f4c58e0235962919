"""Groups: those of few recordings are flagged, in rows and summary, and only where names are hidden."""

from __future__ import annotations

import csv
import json
import os

import pytest
from made_batches import folder
from made_names import KEY, hashed

from audioq import batch, read_results
from audioq.batches.groups import LEAST_GROUP

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are killed by signals")


def test_small_groups_are_flagged(tmp_path):
    cells = [("wa", "x")] * LEAST_GROUP + [("wa", "y")] * (LEAST_GROUP - 1) + [("", "x")] + [("sg", "z")] * LEAST_GROUP
    lines = [f"{number},never connected,{app},{who}," for number, (app, who) in enumerate(cells)]
    (tmp_path / "m.csv").write_text("\n".join(["call_id,outcome,app,who,file", *lines]))
    small = {}
    for kept in ((), ("who",)):
        out = tmp_path / "-".join(("out", *kept))
        summary = batch(tmp_path / "m.csv", out, anonymize=KEY, keep_columns=kept, format=["csv", "jsonl"])
        with open(out / "recordings.csv", encoding="utf-8", newline="") as file:
            read = {row["call_id"]: row["small_group"] for row in csv.DictReader(file)}
        small[kept] = [read[hashed(str(number))] for number in range(len(cells))]
        told_of = json.loads((out / "summary.json").read_text())
        assert told_of["in_small_groups"] == small[kept].count("true") == summary.groups.recordings
        assert list(read_results(out)["small_group"]) == [one == "true" for one in read.values()]
    assert small[()] == ["false"] * (2 * LEAST_GROUP - 1) + ["true"] + ["false"] * LEAST_GROUP
    assert small["who",] == ["false"] * LEAST_GROUP + ["true"] * LEAST_GROUP + ["false"] * LEAST_GROUP
    groups = [{"columns": {"who": "x"}, "n": 1}, {"columns": {"app": "wa", "who": "y"}, "n": LEAST_GROUP - 1}]
    assert sorted(told_of["small_groups"], key=lambda one: one["n"]) == groups and told_of["more_small_groups"] == 0
    said = f"5 recordings are in 2 groups of fewer than {LEAST_GROUP} by app, operator, country, who"
    assert said in summary.to_text()


def test_many_small_groups_are_counted_and_a_few_named(tmp_path):
    lines = [f"{number},never connected,{number}," for number in range(50)]
    (tmp_path / "m.csv").write_text("\n".join(["call_id,outcome,who,file", *lines]))
    summary = batch(tmp_path / "m.csv", tmp_path / "out", anonymize=KEY, keep_columns="who").to_dict()
    assert len(summary["small_groups"]) == 20 and summary["more_small_groups"] == 30
    assert len({one["columns"]["who"] for one in summary["small_groups"]}) == 20


def test_results_that_are_not_anonymised_say_nothing_of_groups(tmp_path):
    batch(folder(tmp_path / "in", 1), tmp_path / "out")
    assert list(read_results(tmp_path / "out")["small_group"].isna()) == [True]
    assert "small_groups" not in json.loads((tmp_path / "out" / "summary.json").read_text())
