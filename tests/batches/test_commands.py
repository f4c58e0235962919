"""The commands ``batch`` and ``verify`` as people type them: what they say, where, and with which exit status."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from made_batches import by_file, command, environment, finish, folder, on_terminal, rows, speech, tables

from audioq import batch, verify

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are killed by signals")


def run(*arguments, **how):
    return finish(command(*arguments, **how))


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    place = tmp_path_factory.mktemp("calls") / "in"
    for number in range(3):
        speech(place / f"{number}.wav", 4.0, number)
    return place


def test_a_batch_says_what_it_found_and_where_it_is(source, tmp_path):
    code, out, err = run("batch", source, "-o", tmp_path / "out")
    lines = out.splitlines()
    assert (code, err) == (0, "")  # which is no terminal: no bar
    assert lines[0].startswith("3 recordings: 3 scored, 0 failed")
    assert lines[-2].startswith("3 rows made in ") and lines[-1] == f"results in {tmp_path / 'out'}"
    assert set(tables(tmp_path / "out")) and not [one for one in os.listdir(tmp_path / "out") if ".part" in one]
    code, out, _ = run("batch", source, "-o", tmp_path / "out")
    assert code == 0 and "3 rows of earlier runs were kept" in out


def test_the_library_gives_the_same_tables(source, tmp_path):
    run("batch", source, "-o", tmp_path / "out", "--jobs", 2, "--start-method", "spawn")
    batch(source, tmp_path / "other", jobs=1)
    assert tables(tmp_path / "out") == tables(tmp_path / "other")


def test_a_dry_run_writes_nothing(source, tmp_path):
    code, out, err = run("batch", source, "-o", tmp_path / "out", "--dry-run")
    assert (code, err) == (0, "") and not (tmp_path / "out").exists()
    amount, pending, took = out.splitlines()
    assert amount.startswith("3 recordings, ") and pending == "3 of them are still to be scored"
    assert "hours of sound" in took and "(h:mm:ss)" in took
    run("batch", source, "-o", tmp_path / "out")
    before = tables(tmp_path / "out")
    code, out, _ = run("batch", source, "-o", tmp_path / "out", "--dry-run")
    assert code == 0 and "0 of them are still to be scored" in out and tables(tmp_path / "out") == before


def test_the_exit_status_says_what_was_found(tmp_path):
    speech(tmp_path / "good" / "a.wav", 6.0)
    speech(tmp_path / "bad" / "a.wav", 6.0, holes=True)
    folder(tmp_path / "none", 1)
    for which, gate, status in [
        ("good", (), 0),
        ("good", ("--fail-on", "degraded"), 0),
        ("bad", (), 0),
        ("bad", ("--fail-on", "degraded"), 3),
        ("bad", ("--fail-on", "blocked"), 0),
        ("none", ("--fail-on", "blocked"), 3),
    ]:
        assert run("batch", tmp_path / which, "-o", tmp_path / f"out {which}", *gate)[0] == status
    (tmp_path / "good" / "broken.wav").write_bytes(b"")
    (tmp_path / "bad" / "broken.wav").write_bytes(b"")
    assert run("batch", tmp_path / "good", "-o", tmp_path / "out good")[0] == 1
    assert run("batch", tmp_path / "bad", "-o", tmp_path / "out bad", "--fail-on", "degraded")[0] == 3


def test_what_failed_is_named_and_counts_no_more_once_it_is_taken_out(tmp_path):
    source = folder(tmp_path / "in", 2)
    (source / "broken.wav").write_bytes(b"no sound")
    code, out, _ = run("batch", source, tmp_path / "mistyped", "-o", tmp_path / "out")
    assert code == 1 and "could not be scored (the first 2):\n  in/broken.wav: is not a recording" in out
    assert "\n  mistyped: " in out
    (source / "broken.wav").unlink()
    code, out, _ = run("batch", source, "-o", tmp_path / "out")
    assert code == 0 and "of those that failed, 2 are not in the sources (any more)" in out
    assert len(rows(tmp_path / "out")) == 4  # no row is lost


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--side", "left"), "side"),
        (("--jobs", 0), "--jobs"),
        (("--format", "xml"), "--format"),
        (("--start", 3, "--end", 2), "end"),
        (("--raw-format", "odd"), "odd"),
        (("--time-zone", "Mars/Phobos"), "Mars/Phobos"),
        (("--partition-by", "nothing"), "nothing"),
        (("--fail-on", "intact"), "--fail-on"),
    ],
)
def test_what_cannot_be_asked_is_said_before_any_work(source, tmp_path, arguments, said):
    code, out, err = run("batch", source, "-o", tmp_path / "out", *arguments)
    assert code == 2 and said in err and out == "" and "Traceback" not in err
    assert not (tmp_path / "out").exists()


def test_two_commands_at_once_are_refused(source, tmp_path):
    from audioq.batches.logs import Log
    from audioq.batches.running import head_of
    from audioq.thresholds import DEFAULT_THRESHOLDS

    with Log(str(tmp_path / "out"), head_of(DEFAULT_THRESHOLDS, {})):
        code, out, err = run("batch", source, "-o", tmp_path / "out")
    assert code == 2 and err.count("\n") == 1 and "another run is writing its results there" in err


def test_rows_of_other_thresholds_are_refused(source, tmp_path):
    run("batch", source, "-o", tmp_path / "out")
    changed = ("--set", "blocked.delivered=0.3")
    code, _, err = run("batch", source, "-o", tmp_path / "out", *changed)
    assert code == 2 and "--rescore" in err
    code, _, err = run("verify", tmp_path / "out", source, *changed)
    assert code == 2 and "thresholds" in err
    assert run("batch", source, "-o", tmp_path / "out", *changed, "--rescore")[0] == 0
    assert run("verify", tmp_path / "out", source, *changed)[0] == 0


def test_verify_names_the_rows_that_do_not_hold(tmp_path):
    source, out = folder(tmp_path / "in", 3), tmp_path / "out"
    run("batch", source, "-o", out)
    code, said, err = run("verify", out, source)
    assert (code, said, err) == (0, "3 rows agree, 0 differ\n", "")
    log = (out / "log.jsonl").read_bytes()
    at = rows(out)[1]["item"]["file"]
    (out / "log.jsonl").write_bytes(log.replace(b'"label":"blocked"', b'"label":"intact"'))
    code, said, _ = run("verify", out, source)
    assert code == 1 and f"{at}: verdict" in said and "was intact, now blocked" in said
    assert said.endswith("0 rows agree, 3 differ\n")


def test_verify_counts_what_it_cannot_compare(tmp_path):
    source, out = folder(tmp_path / "in", 3), tmp_path / "out"
    run("batch", source, "-o", out)
    os.unlink(source / "000.wav")
    speech(source / "new.wav")
    code, said, _ = run("verify", out, source)
    assert code == 1 and said.startswith("2 rows agree, 0 differ\n")
    assert "1 recordings have no row" in said and "1 rows cannot be verified" in said
    found = verify(out, source, sample=1, seed=2)
    assert (found.agree, found.without_row, found.without_recording) == (1, 1, 1)


def test_verify_refuses_what_is_no_batch(tmp_path):
    code, out, err = run("verify", tmp_path / "nowhere", tmp_path)
    assert code == 2 and out == "" and err.count("\n") == 1


def test_on_a_terminal_a_bar_shows_the_rate(tmp_path):
    source = folder(tmp_path / "in", 30)
    code, out, shown = on_terminal("batch", source, "-o", tmp_path / "out")
    assert code == 0 and b"30/30" in shown and b"recordings/s" in shown and b"30 blocked" in shown
    assert out.startswith(b"30 recordings: 30 scored") and b"\x1b" not in out


def test_help_names_what_people_look_for():
    code, out, _ = run("batch", "--help")
    assert code == 0
    for option in ("--dry-run", "--retry-failed", "--rescore", "--scheduler", "--max-memory", "--fail-on", "--tables"):
        assert option in out
    code, out, _ = run("verify", "--help")
    assert code == 0 and "SOURCE" in out and "RESULTS" in out


def test_a_batch_imports_nothing_heavy_in_the_parent(source, tmp_path):
    watch = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sorted(set(sys.modules) & {'av', 'librosa', 'scipy.signal', 'pandas',\n"
        "    'pyarrow', 'fsspec', 'distributed', 'rich'}), file=sys.stderr))\n"
        "from audioq.cli import main\nmain()\n"
    )
    line = [sys.executable, "-c", watch, "batch", source, "-o", tmp_path / "out"]
    done = subprocess.run(line, capture_output=True, text=True, env=environment(), timeout=60)
    assert done.returncode == 0 and done.stderr.split() == []
    assert len(by_file(tmp_path / "out")) == 3
