"""Running: a peer over many recordings, in processes of its own; what it said is stored, so that it is said once."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from benchmarks.peers.catalogue import HERE, Peer
from benchmarks.peers.environments import WEIGHTS, SkippedError, check, python_of

Reply = dict[str, Any]

LONGEST_REPLY = 900.0
"""Seconds that a peer may take for a recording, with loading; then its process is ended and started anew."""

MOST_SILENT = 3
"""Processes in a row that may end without an answer before a peer is given up."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def replies_of(peer: Peer, files: Sequence[Path], home: Path, jobs: int = 1) -> dict[str, Reply]:
    """Return what a peer says of recordings, by absolute path: from the store, else by running it.

    Raises
    ------
    SkippedError
        The peer cannot be run here.
    """
    check(peer)
    store = Store(home / "replies" / f"{peer.run}-{version_of(peer)}.jsonl")
    paths = [str(file.resolve()) for file in files]
    said = store.read(paths)
    missing = [path for path in dict.fromkeys(paths) if path not in said]
    if missing:
        said |= _Run(peer, python_of(peer, home), store, len(missing)).all(missing, jobs)
    return said


def version_of(peer: Peer) -> str:
    """Return a digest of all that decides what a peer says: pins, script, decoding, weights, ffmpeg."""
    parts = [peer.requirements, peer.script, HERE / "replies.py", HERE / "decoding.py"]
    digest = hashlib.sha256(b"\0".join(part.read_bytes() for part in parts))
    digest.update(ffmpeg_version().encode())
    if peer.folder == "nisqa":
        digest.update(Path(os.environ[WEIGHTS]).read_bytes())
    return digest.hexdigest()[:10]


def ffmpeg_version() -> str:
    """Return what the program ffmpeg calls itself."""
    said = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:3])


@dataclass(slots=True)
class Store:
    """What a peer said, a JSON line a recording, with the size and time of the file that it heard."""

    file: Path
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, paths: Sequence[str]) -> dict[str, Reply]:
        """Return the replies for files that have not changed since."""
        if not self.file.is_file():
            return {}
        wanted, said = set(paths), {}
        for line in self.file.read_text(encoding="utf-8").splitlines():
            reply = _parsed(line)
            if reply.get("file") in wanted and reply.get("stamp") == _stamp(reply["file"]):
                said[reply["file"]] = reply
        return said

    def add(self, reply: Reply) -> None:
        """Append a reply at once, so that a run that is cut short goes on where it stopped."""
        line = json.dumps({**reply, "stamp": _stamp(reply["file"])}, ensure_ascii=False) + "\n"
        with self.lock:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with self.file.open("a", encoding="utf-8") as handle:
                handle.write(line)


def _parsed(line: str) -> Reply:
    # The last line of a run that was cut short may be half a line.
    try:
        reply = json.loads(line)
    except ValueError:
        return {}
    return reply if isinstance(reply, dict) else {}


def _stamp(path: str) -> list[int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]


@dataclass(slots=True)
class _Run:
    peer: Peer
    python: Path
    store: Store
    total: int
    said: dict[str, Reply] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)
    live: set[subprocess.Popen[str]] = field(default_factory=set)
    stopped: threading.Event = field(default_factory=threading.Event)

    def all(self, paths: Sequence[str], jobs: int) -> dict[str, Reply]:
        queue: Queue[str] = Queue()
        for path in paths:
            queue.put(path)
        with ThreadPoolExecutor(max(1, jobs)) as pool:
            try:
                # In the order in which they end: one that fails must not wait for the others.
                workers = [pool.submit(self._work, queue) for _ in range(max(1, min(jobs, len(paths))))]
                for worker in as_completed(workers):
                    worker.result()
            except BaseException:  # Ctrl-C too: the pool waits for its workers, and they for their processes
                self._stop(queue)
                raise
        return self.said

    def _stop(self, queue: Queue[str]) -> None:
        """End every worker soon: nothing is left to ask, and nobody answers any more."""
        # Emptied before any process is killed: one that is started meanwhile finds nothing to be asked, and ends.
        self.stopped.set()
        while _next(queue) is not None:
            pass
        for process in tuple(self.live):
            process.kill()

    def _work(self, queue: Queue[str]) -> None:
        """Feed one process after another until nothing is left; each ends when it fails to answer."""
        silent = 0
        while not queue.empty():
            with _process(self.peer, self.python) as process:
                self.live.add(process)
                try:
                    silent = 0 if self._feed(process, queue) else silent + 1
                finally:
                    self.live.discard(process)
            if silent == MOST_SILENT:
                raise SkippedError(f"{MOST_SILENT} of its processes in a row ended without an answer.")

    def _feed(self, process: subprocess.Popen[str], queue: Queue[str]) -> int:
        """Ask until the process or the queue ends; return how many answers came."""
        answers = 0
        while (path := _next(queue)) is not None:
            reply = _asked(process, path)
            if self.stopped.is_set():  # killed by us: it is no fault of the recording
                break
            if "unusable" in reply:
                raise SkippedError(f"it cannot be loaded: {reply['unusable']}")
            self._keep(path, reply)
            if reply.get("dead"):
                break
            answers += 1
        return answers

    def _keep(self, path: str, reply: Reply) -> None:
        with self.lock:
            self.said[path] = {**reply, "file": path}
            self._tell(reply)
        if not reply.get("dead"):  # may be the machine's fault, and is asked again next time
            self.store.add({**reply, "file": path})

    def _tell(self, reply: Reply) -> None:
        done, terminal = len(self.said), sys.stderr.isatty()
        if "error" in reply:
            print(f"{self.peer.run}: {reply['error']}", file=sys.stderr)
        if terminal or done % max(1, self.total // 10) == 0 or done == self.total:
            seconds = time.monotonic() - self.started
            end = "\r" if terminal and done < self.total else "\n"
            print(f"{self.peer.run}: {done} of {self.total}, {seconds:.0f} s", end=end, file=sys.stderr, flush=True)


def _next(queue: Queue[str]) -> str | None:
    try:
        return queue.get_nowait()
    except Empty:
        return None


@contextmanager
def _process(peer: Peer, python: Path) -> Iterator[subprocess.Popen[str]]:
    command = [str(python), str(peer.script), peer.run]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **pipes, text=True, encoding="utf-8", env={**os.environ, **ONE_THREAD})
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _asked(process: subprocess.Popen[str], path: str) -> Reply:
    assert process.stdin is not None and process.stdout is not None
    watch = threading.Timer(LONGEST_REPLY, process.kill)
    watch.start()
    try:
        process.stdin.write(path + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
    except OSError:
        line = process.stdout.readline()  # a process that gave up may have said why
    finally:
        watch.cancel()
    # Half a line is what a process has said that was killed while it spoke.
    return json.loads(line) if line.endswith("\n") else {"error": f"its process ended at {path}", "dead": True}
