"""Anonymised results: no byte of them holds a name, and who has the key finds every row again."""

from __future__ import annotations

import os
import shutil
import signal
import tarfile
from pathlib import Path

import pytest
from made_batches import by_file, command, finish, folder, rows, speech, tables
from made_names import KEY, hashed, make_named, told

from audioq import batch, estimate, read_results, verify
from audioq.batches import scoring
from audioq.batches.pseudonyms import pseudonyms_of
from audioq.errors import BatchError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names of any bytes, and children are killed by signals")

OTHER = b"another key that is as long"


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """Return sources of every kind, all of whose names hold the word."""
    return make_named(tmp_path_factory.mktemp("in"))


class Harmed(scoring.Scoring):
    """Does to each recording what its name says."""

    def __call__(self, item):
        if "falls" in item.address:
            raise RuntimeError(f"cannot cope with {item.address}")
        return super().__call__(item)

    def _table(self, item, place):
        if "crashes" in item.address:
            os.kill(os.getpid(), signal.SIGKILL)
        if "hangs" in item.address:
            signal.pause()
        if "fails" in item.address:
            raise ValueError(f"cannot cope with {item.address}")
        if "runs out" in item.address:
            raise MemoryError(item.address)
        table = super()._table(item, place)
        if "vanishes" in item.address:
            os.rename(item.address, item.address + " was")
        if "grows" in item.address:
            with open(item.address, "ab") as file:
                file.write(bytes(100))
        return table


def harmed(sources, out, **how):
    """Score the sources while things happen to them, and put them back."""
    top = sources[0]
    try:
        return batch(sources, out, start_method="fork", timeout=3, **how)
    finally:
        was = top / "Zanzib vanishes.wav was"
        if was.exists():
            os.rename(was, top / "Zanzib vanishes.wav")
        shutil.copyfile(top / "Zanzib hangs.wav", top / "Zanzib grows.wav")


def test_no_byte_of_the_results_holds_a_name_and_each_row_is_found_by_the_key(named, tmp_path, monkeypatch, capfd):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr("audioq.batches.running.Scoring", Harmed)
    notes: list[str] = []
    how = {"format": ("csv", "jsonl", "parquet"), "jobs": 2}
    to_others = {"junit": tmp_path / "hidden" / "tests.xml", "prometheus": tmp_path / "hidden" / "a.prom"}
    to_others |= {"fail_on": "degraded", "fail_if": "duration_s>0.1"}
    kept = {"tables": tmp_path / "kept", "say": notes.append}
    hidden = harmed(named, tmp_path / "hidden", anonymize=KEY, **kept, **how, **to_others)
    assert hidden.passage.met > 5 and b"duration_s is " in (tmp_path / "hidden" / "tests.xml").read_bytes()
    said = "\n".join([*capfd.readouterr(), *notes, hidden.to_text(), hidden.to_json()])
    assert told(tmp_path / "hidden", tmp_path / "kept", said=said) == []
    assert len(notes) > 1 and len(list((tmp_path / "kept").iterdir())) > 5
    plain = harmed(named, tmp_path / "plain", tables=tmp_path / "tables", **how)
    assert len(told(tmp_path / "plain", tmp_path / "tables")) > 10  # the test itself would see a name
    assert hidden.causes == plain.causes and hidden.labels == plain.labels and hidden.outcomes == plain.outcomes
    expected = {"crash", "timeout", "internal", "memory", "missing", "changed", "unreadable", "too_large", "not_a_file"}
    assert set(hidden.causes) >= expected
    masked = {os.path.splitext(name)[0]: row for name, row in by_file_and_call(tmp_path / "hidden").items()}
    for name, row in by_file_and_call(tmp_path / "plain").items():
        parts = name.split(" + ")
        found = masked.pop(os.path.splitext(" + ".join(hashed(part) + ending(part) for part in parts))[0])
        assert (found["status"], found["cause"]) == (row["status"], row["cause"])
        if row["status"] == "ok":
            left_out = ("file", "file_uri", "call_id", "legs", "warnings")
            assert without(found["result"], left_out) == without(row["result"], left_out)
    assert not masked


