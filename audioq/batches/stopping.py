"""Stopping: the first signal lets a batch finish what it has begun, the second ends it at once."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import Any, Protocol

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stoppable(Protocol):
    """What begins nothing more once it is told."""

    stopping: bool


class Stopping:
    """While it is entered, Ctrl-C and SIGTERM stop the work in an orderly way.

    Parameters
    ----------
    work : Stoppable
        Gets ``stopping = True``.

    Notes
    -----
    Only the main thread of a process hears signals; in another one nothing is changed.
    """

    def __init__(self, work: Stoppable) -> None:
        self._work = work
        self._heard: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stopping:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._hear) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self._heard is not None:
            raise KeyboardInterrupt
        self._heard = number
        self._work.stopping = True

    def leave(self) -> None:
        """End as the signal asked for, if there was one, now that what was begun is done.

        Raises
        ------
        KeyboardInterrupt
            On Ctrl-C.
        SystemExit
            On SIGTERM, with the status 143 that shells give it.
        """
        if self._heard == signal.SIGINT:
            raise KeyboardInterrupt
        if self._heard is not None:
            sys.exit(128 + self._heard)
