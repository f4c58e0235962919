"""The gate: conditions as they are typed, how many may meet them, and what the command makes of it."""

from __future__ import annotations

import json
import operator
import os
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_batches import command, finish, speech
from made_rows import rows

from audioq import batch
from audioq.batches.columns import RECORDINGS
from audioq.batches.gates import Allowance, Condition, Gate, Passage
from audioq.batches.summaries import Summary
from audioq.batches.tables import recording_of
from audioq.errors import BatchError

POSIX = pytest.mark.skipif(os.name != "posix", reason="children are killed by signals")
SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def passage(*, fail_on=None, fail_if=(), allow=None, of=None):
    found = Passage(Gate.of(fail_on, fail_if, allow))
    for row in of or rows():
        found.add(row)
    return found


@given(
    st.sampled_from(["mos", "dropout_ratio", "confidence", "p_blocked", "clipping_events"]),
    st.sampled_from(list(SIGNS)),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.floats(-1e6, 1e6, allow_nan=False),
    st.sampled_from(["", " ", "  "]),
)
def test_a_condition_means_what_is_typed(name, sign, limit, value, space):
    condition = Condition.parse(f"{space}{name}{space}{sign}{space}{limit!r}{space}")
    assert condition == Condition(name, sign, limit)
    assert condition.is_met(value) is SIGNS[sign](value, limit)


@pytest.mark.parametrize(
    "wrong",
    ["mos", "mos=3", "mos<", "<3", "mos<x", "mos<nan", "mos<inf", "mos!3", "1<mos<3", "", "mos<1_0", "mos<1.2.3"],
)
def test_what_is_no_condition_is_refused_in_words(wrong):
    with pytest.raises(BatchError, match="'mos<3.5'"):
        Condition.parse(wrong)


def test_numbers_that_are_not_there_are_refused_and_near_ones_named():
    with pytest.raises(BatchError, match="did you mean: .*dropout_ratio"):
        Condition.parse("dropouts_ratio<1")
    with pytest.raises(BatchError, match="did you mean: mos"):
        Condition.parse("MOS<3")
    with pytest.raises(BatchError, match="there are: .*mos"):
        Condition.parse("xyzzy<1")
    for column in RECORDINGS:  # words, times, and numbers that only count
        if column.type not in ("number", "integer") or column.name in ("channel", "schema_version"):
            with pytest.raises(BatchError):
                Condition.parse(f"{column.name}>1")


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 1000))
def test_shares_are_exact(met, scored, tenths):
    allowed = Allowance.parse(f"{tenths / 10:.1f}%")
    assert allowed.allows(met, scored) is (met * 1000 <= tenths * scored)
    assert Allowance.parse(str(tenths)).allows(met, scored) is (met <= tenths)
    assert Allowance.parse(tenths) == Allowance(Fraction(tenths))


@pytest.mark.parametrize("wrong", ["-1", "2.5", "101%", "few", "", "%", "nan", "1e3", "0.02", "1" * 5000])
def test_what_is_no_allowance_is_refused_in_words(wrong):
    with pytest.raises(BatchError, match=r"3, nor a share of those that were scored: 2%"):
        Allowance.parse(wrong)


def test_a_gate_that_holds_nothing_back_is_none_or_refused():
    assert Gate.of(None, (), None) is None
    with pytest.raises(BatchError, match="add --fail-on or --fail-if"):
        Gate.of(None, (), "2%")
    with pytest.raises(BatchError, match="degraded, blocked"):
        Gate.of("intact", (), None)


def test_rows_are_counted_as_a_loop_over_them_counts():
    limit, labels, found = 4.0, {"degraded", "blocked"}, passage(fail_on="degraded", fail_if="mos<4")
    scored = [recording_of(row) for row in rows() if row["status"] == "ok"]
    worse = [one["label"] in labels for one in scored]
    low = [one["mos"] is not None and one["mos"] < limit for one in scored]
    assert 0 < sum(low) < sum(worse) < len(scored)  # or the test could not fail
    assert (found.scored, found.met) == (len(scored), sum(a or b for a, b in zip(worse, low, strict=True)))
    assert found.each == Counter({"--fail-on degraded": sum(worse), "--fail-if mos<4": sum(low)})
    assert found.undefined == {"--fail-if mos<4": sum(one["mos"] is None for one in scored)}
    assert not found.is_open and passage(fail_on="degraded", allow=found.met).is_open
    assert not passage(fail_on="degraded", allow=found.met - 1).is_open
    assert passage(fail_on="degraded", allow="100%").is_open


def test_a_number_that_nobody_has_is_said_and_does_not_meet_the_condition():
    silent = [row for row in rows() if row["status"] == "ok" and row["result"]["scores"]["mos"] is None]
    found = passage(fail_if="mos<3.5", of=silent)
    assert found.is_open and silent
    assert f"  --fail-if mos<3.5: {len(silent)} recordings have no such number" in "\n".join(found.to_lines())
    assert found.to_dict()["conditions"] == [{"condition": "--fail-if mos<3.5", "met": 0, "undefined": len(silent)}]


def test_a_gate_at_which_nothing_was_seen_is_not_passed():
    found = passage(fail_on="blocked", of=[row for row in rows() if row["status"] != "ok"])
    assert not found.is_open and list(found.to_lines()) == ["gate NOT PASSED: nothing was scored that could meet it"]
    assert Summary(passage=found).fails


