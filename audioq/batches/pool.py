"""Pool: children that share the work; what one of them dies of is done again, three times at most."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import current_process
from multiprocessing.connection import wait
from typing import Any

from audioq.batches.children import READY, Child, Job, MemoryLimitError, Order
from audioq.batches.leftovers import sweep
from audioq.batches.limits import Limits
from audioq.errors import BatchError
from audioq.messages import text

TRIES = 3
"""A task that so many children died of is not tried again."""
_AHEAD = 2
"""Tasks that a child is given at a time: the one that it works on, and the next, so that it never waits."""
_SMALL_BYTES = 16_384
"""A larger task is given to a child that waits for one: it would not fit into the pipe of one that is at work."""
_SERIAL_SECONDS = 2.0
"""Less work than this is done by one child."""
_LOOK_SECONDS = 0.5
_BEGIN_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Loss:
    """Why there is no answer to a task: ``crash``, ``timeout``, ``memory`` or ``internal``, and what is known of it."""

    cause: str
    detail: str = ""


class Pool:
    """Children that do tasks, and are replaced when they die.

    Parameters
    ----------
    job : callable
        What is done with each task; must be picklable.
    limits : Limits
        A child that takes longer than `Limits.timeout` for a task is ended.
    jobs : int, optional
        The most children at a time; default: one a core.
    method : {"fork", "spawn"}, optional
        How they start; default: `default_method`.
    """

    def __init__(self, job: Job, limits: Limits, jobs: int | None = None, method: str | None = None) -> None:
        self.stopping = False
        """Set it, and nothing more is begun."""
        self.pids: list[int] = []
        """Numbers of the children that are there."""
        self._job, self._limits = job, limits
        self._jobs, self._method = jobs or cores(), method or default_method()
        self._children: list[Child] = []
        self._begun: dict[Child, float] = {}
        self._again: deque[Order] = deque()
        self._stillborn = 0
        sweep()

    def run(self, tasks: Iterable[Any], left: float | None = None) -> Iterator[tuple[Any, Any]]:
        """Do tasks and yield each with its answer or `Loss`, as they are finished.

        Parameters
        ----------
        tasks : iterable
            Taken as children become free.
        left : float, optional
            How much work they are, in the unit of ``task.bytes``. Where it turns out to be less than two seconds, one
            child does it alone.

        Raises
        ------
        InstallationError
            audioq itself is damaged.
        BatchError
            No child can be started.
        """
        waiting, started = (Order(task) for task in tasks), time.monotonic()
        finished = 0.0
        try:
            while True:
                self._hand_out(waiting, self._wanted(left, finished, time.monotonic() - started))
                if not any(child.orders for child in self._children):
                    return
                for order, answer in self._collect():
                    finished += getattr(order.task, "bytes", 0)
                    yield order.task, answer
        finally:
            self.close()

    def do(self, task: Any) -> Any:
        """Do one task, return its answer or `Loss`, and keep the child for the next."""
        waiting = iter([Order(task)])
        while True:
            self._hand_out(waiting, 1)
            for _, answer in self._collect():
                return answer

    def close(self) -> None:
        """End all children."""
        for child in list(self._children):
            self._end(child)

    def _wanted(self, left: float | None, finished: float, seconds: float) -> int:
        """Return how many children are worth their while."""
        if not left or len(self._children) > 1:
            return self._jobs
        if not finished:
            return self._jobs if seconds > _LOOK_SECONDS else 1
        return self._jobs if (left - finished) * seconds / finished > _SERIAL_SECONDS else 1

    def _hand_out(self, waiting: Iterator[Order], wanted: int) -> None:
        """Give every child what keeps it busy; start as many as are wanted and have something to do."""
        while not self.stopping:
            self._bury_idle()
            child = min(self._children, key=lambda one: len(one.orders), default=None)
            new = len(self._children) < wanted and (child is None or bool(child.orders))
            if not new and (child is None or len(child.orders) >= _AHEAD):
                return
            order = self._again.popleft() if self._again else next(waiting, None)
            if order is None:
                return
            if new or child is None:
                child = self._start(order)
            if child is None or (child.orders and len(order.data) > _SMALL_BYTES):
                self._again.appendleft(order)
                return
            if not child.orders:
                self._begun[child] = time.monotonic()
            child.give(order)

    def _start(self, order: Order) -> Child | None:
        """Start a child; None where no more can be started, and those that are there do the work."""
        try:
            child = Child(self._job, self._limits, self._method)
        except OSError as cause:  # no more processes, files or memory
            if not self._children:
                self._again.appendleft(order)
                raise BatchError(text("error.batch.no_child", {"cause": cause.strerror or cause})) from cause
            self._jobs = len(self._children)
            return None
        self._children.append(child)
        self.pids = [one.pid for one in self._children]
        return child

    def _collect(self) -> Iterator[tuple[Order, Any]]:
        """Wait until something happens, and yield what came of it."""
        busy = {child.connection: child for child in self._children if child.orders}
        due = min(self._due(child) for child in busy.values())
        for ready in wait(list(busy), max(0.0, min(due - time.monotonic(), _LOOK_SECONDS))):
            yield from self._receive(busy[ready])  # type: ignore[index]
        for child in [one for one in self._children if one.orders]:
            if time.monotonic() > self._due(child) and not child.has_said():
                yield self._lose(child, Loss("timeout"))

    def _due(self, child: Child) -> float:
        """Return when a child is late; the time that it takes to begin its work is no recording's fault."""
        allowed = self._limits.timeout
        return self._begun[child] + (allowed if child.ready else max(allowed, _BEGIN_SECONDS))

    def _receive(self, child: Child) -> Iterator[tuple[Order, Any]]:
        order = child.orders[0]
        try:
            answer = child.answer()
        except MemoryLimitError:
            if not child.done:
                yield self._lose(child, Loss("memory"))
            else:  # what it kept of earlier tasks may be to blame: this one is done again in a fresh child
                self._end(child)
        except RuntimeError as error:
            yield self._lose(child, Loss("internal", str(error)))
        except EOFError:
            yield from self._bury(child, order)
        else:
            self._begun[child] = time.monotonic()
            if answer is not READY:
                self._stillborn = 0
                yield order, answer
            if self.stopping and child.done:
                self._end(child)  # it has begun what was to come next

    def _bury(self, child: Child, order: Order) -> Iterator[tuple[Order, Any]]:
        """Take leave of a child that died: its task is done again, unless it was the death of too many."""
        ended = _ending(child.status(_LOOK_SECONDS))
        if not child.ready:
            self._stillborn += 1
            if self._stillborn > TRIES:
                raise BatchError(text("error.batch.no_child", {"cause": ended}))
        order.deaths += child.ready
        if order.deaths < TRIES:
            self._end(child, dead=True)
        else:
            yield self._lose(child, Loss("crash", ended), dead=True)

    def _bury_idle(self) -> None:
        """Take leave of children that were killed while they had nothing to do: no task is to blame."""
        for child in [one for one in self._children if one.ready and not one.orders and one.has_said()]:
            self._end(child, dead=True)

    def _lose(self, child: Child, loss: Loss, dead: bool = False) -> tuple[Order, Loss]:
        """End a child with what it was doing; its other tasks are done again."""
        order = child.orders.popleft()
        self._end(child, dead)
        return order, loss

    def _end(self, child: Child, dead: bool = False) -> None:
        """End a child; what it was given is done again."""
        child.end(dead)
        self._children.remove(child)
        self._begun.pop(child, None)
        self._again.extendleft(reversed(child.orders))
        child.orders.clear()


def _ending(status: int | None) -> str:
    """Say how a process ended."""
    if status is None or status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_method() -> str:
    """Return how children start: forked where this process may have any and no second thread can hold a lock."""
    if sys.platform != "linux" or threading.active_count() > 1 or current_process().daemon:
        return "spawn"
    return "fork" if len(os.listdir("/proc/self/task")) == 1 else "spawn"
