"""A batch from its sources to its tables: the same bytes however it is run, and rows that stay."""

from __future__ import annotations

import csv
import json
import os
import shutil

import pytest
from made_batches import by_file, folder, rows, speech, tables

from audioq import analyze, analyze_legs, batch, estimate
from audioq.batches.children import METHODS
from audioq.batches.rows import CAUSES
from audioq.errors import BatchError
from audioq.render.json import to_dict
from audioq.thresholds import DEFAULT_THRESHOLDS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are killed by signals")


class StopError(Exception):
    """Raised where a test breaks a batch off."""


def after(count):
    """Return a watch that breaks off after so many rows."""

    def watch(step):
        if step.items >= count:
            raise StopError

    return watch


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    """Return a folder of twelve recordings, good and bad, and the tables that an undisturbed run makes of it."""
    place = tmp_path_factory.mktemp("calls")
    source = folder(place / "in", 9)
    speech(source / "a" / "holes.flac", 6.0, 3, holes=True)
    (source / "a" / "broken.flac").write_bytes(b"no sound at all")
    shutil.copy(source / "000.wav", source / "a" / "000.wav")
    batch(source, place / "out", jobs=1, start_method="fork")
    return source, tables(place / "out")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_tables_are_the_same_for_any_number_of_jobs(calls, tmp_path, jobs, method):
    source, whole = calls
    summary = batch(source, tmp_path, jobs=jobs, start_method=method)
    assert tables(tmp_path) == whole
    assert summary.statuses == {"ok": 11, "failed": 1} and summary.causes == {"unreadable": 1}


def test_tables_are_the_same_after_any_number_of_interruptions(calls, tmp_path):
    source, whole = calls
    for _ in range(3):
        with pytest.raises(StopError):
            batch(source, tmp_path, jobs=2, watch=after(3))
        assert not (tmp_path / "commit.json").exists()
    assert len(by_file(tmp_path)) == 9
    batch(source, tmp_path, jobs=2)
    assert tables(tmp_path) == whole and len(by_file(tmp_path)) == 12


def test_a_finished_batch_is_not_scored_again(calls, tmp_path):
    source, whole = calls
    batch(source, tmp_path)
    steps = []
    batch(source, tmp_path, watch=steps.append)
    assert [(step.items, step.all_items, step.kept) for step in steps] == [(0, 0, 12)]
    assert tables(tmp_path) == whole and len(rows(tmp_path)) == 12


def test_rows_say_what_analyze_says(calls, tmp_path):
    source, _ = calls
    batch(source, tmp_path, jobs=2, sha256=True)
    for name, row in by_file(tmp_path).items():
        if row["status"] == "ok":
            report = to_dict(analyze(source / os.path.relpath(name, source.name), sha256=True))
            assert row["result"] == json.loads(json.dumps(report | {"file": name}))


def test_a_failure_is_tried_again_only_on_request(tmp_path):
    source = folder(tmp_path / "in", 2)
    (source / "late.wav").write_bytes(b"")
    os.utime(source / "late.wav", ns=(10**18, 10**18))
    assert batch(source, tmp_path / "out").statuses["failed"] == 1
    batch(source, tmp_path / "out")
    assert len(rows(tmp_path / "out")) == 3
    assert batch(source, tmp_path / "out", retry_failed=True).statuses["failed"] == 1
    assert [row["item"]["file"] for row in rows(tmp_path / "out")[3:]] == ["in/late.wav"]
    speech(source / "late.wav")
    assert batch(source, tmp_path / "out").statuses == {"ok": 3}


def test_a_recording_that_changed_is_scored_again(tmp_path):
    source = folder(tmp_path / "in", 3)
    batch(source, tmp_path / "out")
    before = tables(tmp_path / "out")
    speech(source / "001.wav", 0.8, 7)
    batch(source, tmp_path / "out", new_only=True)
    assert tables(tmp_path / "out") == before and len(rows(tmp_path / "out")) == 3
    batch(source, tmp_path / "out")
    assert [row["item"]["file"] for row in rows(tmp_path / "out")[3:]] == ["in/001.wav"]
    batch(source, tmp_path / "fresh")
    assert tables(tmp_path / "out") == tables(tmp_path / "fresh")


def test_new_only_takes_what_is_new(tmp_path):
    source = folder(tmp_path / "in", 2)
    batch(source, tmp_path / "out")
    speech(source / "000.wav", 0.8, 7)
    speech(source / "002.wav", 0.8, 7)
    batch(source, tmp_path / "out", new_only=True)
    assert [row["item"]["file"] for row in rows(tmp_path / "out")[2:]] == ["in/002.wav"]


