"""A Dask cluster on loopback, made of the commands that users type, and ended whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

TESTS = Path(__file__).parent
WAIT_SECONDS = 120.0
ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)]),
    "OPENBLAS_NUM_THREADS": "1",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "60s",  # machines that test are slow
}


class Fleet:
    """A scheduler at `address` and its workers."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder, self.environment = folder, ENVIRONMENT | environment
        self.processes: list[subprocess.Popen[bytes]] = []
        file = folder / "scheduler.json"
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
        wait_for(lambda: file.exists() and file.read_text().strip().endswith("}"), "the scheduler")
        self.address = json.loads(file.read_text())["address"]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = open(self.folder / f"{len(self.processes)}.log", "wb")
        command = [sys.executable, "-m", "dask", *arguments, "--no-dashboard"]
        with log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self.environment, cwd=self.folder, start_new_session=True
            )
        self.processes.append(process)
        return process

    def worker(self, threads: int = 2, nanny: bool = False) -> subprocess.Popen[bytes]:
        kind = "--nanny" if nanny else "--no-nanny"
        place = ("--host", "127.0.0.1", "--local-directory", str(self.folder))
        return self.start("worker", self.address, *place, "--nthreads", str(threads), kind, "--memory-limit", "0")

    def close(self) -> None:
        for process in self.processes:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def wait_for(what, name: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not what():
        assert time.monotonic() < deadline, f"{name} did not come in {WAIT_SECONDS:.0f} s"
        time.sleep(0.1)


@contextmanager
def fleet(folder: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Iterator[Fleet]:
    made = Fleet(folder, environment)
    try:
        yield made
    finally:
        made.close()
