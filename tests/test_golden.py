"""What audioq says of each sample is what it said before: words exactly, numbers within the tolerances below.

Labels, rules, basis, rivals, kinds of event and warnings are exact. A last bit that another processor or another
version of NumPy computes differently may move numbers a little. After a change that is wanted:
``python tests/golden/make_reports.py``.
"""

from __future__ import annotations

import csv
import json
import math
from functools import cache

import pytest
from golden.make_reports import REPORTS, SAMPLES, report_of, samples

from audioq.scores import METRICS

# By unit: how far a score may lie from the golden one.
TOLERANCES = {"ratio": 0.01, "0-1": 0.02, "1-5": 0.1, "s": 0.1, "1/min": 2.0, "dB": 0.5, "dBFS": 0.5, "Hz": 100.0}
PROBABILITY = 0.03
EVENT_SECONDS = 0.03
EVENTS_MORE_OR_LESS = 0.1
"""Share of the events of a kind that may come or go, but at least one."""

with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as _file:
    LABELS = {row["file"]: row["label"] for row in csv.DictReader(_file)}

each_sample = pytest.mark.parametrize("name", [sample.name for sample in samples()])


@cache
def both(name):
    golden = json.loads((REPORTS / f"{name}.json").read_text(encoding="utf-8"))
    return report_of(SAMPLES / name), golden


def near(value, golden, tolerance):
    if value is None or golden is None:
        return value is golden
    return math.isclose(value, golden, rel_tol=0, abs_tol=tolerance + 1e-9)


@pytest.mark.smoke
def test_there_is_a_golden_report_of_every_sample_and_no_other():
    assert {file.name.removesuffix(".json") for file in REPORTS.glob("*.json")} == set(LABELS)


@each_sample
def test_the_label_is_the_one_in_the_name(name):
    assert both(name)[0]["verdict"]["label"] == LABELS[name]


@each_sample
def test_words_are_those_of_the_golden_report(name):
    now, golden = both(name)
    for key in ("file", "format", "warnings"):
        assert now[key] == golden[key]
    pairs = [(now["verdict"], golden["verdict"])]
    pairs += [(a["verdict"], b["verdict"]) for a, b in zip(now["channels"], golden["channels"], strict=True)]
    for one, other in pairs:
        for key in ("label", "basis", "rivals", "rule"):
            assert one[key] == other[key]
        assert [(r["rule"], r["score"], r["unit"]) for r in one["because"]] == [
            (r["rule"], r["score"], r["unit"]) for r in other["because"]
        ]


@each_sample
def test_numbers_are_those_of_the_golden_report(name):
    now, golden = both(name)
    for label, p in golden["verdict"]["probabilities"].items():
        assert near(now["verdict"]["probabilities"][label], p, PROBABILITY)
    pairs = [(now["scores"], golden["scores"])]
    pairs += [(a["scores"], b["scores"]) for a, b in zip(now["channels"], golden["channels"], strict=True)]
    for one, other in pairs:
        assert one.keys() == other.keys()
        for metric in METRICS:
            assert near(one[metric.name], other[metric.name], TOLERANCES[metric.unit]), metric.name


@each_sample
def test_events_are_those_of_the_golden_report(name):
    now, golden = ({(e["kind"], e["channel"], e["affects_verdict"]): [] for e in said["events"]} for said in both(name))
    assert now.keys() == golden.keys()
    for said, by_kind in zip(both(name), (now, golden), strict=True):
        for e in said["events"]:
            by_kind[e["kind"], e["channel"], e["affects_verdict"]].append((e["start"], e["end"]))
    for kind, spans in golden.items():
        matched = sum(any(same(span, other) for other in now[kind]) for span in spans)
        spare = max(1, EVENTS_MORE_OR_LESS * len(spans)) if len(spans) > 2 else 0
        assert len(spans) - matched <= spare and abs(len(now[kind]) - len(spans)) <= spare, kind


def same(span, other):
    return all(abs(a - b) <= EVENT_SECONDS for a, b in zip(span, other, strict=True))


def test_a_wrong_number_or_word_would_be_seen():
    assert near(0.5, 0.509, TOLERANCES["ratio"]) and not near(0.5, 0.52, TOLERANCES["ratio"])
    assert not near(None, 0.0, 1.0) and near(None, None, 0.0)
    assert same((1.0, 2.0), (1.02, 1.98)) and not same((1.0, 2.0), (1.0, 2.05))
