"""Baselines: which recordings are pairs, what changed between them, and when that is more than chance."""

from __future__ import annotations

import json
import math
import os
import pickle

import numpy as np
import pytest
from made_batches import command, finish, speech
from made_rows import HOSTILE, a_failure, a_row, rows

from audioq import batch
from audioq.batches.baselines import Baseline
from audioq.batches.comparisons import FEWEST, Comparison, change_of_mean, change_of_share
from audioq.batches.items import Item
from audioq.batches.logs import Head
from audioq.batches.plans import Plan
from audioq.batches.summaries import Summary
from audioq.errors import BatchError

CLEAN, HOLES, SILENT = range(3)  # of `made_rows.reports`: intact, degraded, blocked
POSIX = pytest.mark.skipif(os.name != "posix", reason="children are killed by signals")


def a_log(path, several):
    """Write rows as a log does."""
    head = json.dumps({"log": 1, "audioq": "0", "measurement": "m", "thresholds": "t", "options": {}})
    path.write_text("\n".join([head, *(json.dumps(row) for row in several), ""]))
    return path


def item_of(record):
    """Return the item that a row is of."""
    legs = tuple(map(item_of, record["legs"]))
    return Item(**{**record, "legs": legs})


def compared(path, several):
    """Return the comparison of rows with what a file says."""
    found = Comparison(Baseline(path), Head("0", "m", "t", {}))
    with Plan() as plan:
        plan.add(item_of(row["item"]) for row in several)
        found.baseline.match(plan)
    for row in several:
        found.add(row)
    found.baseline.close()
    return found


def calls(*which, names="calls/{}.wav"):
    return [a_row(Item(names.format(number)), one) for number, one in enumerate(which)]


def test_the_same_rows_are_not_worse(tmp_path):
    found = compared(a_log(tmp_path / "old.jsonl", rows()), rows())
    assert found.pairs == sum(row["status"] == "ok" for row in rows())
    assert (found.only_here, found.only_there, found.lost, found.gained) == (0, 0, 0, 0)
    assert not found.is_worse and not found.made_otherwise and not found.to_dict()["most_worsened"]
    assert found.mos == (0.0, 0.0, 0.0) and found.share("damaged")[2].estimate == 0.0


def test_more_damage_than_chance_explains_is_worse(tmp_path):
    old = a_log(tmp_path / "old.jsonl", calls(*[CLEAN] * 40))
    few = compared(old, calls(*[HOLES] * 3, *[CLEAN] * 37))
    many = compared(old, calls(*[HOLES] * 12, *[CLEAN] * 28))
    assert not few.share("damaged")[2].low > 0 and many.share("damaged")[2].low > 0
    assert many.is_worse and "damaged" in many.to_dict()["worse"] and "blocked" not in many.to_dict()["worse"]
    assert many.moves == {("intact", "degraded"): 12, ("intact", "intact"): 28}
    assert next(many.to_lines()).startswith("WORSE than ")
    named = many.to_dict()["most_worsened"]
    assert [one["file"] for one in named] == [f"calls/{n}.wav" for n in (0, 1, 10, 11, 2, 3, 4, 5, 6, 7)]
    assert len(named) == 10 and {one["file"] for one in named} <= {f"calls/{n}.wav" for n in range(12)}


def test_those_that_got_worse_most_come_first(tmp_path):
    found = compared(a_log(tmp_path / "old.jsonl", calls(*[CLEAN] * 3)), calls(CLEAN, HOLES, SILENT))
    assert [one["file"] for one in found.to_dict()["most_worsened"]] == ["calls/2.wav", "calls/1.wav"]


def test_a_lower_mos_alone_is_worse(tmp_path):
    worse = calls(*[HOLES] * 30)
    for row in worse:
        row["result"]["scores"]["mos"] -= 0.2
    found = compared(a_log(tmp_path / "old.jsonl", calls(*[HOLES] * 30)), worse)
    assert found.to_dict()["worse"] == ["mos"] and found.to_dict()["mos_of_calls_with_speech"]["n"] == 30
    said = found.to_dict()["mos_of_calls_with_speech"]
    assert said["was"] - said["now"] == pytest.approx(0.2) and f"{said['was']:.2f} then" in "\n".join(found.to_lines())
    better = compared(a_log(tmp_path / "other.jsonl", worse), calls(*[HOLES] * 30))
    assert not better.is_worse and better.mos.estimate == pytest.approx(0.2)


