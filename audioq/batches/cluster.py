"""Cluster: the workers of a Dask cluster share the work; each reads a recording in a child of its own."""

from __future__ import annotations

import logging
import pickle
import queue
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from audioq.batches.children import Job
from audioq.batches.limits import Limits
from audioq.batches.pool import Loss
from audioq.batches.workplaces import Errand, Refusal, do, version
from audioq.errors import BatchError
from audioq.messages import text

if TYPE_CHECKING:
    from distributed import Client, Future

_AHEAD = 2
"""Tasks for each thread of the cluster that are on their way at a time."""
_ADDRESS = re.compile(r"[a-z]+://[^/\s]+")
_CONNECT_SECONDS = 15.0
_WORKER_SECONDS = 60.0
"""A cluster that has no worker for so long is given up."""
_LOOK_SECONDS = 1.0
_WAITING = ("pending", "lost")
"""States of a future that has no answer."""
_NOISY = ("distributed", "distributed.client", "distributed.comm", "distributed.core")


class Cluster:
    """The workers of a Dask cluster, with the same face as `Pool`.

    Parameters
    ----------
    job : callable
        What is done with each task; must be picklable.
    limits : Limits
    address : str, optional
        Of the scheduler.
    client : distributed.Client, optional
        One that is there; it stays open.
    """

    def __init__(self, job: Job, limits: Limits, address: str | None = None, client: Client | None = None) -> None:
        self.stopping = False
        """Set it, and nothing more is begun."""
        self._job, self._limits = job, limits
        self._address, self._client = address, client

    def run(self, tasks: Iterable[Any], left: float | None = None) -> Iterator[tuple[Any, Any]]:
        """Do tasks and yield each with its answer or `Loss`, as they are finished.

        A task whose worker is lost goes to another one; one that costs more workers than the cluster allows (three,
        unless ``distributed.scheduler.allowed-failures`` says otherwise) is a `Loss`.

        Raises
        ------
        BatchError
            There is no scheduler or no worker, a worker has another audioq, or the cluster went away.
        InstallationError
            A worker's audioq is damaged.
        """
        waiting = iter(tasks)
        if (task := next(waiting, None)) is None:
            return
        client = self._client or _connect(str(self._address))
        dispatch = _Dispatch(client, self._job, self._limits)
        try:
            while dispatch.sent or (task is not None and not self.stopping):
                for _ in range(dispatch.room()):
                    if task is None or self.stopping:
                        break
                    dispatch.send(task)
                    task = next(waiting, None)
                yield from dispatch.collect()
        finally:
            dispatch.recall()
            if client is not self._client:
                client.close(_CONNECT_SECONDS)


class _Dispatch:
    """Tasks that are on their way to the workers of a cluster, and their answers on the way back."""

    def __init__(self, client: Client, job: Job, limits: Limits) -> None:
        self.sent: dict[str, tuple[Future, Any]] = {}
        self._client, self._errand = client, Errand(uuid.uuid4().hex, version(), pickle.dumps((job, limits)))
        self._done: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._threads, self._looked, self._seen = 0, 0.0, time.monotonic()

    def room(self) -> int:
        """Return how many more tasks keep the cluster busy; workers may come and go."""
        now = time.monotonic()
        if now - self._looked > _LOOK_SECONDS:
            self._threads, self._looked = self._count(), now
        if self._threads:
            self._seen = now
        elif now - self._seen > _WORKER_SECONDS:
            values = {"address": _address(self._client), "seconds": _WORKER_SECONDS}
            raise BatchError(text("error.batch.no_worker", values))
        return _AHEAD * self._threads - len(self.sent)

    def _count(self) -> int:
        with _losing():
            return sum(self._client.nthreads().values())

    def send(self, task: Any) -> None:
        """Send a task off."""
        future = self._client.submit(do, self._errand, task, pure=False)
        self.sent[future.key] = future, task
        self._listen(future)

    def _listen(self, future: Future) -> None:
        future.add_done_callback(lambda one: self._done.put(one.key))

    def collect(self) -> Iterator[tuple[Any, Any]]:
        """Yield the answers that are there; wait a while for the first."""
        try:
            keys = [self._done.get(timeout=_LOOK_SECONDS)]
        except queue.Empty:
            return
        while not self._done.empty():
            keys.append(self._done.get())
        states = {key: self.sent[key][0].status for key in keys}
        for key in (key for key, state in states.items() if state in _WAITING):
            self._listen(self.sent[key][0])  # lost with its worker before it was fetched, and being made once more
        answers = self._fetched([key for key, state in states.items() if state == "finished"])
        for key in (key for key, state in states.items() if state not in _WAITING):
            future, task = self.sent.pop(key)
            answer = answers[key] if key in answers else _answer(future)
            if isinstance(answer, Refusal):
                raise answer.error(_address(self._client))
            yield task, answer

    def _fetched(self, keys: list[str]) -> dict[str, Any]:
        """Return answers, all at a time; none if one of them is lost meanwhile and cannot be made again."""
        from distributed.scheduler import KilledWorker

        with _losing():
            try:
                return dict(zip(keys, self._client.gather([self.sent[key][0] for key in keys]), strict=True))
            except KilledWorker:
                return {}

    def recall(self) -> None:
        """Take back what has no answer yet."""
        if self.sent and self._client.status == "running":
            self._client.cancel([future for future, _ in self.sent.values()], force=True)
        self.sent.clear()


def _answer(future: Future) -> Any:
    """Return the answer, or why there is none if only this task is concerned."""
    from distributed.scheduler import KilledWorker

    with _losing():
        error = future.exception()
        if error is None:
            return future.result()
    if isinstance(error, KilledWorker):
        return Loss("crash", f"with the workers that read it, the last of which was {error.last_worker.address}")
    cause = " ".join(f"{type(error).__name__}: {error}".split())
    raise BatchError(text("error.batch.worker", {"cause": cause})) from error


@contextmanager
def _losing() -> Iterator[None]:
    """Say what is to be said when the scheduler went away."""
    from concurrent.futures import CancelledError

    from distributed.client import FutureCancelledError

    try:
        yield
    except (OSError, CancelledError, FutureCancelledError) as cause:
        raise BatchError(text("error.batch.cluster_lost", {"cause": str(cause) or type(cause).__name__})) from cause


def _address(client: Client) -> str:
    return str(client.scheduler.address) if client.scheduler else ""


def _connect(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        values = {"library": "distributed", "package": "audioq[cluster]"}
        raise BatchError(text("error.not_installed", values)) from None
    if not _ADDRESS.match(address):
        values = {"address": address, "cause": "it is no address such as tcp://host:8786"}
        raise BatchError(text("error.batch.no_scheduler", values))
    for name in _NOISY:  # what matters of it is raised
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as cause:
        raise BatchError(text("error.batch.no_scheduler", {"address": address, "cause": cause})) from cause
