"""Cluster: the workers of a Dask cluster share the work; each reads a recording in a child of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from audioq.batches.children import Job
from audioq.batches.limits import Limits
from audioq.batches.pool import Loss, Pool
from audioq.errors import BatchError
from audioq.messages import text

if TYPE_CHECKING:
    from distributed import Client

_AHEAD = 2
"""Tasks for each thread of the cluster that are on their way at a time."""
_CONNECT_SECONDS = 15.0
_WORKER_SECONDS = 60.0
_OF_THREAD = threading.local()


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

        A task whose worker is lost goes to another one; one that costs three workers is a `Loss`.

        Raises
        ------
        BatchError
            There is no scheduler or no worker, a worker has another audioq, or the cluster went away.
        """
        client = self._client or _connect(str(self._address))
        try:
            _check(client)
            yield from self._run(client, iter(tasks))
        finally:
            if client is not self._client:
                client.close()

    def _run(self, client: Client, waiting: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
        from distributed import as_completed

        sent: dict[str, Any] = {}
        finished = as_completed()
        while True:
            for task in self._due(client, waiting, len(sent)):
                future = client.submit(_do, self._job, self._limits, task, pure=False)
                sent[future.key] = task
                finished.add(future)
            if not sent:
                return
            future = next(finished)
            yield sent.pop(future.key), _answer(future)

    def _due(self, client: Client, waiting: Iterator[Any], on_their_way: int) -> Iterator[Any]:
        """Yield what the cluster has room for now; workers may come and go."""
        room = _AHEAD * max(1, sum(client.nthreads().values())) - on_their_way
        for _ in range(0 if self.stopping else room):
            if (task := next(waiting, None)) is None:
                return
            yield task


def _connect(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        values = {"library": "distributed", "package": "audioq[cluster]"}
        raise BatchError(text("error.not_installed", values)) from None
    try:
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as cause:
        raise BatchError(text("error.batch.no_scheduler", {"address": address, "cause": cause})) from cause


def _check(client: Client) -> None:
    """Refuse a cluster without workers, and one whose workers would measure otherwise."""
    address = client.scheduler.address if client.scheduler else ""
    try:
        client.wait_for_workers(1, timeout=_WORKER_SECONDS)
    except TimeoutError as cause:
        values = {"address": address, "seconds": _WORKER_SECONDS}
        raise BatchError(text("error.batch.no_worker", values)) from cause
    ours = _version()
    for worker, theirs in client.run(_version, on_error="return").items():
        if theirs != ours:
            values = {"address": address, "worker": worker, "theirs": theirs, "ours": ours}
            raise BatchError(text("error.batch.other_worker", values))


def _version() -> str:
    from audioq import __version__
    from audioq.measurement import measured_by

    return f"audioq {__version__}, measurement {measured_by()}"


def _do(job: Job, limits: Limits, task: Any) -> Any:
    """Do a task in a child; runs in a thread of a worker, which keeps its child for the next task."""
    pool = getattr(_OF_THREAD, "pool", None)
    if pool is None or _OF_THREAD.job != job:
        if pool is not None:
            pool.close()
        # Workers have many threads, and under a nanny they are daemons: both forbid to fork.
        _OF_THREAD.pool, _OF_THREAD.job = pool, _ = Pool(job, limits, 1, "spawn"), job
    return pool.do(task)


def _answer(future: Any) -> Any:
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except KilledWorker as cause:
        return Loss("crash", f"its workers were lost: {cause.last_worker.address}")
    except (FutureCancelledError, OSError) as cause:
        raise BatchError(text("error.batch.cluster_lost", {"cause": cause})) from cause
