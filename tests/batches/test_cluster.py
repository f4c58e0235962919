"""A cluster gives every row once, whatever is lost on the way; its scheduler and workers are real processes."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import made_fleet
import made_jobs
import pytest
from made_fleet import Fleet, fleet, wait_for
from made_jobs import Task
from made_names import told

import audioq
from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.logs import LogReader
from audioq.batches.pool import Loss
from audioq.batches.pseudonyms import Pseudonyms
from audioq.batches.scoring import Scoring
from audioq.errors import BatchError, InstallationError
from audioq.thresholds import DEFAULT_THRESHOLDS

distributed = pytest.importorskip("distributed")

from audioq.batches.cluster import Cluster  # noqa: E402  (needs distributed when it runs)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="workers are killed by signals"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
LIMITS = Limits(timeout=120, max_memory=512)
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NAMES = ("intact_quiet_call.flac", "degraded_random_loss.wav", "blocked_recorder_noise.wav", "intact_noise_gate.wav")


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """Two workers of two threads each, one of them under a nanny."""
    with fleet(tmp_path_factory.mktemp("fleet")) as made:
        made.worker()
        made.worker(nanny=True)
        workers(made, 2)
        yield made


@pytest.fixture
def passing(tmp_path):
    """A scheduler whose workers each test starts."""
    (tmp_path / "fleet").mkdir()
    with fleet(tmp_path / "fleet") as made:
        yield made


def workers(made: Fleet, count: int) -> list[int]:
    """Wait for workers and return the numbers of their processes."""
    with distributed.Client(made.address, timeout=made_fleet.WAIT_SECONDS, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=made_fleet.WAIT_SECONDS)
        return list(client.run(os.getpid).values())


def recordings(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        name = NAMES[number % len(NAMES)]
        shutil.copy2(SAMPLES / name, folder / f"{number:02d}_{name}")
    return folder


def numbers(count: int, verb: str = "double") -> list[Task]:
    return [Task(verb, number) for number in range(count)]


def test_answers_and_losses_come_back(lasting):
    tasks = [*numbers(30), Task("die", 90), Task("raise", 91)]
    answers = list(Cluster(made_jobs.double, LIMITS, lasting.address).run(tasks))
    assert sorted(task.number for task, _ in answers) == sorted(task.number for task in tasks)
    found = dict(answers)
    assert found.pop(Task("die", 90)) == Loss("crash", "SIGKILL")
    assert found.pop(Task("raise", 91)) == Loss("internal", "ZeroDivisionError: by zero")
    assert found == {task: 2 * task.number for task in numbers(30)}


def test_a_client_that_is_there_stays_open(lasting):
    with distributed.Client(lasting.address, set_as_default=False) as client:
        assert len(list(Cluster(made_jobs.double, LIMITS, client=client).run(numbers(5)))) == 5
        assert client.submit(len, "abc").result() == 3


def test_a_damaged_installation_ends_the_work(lasting):
    with pytest.raises(InstallationError, match="weights are missing"):
        list(Cluster(made_jobs.double, LIMITS, lasting.address).run([Task("damaged"), *numbers(3)]))


def test_workers_of_another_version_are_refused(lasting, monkeypatch):
    monkeypatch.setattr("audioq.batches.cluster.version", lambda: "audioq 99")
    with pytest.raises(BatchError, match=r"worker tcp://.* has audioq .* and this is audioq 99"):
        list(Cluster(made_jobs.double, LIMITS, lasting.address).run(numbers(3)))


def test_a_cluster_that_is_stopped_finishes_what_it_has_begun(lasting):
    cluster = Cluster(made_jobs.double, LIMITS, lasting.address)
    answers = []
    for answer in cluster.run(numbers(5000, "sleep")):
        answers.append(answer)
        cluster.stopping = cluster.stopping or len(answers) == 10
    assert 10 <= len(answers) < 1000


def test_the_results_are_those_of_one_machine_to_the_byte(lasting, tmp_path):
    source = recordings(tmp_path / "calls", 8)
    (source / "broken.wav").write_bytes(b"RIFF")
    here, there = tmp_path / "here", tmp_path / "there"
    audioq.batch(source, here, jobs=1)
    audioq.batch(source, there, scheduler=lasting.address)
    for name in ("recordings.csv", "channels.csv", "events.csv", "summary.json"):
        assert (there / name).read_bytes() == (here / name).read_bytes()


def test_anonymised_results_are_the_same_too_and_workers_log_no_name(lasting, tmp_path):
    source = recordings(tmp_path / "Zanzib calls", 4)
    for file in source.iterdir():
        file.rename(source / f"Zanzib {file.name}")
    (source / "Zanzib broken.wav").write_bytes(b"RIFF")
    (source / "Zanzib gone.wav").symlink_to("nowhere.wav")
    here, there = tmp_path / "here", tmp_path / "there"
    audioq.batch(source, here, jobs=1, anonymize=b"a key of tests only")
    with distributed.Client(lasting.address, set_as_default=False) as client:
        audioq.batch(source, there, client=client, anonymize=b"a key of tests only")
        story = str(client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.transition_log)))
    for name in ("recordings.csv", "channels.csv", "events.csv", "summary.json"):
        assert (there / name).read_bytes() == (here / name).read_bytes()
    assert told(here, there, said=story) == [] and "do-" in story
    assert b"zanzib" not in b"".join(log.read_bytes().lower() for log in lasting.folder.glob("*.log"))


def test_a_task_says_no_name_where_workers_write_it_into_their_logs():
    item = Pseudonyms(bytes(16)).item(Item("Zanzib.wav", "/Zanzib/Zanzib.wav", "Zanzib.wav", 10, "Zanzib"))
    assert told(said=repr(item)) == []


def test_a_recording_that_workers_do_not_find_is_told_with_the_remedy(tmp_path):
    scoring = Scoring(DEFAULT_THRESHOLDS, LIMITS, {}, away=True)
    row = scoring.row(Item("calls/a.wav", str(tmp_path / "a.wav"), None, 10, "1"))
    assert row["cause"] == "missing"
    message = row["result"]["error"]["message"]
    assert f"was listed, but the worker on {socket.gethostname()} does not find it" in message
    assert "at the same path" in message and "s3://" in message


@pytest.mark.parametrize("nanny", [False, True])
def test_a_worker_that_is_killed_costs_nothing(passing, nanny):
    for _ in range(2):
        passing.worker(nanny=nanny)
    victim = workers(passing, 2)[0]
    answers = []
    for answer in Cluster(made_jobs.double, LIMITS, passing.address).run(numbers(300, "sleep")):
        answers.append(answer)
        if len(answers) == 40:
            os.kill(victim, signal.SIGKILL)
    assert sorted(task.number for task, _ in answers) == list(range(300))
    assert all(answer == 2 * task.number for task, answer in answers)


def test_a_batch_whose_worker_is_killed_has_every_row_once(passing, tmp_path):
    source = recordings(tmp_path / "calls", 24)
    passing.worker(threads=1)
    passing.worker(threads=1)
    victim = workers(passing, 2)[0]

    def watch(step):
        if step.items == 5:
            os.kill(victim, signal.SIGKILL)

    summary = audioq.batch(source, tmp_path / "out", scheduler=passing.address, watch=watch)
    assert summary.statuses == {"ok": 24}
    ids = [entry.id for entry in LogReader(str(tmp_path / "out")).entries()]
    assert len(ids) == len(set(ids)) == 24


def test_a_scheduler_that_goes_away_leaves_whole_rows(passing, tmp_path, monkeypatch):
    monkeypatch.setattr("audioq.batches.cluster._CONNECT_SECONDS", 6.0)
    source = recordings(tmp_path / "calls", 16)
    passing.worker()

    def watch(step):
        if step.items == 3:
            made_fleet.end(passing.scheduler)

    with pytest.raises(BatchError, match="the cluster went away .* run the same command again"):
        audioq.batch(source, tmp_path / "out", scheduler=passing.address, watch=watch)
    kept = len(list(LogReader(str(tmp_path / "out")).entries()))
    assert 3 <= kept < 16
    summary = audioq.batch(source, tmp_path / "out", jobs=1)
    assert summary.statuses == {"ok": 16}
    assert len(list(LogReader(str(tmp_path / "out")).entries())) == 16


def test_no_scheduler_and_no_worker_are_told(passing, monkeypatch):
    monkeypatch.setattr("audioq.batches.cluster._CONNECT_SECONDS", 2.0)
    monkeypatch.setattr("audioq.batches.cluster._WORKER_SECONDS", 2.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    assert list(Cluster(made_jobs.double, LIMITS, address).run([])) == []
    with pytest.raises(BatchError, match="foo: no Dask scheduler answers there .it is no address such as tcp://"):
        list(Cluster(made_jobs.double, LIMITS, "foo").run(numbers(1)))
    with pytest.raises(BatchError, match=f"{address}: no Dask scheduler answers there"):
        list(Cluster(made_jobs.double, LIMITS, address).run(numbers(1)))
    monkeypatch.setattr("audioq.batches.cluster._CONNECT_SECONDS", 60.0)
    with pytest.raises(BatchError, match=f"no worker has joined .* dask worker {passing.address}"):
        list(Cluster(made_jobs.double, LIMITS, passing.address).run(numbers(1)))


def test_ctrl_c_finishes_what_was_begun(lasting, tmp_path):
    source, out = recordings(tmp_path / "calls", 40), tmp_path / "out"
    command = [sys.executable, "-m", "audioq", "batch", str(source), "-o", str(out), "--scheduler", lasting.address]
    with subprocess.Popen(command, env=made_fleet.ENVIRONMENT, stderr=subprocess.PIPE, text=True) as process:
        log = out / "log.jsonl"
        wait_for(lambda: log.exists() and log.read_bytes().count(b"\n") > 3, "the first rows")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=made_fleet.WAIT_SECONDS)
    assert process.returncode == 130, said
    assert "Run the same command again" in said and "Traceback" not in said
    assert log.read_bytes().endswith(b"}\n")
    done = subprocess.run(command, env=made_fleet.ENVIRONMENT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    ids = [entry.id for entry in LogReader(str(out)).entries()]
    assert len(ids) == len(set(ids)) == 40
