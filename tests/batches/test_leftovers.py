"""What processes that were killed leave in the temporary folder goes, and nothing else."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import made_jobs
import numpy as np
import pytest
from made_jobs import Task

from audioq.audio import read
from audioq.batches import leftovers, scoring
from audioq.batches.limits import Limits
from audioq.batches.pool import Loss, Pool
from audioq.measurement import measure
from audioq.table import load

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are looked up by number")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_files_and_folders_of_dead_processes_go(folder):
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        pass
    mine, theirs = leftovers.prefix(), leftovers.prefix().replace(f"-{os.getpid()}-", f"-{dead.pid}-")
    elsewhere = theirs.replace(theirs.split("-")[1], "0" * 8)
    for name in (mine, theirs, elsewhere, "audioq-", "other-1-1-"):
        (folder / f"{name}x.wav").touch()
        (folder / f"{name}folder").mkdir()
        (folder / f"{name}folder" / "log.jsonl").touch()
    leftovers.sweep()
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == sorted(
        f"{name}{end}" for name in (mine, elsewhere, "audioq-", "other-1-1-") for end in ("x.wav", "folder")
    )


def test_a_folder_that_cannot_be_listed_and_an_odd_name_end_nothing(folder, monkeypatch):
    odd = folder / f"{leftovers.prefix().replace(str(os.getpid()), '9' * 30)}x.wav"
    odd.touch()
    leftovers.sweep()
    assert odd.exists()
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "gone"))
    leftovers.sweep()

    def none() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    leftovers.sweep()


def temporary_without_a_name(code: str) -> list[int]:
    """The lines that make a temporary file or folder whose name does not begin as `sweep` expects it."""
    lines = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not ast.unparse(node.func).startswith("tempfile."):
            continue
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if node.func.attr != "gettempdir" and "prefix()" not in map(ast.unparse, given):
            lines.append(node.lineno)
    return lines


def test_all_temporary_files_of_batches_have_names_by_which_they_are_swept():
    assert temporary_without_a_name('import tempfile\ntempfile.mkdtemp(prefix="audioq-")') == [2]
    files = sorted(Path(leftovers.__file__).parent.glob("*.py"))
    codes = {file.name: file.read_text(encoding="utf-8") for file in files}
    assert {name: lines for name, code in codes.items() if (lines := temporary_without_a_name(code))} == {}
    assert [name for name, code in codes.items() if "from tempfile" in code] == []


def test_a_table_that_a_killed_process_left_half_written_is_replaced(folder):
    table = measure(read(np.zeros(8000, np.float32), sr=8000))
    kill = (
        "import numpy as np, os\n"
        "from audioq.audio import read\n"
        "from audioq.batches import scoring\n"
        "from audioq.measurement import measure\n"
        "table = measure(read(np.zeros(8000, np.float32), sr=8000))\n"
        "os.replace = lambda *_: os.kill(os.getpid(), 9)\n"
        f"scoring._keep(table, {str(folder / 'x.npz')!r})\n"
    )
    assert subprocess.run([sys.executable, "-c", kill], timeout=60).returncode == -9
    assert [path.name for path in folder.iterdir()] == ["x.npz.part"]
    scoring._keep(table, str(folder / "x.npz"))
    assert [path.name for path in folder.iterdir()] == ["x.npz"]
    assert load(folder / "x.npz").sha256 == table.sha256


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_child_that_is_killed_leaves_nothing(folder, method):
    pool = Pool(made_jobs.double, Limits(timeout=60, max_memory=512), 1, method)
    assert dict(pool.run([Task("litter", 1), Task("double", 2)])) == {
        Task("litter", 1): Loss("crash", "SIGKILL"),
        Task("double", 2): 4,
    }
    assert list(folder.iterdir()) == []
