"""What other programs are told: tests for build servers, gauges for Prometheus."""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as tree

import pytest
from made_batches import command, finish, speech
from made_rows import HOSTILE, rows

from audioq import batch
from audioq.batches.checks import Checks
from audioq.batches.gauges import write_gauges
from audioq.batches.junit import _evidence, write_junit
from audioq.batches.logs import Head
from audioq.batches.rows import CAUSES
from audioq.batches.summaries import Summary
from audioq.errors import BatchError

# What build servers and Prometheus read such files with; the smallest installation has neither.
junitparser = pytest.importorskip("junitparser")
exposition = pytest.importorskip("prometheus_client.parser")

POSIX = pytest.mark.skipif(os.name != "posix", reason="children are killed by signals")


def checked(**asked):
    """Return the summary of `rows` and the checks that they went through."""
    checks = Checks.of("results", **asked)
    summary = Summary(passage=checks.passage, comparison=checks.comparison)
    assert sum(1 for _ in summary.counting(checks.counting(rows()))) == len(rows())
    return summary, checks


def suite(path, **asked):
    """Return the tests that are written of `rows`."""
    write_junit(str(path), "nightly", rows(), checked(**asked)[0])
    return next(iter(junitparser.JUnitXml.fromfile(str(path))))


def kinds(tests):
    return [type(case.result[0]).__name__ if case.result else "passed" for case in tests]


def test_recordings_are_tests_and_the_counts_are_those_of_the_tests(tmp_path):
    for asked in ({}, {"fail_on": "degraded"}, {"fail_on": "blocked", "allow": "100%"}, {"fail_if": ["mos<4"]}):
        found = suite(tmp_path / "a.xml", **asked)
        said, known = kinds(found), list(found)
        assert len(known) == len(rows()) + bool(asked)
        assert (found.tests, found.failures, found.errors, found.skipped) == (
            len(known), said.count("Failure"), said.count("Error"), said.count("Skipped"),
        )  # fmt: skip
        root = tree.parse(tmp_path / "a.xml").getroot()
        assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == [
            root[0].get(name) for name in ("tests", "failures", "errors", "skipped")
        ]


def test_a_test_fails_where_its_recording_meets_the_gate_and_shows_the_evidence(tmp_path):
    found = list(suite(tmp_path / "a.xml", fail_on="degraded"))
    labels = [row["result"]["verdict"]["label"] if row["status"] == "ok" else row["status"] for row in rows()]
    expected = {"intact": "passed", "failed": "Error", "no_recording": "Skipped"}
    assert kinds(found) == [*(expected.get(label, "Failure") for label in labels), "Failure"]
    first = found[labels.index("degraded")]
    assert first.result[0].message == "the verdict is degraded" and "dropout" in first.result[0].text
    case = tree.parse(tmp_path / "a.xml").getroot()[0][labels.index("degraded")]
    assert {one.get("name"): one.get("value") for one in case.iter("property")}["verdict"] == "degraded"
    assert found[-1].name == "gate" and "FAILED" in found[-1].result[0].message
    errors = [case.result[0] for case in found if case.result and isinstance(case.result[0], junitparser.Error)]
    assert {error.type for error in errors} == {"unreadable", "timeout"}


def test_what_is_tolerated_fails_nothing(tmp_path):
    found = list(suite(tmp_path / "a.xml", fail_on="degraded", allow="100%"))
    assert not any(isinstance(case.result[0], junitparser.Failure) for case in found if case.result)
    skipped = [
        case.result[0].message for case in found if case.result and isinstance(case.result[0], junitparser.Skipped)
    ]
    assert sum("tolerated" in message for message in skipped) == checked(fail_on="degraded")[1].passage.met
    assert not found[-1].result  # the gate


def test_without_a_gate_only_errors_count(tmp_path):
    assert set(kinds(suite(tmp_path / "a.xml"))) == {"passed", "Error", "Skipped"}


def test_hostile_names_are_xml_and_show_nothing_that_is_hidden(tmp_path):
    names = [case.name for case in suite(tmp_path / "a.xml", fail_on="degraded")]
    content = (tmp_path / "a.xml").read_bytes()
    assert b"\x1b" not in content and b"<script" not in content and b"\r" not in content
    assert len(set(names)) == len(names) and sum(name in names for name in HOSTILE) >= 6  # those that can be seen


