"""What processes that were killed leave in the temporary folder goes, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

import made_jobs
import pytest
from made_jobs import Task

from audioq.batches import leftovers
from audioq.batches.limits import Limits
from audioq.batches.pool import Loss, Pool

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


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_child_that_is_killed_leaves_nothing(folder, method):
    pool = Pool(made_jobs.double, Limits(timeout=60, max_memory=512), 1, method)
    assert dict(pool.run([Task("litter", 1), Task("double", 2)])) == {
        Task("litter", 1): Loss("crash", "SIGKILL"),
        Task("double", 2): 4,
    }
    assert list(folder.iterdir()) == []
