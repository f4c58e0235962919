"""A worker of a cluster keeps its children while there is work for them, and no longer."""

from __future__ import annotations

import os
import pickle
from concurrent.futures import ThreadPoolExecutor

import made_jobs
import pytest
from made_fleet import wait_for
from made_jobs import Task

from audioq.batches import workplaces
from audioq.batches.limits import Limits
from audioq.batches.pool import Loss
from audioq.batches.workplaces import Errand, Refusal, do, version

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are looked up by number")
LIMITS = Limits(timeout=60, max_memory=512)


def errand(job, run: str = "run") -> Errand:
    return Errand(run, version(), pickle.dumps((job, LIMITS)))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(autouse=True)
def no_children():
    yield
    while workplaces._IDLE:
        workplaces._IDLE.pop()[2].close()


def test_children_are_kept_for_the_next_task_of_the_run_and_ended_when_idle(monkeypatch):
    monkeypatch.setattr(workplaces, "_IDLE_SECONDS", 1.0)
    with ThreadPoolExecutor(2) as threads:
        pids = set(threads.map(lambda number: do(errand(made_jobs.pid), Task("pid", number)), range(10)))
    assert len(pids) == 2
    other = do(errand(made_jobs.pid, "another run"), Task("pid"))
    assert other not in pids
    wait_for(
        lambda: not any(os.path.exists(f"/proc/{pid}/status") for pid in {*pids, other}), "the end of the children"
    )
    assert not workplaces._IDLE
    assert do(errand(made_jobs.pid), Task("pid")) not in pids


def test_a_task_that_kills_its_children_leaves_the_worker_well():
    assert do(errand(made_jobs.double), Task("die")) == Loss("crash", "SIGKILL")
    assert do(errand(made_jobs.double), Task("double", 4)) == 8


def test_another_version_does_nothing(monkeypatch):
    monkeypatch.setattr(workplaces, "_worker", lambda: "tcp://here")
    theirs = Errand("run", "audioq 99", b"cannot be unpickled")
    refusal = do(theirs, Task("double"))
    assert refusal == Refusal("tcp://here", version(), "audioq 99")
    assert "tcp://there: the worker tcp://here has audioq" in str(refusal.error("tcp://there"))
