"""Workplace: what a worker of a cluster does with a task: it hands it to a child, and keeps the child for the next."""

from __future__ import annotations

import pickle
import threading
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from audioq.batches.pool import Pool
from audioq.errors import BatchError, InstallationError
from audioq.messages import text

_IDLE_SECONDS = 60.0
"""A child that has nothing to do for so long is ended."""
_LOCK = threading.Lock()
_IDLE: list[tuple[float, str, Pool]] = []
"""Since when each pool without a task is there, of which run it is, and it itself; the last used comes last."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What all tasks of a run have in common.

    Attributes
    ----------
    run : str
        Name of the run; workers may have several at a time.
    version : str
        What scores there must be the same as here; see `version`.
    job : bytes
        Job and limits, pickled once for all tasks.
    """

    run: str
    version: str
    job: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a worker does nothing for a run: another version, or what it met when it began."""

    worker: str
    theirs: str = ""
    ours: str = ""
    damage: str = ""
    problem: str = ""

    def error(self, address: str) -> Exception:
        """Return what ends the run, for the scheduler at `address`."""
        if self.damage:
            return InstallationError(self.damage)
        values = {"address": address, "worker": self.worker, "theirs": self.theirs, "ours": self.ours}
        if self.problem:
            return BatchError(text("error.batch.worker", {"cause": f"{self.worker}: {self.problem}"}))
        return BatchError(text("error.batch.other_worker", values))


@cache
def version() -> str:
    """Return what must be the same wherever a run scores: audioq and what it measures."""
    from audioq import __version__
    from audioq.measurement import measured_by

    return f"audioq {__version__}, measurement {measured_by()}"


def do(errand: Errand, task: Any) -> Any:
    """Do a task in a child, and return its answer, a `Loss`, or a `Refusal`; runs in a thread of a worker."""
    if version() != errand.version:
        return Refusal(_worker(), version(), errand.version)
    pool = _taken(errand)
    try:
        answer = pool.do(task)
    except InstallationError as error:
        pool.close()
        return Refusal(_worker(), damage=str(error))
    except BatchError as error:
        pool.close()
        return Refusal(_worker(), problem=str(error))
    except BaseException:
        pool.close()
        raise
    _give_back(errand, pool)
    return answer


def _taken(errand: Errand) -> Pool:
    """Return a pool that waits for tasks of this run, or a new one."""
    with _LOCK:
        for at in reversed(range(len(_IDLE))):
            if _IDLE[at][1] == errand.run:
                return _IDLE.pop(at)[2]
    job, limits = pickle.loads(errand.job)
    # Workers have many threads, and under a nanny they are daemons: both forbid to fork.
    return Pool(job, limits, 1, "spawn")


def _give_back(errand: Errand, pool: Pool) -> None:
    with _LOCK:
        alone = not _IDLE
        _IDLE.append((time.monotonic(), errand.run, pool))
    if alone:
        threading.Thread(target=_sweep, daemon=True).start()


def _sweep() -> None:
    """End children that nobody has asked for anything for a while, until none is left."""
    while True:
        time.sleep(_IDLE_SECONDS / 10)
        with _LOCK:
            late = time.monotonic() - _IDLE_SECONDS
            over = [pool for since, _, pool in _IDLE if since < late]
            _IDLE[:] = [one for one in _IDLE if one[0] >= late]
            last = not _IDLE
        for pool in over:
            pool.close()
        if last:
            return


def _worker() -> str:
    from distributed import get_worker

    return str(get_worker().address)
