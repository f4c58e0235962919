"""Children share the work, and what one of them dies of costs nothing else."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import made_jobs
import pytest
from made_jobs import Task

from audioq.batches.children import METHODS
from audioq.batches.limits import Limits
from audioq.batches.pool import TRIES, Loss, Pool, cores, default_method
from audioq.errors import BatchError, InstallationError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are killed by signals")
LIMITS = Limits(timeout=60, max_memory=512)
TESTS = Path(made_jobs.__file__).parent


def numbers(count: int, verb: str = "double") -> list[Task]:
    return [Task(verb, i) for i in range(count)]


def done(pool: Pool, tasks: list[Task]) -> dict[Task, object]:
    answers = list(pool.run(tasks, None))
    assert len(answers) == len(tasks)
    return dict(answers)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("jobs", [1, 3])
def test_every_task_gets_its_answer(method, jobs):
    tasks = numbers(50)
    assert done(Pool(made_jobs.double, LIMITS, jobs, method), tasks) == {task: 2 * task.number for task in tasks}


@pytest.mark.parametrize("method", METHODS)
def test_a_task_that_kills_every_child_is_lost_alone(method):
    tasks = [*numbers(10), Task("die", 90), Task("leave", 91), *[Task("double", n) for n in range(10, 20)]]
    answers = done(Pool(made_jobs.double, LIMITS, 2, method), tasks)
    assert answers.pop(Task("die", 90)) == Loss("crash", "SIGKILL")
    assert answers.pop(Task("leave", 91)) == Loss("crash", "exit status 7")
    assert answers == {task: 2 * task.number for task in answers}


def test_a_task_whose_child_is_killed_once_is_done_again(tmp_path, monkeypatch):
    monkeypatch.setenv("POOL_MARK", str(tmp_path / "mark"))
    tasks = numbers(6, "once")
    assert done(Pool(made_jobs.double, LIMITS, 2, "fork"), tasks) == {task: 2 * task.number for task in tasks}


def test_a_child_that_is_killed_while_it_is_idle_costs_no_task_a_try():
    pool = Pool(made_jobs.double, LIMITS, 1, "fork")
    try:
        for number in range(TRIES + 1):  # were the next task to blame, it would have died of the third
            assert pool.do(Task("double", number)) == 2 * number
            os.kill(pool.pids[0], signal.SIGKILL)
            pool._children[0].connection.poll(10.0)
            taken, bury = [], pool._bury
            pool._bury = lambda child, order, bury=bury, taken=taken: taken.append(order) or bury(child, order)
            assert pool.do(Task("double", 7)) == 14 and not taken
            pool._bury = bury
    finally:
        pool.close()


def test_a_task_that_hangs_costs_its_time_and_nothing_else():
    tasks = [Task("hang"), *numbers(20)]
    begun = time.monotonic()
    answers = done(Pool(made_jobs.double, Limits(timeout=0.5, max_memory=512), 2, "fork"), tasks)
    assert answers.pop(Task("hang")) == Loss("timeout")
    assert len(answers) == 20 and time.monotonic() - begun < 20


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
@pytest.mark.parametrize("method", METHODS)
def test_a_task_that_needs_too_much_memory_is_lost_alone(method):
    tasks = [*numbers(3), Task("eat", 1000), Task("eat", 100), *[Task("double", n) for n in range(3, 6)]]
    answers = done(Pool(made_jobs.double, LIMITS, 1, method), tasks)
    assert answers.pop(Task("eat", 1000)) == Loss("memory")
    assert answers.pop(Task("eat", 100)) == 1


def test_a_fault_of_ours_is_told():
    answers = done(Pool(made_jobs.double, LIMITS, 2, "fork"), [Task("raise"), *numbers(3)])
    assert answers[Task("raise")] == Loss("internal", "ZeroDivisionError: by zero")


def test_a_damaged_installation_ends_the_work():
    with pytest.raises(InstallationError, match="weights are missing"):
        list(Pool(made_jobs.double, LIMITS, 2, "fork").run([Task("damaged"), *numbers(3)], None))


def test_children_that_cannot_begin_end_the_work(monkeypatch):
    monkeypatch.setattr("audioq.batches.children._INSTEAD", "import sys; sys.exit(3)")
    with pytest.raises(BatchError, match="exit status 3"):
        list(Pool(made_jobs.double, LIMITS, 2, "spawn").run(numbers(3), None))


def test_random_kills_lose_nothing():
    chance = random.Random(1)
    pool = Pool(made_jobs.double, LIMITS, 3, "fork")
    answers = []
    for answer in pool.run(numbers(150, "sleep"), None):
        answers.append(answer)
        if chance.random() < 0.15:
            try:
                os.kill(chance.choice(pool.pids), signal.SIGKILL)
            except ProcessLookupError:
                pass
    # A task that met three kills is lost by name, all others are answered; none is lost in silence or answered twice.
    assert sorted(task.number for task, _ in answers) == list(range(150))
    assert sum(isinstance(answer, Loss) for _, answer in answers) <= 150 * 0.15 / TRIES


def test_little_work_is_done_by_one_child():
    tasks = [Task("double", n, bytes=1) for n in range(30)]
    assert len({answer for _, answer in Pool(made_jobs.pid, LIMITS, 4, "fork").run(tasks[:8], left=8)}) == 1
    assert len({answer for _, answer in Pool(made_jobs.pid, LIMITS, 4, "fork").run(tasks, left=1000)}) == 4


def test_a_pool_that_is_stopped_finishes_what_it_has_begun():
    pool = Pool(made_jobs.double, LIMITS, 2, "fork")
    answers = []
    for answer in pool.run(numbers(1000, "sleep"), None):
        answers.append(answer)
        if len(answers) == 10:
            pool.stopping = True
    assert 10 < len(answers) <= 13


PARENT = """
import sys, time
import made_jobs
from audioq.batches.limits import Limits
from audioq.batches.pool import Pool
pool = Pool(made_jobs.double, Limits(), 2, {method!r})
for _ in pool.run([made_jobs.Task("double"), *[made_jobs.Task("hang", n) for n in range(4)]], None):
    print(*pool.pids, flush=True)
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.parametrize("method", METHODS)
def test_children_end_when_their_parent_is_killed(method):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    code = [sys.executable, "-c", PARENT.format(method=method)]
    with subprocess.Popen(code, stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2 and all(alive(pid) for pid in pids)
        parent.kill()
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in pids)