def test_earlier_results_with_the_same_key_are_a_baseline(tmp_path):
    source = folder(tmp_path / "in", 3, 4.0)
    for key, name in ((KEY, "old"), (OTHER, "other")):
        batch(source, tmp_path / name, jobs=1, anonymize=key)
    found = batch(source, tmp_path / "new", jobs=1, anonymize=KEY, baseline=tmp_path / "old").comparison
    assert (found.pairs, found.only_here, found.made_otherwise) == (3, 0, False)
    with pytest.raises(BatchError, match="anonymised with another key"):
        batch(source, tmp_path / "new", jobs=1, anonymize=KEY, baseline=tmp_path / "other")
    with pytest.raises(BatchError, match="its rows are anonymised; give --anonymize"):
        batch(source, tmp_path / "plain", jobs=1, baseline=tmp_path / "old")
    batch(source, tmp_path / "plain", jobs=1)
    with pytest.raises(BatchError, match="its rows are not anonymised"):
        batch(source, tmp_path / "new", jobs=1, anonymize=KEY, baseline=tmp_path / "plain")


def by_file_and_call(results: Path) -> dict[str, dict]:
    """Return the rows with a recording by its name, and the times that it was met."""
    found = {}
    for row in rows(results):
        item = row["item"]
        if item["file"]:
            found.setdefault(item["file"], row)
    return found


def ending(name: str) -> str:
    known = ("wav", "flac", "m4a", "mp3", "mp4", "opus", "ogg", "amr", "aiff", "ulaw")
    end = os.path.splitext(name)[1].lower()
    return end if end[1:] in known else ""


def without(result: dict, names: tuple[str, ...]) -> dict:
    return {name: value for name, value in result.items() if name not in names}


def test_the_commands_say_no_name_either(named, tmp_path):
    (tmp_path / "key").write_bytes(KEY + b"\n")
    asked = (*named, "-o", tmp_path / "out", "--anonymize", tmp_path / "key", "--jobs", 2)
    code, out, err = finish(command("batch", *asked, "--dry-run"))
    assert code == 0 and told(said=out + err) == []
    code, out, err = finish(command("batch", *asked))
    assert code == 1 and told(tmp_path / "out", said=out + err) == []
    assert "they may name a person" in out
    code, out, err = finish(command("verify", tmp_path / "out", *named, "--anonymize", tmp_path / "key"))
    assert code == 0 and told(said=out + err) == [] and ", 0 differ" in out
    batch(named, tmp_path / "same", anonymize=tmp_path / "key", jobs=1)
    batch(named, tmp_path / "as bytes", anonymize=KEY, jobs=1)
    assert tables(tmp_path / "out") == tables(tmp_path / "same") == tables(tmp_path / "as bytes")


class StopError(Exception):
    """Raised where a test breaks a batch off."""


def test_tables_are_the_same_for_any_jobs_and_interruptions(tmp_path):
    source = folder(tmp_path / "in", 7)
    (source / "broken.wav").write_bytes(b"no sound")
    for jobs in (1, 2):
        batch(source, tmp_path / str(jobs), anonymize=KEY, jobs=jobs)

    def stop(step):
        if step.items >= 3:
            raise StopError

    with pytest.raises(StopError):
        batch(source, tmp_path / "again", anonymize=KEY, watch=stop)
    batch(source, tmp_path / "again", anonymize=KEY)
    assert tables(tmp_path / "1") == tables(tmp_path / "2") == tables(tmp_path / "again")
    assert len(by_file(tmp_path / "again")) == 8  # none twice


def test_neither_tables_nor_log_are_in_the_order_of_the_names(tmp_path):
    source = folder(tmp_path / "in", 12)
    batch(source, tmp_path / "out", anonymize=KEY, jobs=1)
    names = {hashed(f"in/{number:03d}.wav") + ".wav": number for number in range(12)}
    done = [names[row["item"]["file"]] for row in rows(tmp_path / "out")]
    ended = [names[file] for file in read_results(tmp_path / "out")["file"]]
    assert done == ended != sorted(done)
    batch(source, tmp_path / "other", anonymize=OTHER, jobs=1)
    names = {hashed(f"in/{number:03d}.wav", OTHER) + ".wav": number for number in range(12)}
    assert [names[row["item"]["file"]] for row in rows(tmp_path / "other")] != done