def test_old_tests_go_when_a_batch_begins_and_new_ones_come_whole(tmp_path):
    old = tmp_path / "a.xml"
    old.write_text('<testsuites name="audioq batch"/>')
    with pytest.raises(BatchError):
        Checks.of("results", fail_if="mos<", junit=old)
    assert old.exists()  # what is refused takes nothing away
    Checks.of("results", junit=old).begin(Head("0", "m", "t", {}))
    assert not old.exists()
    with pytest.raises(BatchError, match="cannot be written"):
        write_junit(str(tmp_path / "none" / "a.xml"), "x", rows(), checked()[0])


def gauges(path, **asked):
    write_gauges(str(path), "nightly", checked(**asked)[0], seconds=12.5)
    families = exposition.text_string_to_metric_families(path.read_text())
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


def test_gauges_say_what_the_summary_says(tmp_path):
    summary, _ = checked()
    found = gauges(tmp_path / "a.prom")
    own = ("results", "nightly")
    for label, count in summary.labels.items():
        assert found["audioq_batch_verdicts", ("label", label), own] == count
    for status in ("ok", "failed", "no_recording"):
        assert found["audioq_batch_recordings", own, ("status", status)] == summary.statuses[status]
    assert found["audioq_batch_failures", ("cause", "timeout"), own] == 1
    assert found["audioq_batch_mos_of_calls_with_speech", own] == pytest.approx(summary.mean_mos)
    assert found["audioq_batch_calls_with_mos", own] == summary.with_mos
    assert found["audioq_batch_blocked_ratio", own] == pytest.approx(summary.blocked_share)
    assert found["audioq_batch_run_seconds", own] == 12.5


def test_labels_are_bounded_and_name_no_recording(tmp_path):
    found = gauges(tmp_path / "a.prom", fail_on="degraded")
    nothing = Summary()
    write_gauges(str(tmp_path / "b.prom"), "nightly", nothing, 0.0)
    families = exposition.text_string_to_metric_families((tmp_path / "b.prom").read_text())
    empty = {(one.name, *sorted(one.labels.items())) for family in families for one in family.samples}
    more = {name[0] for name in set(found) - empty}
    # The same series whatever was found: a mean of nothing alone is left out.
    assert more == {"audioq_batch_gate_passed", "audioq_batch_gate_met", "audioq_batch_mos_of_calls_with_speech",
                    "audioq_batch_blocked_ratio"}  # fmt: skip
    assert empty <= set(found) and sum(name[0] == "audioq_batch_failures" for name in empty) == len(CAUSES)
    assert "wav" not in (tmp_path / "a.prom").read_text()


def test_a_name_that_the_collector_passes_over_is_refused(tmp_path):
    with pytest.raises(BatchError, match=r"end in \.prom"):
        Checks.of("results", prometheus=tmp_path / "a.txt")


def test_a_missing_package_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(BatchError, match=r"audioq\[prometheus\]"):
        Checks.of("results", prometheus=tmp_path / "a.prom")


def test_many_events_are_shown_in_part(tmp_path):
    first = 1  # a call with holes
    shown = list(suite(tmp_path / "a.xml", fail_if="duration_s>0"))[first].result[0].text
    assert "more" not in shown
    row = rows()[first]
    event = next(one for one in row["result"]["events"] if one["affects_verdict"])
    row["result"]["events"] = [event | {"start": float(number), "severity": number / 100} for number in range(23)]
    shown = [*_evidence(row)]
    assert shown[-1] == "and 3 more" and len(shown) == 21 + len(row["result"]["verdict"]["because"])
    assert shown[-2].startswith("22.00 to ")  # in order of time; the mildest are left out
    assert not any(line.startswith("0.00 to ") for line in shown)


