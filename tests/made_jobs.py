"""Jobs for the children of a pool: small tasks that answer, die, hang or eat memory."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from dataclasses import dataclass

import numpy as np

from audioq.batches.leftovers import prefix
from audioq.errors import InstallationError


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked: a verb and a number."""

    verb: str
    number: int = 0
    bytes: int = 1
    padding: str = ""


def double(task: Task) -> int | str:
    if task.verb == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if task.verb == "litter":
        tempfile.mkstemp(".wav", prefix())
        os.kill(os.getpid(), signal.SIGKILL)
    if task.verb == "leave":
        os._exit(7)
    if task.verb == "hang":
        time.sleep(600)
    if task.verb == "sleep":
        time.sleep(0.02)
    if task.verb == "big":
        return task.padding * 2
    if task.verb == "raise":
        raise ZeroDivisionError("by zero")
    if task.verb == "damaged":
        raise InstallationError("weights are missing")
    if task.verb == "eat":
        return int(np.ones(task.number << 20, np.uint8)[-1])
    if task.verb == "once":  # dies the first time, by a file that it leaves
        mark = os.environ["POOL_MARK"] + str(task.number)
        if not os.path.exists(mark):
            open(mark, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
    return 2 * task.number


def pid(task: Task) -> int:
    time.sleep(0.05)
    return os.getpid()