def test_the_first_that_meet_it_are_named_with_what_they_meet():
    found = passage(fail_on="degraded", fail_if="mos<4")
    lines, met = list(found.to_lines()), [row for row in rows() if found.gate.findings(row, found.gate.record_of(row))]
    assert [one["recording_id"] for one in found.named] == [row["id"] for row in met][:10] and len(met) > 10
    assert found.named[0]["met"][0] == "the verdict is degraded"
    assert any(line.startswith("  calls/1.wav: the verdict is degraded; mos is ") for line in lines)
    assert f"  and {len(met) - 10} more" in lines and not any("\x1b" in line or "\n" in line for line in lines)
    few = passage(fail_on="blocked")
    assert not any("more" in line for line in few.to_lines()) and len(few.named) == few.met


def test_bytes_in_another_format_meet_no_gate_and_are_counted():
    said = {"id": "looks_like_noise", "values": {}, "text": ""}
    odd = [row for row in rows(2) if row["status"] == "ok" and not row["item"]["legs"]]
    for row in odd:
        row["result"]["warnings"].append(said)
    found = passage(fail_on="degraded", fail_if="duration_s>0", of=odd)
    summary = Summary()
    assert list(summary.counting(odd)) and summary.misread == len(odd) > 1
    assert (found.met, found.scored) == (0, len(odd))
    assert passage(fail_if="duration_s>0").met > 0


def test_a_misread_leg_hides_no_other():
    call = next(row for row in rows() if row["item"]["legs"])
    bad = call["result"]["channels"][1]["leg"]
    assert passage(fail_on="degraded", of=[call]).met == 1
    call["result"]["warnings"].append({"id": "looks_like_noise", "values": {"leg": bad}, "text": ""})
    assert passage(fail_on="degraded", of=[call]).met == 0  # the other leg is intact
    call["result"]["channels"][0]["verdict"]["label"] = "blocked"
    assert passage(fail_on="degraded", of=[call]).met == 1


def test_limits_that_are_nearly_equal_stay_apart():
    found = passage(fail_if=["duration_s<3.5000001", "duration_s<3.5000002", "duration_s>=1234567.5", "mos<3.0"])
    names = [f"--fail-if {one}" for one in ("duration_s<3.5000001", "duration_s<3.5000002", "duration_s>=1234567.5")]
    assert list(found.gate.names) == [*names, "--fail-if mos<3"]
    assert str(Allowance.parse("2.5%")) == "2.5 %" and str(Allowance.parse("33.333333%")) == "33.333333 %"


def test_blocked_is_worse_than_degraded():
    counts = Counter(row["result"]["verdict"]["label"] for row in rows() if row["status"] == "ok")
    assert min(counts.values()) > 0 and len(counts) == 3
    assert passage(fail_on="blocked").met == counts["blocked"]
    assert passage(fail_on="degraded").met == counts["blocked"] + counts["degraded"]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Return three recordings, one of them with holes, and their results."""
    place = tmp_path_factory.mktemp("gate")
    for number in range(3):
        speech(place / "in" / f"{number}.wav", 6.0, number + 1, holes=number == 1)
    batch(place / "in", place / "out", jobs=1)
    return place


@POSIX
@pytest.mark.parametrize(
    ("gate", "status"),
    [
        (("--fail-on", "degraded"), 3),
        (("--fail-on", "degraded", "--allow", "1"), 0),
        (("--fail-on", "degraded", "--allow", "33%"), 3),
        (("--fail-on", "degraded", "--allow", "33.4%"), 0),
        (("--fail-on", "blocked"), 0),
        (("--fail-if", "longest_dropout_s>0.1"), 3),
        (("--fail-if", "longest_dropout_s>9", "--fail-if", "mos<1.1"), 0),
    ],
)
def test_the_exit_status_says_whether_the_gate_was_passed(source, gate, status):
    code, out, err = finish(command("batch", source / "in", "-o", source / "out", *gate))
    assert (code, err) == (status, "")
    assert ("gate FAILED" if status else "gate passed") in out
    assert json.loads((source / "out" / "summary.json").read_text())["gate"]["passed"] is (status == 0)


@POSIX
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--fail-if", "moss<3"), "did you mean: mos"),
        (("--fail-if", "mos"), "is no condition"),
        (("--allow", "2%"), "add --fail-on or --fail-if"),
        (("--fail-on", "blocked", "--allow", "some"), "--allow some"),
        (("--junit", "/no/such/folder/a.xml"), "--junit"),
        (("--prometheus", "a.txt"), ".prom"),
        (("--baseline", "nothing.jsonl"), "nothing.jsonl"),
    ],
)
def test_what_makes_no_sense_is_refused_before_any_work(source, tmp_path, arguments, said):
    code, out, err = finish(command("batch", source / "in", "-o", tmp_path / "out", *arguments))
    assert code == 2 and said in err and out == "" and "Traceback" not in err
    assert not (tmp_path / "out").exists()


@POSIX
def test_the_library_tells_the_same(source):
    summary = batch(source / "in", source / "out", fail_on="degraded", fail_if=["mos<1.1"], allow="50%")
    assert summary.passage.met == 1 and summary.passage.is_open and not summary.fails
    assert batch(source / "in", source / "out", fail_on="degraded").fails
    assert not batch(source / "in", source / "out").fails