def test_blocked_calls_leave_the_mean_mos_and_are_said_beside_it(tmp_path):
    found = compared(a_log(tmp_path / "old.jsonl", calls(*[CLEAN] * 30)), calls(*[SILENT] * 15, *[CLEAN] * 15))
    lines = "\n".join(found.to_lines())
    assert found.mos.estimate == 0.0 and {"damaged", "blocked"} == set(found.to_dict()["worse"])
    assert "blocked: 0 then, 15 now of 30" in lines and "(n = 15)" in lines


def test_what_is_in_one_of_both_is_counted(tmp_path):
    old = [*calls(CLEAN, CLEAN, CLEAN), a_failure(Item("calls/3.wav")), *calls(CLEAN, names="gone/{}.wav")]
    new = [*calls(CLEAN), a_failure(Item("calls/1.wav")), a_failure(Item("calls/2.wav"), "crash")]
    new += [a_row(Item("calls/3.wav"), CLEAN), a_row(Item("calls/9.wav"), CLEAN), a_failure(Item("calls/8.wav"))]
    found = compared(a_log(tmp_path / "old.jsonl", old), new)
    counts = (found.pairs, found.lost, found.gained, found.only_here, found.only_there)
    assert counts == (1, 2, 1, 1, 1)


def test_another_folder_is_found_by_what_follows_it(tmp_path):
    old = a_log(tmp_path / "old.jsonl", calls(CLEAN, HOLES, CLEAN, names="nightly/1/a{}.wav"))
    found = compared(old, calls(HOLES, HOLES, CLEAN, names="nightly/2/deep/a{}.wav"))
    assert found.pairs == 3 and found.moves["intact", "degraded"] == 1
    assert "  pairs are what follows nightly/1/ there and nightly/2/deep/ here" in list(found.to_lines())
    with pytest.raises(BatchError, match="no recording by the name"):
        compared(old, calls(CLEAN, names="b{}.wav"))


def test_a_few_whole_names_do_not_hide_the_folder_in_which_the_others_are(tmp_path):
    old = a_log(tmp_path / "old.jsonl", [*calls(*[CLEAN] * 9, names="n1/a{}.wav"), *calls(CLEAN, names="n1/ref{}.wav")])
    new = [*calls(*[HOLES] * 9, names="n2/a{}.wav"), *calls(CLEAN, names="n1/ref{}.wav")]
    found = compared(old, new)
    assert found.pairs == 1 and "less than half" in "\n".join(found.to_lines())  # no folder is all new names'
    deeper = compared(old, [*calls(*[HOLES] * 9, names="n2/b/a{}.wav"), *calls(CLEAN, names="n2/b/z{}.wav")])
    assert deeper.pairs == 9 and "less than half" not in "\n".join(deeper.to_lines())
    more = compared(
        a_log(tmp_path / "deep.jsonl", calls(*[CLEAN] * 4, names="n1/x/a{}.wav")),
        [*calls(*[CLEAN] * 4, names="n2/x/a{}.wav"), *calls(CLEAN, names="n2/y/a{}.wav")],
    )
    assert more.pairs == 4 and more.only_here == 1


def test_names_that_match_by_chance_do_not_hide_a_folder(tmp_path):
    old = a_log(tmp_path / "old.jsonl", [*calls(*[CLEAN] * 9, names="d/a{}.wav"), *calls(CLEAN, names="d/s/a{}.wav")])
    found = compared(old, calls(*[HOLES] * 9, names="d/s/a{}.wav"))
    assert found.pairs == 9 and found.baseline.folders == ("d/", "d/s/")


def test_a_change_of_the_mos_that_nobody_hears_is_not_worse(tmp_path):
    old = calls(*[HOLES] * 12)
    for change, is_worse in ((0.04, False), (0.06, True)):
        new = calls(*[HOLES] * 12)
        for row in new:
            row["result"]["scores"]["mos"] -= change
        assert compared(a_log(tmp_path / "old.jsonl", old), new).is_worse is is_worse


def test_names_that_do_not_begin_with_the_folder_are_not_cut(tmp_path):
    found = Baseline(a_log(tmp_path / "old.jsonl", calls(CLEAN, names="n1/a{}.wav")))
    found.folders = ("n1/", "n2/")
    assert found.of(a_row(Item("n2/a0.wav"), CLEAN)) and not found.of(a_row(Item("n3/a0.wav"), CLEAN))
    found.close()


def test_a_comparison_of_nothing_fails(tmp_path):
    found = compared(a_log(tmp_path / "old.jsonl", calls(CLEAN)), [a_failure(Item("calls/0.wav"))])
    assert found.fails and not found.is_worse and Summary(comparison=found).fails
    line = next(found.to_lines())
    assert line.startswith("NOTHING TO COMPARE with ")