def test_a_process_with_threads_spawns():
    assert cores() >= 1
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert default_method() == "spawn"
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("method", METHODS)
def test_tasks_and_answers_that_no_pipe_holds_block_nobody(method):
    tasks = [Task("big", n, padding="x" * 1_000_000) for n in range(6)]
    answers = done(Pool(made_jobs.double, LIMITS, 2, method), tasks)
    assert all(answer == task.padding * 2 for task, answer in answers.items())


def test_a_child_that_hangs_before_a_large_task_is_ended():
    tasks = [Task("hang"), Task("big", 1, padding="x" * 1_000_000)]
    answers = done(Pool(made_jobs.double, Limits(timeout=1.0, max_memory=512), 1, "fork"), tasks)
    assert answers[tasks[0]] == Loss("timeout") and answers[tasks[1]] == tasks[1].padding * 2


def test_a_spawned_child_imports_nothing_from_the_working_folder(tmp_path, monkeypatch):
    for name in ("audioq", "threadpoolctl", "made_jobs"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    assert done(Pool(made_jobs.double, LIMITS, 1, "spawn"), numbers(2)) == {
        task: 2 * task.number for task in numbers(2)
    }
    assert not (tmp_path / "ran").exists()


CROWDED = """
import resource, sys
import made_jobs
from audioq.batches.limits import Limits
from audioq.batches.pool import Pool
resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))
tasks = [made_jobs.Task("sleep", n) for n in range(60)]
print(len(list(Pool(made_jobs.double, Limits(), 60, "fork").run(tasks))))
"""


def test_as_many_children_as_can_be_started_do_the_work():
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    found = subprocess.run([sys.executable, "-c", CROWDED], env=environment, capture_output=True, text=True, timeout=60)
    assert (found.stdout, found.stderr) == ("60\n", "")


def test_no_child_at_all_is_told(monkeypatch):
    def fails(*_):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("audioq.batches.children._fork", fails)
    with pytest.raises(BatchError, match="Resource temporarily unavailable"):
        list(Pool(made_jobs.double, LIMITS, 2, "fork").run(numbers(3)))


ORPHAN = """
import os, signal
import made_jobs
from audioq.batches import children
from audioq.batches.limits import Limits
watch = children.end_with
children.end_with = lambda parent: (__import__("time").sleep(0.5), watch(parent))
child = children.Child(made_jobs.double, Limits(), "fork")
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_child_whose_parent_dies_before_it_watches_ends_too():
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])}
    with subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.wait(10)
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def test_a_daemon_spawns(monkeypatch):
    class Daemon:
        daemon = True

    monkeypatch.setattr("audioq.batches.pool.current_process", Daemon)
    assert default_method() == "spawn"
