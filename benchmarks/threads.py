"""Threads: how many of them numpy's library of linear algebra takes in each process."""

from __future__ import annotations

import os

NAME = "OPENBLAS_NUM_THREADS"


def one_thread_each() -> None:
    """Ask for one thread a process, in this one's environment, unless the user has said otherwise.

    The library reads it when numpy is imported, so it must stand in the environment that spawned processes inherit:
    otherwise each of them takes a thread a core, and they fight over the cores. Whoever has set a number knows the
    machine better.
    """
    os.environ.setdefault(NAME, "1")