def test_a_summary_with_a_comparison_can_be_copied(tmp_path):
    found = compared(a_log(tmp_path / "old.jsonl", rows()), rows())
    again = pickle.loads(pickle.dumps(Summary(comparison=found)))
    assert again.to_dict() == Summary(comparison=found).to_dict()


def test_hostile_names_and_calls_are_pairs(tmp_path):
    hostile = [a_row(Item(name), CLEAN) for name in HOSTILE]
    call = Item("a.wav + b.wav", legs=(Item("a.wav"), Item("b.wav")), options={"call_id": "call-7"})
    twice = [a_row(Item("same.wav", occurrence=number), which) for number, which in enumerate((CLEAN, HOLES))]
    old = a_log(tmp_path / "old.jsonl", [*hostile, a_row(call, 3), *twice])
    found = compared(old, [*twice, a_row(call, 3), *hostile])
    assert found.pairs == len(HOSTILE) + 3 and found.moves[("intact", "degraded")] == 0
    assert not any("\x1b" in line or "\n" in line for line in found.to_lines())
    bytes_and_text = [a_row(Item(name), CLEAN) for name in ("caf\udce9.wav", "caf\\xe9.wav")]
    found = compared(a_log(tmp_path / "old.jsonl", bytes_and_text), bytes_and_text)
    assert (found.pairs, found.only_there) == (2, 0)


def test_of_a_log_the_last_head_and_the_last_row_count_and_a_torn_line_does_not(tmp_path):
    old = a_log(tmp_path / "old.jsonl", calls(SILENT, SILENT, SILENT))
    with old.open("a") as file:
        file.write((tmp_path / "old.jsonl").read_text().splitlines()[0] + "\n")
        for row in [*calls(HOLES, CLEAN), *calls(CLEAN)]:
            file.write(json.dumps(row) + "\n")
        file.write('{"row":1,"id":"12')
    found = compared(old, calls(CLEAN, CLEAN, CLEAN))
    assert found.pairs == 2 and found.moves == {("intact", "intact"): 2} and found.only_here == 1


def test_what_makes_rows_is_known_from_the_last_head(tmp_path):
    old = a_log(tmp_path / "old.jsonl", calls(CLEAN))
    first = json.loads(old.read_text().splitlines()[1])
    first["result"]["audioq"] = "0.0.1"
    head = old.read_text().splitlines()[0]
    old.write_text("\n".join([head, json.dumps(first), head, *old.read_text().splitlines()[1:], ""]))
    found = compared(old, calls(CLEAN))
    assert {version for version, _ in found.baseline.makers} == {calls(CLEAN)[0]["result"]["audioq"]}
    assert found.baseline.total == 1 and not found.made_otherwise
    found.head = Head("0", "m", "t", {"start": 1.0})
    assert found.made_otherwise


def test_what_analyze_wrote_is_a_baseline(tmp_path):
    old = [*calls(CLEAN, HOLES), a_failure(Item("calls/2.wav"))]
    lines = [json.dumps(row["result"] | {"file": row["item"]["file"]}) for row in old]
    for ending in ("", "\n", "\n\n"):
        (tmp_path / "old.jsonl").write_text("\n".join(lines[::-1]) + ending)
        found = compared(tmp_path / "old.jsonl", calls(CLEAN, HOLES, CLEAN))
        assert (found.pairs, found.gained, found.is_worse) == (2, 1, False)
    legs = a_row(Item("a.wav + b.wav", legs=(Item("a.wav"), Item("b.wav"))), 3)["result"]
    (tmp_path / "old.jsonl").write_text(json.dumps(legs | {"call_id": None, "file": "a.wav + b.wav"}))
    assert Baseline(tmp_path / "old.jsonl").total == 1


def odd(**changed):
    """Return the line of a result in which something is odd."""
    found = a_row(Item("a.wav"), CLEAN)["result"]
    found |= {name: found[name] | new if isinstance(new, dict) else new for name, new in changed.items()}
    return json.dumps(found).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no recording that was scored"),
        (b"recording_id,file\n1,a.wav\n", "line 1 is no result"),
        (b'{"file": "a.wav"}\n', "line 1 is no result"),
        (b"[1]\n", "line 1 is no result"),
        (b'{"log": 1}\n\xff\xfe\n', "line 2 is no result"),
        (b"[" * 100_000 + b"\n", "line 1 is no result"),
        (b'"a log"\n', "line 1 is no result"),
        (b'{"file": "", "options": []}\n', "line 1 is no result"),
        (odd(verdict={"label": "\x1b[2J"}), "line 1 is no result"),
        (odd(verdict={"label": ["intact"]}), "line 1 is no result"),
        (odd(scores={"mos": "high"}), "line 1 is no result"),
        (odd(scores={"mos": float("inf")}), "line 1 is no result"),
        (odd(severity=float("-inf")), "line 1 is no result"),
        (odd(file=10**30), "line 1 is no result"),
        (json.dumps(a_failure(Item("a.wav"))).encode() + b"\n", "no recording that was scored"),
    ],
)
def test_what_is_no_baseline_is_refused_in_words(tmp_path, content, said):
    (tmp_path / "old.jsonl").write_bytes(content)
    with pytest.raises(BatchError, match=said) as refusal:
        Baseline(tmp_path / "old.jsonl")
    assert "old.jsonl" in str(refusal.value)