def test_by_hash_knows_a_recording_by_its_bytes(tmp_path):
    source = folder(tmp_path / "in", 2)
    batch(source, tmp_path / "out", by_hash=True)
    for file in source.iterdir():
        os.utime(file, ns=(10**18, 10**18))
    batch(source, tmp_path / "out", by_hash=True)
    assert len(rows(tmp_path / "out")) == 2
    at = os.stat(source / "000.wav").st_mtime_ns
    data = bytearray((source / "000.wav").read_bytes())
    data[1000] ^= 0xFF
    (source / "000.wav").write_bytes(data)
    os.utime(source / "000.wav", ns=(at, at))
    batch(source, tmp_path / "out", by_hash=True)
    assert len(rows(tmp_path / "out")) == 3


def test_rows_that_were_made_otherwise_are_refused_until_everything_is_scored_again(tmp_path):
    source = folder(tmp_path / "in", 2)
    batch(source, tmp_path / "out")
    before = tables(tmp_path / "out")
    for otherwise in ({"thresholds": DEFAULT_THRESHOLDS.with_values({"blocked.delivered": 0.3})}, {"side": "far"}):
        with pytest.raises(BatchError, match="--rescore to score everything again"):
            batch(source, tmp_path / "out", **otherwise)
        assert tables(tmp_path / "out") == before
    batch(source, tmp_path / "out", side="far", rescore=True)
    batch(source, tmp_path / "fresh", side="far")
    assert tables(tmp_path / "out") == tables(tmp_path / "fresh")
    assert len(rows(tmp_path / "out")) == 4


def test_a_sample_is_drawn_by_its_seed(tmp_path):
    source = folder(tmp_path / "in", 12)
    drawn = []
    for number, seed in enumerate((1, 1, 2)):
        batch(source, tmp_path / str(number), sample=4, seed=seed)
        drawn.append(sorted(by_file(tmp_path / str(number))))
    assert len(drawn[0]) == 4 and drawn[0] == drawn[1] != drawn[2]
    batch(source, tmp_path / "0")  # the rest later on
    batch(source, tmp_path / "whole")
    assert tables(tmp_path / "0") == tables(tmp_path / "whole")


def test_kept_tables_are_judged_without_the_recordings(calls, tmp_path):
    source = tmp_path / "in"
    shutil.copytree(calls[0], source)
    other = DEFAULT_THRESHOLDS.with_values({"blocked.delivered": 0.3})
    batch(source, tmp_path / "out", tables=tmp_path / "kept")
    batch(source, tmp_path / "fresh", thresholds=other)
    for file in source.rglob("*.*"):  # of the same size and time, but no sound
        found = file.stat()
        file.write_bytes(bytes(found.st_size))
        os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    summary = batch(source, tmp_path / "out", tables=tmp_path / "kept", thresholds=other, rescore=True)
    assert summary.statuses["ok"] == 11
    again, fresh = tables(tmp_path / "out"), tables(tmp_path / "fresh")
    # What cannot be read has no table, so that it is read once more.
    assert again["channels.csv"] == fresh["channels.csv"] and again["events.csv"] == fresh["events.csv"]


def test_kept_tables_are_not_those_of_other_options(tmp_path):
    source = speech(tmp_path / "in" / "a.wav", 6.0, holes=True).parent
    batch(source, tmp_path / "whole", tables=tmp_path / "kept")
    batch(source, tmp_path / "part", tables=tmp_path / "kept", start=2.0)
    (row,) = rows(tmp_path / "part")
    assert row["result"]["format"]["duration"] == pytest.approx(4.0)


