"""Lease: an object in a bucket that says which run is at work there; it holds while its content keeps changing.

A bucket has no locks, so this is advisory: two runs that begin within the same second may both go on for a beat, until
the one that came first finds the other's name and ends. What each has committed by then stays.
"""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from audioq.batches.buckets import Place, shown, writing_at
from audioq.batches.objects import fetch, remove, store
from audioq.errors import BatchError
from audioq.messages import text

BEAT_SECONDS = 15.0
"""So often a run that is alive says so."""
_PATIENCE = 3
"""A lease that has not changed for so many beats is that of a run that is dead."""
_LOOK_SECONDS = 1.0


class LostLeaseError(BatchError):
    """Another run is at work at the address."""


class Lease:
    """The right to write at an address, held from its making until `release`.

    Parameters
    ----------
    place : Place
        Of the object.
    address : str
        What to call it in messages.
    say : callable
        Gets a sentence if it must be waited whether another run is alive.

    Raises
    ------
    BatchError
        Another run holds it, or the address does not answer or may not be written.
    """

    def __init__(self, place: Place, address: str, say: Callable[[str], None]) -> None:
        self.name = uuid.uuid4().hex[:8]
        """Of this run."""
        self._place, self._address, self._beats = place, address, 0
        found = self._found()
        if found is not None and not _is_dead(found):
            say(text("batch.lease", {"folder": shown(address), "seconds": _PATIENCE * BEAT_SECONDS}))
            self._watch(found)
        self._write()
        self.check()

    def _found(self) -> Mapping[str, Any] | None:
        with writing_at(self._address):
            content = fetch(self._place)
        try:
            return None if content is None else dict(json.loads(content))
        except (ValueError, TypeError):
            return None  # none of ours would be torn

    def _watch(self, found: Mapping[str, Any]) -> None:
        """Wait until it is clear whether the run that holds the lease is alive; clocks are not compared."""
        deadline = time.monotonic() + _PATIENCE * BEAT_SECONDS
        while time.monotonic() < deadline:
            time.sleep(min(_LOOK_SECONDS, BEAT_SECONDS / 2))
            now = self._found()
            if now is None:
                return
            if now != found:
                raise self._in_use()

    def _in_use(self) -> LostLeaseError:
        return LostLeaseError(text("error.batch.in_use", {"folder": shown(self._address)}))

    def beat(self) -> None:
        """Say that this run is alive, unless another one has taken the lease."""
        self.check()
        self._write()

    def _write(self) -> None:
        self._beats += 1
        own = {"run": self.name, "host": _host(), "pid": os.getpid(), "beat": self._beats}
        with writing_at(self._address):
            store(self._place, json.dumps(own).encode("ascii"))

    def check(self) -> None:
        """Refuse to go on if another run has taken the lease."""
        found = self._found()
        if found is not None and found.get("run") != self.name:
            raise self._in_use()

    def release(self) -> None:
        """Let others write."""
        if (self._found() or {}).get("run") == self.name:
            with writing_at(self._address):
                remove(self._place)


def _host() -> str:
    """Return a name of this machine, or of this container, since it was started."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            boot = file.read().strip()
    except OSError:
        boot = ""
    return f"{socket.gethostname()} {boot}"


def _is_dead(found: Mapping[str, Any]) -> bool:
    """Whether the run was one of this machine, and its process is gone."""
    if found.get("host") != _host() or os.name != "posix" or not isinstance(found.get("pid"), int):
        return False
    try:
        os.kill(found["pid"], 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