def test_members_of_a_tar_are_read_in_their_order_and_end_in_another(tmp_path):
    source = folder(tmp_path / "in", 9)
    with tarfile.open(tmp_path / "calls.tar", "w") as tar:
        for file in sorted(source.iterdir()):
            tar.add(file, file.name)
    batch(tmp_path / "calls.tar", tmp_path / "out", anonymize=KEY, jobs=1)
    done = [row["item"]["file"] for row in rows(tmp_path / "out")]
    assert done == [hashed(f"calls.tar/{number:03d}.wav") + ".wav" for number in range(9)]
    ended = read_results(tmp_path / "out")
    assert list(ended["file"]) != done and list(ended["recording_id"]) == sorted(ended["recording_id"])


def test_another_key_gives_other_names_and_is_no_way_to_go_on(tmp_path):
    source, out = folder(tmp_path / "in", 2), tmp_path / "out"
    batch(source, out, anonymize=KEY)
    batch(source, tmp_path / "other", anonymize=OTHER)
    assert not set(by_file(out)) & set(by_file(tmp_path / "other"))
    versions = [{row["item"]["version"] for row in rows(place)} for place in (out, tmp_path / "other")]
    assert not versions[0] & versions[1]
    before = (out / "log.jsonl").read_bytes()
    for rescore in (False, True):
        with pytest.raises(BatchError, match=r"another key \(fingerprint [0-9a-f]{12}, .* another folder with -o"):
            batch(source, out, anonymize=OTHER, rescore=rescore)
    assert (out / "log.jsonl").read_bytes() == before
    with pytest.raises(BatchError, match="another key"):
        estimate(source, out, anonymize=OTHER)


def test_what_was_readable_once_is_not_hidden_by_scoring_anew(tmp_path):
    source, out = folder(tmp_path / "in", 2), tmp_path / "out"
    batch(source, out, anonymize=KEY)
    with pytest.raises(BatchError, match=r"keep_columns: \[\], now \[\"phone\"\]\)"):
        batch(source, out, anonymize=KEY, keep_columns="phone")
    batch(source, out, anonymize=KEY, keep_columns="phone", rescore=True)
    for rescore in (False, True):
        with pytest.raises(BatchError, match=r"kept readable in its rows \(phone\), .* another folder"):
            batch(source, out, anonymize=KEY, rescore=rescore)


def test_tables_under_names_and_under_pseudonyms_share_no_folder(tmp_path):
    source = folder(tmp_path / "in", 1)
    batch(source, tmp_path / "a", tables=tmp_path / "named")
    batch(source, tmp_path / "b", tables=tmp_path / "hidden", anonymize=KEY)
    batch(source, tmp_path / "c", tables=tmp_path / "hidden", anonymize=KEY)
    for tables_folder, key in (("named", KEY), ("hidden", OTHER), ("hidden", None)):
        with pytest.raises(BatchError, match=f"{tables_folder}: has feature tables of recordings under other names"):
            batch(source, tmp_path / "d", tables=tmp_path / tables_folder, anonymize=key)
    assert len(list((tmp_path / "hidden").glob("*.npz"))) == 1


def test_the_key_lies_with_nothing_that_is_handed_on(tmp_path):
    source = folder(tmp_path / "in", 1)
    for place in ("out", "kept"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "key").write_bytes(KEY)
        with pytest.raises(BatchError, match="whoever gets them"):
            batch(source, tmp_path / "out", tables=tmp_path / "kept", anonymize=tmp_path / place / "key")


def test_a_key_is_the_same_as_bytes_and_in_its_file(tmp_path):
    (tmp_path / "key").write_bytes(KEY + b"\r\n")
    made = [
        pseudonyms_of(given).fingerprint for given in (tmp_path / "key", KEY + b"\r\n", bytearray(KEY), memoryview(KEY))
    ]
    assert len(set(made)) == 1
    assert pseudonyms_of(KEY + b"\n\n").fingerprint not in made
    with pytest.raises(BatchError, match="of type int; give the key as bytes"):
        pseudonyms_of(123)


