"""Log: what became of each item, a line each, in the order in which they were finished; nothing in it is ever changed.

The first line, the head, names what measured and judged. A later head begins anew: rows before it count no more.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any, NamedTuple

from filelock import FileLock, Timeout

from audioq.batches.rows import Row
from audioq.errors import BatchError
from audioq.messages import text

LOG = "log.jsonl"
"""Name of the log in the folder of the results."""
LOG_VERSION = 1
KEY = "anonymize_key"
"""Option of a head whose rows have pseudonyms in place of names: the fingerprint of the key."""
KEPT = "keep_columns"
"""Option of such a head: columns of a manifest that stayed readable beside those that always do."""
_LOCK = ".lock"
_SYNC_SECONDS = 5.0
_LOCK_SECONDS = 4.0
"""Workers of a run that was killed hold its lock until they see that it is gone; see `limits.end_with`."""
_POLL_SECONDS = 0.1
# Rows begin with these keys in this order: no row needs to be parsed to know what it is of.
_ENTRY = re.compile(rb'\{"row":\d+,"id":"([0-9a-f]+)","key":"([0-9a-f]+)","status":"([a-z_]+)"')


class Entry(NamedTuple):
    """A row that is there: where it begins, and of what it is."""

    offset: int
    id: str
    key: str
    status: str


@dataclass(frozen=True, slots=True)
class Head:
    """What made the rows that follow.

    Attributes
    ----------
    audioq : str
        Version.
    measurement, thresholds : str
        Fingerprints.
    options : mapping
        What was said of all recordings.
    anew : bool
        Whether everything was to be scored again.
    """

    audioq: str
    measurement: str
    thresholds: str
    options: Mapping[str, Any]
    anew: bool = False

    @property
    def is_masked(self) -> bool:
        """Whether the rows have pseudonyms in place of names."""
        return KEY in self.options

    def line(self) -> bytes:
        """Return the head as a line of the log."""
        own = {name: getattr(self, name) for name in ("audioq", "measurement", "thresholds")}
        head: dict[str, Any] = {"log": LOG_VERSION, **own, "options": dict(self.options)}
        if self.anew:
            head["anew"] = True
        return json.dumps(head, separators=(",", ":")).encode("ascii") + b"\n"

    def differences(self, line: bytes) -> list[str]:
        """Return what another head says otherwise: ``name: theirs, now ours``."""
        theirs, ours = json.loads(line), json.loads(self.line())
        if self.is_masked:  # what is said of the names stands by itself
            theirs, ours = ({**one, **{name: one["options"].pop(name, None) for name in (KEY, KEPT)}}
                            for one in (theirs, ours))  # fmt: skip
        return [f"{name}: {_short(theirs.get(name))}, now {_short(ours[name])}"
                for name in ours if name != "anew" and theirs.get(name) != ours[name]]  # fmt: skip


def refuse_other_names(folder: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    """Refuse rows whose names are hidden otherwise: whatever is scored anew, the rows before stay in the log.

    Parameters
    ----------
    folder : str
        Of the log.
    theirs, ours : mapping
        Options of the head of the log, and of the one that is to be.
    """
    if (KEY in theirs) is not (KEY in ours):
        raise BatchError(text(f"error.batch.{'open' if KEY in ours else 'hidden'}_names", {"folder": folder}))
    if theirs.get(KEY) != ours.get(KEY):
        values = {"folder": folder, "theirs": theirs[KEY], "ours": ours[KEY]}
        raise BatchError(text("error.batch.other_names", values))
    if shown := sorted(set(theirs.get(KEPT, ())) - set(ours.get(KEPT, ()))):
        raise BatchError(text("error.batch.shown_before", {"folder": folder, "columns": ", ".join(shown)}))


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class LogReader:
    """The log in a folder, read while others may add to it.

    Parameters
    ----------
    folder : str

    Raises
    ------
    BatchError
        There is no log of a batch.
    """

    _rows: IO[bytes] | None = None

    def __init__(self, folder: str) -> None:
        self.file = os.path.join(folder, LOG)
        self._start, self._head = self._last_head(folder)

    @property
    def head(self) -> Head:
        """What made the rows that count."""
        found = json.loads(self._head or b"{}")
        return Head(found["audioq"], found["measurement"], found["thresholds"], found["options"])

    def _last_head(self, folder: str) -> tuple[int, bytes | None]:
        offset, last = 0, None
        for at, line in self._lines(0):
            if line.startswith(b'{"log":'):
                offset, last = at, line
            elif at == 0:
                raise BatchError(text("error.batch.no_log", {"file": self.file, "folder": folder}))
        return offset, last

    def _lines(self, offset: int) -> Iterator[tuple[int, bytes]]:
        try:
            with open(self.file, "rb") as stream:
                stream.seek(offset)
                for line in stream:
                    yield offset, line
                    offset += len(line)
        except OSError as cause:
            raise BatchError(text("error.batch.unread", {"file": self.file, "cause": cause.strerror})) from cause

    def close(self) -> None:
        """Stop reading."""
        if self._rows is not None:
            self._rows.close()

    def entries(self) -> Iterator[Entry]:
        """Yield the rows that count, in the order in which they were added."""
        for offset, line in self._lines(self._start):
            found = _ENTRY.match(line)
            if found and line.endswith(b"}\n"):
                yield Entry(offset, *(group.decode() for group in found.groups()))

    def row(self, offset: int) -> Row:
        """Return the row that begins at `offset`."""
        if self._rows is None:
            self._rows = open(self.file, "rb")
        self._rows.seek(offset)
        row: Row = json.loads(self._rows.readline())
        return row


class Log(LogReader):
    """The log in a folder, open for reading and for adding rows; while it is open nobody else adds any.

    Parameters
    ----------
    folder : str
        Made where it is missing.
    head : Head
    rescore : bool
        Begin anew, whatever made the rows that are there; unless a run that did so was broken off.
    finished : bool
        Whether the last run was not broken off.

    Raises
    ------
    BatchError
        The folder cannot be written, another run is at work in it, or its rows were made otherwise.
    """

    def __init__(self, folder: str, head: Head, rescore: bool = False, finished: bool = True) -> None:
        self.file = os.path.join(folder, LOG)
        self._finished = finished
        self.repaired = 0
        """Bytes of a torn last line that were taken away."""
        self._lock = FileLock(os.path.join(folder, _LOCK))
        try:
            os.makedirs(folder, exist_ok=True)
            self._lock.acquire(timeout=_LOCK_SECONDS, poll_interval=_POLL_SECONDS)
            self._stream = open(self.file, "r+b" if os.path.exists(self.file) else "w+b", buffering=0)
        except Timeout as cause:
            raise BatchError(text("error.batch.in_use", {"folder": folder})) from cause
        except OSError as cause:
            self._lock.release()
            raise BatchError(text("error.batch.folder", {"folder": folder, "cause": cause.strerror})) from cause
        try:
            self._begin(folder, head, rescore)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others add rows."""
        super().close()
        self._stream.close()
        self._lock.release()

    def _begin(self, folder: str, head: Head, rescore: bool) -> None:
        self._repair()
        self._synced = time.monotonic()
        self._start, last = self._last_head(folder)
        if last is not None:
            refuse_other_names(folder, json.loads(last)["options"], head.options)
        if last is None or (rescore and (self._finished or not self._goes_on(head, last))):
            self._start = self.append(replace(head, anew=rescore).line())
        elif different := head.differences(last):
            raise BatchError(text("error.batch.otherwise", {"folder": folder, "differences": "; ".join(different)}))

    def _goes_on(self, head: Head, last: bytes) -> bool:
        """Whether the last run was to score everything again as this one is, and was broken off."""
        return bool(json.loads(last).get("anew")) and not head.differences(last)

    def _repair(self) -> None:
        """Take away a last line without an end, which a run that was killed, or a full disc, left."""
        end = self._stream.seek(0, os.SEEK_END)
        kept = end
        while kept > 0:
            step = min(kept, 1 << 16)
            self._stream.seek(kept - step)
            found = self._stream.read(step).rfind(b"\n")
            if found >= 0:
                kept += found + 1 - step
                break
            kept -= step
        self.repaired = end - kept
        self._stream.truncate(kept)
        self._end = kept

    def append(self, line: bytes) -> int:
        """Add a line, send it off at once, and return where it begins.

        Raises
        ------
        BatchError
            It cannot be written; what there was of it is taken away again.
        """
        offset = self._end
        try:
            self._stream.seek(offset)
            written = 0
            while written < len(line):
                written += self._stream.write(line[written:]) or 0
            self._sync()
        except OSError as cause:
            self._stream.truncate(offset)
            raise BatchError(text("error.batch.full", {"file": self.file, "cause": cause.strerror})) from cause
        self._end = offset + len(line)
        return offset

    def flush(self) -> None:
        """See to it that all rows outlast a power cut."""
        os.fsync(self._stream.fileno())

    def _sync(self) -> None:
        """See to it now and then that rows outlast a power cut."""
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            os.fsync(self._stream.fileno())
            self._synced = time.monotonic()
