"""Limits: what one recording of a batch may cost, and how a worker process is held to it."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass

_MEGABYTE = 2**20
_WATCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one recording may cost.

    Attributes
    ----------
    timeout : float
        Seconds from its beginning to its row.
    max_duration : float
        Seconds of sound, counted while it is decoded.
    max_memory : int
        Megabytes (2^20 bytes) that its worker may take beyond what it has when idle; held by the operating system
        (``RLIMIT_AS``), not on Windows and macOS.
    max_size : int
        Megabytes of the file, also of one that is unpacked or fetched.
    """

    timeout: float = 600.0
    max_duration: float = 43_200.0
    max_memory: int = 4096
    max_size: int = 8192

    @property
    def most_bytes(self) -> int:
        """The size in bytes."""
        return self.max_size * _MEGABYTE


def hold_memory(megabytes: int) -> None:
    """Let this process take so much more memory, where the operating system can see to it; keep no core dumps."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    with open("/proc/self/statm") as pages:
        taken = int(pages.read().split()[0]) * resource.getpagesize()
    most = taken + int(megabytes * _MEGABYTE)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def hold_to_one_thread() -> None:
    """Keep linear algebra to the one thread that a worker is given."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def end_with(parent: int) -> None:
    """End this process soon after `parent`, the process that started it, is gone, whatever it is doing."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    if os.name == "posix":
        threading.Thread(target=watch, daemon=True).start()