def test_gauges_say_what_the_comparison_says(tmp_path):
    old = tmp_path / "old.jsonl"
    old.write_text("".join(json.dumps(row) + "\n" for row in rows()[:-8]))
    found = gauges(tmp_path / "a.prom", baseline=old)
    _, checks = checked(baseline=old)
    own = ("results", "nightly")
    assert found["audioq_batch_baseline_pairs", own] == checks.comparison.pairs > 0
    for part in ("estimate", "low", "high"):
        for name in ("damaged", "blocked"):
            change = getattr(checks.comparison.share(name)[2], part)
            assert found[f"audioq_batch_baseline_change_{part}_ratio", own, ("share", name)] == pytest.approx(change)
        assert found[f"audioq_batch_baseline_change_{part}_mos", own] == getattr(checks.comparison.mos, part)


@pytest.mark.parametrize(
    ("option", "name", "content", "said"),
    [
        ("junit", "call.wav", b"RIFF", "end in .xml"),
        ("junit", "log.jsonl", b"{}", "end in .xml"),
        ("junit", "page.xml", b"<html>", "something else"),
        ("junit", "others.xml", b'<?xml version="1.0"?><testsuites name="pytest">', "something else"),
        ("prometheus", "others.prom", b"# HELP node_load1 1m", "something else"),
        ("junit", "none/a.xml", None, "cannot be written"),
        ("junit", "n" * 300 + ".xml", None, ""),
        ("junit", "a\0.xml", None, "cannot be written"),
    ],
)
def test_nothing_of_others_is_written_over(tmp_path, option, name, content, said):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    if said:
        with pytest.raises(BatchError, match=said):
            Checks.of(tmp_path / "out", **{option: tmp_path / name})
    else:
        with pytest.raises(BatchError, match="cannot be written"):
            Checks.of(tmp_path / "out", **{option: tmp_path / name}).begin(Head("0", "m", "t", {}))
    if content is not None:
        assert (tmp_path / name).read_bytes() == content


def test_devices_and_folders_are_not_written_over_and_links_stay_links(tmp_path):
    (tmp_path / "null.xml").symlink_to(os.devnull)
    (tmp_path / "folder.xml").mkdir()
    for name in ("null.xml", "folder.xml"):
        with pytest.raises(BatchError, match="something else"):
            Checks.of(tmp_path / "out", junit=tmp_path / name)
    (tmp_path / "there").mkdir()
    (tmp_path / "link.xml").symlink_to(tmp_path / "there" / "a.xml")
    checks = Checks.of(tmp_path / "out", junit=tmp_path / "link.xml")
    write_junit(checks.junit, "x", rows(), checked()[0])
    assert (tmp_path / "link.xml").is_symlink() and (tmp_path / "there" / "a.xml").read_bytes()


def test_what_tells_of_a_batch_may_lie_with_its_results(tmp_path):
    assert Checks.of(tmp_path / "out", junit=tmp_path / "out" / "a.xml", prometheus=tmp_path / "out" / "a.prom").junit
    assert not (tmp_path / "out").exists()


@POSIX
def test_the_command_tells_all_of_them(tmp_path):
    for number in range(3):
        speech(tmp_path / "in" / f"{number}.wav", 6.0, number + 1, holes=number == 1)
    (tmp_path / "in" / "broken.wav").write_bytes(b"")
    batch(tmp_path / "in", tmp_path / "old", jobs=1)
    (tmp_path / "a.xml").write_text('<testsuites name="audioq batch"/>')
    told = ("--junit", tmp_path / "a.xml", "--prometheus", tmp_path / "a.prom", "--baseline", tmp_path / "old")
    code, out, err = finish(command("batch", tmp_path / "in", "-o", tmp_path / "out", "--fail-on", "degraded", *told))
    assert (code, err) == (3, "") and "gate FAILED: 1 of 3" in out and "not worse than" in out
    tests = next(iter(junitparser.JUnitXml.fromfile(str(tmp_path / "a.xml"))))
    assert (tests.name, tests.tests, tests.failures, tests.errors) == ("out", 6, 2, 1)
    text = (tmp_path / "a.prom").read_text()
    assert 'audioq_batch_baseline_worse{results="out"} 0.0' in text
    assert 'audioq_batch_gate_passed{results="out"} 0.0' in text
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["gate"]["met"] == 1
    assert not [name for name in os.listdir(tmp_path) if ".part" in name or name.count(".") > 1]
