"""Stopped, killed and started again: every recording has its row, none has two, and the tables are the same bytes."""

from __future__ import annotations

import os
import random
import signal
import sys
import time

import numpy as np
import pytest
from made_batches import SR, by_file, command, finish, folder, rows, tables, write_long

from audioq import batch
from audioq.simulate import speechlike

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds worker processes in /proc")


def children(pid):
    """Return the numbers of the processes that a process has started."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(one) for one in file.read().split()]
    except OSError:
        return []


def wait_for(results, count, process):
    """Wait until a log has so many rows."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if (results / "log.jsonl").exists() and (results / "log.jsonl").read_bytes().count(b"\n") > count:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {count} rows: {process.poll()}")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"])
def test_a_signal_lets_what_was_begun_finish(tmp_path, number, status):
    source, results = folder(tmp_path / "in", 100), tmp_path / "out"
    process = command("batch", source, "-o", results, "--jobs", 2)
    wait_for(results, 5, process)
    process.send_signal(number)
    code, out, err = finish(process)
    done = len(by_file(results))
    assert code == status and 5 <= done < 100 and out == ""
    assert err == f"interrupted; {done} rows of this run are in {results}. Run the same command again to go on\n"
    assert (results / "log.jsonl").read_bytes().endswith(b"}\n")
    code, out, err = finish(command("batch", source, "-o", results, "--jobs", 2))
    assert code == 0 and f"{done} rows of earlier runs were kept" in out
    assert len(by_file(results)) == 100


def test_ctrl_c_in_a_terminal_reaches_the_workers_too_and_costs_no_row(tmp_path):
    source, results = folder(tmp_path / "in", 100), tmp_path / "out"
    process = command("batch", source, "-o", results, "--jobs", 2, start_new_session=True)
    wait_for(results, 5, process)
    os.killpg(process.pid, signal.SIGINT)
    code, _, err = finish(process)
    assert code == 130 and err.startswith("interrupted; ")
    assert all(row["status"] == "ok" for row in rows(results))


def test_a_second_signal_ends_it_at_once(tmp_path):
    source, results = folder(tmp_path / "in", 3), tmp_path / "out"
    write_long(source / "long.flac", 2 * 3600, speechlike(20.0, SR, np.random.default_rng(1)))
    process = command("batch", source, "-o", results, "--jobs", 1)
    wait_for(results, 3, process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert code == 130 and time.monotonic() - begun < 5 and "Traceback" not in err
    assert len(by_file(results)) == 3


def test_a_signal_before_there_is_work_to_stop_ends_it(tmp_path):
    source, results = folder(tmp_path / "in", 2), tmp_path / "out"
    process = command("batch", source, "-o", results)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert code in (0, 130, -signal.SIGINT) and "InternalError" not in err


def some_children(pid: int) -> list[int]:
    """Return the workers of a batch, which may be about to be replaced."""
    deadline = time.monotonic() + 10
    while not (found := children(pid)) and time.monotonic() < deadline:
        time.sleep(0.002)
    return found


@pytest.mark.slow
def test_twenty_kills_at_random_moments_lose_no_row_and_double_none(tmp_path):
    source, results = folder(tmp_path / "in", 500), tmp_path / "out"
    batch(source, tmp_path / "whole", jobs=2)
    whole = tables(tmp_path / "whole")
    chance = random.Random(7)
    process = command("batch", source, "-o", results, "--jobs", 2)
    for kill, count in enumerate(sorted(chance.sample(range(400), 20))):
        wait_for(results, count, process)
        time.sleep(chance.uniform(0.0, 0.05))
        os.kill(process.pid if kill % 2 else chance.choice(some_children(process.pid)), signal.SIGKILL)
        if kill % 2:
            assert process.wait(30) == -signal.SIGKILL
            process.communicate()
            process = command("batch", source, "-o", results, "--jobs", 2)
    code, out, err = finish(process)
    assert (code, err) == (0, "")
    assert len(by_file(results)) == 500  # which also says that none has two rows
    assert tables(results) == whole
