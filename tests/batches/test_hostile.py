"""Names and manifests from strangers, and discs that are full: no control character, no formula, no half row."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import subprocess
import sys
from contextlib import contextmanager

import pytest
from made_batches import by_file, command, environment, finish, folder, on_terminal, rows, speech, tables

from audioq import batch
from audioq.batches.sources import list_items
from audioq.errors import BatchError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="names of any bytes, and limits of the system")

NAMES = (
    *(b"a,b.wav", b'quo"te.wav', b"new\nline.wav", b"=cmd|' calc'!A0.wav", b"+1+2.wav", b"@SUM(A1).wav", b"-dash.wav"),
    *(b"<script>alert(1)<", b"\xf0\x9f\x92\xa9.wav", b"caf\xe9.wav", b"\x1b[31mred\x1b]0;title\x07.wav", b"tab\t.wav"),
    *(b"\rreturn.wav", b"\xe2\x80\xaeright.wav", b"\x9b2Jclear.wav", b" .wav", b"{file}%s$(x)`y`.wav"),
)
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def hostile(tmp_path):
    """Return a folder of good and of broken recordings with hostile names."""
    source = tmp_path / "in"
    speech(source / "good.wav", 3.0, holes=True)
    good = (source / "good.wav").read_bytes()
    for name in NAMES:
        if not name.endswith(b".wav"):
            name += b"/script>.wav"
            os.mkdir(os.fsencode(source) + b"/" + os.path.dirname(name))
        for kind, data in ((b"", good), (b"broken ", b"no sound")):
            place = os.path.join(os.path.dirname(name), kind + os.path.basename(name))
            with open(os.fsencode(source) + b"/" + place, "wb") as file:
                file.write(data)
    return source


def test_hostile_names_reach_no_terminal_raw(hostile, tmp_path):
    code, out, err = finish(command("batch", hostile, "-o", tmp_path / "out", "--jobs", 1))
    assert code == 1 and not CONTROL.search(out) and err == ""
    code, out, err = finish(command("verify", tmp_path / "out", hostile))
    assert code == 0 and not CONTROL.search(out + err)
    for name in NAMES[1:4]:
        missing = os.path.join(os.fsencode(hostile), b"no such " + name)
        code, out, err = finish(command("batch", os.fsdecode(missing), "-o", os.fsdecode(b"/proc/x" + name)))
        assert code == 2 and not CONTROL.search(out + err)


def test_the_bar_shows_no_names(hostile, tmp_path):
    code, _, shown = on_terminal("batch", hostile, "-o", tmp_path / "out", "--jobs", "1")
    assert code == 1 and b"recordings/s" in shown and b"/35" in shown
    assert not any(part in shown for part in (b"cmd", b"script", b"red\x1b", b"title", b"2Jclear", b"wav"))


def test_hostile_names_are_no_formulas_in_tables_and_come_back_whole(hostile, tmp_path):
    batch(hostile, tmp_path / "out")
    for name in ("recordings", "channels", "events"):
        data = (tmp_path / "out" / f"{name}.csv").read_bytes()
        for row in csv.reader(io.StringIO(data.decode("utf-8"), newline="")):
            assert not any(cell.startswith(FORMULA) and not is_number(cell) for cell in row)
    found = {os.fsencode(name).removeprefix(b"in/") for name in by_file(tmp_path / "out")}
    assert len(found) == 2 * len(NAMES) + 1 and set(NAMES) - {NAMES[7]} <= found


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_hostile_cells_of_a_manifest_are_carried_as_text(tmp_path):
    speech(tmp_path / "a.wav")
    cells = [os.fsdecode(name) for name in NAMES] + ["=HYPERLINK(1)", "'", "\x00"]
    lines = [json.dumps({"file": "a.wav", "app": cell, "=note": "x"}) for cell in cells]
    (tmp_path / "calls.jsonl").write_text("\n".join(lines) + "\n", encoding="ascii")
    summary = batch(tmp_path / "calls.jsonl", tmp_path / "out")
    assert summary.statuses == {"ok": len(cells)}
    assert sorted(row["item"]["columns"]["app"] for row in rows(tmp_path / "out")) == sorted(cells)
    with open(tmp_path / "out" / "recordings.csv", encoding="utf-8", newline="") as file:
        assert not any(cell.startswith(FORMULA) and not is_number(cell) for row in csv.reader(file) for cell in row)


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.argv = ["audioq", *sys.argv[2:]]
from audioq.cli import main
main()
"""