def test_a_baseline_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BatchError, match=r"nothing\.jsonl: cannot be read .*--baseline"):
        Baseline(tmp_path / "nothing.jsonl")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BatchError, match=r"empty: has no log\.jsonl and no recordings\.jsonl"):
        Baseline(tmp_path / "empty")
    a_log(tmp_path / "empty" / "recordings.jsonl", calls(CLEAN))
    assert Baseline(tmp_path / "empty").total == 1


def test_another_policy_is_said(tmp_path):
    old = calls(CLEAN, HOLES)
    for row in old:
        row["result"]["thresholds"] = "another"
    found = compared(a_log(tmp_path / "old.jsonl", old), calls(CLEAN, HOLES))
    again = compared(a_log(tmp_path / "same.jsonl", calls(CLEAN, HOLES)), old)
    assert (
        found.made_otherwise and again.made_otherwise and any("other thresholds" in line for line in found.to_lines())
    )


def test_the_interval_of_a_share_holds_the_truth_as_often_as_it_says():
    rng, size, rise, fall = np.random.default_rng(11), 60, 0.08, 0.03
    held = 0
    for _ in range(2000):
        drawn = rng.random(size)
        worse, better = int((drawn < rise).sum()), int(((drawn >= rise) & (drawn < rise + fall)).sum())
        _, low, high = change_of_share(worse, better, size)
        held += low <= rise - fall <= high
    assert 0.98 <= held / 2000 <= 0.999


def test_few_recordings_without_a_change_are_no_certainty():
    _, low, high = change_of_share(0, 0, 20)
    assert low == -high and high > 0.1
    assert change_of_share(20, 0, 20).high <= 1.0 and change_of_share(0, 20, 20).low >= -1.0
    assert all(math.isnan(part) for part in change_of_share(0, 0, 0))


def test_the_interval_of_a_mean_is_that_of_the_textbook():
    from scipy import stats

    d = np.random.default_rng(5).normal(-0.1, 0.3, 25).round(2)
    reach = stats.t.ppf(0.995, 24) * d.std(ddof=1) / math.sqrt(25)
    was = np.random.default_rng(6).uniform(1, 4, 25).round(2)
    found = change_of_mean(was, was + d)
    assert found == pytest.approx((d.mean(), d.mean() - reach, d.mean() + reach))
    few = change_of_mean([2.0] * (FEWEST - 1), [1.9] * (FEWEST - 1))
    assert few.estimate == pytest.approx(-0.1) and math.isnan(few.high)
    same = change_of_mean([0.3] * 20, [0.1 + 0.2] * 20)  # which differ in the last bit
    assert same == (0.0, 0.0, 0.0)


@POSIX
def test_the_command_compares_and_says_it_with_its_status(tmp_path):
    for number in range(12):
        speech(tmp_path / "1" / f"{number}.wav", 6.0, number + 1)
        speech(tmp_path / "2" / f"{number}.wav", 6.0, number + 1, holes=number < 9)
    batch(tmp_path / "1", tmp_path / "old", jobs=2, format=["csv", "jsonl"])
    code, _, err = finish(command("batch", tmp_path / "1", "-o", tmp_path / "old", "--baseline", tmp_path / "old"))
    assert code == 2 and "compared with themselves" in err
    for old in ("old", "old/log.jsonl", "old/recordings.jsonl"):
        code, out, err = finish(command("batch", tmp_path / "2", "-o", tmp_path / "new", "--baseline", tmp_path / old))
        assert (code, err) == (3, "") and "WORSE than" in out and "intact > degraded 9" in out
        assert json.loads((tmp_path / "new" / "summary.json").read_text())["baseline"]["pairs"] == 12
    code, out, _ = finish(command("batch", tmp_path / "1", "-o", tmp_path / "same", "--baseline", tmp_path / "old"))
    assert code == 0 and "not worse than" in out
    csv = tmp_path / "old" / "recordings.csv"
    code, out, err = finish(command("batch", tmp_path / "1", "-o", tmp_path / "x", "--baseline", csv))
    assert code == 2 and "is no result" in err and not (tmp_path / "x").exists()