def test_no_error_says_where_in_the_manifest_its_row_is(tmp_path):
    (tmp_path / "m.csv").write_text("file,call_id,volunteer\n,a,anna\n,b,ben\n,c,cem\n")
    batch(tmp_path / "m.csv", tmp_path / "out", anonymize=KEY)
    errors = [row["result"]["error"]["message"] for row in rows(tmp_path / "out")]
    assert len(errors) == 3 and len(set(errors)) == 1 and "line" not in errors[0]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--keep-column", "phone"),
        ("--anonymize", "{key}", "--debug"),
        ("--anonymize", "{key}", "--sha256"),
        ("--anonymize", "{key}", "--keep-column", ""),
    ],
)
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_dry_run_refuses_what_the_run_refuses(tmp_path, wrong, more):
    source, key = folder(tmp_path / "in", 1), tmp_path / "key"
    key.write_bytes(KEY)
    given = [str(key) if one == "{key}" else one for one in wrong]
    code, out, err = finish(command("batch", source, "-o", tmp_path / "out", *given, *more))
    assert (code, out) == (2, "") and err.startswith("error: ") and not (tmp_path / "out").exists()


@pytest.mark.parametrize("rescore", [False, True])
def test_names_and_pseudonyms_never_share_a_log(tmp_path, rescore):
    source = folder(tmp_path / "in", 1)
    batch(source, tmp_path / "open")
    batch(source, tmp_path / "hidden", anonymize=KEY)
    before = [(tmp_path / name / "log.jsonl").read_bytes() for name in ("open", "hidden")]
    with pytest.raises(BatchError, match="real names of recordings, which stay in its log; give another folder"):
        batch(source, tmp_path / "open", anonymize=KEY, rescore=rescore)
    with pytest.raises(BatchError, match="would tell which is which; give --anonymize with their key"):
        batch(source, tmp_path / "hidden", rescore=rescore)
    assert [(tmp_path / name / "log.jsonl").read_bytes() for name in ("open", "hidden")] == before


def test_verify_wants_the_key_of_the_batch(tmp_path):
    source = folder(tmp_path / "in", 3)
    (source / "broken.wav").write_bytes(b"no sound")
    batch(source, tmp_path / "out", anonymize=KEY)
    batch(source, tmp_path / "open")
    found = verify(tmp_path / "out", source, anonymize=KEY)
    assert (found.agree, found.differences, found.without_row, found.without_recording) == (4, [], 0, 0)
    with pytest.raises(BatchError, match="are anonymised; give the key"):
        verify(tmp_path / "out", source)
    with pytest.raises(BatchError, match="another key .*; give that one"):
        verify(tmp_path / "out", source, anonymize=OTHER)
    with pytest.raises(BatchError, match="are not anonymised; leave --anonymize out"):
        verify(tmp_path / "open", source, anonymize=KEY)


def test_an_estimate_knows_what_is_done_by_the_key(tmp_path):
    source = folder(tmp_path / "in", 3)
    batch(source, tmp_path / "out", anonymize=KEY)
    speech(source / "new.wav")
    assert estimate(source, tmp_path / "out", anonymize=KEY).pending == 1


def test_a_recording_that_changed_is_noticed_as_ever(tmp_path):
    source, out = folder(tmp_path / "in", 3), tmp_path / "out"
    batch(source, out, anonymize=KEY)
    speech(source / "001.wav", 0.8, 7)
    batch(source, out, anonymize=KEY)
    found = rows(out)
    assert len(found) == 4 and found[3]["item"]["file"] == hashed("in/001.wav") + ".wav"


def test_the_same_recordings_from_another_working_folder_are_refused(tmp_path, monkeypatch):
    folder(tmp_path / "a" / "in", 2)
    monkeypatch.chdir(tmp_path)
    batch("a/in", tmp_path / "out", anonymize=KEY)
    monkeypatch.chdir(tmp_path / "a")
    with pytest.raises(BatchError, match="the same recordings under other names"):
        batch("in", tmp_path / "out", anonymize=KEY)