def test_an_output_that_is_full_keeps_whole_rows_and_goes_on_later(tmp_path):
    source = folder(tmp_path / "in", 20)
    batch(source, tmp_path / "whole")
    room = (tmp_path / "whole" / "log.jsonl").stat().st_size // 2
    line = [sys.executable, "-c", LIMITED, str(room), "batch", source, "-o", tmp_path / "out"]
    done = subprocess.run(line, capture_output=True, text=True, env=environment(), timeout=120)
    assert done.returncode == 2 and "File too large" in done.stderr and "make room" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out" / "log.jsonl").read_bytes().endswith(b"}\n") and 5 < len(rows(tmp_path / "out")) < 15
    batch(source, tmp_path / "out")
    assert tables(tmp_path / "out") == tables(tmp_path / "whole") and len(by_file(tmp_path / "out")) == 20


@contextmanager
def small_disc(place, kilobytes):
    """Mount a disc of so many kilobytes, where this is allowed."""
    place.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", place]
    try:
        mounted = subprocess.run(line, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no disc can be mounted here")
    try:
        yield line
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_full_disc_keeps_whole_rows_and_goes_on_when_there_is_room(tmp_path):
    source = folder(tmp_path / "in", 20)
    batch(source, tmp_path / "whole")
    log = (tmp_path / "whole" / "log.jsonl").stat().st_size // 1024
    with small_disc(tmp_path / "disc", log // 2):
        with pytest.raises(BatchError, match="No space left on device.*make room and run the same command again"):
            batch(source, tmp_path / "disc" / "out")
        assert 2 < len(rows(tmp_path / "disc" / "out")) < 20
        subprocess.run(["mount", "-o", f"remount,size={log + 8}k", tmp_path / "disc"], check=True)
        with pytest.raises(BatchError, match="No space left on device"):  # the rows fit, the tables do not
            batch(source, tmp_path / "disc" / "out")
        assert not (tmp_path / "disc" / "out" / "commit.json").exists()
        assert len(rows(tmp_path / "disc" / "out")) == 20
        subprocess.run(["mount", "-o", "remount,size=64m", tmp_path / "disc"], check=True)
        batch(source, tmp_path / "disc" / "out")
        assert tables(tmp_path / "disc" / "out") == tables(tmp_path / "whole")


def test_an_output_that_cannot_be_written_is_refused_before_any_work(tmp_path):
    source = folder(tmp_path / "in", 1)
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "below", "/proc/nowhere"):
        code, out, err = finish(command("batch", source, "-o", place))
        assert code == 2 and "cannot be written to" in err and err.count("\n") == 1 and out == ""


@pytest.mark.slow
def test_a_manifest_of_a_million_rows_is_listed_in_flat_memory(tmp_path):
    speech(tmp_path / "a.wav")
    with (tmp_path / "calls.csv").open("w", encoding="ascii") as file:
        file.write("file,operator,call_id\n")
        file.writelines(f"a.wav,{n % 7},{n}\n" for n in range(1_000_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    last = None
    for count, last in enumerate(list_items(tmp_path / "calls.csv"), 1):  # noqa: B007
        pass
    assert count == 1_000_000 and last.occurrence == 999_999 and last.columns["call_id"] == "999999"
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / (1024 if sys.platform == "linux" else 2**20)
    assert grown < 100
