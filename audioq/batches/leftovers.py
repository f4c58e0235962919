"""Leftovers: temporary files of processes that were killed, and how they go."""

from __future__ import annotations

import os
import re
import shutil
import socket
import tempfile
from functools import cache
from hashlib import blake2b

_NAME = re.compile(r"audioq-([0-9a-f]{8})-(\d+)-")


def prefix() -> str:
    """Return how the temporary files of this process begin."""
    return f"audioq-{_machine()}-{os.getpid()}-"


def sweep(pid: int | None = None) -> None:
    """Remove the temporary files of a process that has ended, or of all of this machine that have.

    What cannot be removed stays: it belongs to somebody else, or another process is sweeping as well. So does all of a
    folder that cannot be listed.
    """
    try:
        folder = tempfile.gettempdir()
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        found = _NAME.match(name)
        if found is None or found[1] != _machine():
            continue
        if int(found[2]) != pid and (pid is not None or _lives(int(found[2]))):
            continue
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
            continue
        try:
            os.unlink(path)
        except OSError:
            pass


@cache
def _machine() -> str:
    """Return what tells numbers of processes apart: machines, their starts, and containers that share a folder."""
    parts = [socket.gethostname()]
    for path, read in (("/proc/sys/kernel/random/boot_id", _content), ("/proc/self/ns/pid", os.readlink)):
        try:
            parts.append(read(path))
        except OSError:
            pass
    return blake2b(" ".join(parts).encode(), digest_size=4).hexdigest()


def _content(path: str) -> str:
    with open(path) as file:
        return file.read().strip()


def _lives(pid: int) -> bool:
    if os.name != "posix":
        return True  # not to be found out without a package
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # a number that no process has is no name of ours
        pass
    return True