def manifest(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_row_of_a_manifest_says_how_its_recording_is_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    speech(tmp_path / "a.wav", 3.0)
    speech(tmp_path / "b.wav", 3.0, 2, holes=True)
    lines = ("file,side,channels,call_id,leg,operator", "a.wav,far,,,,A", "b.wav,,caller,,,B")
    calls = ("a.wav,,,c1,agent,C", "b.wav,,,c1,caller,C")
    batch(manifest(tmp_path / "calls.csv", *lines, *calls), tmp_path / "out")
    first, second, call = rows(tmp_path / "out")
    assert first["result"]["recording"]["side"] == "far" and first["item"]["columns"]["operator"] == "A"
    assert [channel["name"] for channel in second["result"]["channels"]] == ["caller"]
    report = analyze_legs({"agent": "a.wav", "caller": "b.wav"}, call_id="c1")
    assert call["item"]["file"] == "a.wav + b.wav" and len(call["item"]["legs"]) == 2
    expected = json.loads(json.dumps(to_dict(report)))
    assert call["result"] == {**expected, "file": "a.wav + b.wav"}


def test_a_row_without_a_recording_stays(tmp_path):
    speech(tmp_path / "a.wav")
    source = manifest(tmp_path / "calls.csv", "file,outcome,call_id", "a.wav,,1", ",never connected,2", ",,3")
    summary = batch(source, tmp_path / "out")
    assert summary.statuses == {"ok": 1, "no_recording": 1, "failed": 1}
    assert summary.outcomes == {"never connected": 1} and summary.causes == {"missing": 1}
    with open(tmp_path / "out" / "recordings.csv", encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert [row["status"] for row in found] == ["ok", "no_recording", "failed"]
    assert [row["outcome"] for row in found] == ["", "never connected", ""]


def test_a_recording_that_is_gone_keeps_its_row(tmp_path):
    source = folder(tmp_path / "in", 3)
    batch(source, tmp_path / "out")
    os.unlink(source / "001.wav")
    speech(source / "003.wav")
    summary = batch(source, tmp_path / "out")
    assert summary.statuses == {"ok": 4}
    with open(tmp_path / "out" / "recordings.csv", encoding="utf-8", newline="") as file:
        assert [row["file"] for row in csv.DictReader(file)] == [f"in/{n:03d}.wav" for n in (0, 2, 3, 1)]


def test_equal_names_are_different_recordings(tmp_path):
    folder(tmp_path / "x" / "calls", 2)
    folder(tmp_path / "y" / "calls", 2, seconds=0.8)
    batch([tmp_path / "x" / "calls", tmp_path / "y" / "calls"], tmp_path / "out")
    found = rows(tmp_path / "out")
    assert len(found) == len({row["id"] for row in found}) == 4
    assert sorted(row["result"]["format"]["duration"] for row in found) == pytest.approx([0.4, 0.4, 0.8, 0.8])


def test_nothing_of_a_place_on_this_machine_is_in_the_results(calls, tmp_path):
    batch(calls[0], tmp_path / "out", sha256=True)
    for file in (tmp_path / "out").iterdir():
        assert str(calls[0]).encode() not in file.read_bytes()


def test_every_cause_has_a_meaning(calls, tmp_path):
    batch(calls[0], tmp_path)
    assert {row["cause"] for row in rows(tmp_path)} <= {None, *CAUSES}


def test_two_runs_at_once_are_refused(tmp_path):
    source = folder(tmp_path / "in", 3)

    def again(step):
        if step.items == 1:
            with pytest.raises(BatchError, match="another run is writing its results there"):
                batch(source, tmp_path / "out")

    batch(source, tmp_path / "out", watch=again)
    assert len(by_file(tmp_path / "out")) == 3


def test_the_same_recordings_under_other_names_are_refused(tmp_path, monkeypatch):
    folder(tmp_path / "calls", 3)
    monkeypatch.chdir(tmp_path / "calls")
    batch(".", tmp_path / "out", jobs=1)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BatchError, match=r"under other names \((\d+.wav), now calls/\1\)"):
        batch("calls", tmp_path / "out", jobs=1)
    assert len(rows(tmp_path / "out")) == 3
    # What is really gone is no reason to refuse, and what is new is scored.
    (tmp_path / "calls" / "001.wav").unlink()
    speech(tmp_path / "calls" / "new.wav", 2.0, 77)
    monkeypatch.chdir(tmp_path / "calls")
    steps = []
    assert batch(".", tmp_path / "out", jobs=1, watch=steps.append).total == 4
    assert (steps[0].all_items, steps[0].kept, steps[0].gone) == (1, 2, 1)


def test_a_call_that_lacks_a_leg_is_counted(tmp_path):
    folder(tmp_path / "calls", 1)
    (tmp_path / "m.csv").write_text("file,call_id,leg\ncalls/000.wav,c,a\ncalls/none.wav,c,b\n")
    summary = batch(tmp_path / "m.csv", tmp_path / "out", jobs=1)
    assert summary.without_leg == 1 and summary.statuses == {"ok": 1}
    assert "calls of which a leg could not be read: 1" in summary.to_text()
    # Once the leg is there, the call is another item, and is scored again.
    shutil.copy(tmp_path / "calls" / "000.wav", tmp_path / "calls" / "none.wav")
    assert batch(tmp_path / "m.csv", tmp_path / "out", jobs=1).without_leg == 0


def test_an_estimate_is_made_by_endings(tmp_path):
    for number in range(6):
        speech(tmp_path / "in" / f"{number}.wav", 4.0, number)
        speech(tmp_path / "in" / f"{number}.flac", 4.0, number)
    found = estimate(tmp_path / "in", jobs=2)
    assert (found.items, found.pending, found.tried, found.jobs) == (12, 12, 11, 2)
    assert found.hours == pytest.approx(48 / 3600, rel=0.02) and found.seconds > 0
    assert "in all" in found.to_text() and "what is left" in found.to_text()
