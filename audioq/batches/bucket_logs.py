"""Log in a bucket: rows are collected on this machine and sent off as parts, often, and whenever the run ends."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from audioq.batches.bucket_parts import Options, Parts
from audioq.batches.buckets import shown
from audioq.batches.leases import BEAT_SECONDS, Lease, LostLeaseError
from audioq.batches.leftovers import prefix, sweep
from audioq.batches.logs import LOG, Head, Log
from audioq.batches.objects import place_below
from audioq.errors import BatchError
from audioq.messages import text

LEASE = "log/lease.json"
PART_ROWS = 1000
"""So many rows are sent off at once ..."""
PART_SECONDS = 10.0
"""... and fewer when the first of them is so old: a run that is killed loses no more, and they are done again."""
_LONGEST_SECONDS = 60.0
_SECONDS_A_PART = 0.05
"""A log of many parts gets new ones more rarely, up to `_LONGEST_SECONDS`."""
_PATIENCE_SECONDS = 300.0
"""A bucket that cannot be written for so long ends the run."""


class BucketLog(Log):
    """The log at an address, with the face of `Log`.

    A copy of it is in a temporary folder of this machine: of what earlier runs have sent, and of the rows of this one.
    A thread sends off what is new, and tells other runs that this one is alive.

    Parameters
    ----------
    address : str
    head, rescore, finished
        As for `Log`.
    storage_options : mapping, optional
        What fsspec is told besides the address.
    say : callable
        Gets a sentence if it must be waited whether another run is alive.

    Raises
    ------
    BatchError
        The address cannot be written, another run is at work there, or its rows were made otherwise.
    """

    def __init__(
        self,
        address: str,
        head: Head,
        rescore: bool = False,
        storage_options: Options = None,
        say: Callable[[str], None] = lambda _: None,
        finished: bool = True,
    ) -> None:
        self._address, self._thread = address, threading.Thread(target=self._keep, daemon=True)
        self._sending, self._wake, self._closing = threading.Lock(), threading.Event(), False
        self._waiting, self._sent_at, self._failing_since = 0, time.monotonic(), 0.0
        self._broken: BatchError | None = None
        sweep()
        with ExitStack() as opened:
            self._opened = opened
            folder = opened.enter_context(tempfile.TemporaryDirectory(prefix=prefix()))
            self._lease = Lease(place_below(address, LEASE, storage_options), address, say)
            opened.callback(self._release)
            self._parts = Parts(address, self._lease.name, storage_options)
            with open(os.path.join(folder, LOG), "wb") as copy:
                self._sent = self._parts.copy(copy.write)
            super().__init__(folder, head, rescore, finished)
            self._thread.start()
            self._opened = opened.pop_all()

    def _begin(self, folder: str, head: Head, rescore: bool) -> None:
        super()._begin(shown(self._address), head, rescore)

    def append(self, line: bytes) -> int:
        """Add a line, which is sent off soon, and return where it begins in the copy of this machine."""
        if self._broken is not None:
            raise self._broken
        offset = super().append(line)
        self._waiting += 1
        if self._waiting >= PART_ROWS:
            self._wake.set()
        return offset

    def flush(self) -> None:
        """Send off all rows.

        Raises
        ------
        BatchError
            The address cannot be written, or another run has taken over.
        """
        if self._broken is not None:
            raise self._broken
        self._send()

    def close(self) -> None:
        """Send off all rows, and let others add some."""
        self._closing = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        try:
            if not self._stream.closed and self._broken is None:
                self._send()
        finally:
            super().close()
            self._opened.close()

    def _release(self) -> None:
        if not isinstance(self._broken, LostLeaseError):
            self._lease.release()

    def _send(self) -> None:
        with self._sending:
            end, waiting = self._end, self._waiting
            if end > self._sent:
                self._lease.check()
                with open(self.file, "rb") as copy:
                    copy.seek(self._sent)
                    self._parts.send(copy.read(end - self._sent))
                self._sent, self._waiting = end, self._waiting - waiting
            self._sent_at = time.monotonic()

    def _keep(self) -> None:
        """Be alive and send rows off until the log is closed."""
        beaten = time.monotonic()
        while not self._closing and self._broken is None:
            self._wake.wait(min(BEAT_SECONDS, PART_SECONDS) / 4)
            self._wake.clear()
            now = time.monotonic()
            try:
                if now - beaten > BEAT_SECONDS:
                    self._lease.beat()
                    beaten = now
                age = max(PART_SECONDS, min(_SECONDS_A_PART * len(self._parts), _LONGEST_SECONDS))
                if self._waiting >= PART_ROWS or now - self._sent_at > age:
                    self._send()
                self._failing_since = 0.0
            except BatchError as error:
                self._failing_since = self._failing_since or now
                if isinstance(error, LostLeaseError) or now - self._failing_since > _PATIENCE_SECONDS:
                    self._broken = error  # the next row raises it
            except Exception as error:  # a thread that ends without a word would leave a run that passes for dead
                cause = f"{type(error).__name__}: {error}"
                self._broken = BatchError(text("error.batch.sending", {"folder": shown(self._address), "cause": cause}))
