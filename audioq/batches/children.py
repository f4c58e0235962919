"""Child: a process that does one task after another, and may die of any of them without harm to its parent.

Each child has a pipe of its own, so that none can leave a lock behind, whenever it is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any

from audioq.batches.leftovers import sweep
from audioq.batches.limits import Limits, end_with, hold_memory, hold_to_one_thread
from audioq.errors import InstallationError, RoomError

Job = Callable[[Any], Any]
"""What is done with a task; must be picklable, and so must tasks and answers. Its ``prepare()``, if it has one, is
called once by each child before the first."""

METHODS = ("fork", "spawn")
"""How a child starts: as a copy of this process, or as a Python of its own."""
_WAIT_SECONDS = 5.0
_INSTEAD = "import sys; from audioq.batches.children import serve_descriptor; serve_descriptor(*map(int, sys.argv[1:]))"


READY = object()
"""What `Child.answer` returns when a child has begun its work."""


class MemoryLimitError(Exception):
    """A task needed more memory than is allowed."""


@dataclass(eq=False, slots=True)
class Order:
    """A task, as it is and as it goes through a pipe, and how many children have died of it."""

    task: Any
    deaths: int = 0
    data: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.data = bytes(ForkingPickler.dumps(self.task))


@dataclass(frozen=True, slots=True)
class _Fault:
    """What a child sends in place of an answer: the name of an exception, and what it says."""

    name: str
    text: str

    def exception(self) -> Exception:
        """Return what `Child.answer` raises."""
        if self.name == MemoryError.__name__:
            return MemoryLimitError()
        if self.name == InstallationError.__name__:
            return InstallationError(self.text)
        if self.name == RoomError.__name__:
            return RoomError(self.text)
        return RuntimeError(f"{self.name}: {self.text}")


class Child:
    """A process that does tasks in the order in which it gets them.

    Parameters
    ----------
    job : callable
        What it does with each.
    limits : Limits
        Its memory is held to `Limits.max_memory`.
    method : {"fork", "spawn"}
    """

    def __init__(self, job: Job, limits: Limits, method: str) -> None:
        self.orders: deque[Order] = deque()
        """What it was given and has not answered; it works on the first."""
        self.ready = False
        """Whether it has begun its work."""
        self.done = 0
        """How many it has answered."""
        self.connection, theirs = connection.Pipe()
        start = _fork if method == "fork" else _spawn
        try:
            self._process = start(theirs, job, limits)
        finally:
            theirs.close()
        if isinstance(self._process, subprocess.Popen):
            self.connection.send((job, limits))

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid or 0

    def give(self, order: Order) -> None:
        """Hand it one more task; one that is dead keeps it in `orders`.

        A child that is at work reads nothing, and a pipe holds only so much: give it then what is small.
        """
        self.orders.append(order)
        try:
            self.connection.send_bytes(order.data)
        except OSError:
            pass  # it is dead, as whoever waits for its answer will see

    def answer(self) -> Any:
        """Return `READY`, or the answer to the first task, which waits in the pipe.

        Raises
        ------
        MemoryLimitError
            The task needed too much memory; the child should be ended.
        InstallationError
            audioq itself is damaged.
        RoomError
            There is no room for copies of recordings.
        RuntimeError
            The job raised anything else.
        EOFError
            The child is dead.
        """
        try:
            answer = self.connection.recv()
        except OSError as error:
            raise EOFError from error
        if isinstance(answer, _Fault):
            raise answer.exception()
        if not self.ready:
            self.ready = True
            return READY
        self.orders.popleft()
        self.done += 1
        return answer

    def has_said(self) -> bool:
        """Whether something waits in its pipe: an answer, or that it is dead."""
        return bool(connection.wait([self.connection], 0))

    def end(self, dead: bool = False) -> int | None:
        """End the process, whatever it is doing, and return its exit status: minus the signal that killed it."""
        if not dead:
            self._process.kill()
        self.connection.close()
        status = self.status(_WAIT_SECONDS)
        sweep(self.pid)
        return status

    def status(self, seconds: float) -> int | None:
        """Return the exit status once the process is gone, None if it is still there after so many seconds."""
        if isinstance(self._process, BaseProcess):
            self._process.join(seconds)
            return self._process.exitcode
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


def _fork(theirs: Any, job: Job, limits: Limits) -> BaseProcess:
    process = get_context("fork").Process(target=serve, args=(theirs, job, limits, os.getpid()), daemon=True)
    process.start()
    return process


def _spawn(theirs: Any, job: Job, limits: Limits) -> BaseProcess | subprocess.Popen[bytes]:
    """Start a Python of its own: it imports no ``__main__``, and may be started where daemons may have no children."""
    if os.name != "posix":
        process = get_context("spawn").Process(target=serve, args=(theirs, job, limits, os.getpid()), daemon=True)
        process.start()
        return process
    number = theirs.fileno()
    paths = os.pathsep.join(os.path.abspath(path) for path in sys.path if path)
    return subprocess.Popen(
        # -P: the working folder may hold a stranger's files, and none of them is a module of ours.
        [sys.executable, "-P", "-c", _INSTEAD, str(number), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[number],
        env=os.environ | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
        process_group=0,  # Ctrl-C is for this process alone, from the first instant on
    )


def serve_descriptor(number: int, parent: int) -> None:
    """Serve at the end of a pipe that was handed down; job and limits come first."""
    from multiprocessing.connection import Connection

    end: Connection[Any, Any] = Connection(number)
    job, limits = end.recv()
    serve(end, job, limits, parent)


def serve(end: Any, job: Job, limits: Limits, parent: int) -> None:
    """Do tasks until `parent`, the process that started this one, closes the pipe or is gone."""
    # Ctrl-C goes to the whole group of processes. Only the parent decides what is still done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    end_with(parent)
    hold_to_one_thread()
    _prepare(job)
    hold_memory(limits.max_memory)
    end.send(None)
    while True:
        try:
            task = end.recv()
        except (EOFError, OSError):
            return
        end.send(_done(job, task))


def _prepare(job: Job) -> None:
    """Let a job load what all its tasks need, so that none of it counts as memory of a task."""
    try:
        getattr(job, "prepare", lambda: None)()
    except Exception:
        pass  # what is wrong is said of the first task


def _done(job: Job, task: Any) -> Any:
    try:
        return job(task)
    except Exception as error:
        return _Fault(type(error).__name__, str(error))
