"""Scoring: what a worker process does with one item of a batch: from the recording to its line of the log."""

from __future__ import annotations

import errno
import json
import os
import socket
import traceback
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from audioq.batches.archives import Archives
from audioq.batches.buckets import is_address
from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.places import check_unchanged, located
from audioq.batches.refusals import refused
from audioq.batches.rows import Row, failed_row, row_of
from audioq.batches.withholding import fault_of, told
from audioq.errors import AudioError, AudioqError, InstallationError, InternalError, RoomError
from audioq.messages import text
from audioq.report import Report
from audioq.thresholds import Thresholds

if TYPE_CHECKING:
    from audioq.table import FeatureTable

_NUMBERS: dict[str, Callable[[str], Any]] = {"stream": int, "start": float, "end": float}
_OF_CALL = ("call_id", "leg")
_TRIAL_RATE = 8000


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it goes into the log, and what its reader needs to know at once."""

    data: bytes
    status: str
    label: str | None
    cause: str | None
    seconds: float
    """How much sound it holds."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """Scores items; a value that is sent to every worker.

    Attributes
    ----------
    thresholds : Thresholds
    limits : Limits
    options : mapping
        Said of all recordings, as `analyze` takes it; what an item says of itself goes before it.
    tables : str or None
        Folder in which the feature tables are kept, and found again, by the keys of their items.
    storage_options : mapping
        What fsspec needs to fetch a recording.
    debug : bool
        Whether a fault of our own is told with its traceback.
    away : bool
        Whether other machines than the one that listed the items score them.
    """

    thresholds: Thresholds
    limits: Limits
    options: Mapping[str, Any]
    tables: str | None = None
    storage_options: Mapping[str, Any] | None = None
    debug: bool = False
    away: bool = False

    def prepare(self) -> None:
        """Load what every decoder and measurement needs, so that recordings alone are held to the memory limit."""
        from audioq import decoders
        from audioq.audio import read
        from audioq.measurement import measure
        from audioq.report import compose

        decoders.prepare()
        compose(measure(read(np.zeros(_TRIAL_RATE, np.float32), sr=_TRIAL_RATE)))

    def __call__(self, item: Item) -> Line:
        """Return the line of the log for an item; what gets out says nothing of it.

        Raises
        ------
        MemoryError, InstallationError, RoomError
        """
        return line_of(self.row(item))

    def row(self, item: Item) -> Row:
        """Return the row of an item."""
        if item.problem is not None:
            cause, message = item.problem
            return failed_row(item, cause, AudioError.__name__, message)
        if item.outcome is not None and not item.address and not item.legs:
            return row_of(item, None)
        try:
            return row_of(item, self._report(item))
        except (MemoryError, InstallationError, RoomError):
            raise
        except Exception as error:
            if _ran_out(error):
                raise MemoryError from error
            return self._failure(item, error)

    def _failure(self, item: Item, error: Exception) -> Row:
        if isinstance(error, AudioqError):
            cause = error.cause if isinstance(error, AudioError) else "unreadable"
            return failed_row(item, cause, type(error).__name__, told(item, error))
        return self._our_fault(item, error)

    def _our_fault(self, item: Item, error: Exception) -> Row:
        from audioq import __version__

        cause = traceback.format_exc() if self.debug else fault_of(item, error)
        message = text("error.internal", {"file": item.file, "cause": cause, "version": __version__})
        return failed_row(item, "internal", InternalError.__name__, message)

    def _report(self, item: Item) -> Report:
        with ExitStack() as fetched:

            def place(one: Item) -> str:
                most, options = self.limits.most_bytes, self.storage_options
                path = located(one, most_bytes=most, storage_options=options, archives=_archives(options))
                try:
                    return fetched.enter_context(path)
                except AudioError as error:
                    raise self._of_here(one, error) from error.__cause__

            report = self._call(item, place) if item.legs else self._recording(item, place)
        for one in item.legs or (item,):
            check_unchanged(one)
        return report

    def _of_here(self, item: Item, error: AudioError) -> AudioError:
        """Return the error of a recording that cannot be had; one that this machine alone lacks says so."""
        if self.away and error.cause == "missing" and not is_address(item.address):
            return refused(item.file, "not_there", host=socket.gethostname())
        return error

    def _recording(self, item: Item, place: Callable[[Item], str]) -> Report:
        from audioq.report import compose

        table = self._table(item, place)
        options = {name: value for name, value in self._options(item).items() if name in _ROLES}
        report = compose(table, thresholds=self.thresholds, **options)
        return replace(report, file=item.file, call_id=item.options.get("call_id"))

    def _table(self, item: Item, place: Callable[[Item], str]) -> FeatureTable:
        """Return what is measured of a recording: the table that was kept of it, or a new one."""
        from audioq.audio import read
        from audioq.measurement import measure

        options = {name: value for name, value in self._options(item).items() if name not in _ROLES}
        kept = None if self.tables is None else os.path.join(self.tables, f"{_named(item, options)}.npz")
        if kept is not None and (known := _kept(kept)) is not None:
            return known
        audio = read(place(item), name=item.file, max_duration=self.limits.max_duration, **options)
        table = measure(audio)
        if kept is not None:
            _keep(table, kept)
        return table

    def _call(self, item: Item, place: Callable[[Item], str]) -> Report:
        from audioq.legs import compose_legs
        from audioq.report import Failure

        read: dict[str, FeatureTable | Failure] = {}
        call = item.options.get("call_id")
        for leg in item.legs:
            name = leg.options["leg"]
            if leg.problem is not None:  # such as a file of this machine in a manifest from elsewhere: never opened
                read[name] = Failure(leg.file, AudioError.__name__, leg.problem[1], call, name)
                continue
            try:
                read[name] = self._table(leg, place)
            except AudioError as error:
                read[name] = Failure(leg.file, type(error).__name__, told(leg, error), call, name)
        roles = {name: value for name, value in self._options(item).items() if name in _ROLES and name != "channels"}
        report = compose_legs(read, call_id=call, thresholds=self.thresholds, **roles)
        return replace(report, file=item.file)

    def _options(self, item: Item) -> dict[str, Any]:
        """Return what is said of an item, as the library takes it."""
        own = {name: _NUMBERS.get(name, str)(value) for name, value in item.options.items() if name not in _OF_CALL}
        return {**self.options, **own}


def _ran_out(error: BaseException | None) -> bool:
    """Whether an error comes from a lack of memory, so that it says nothing of the recording."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:  # an error that was raised from itself is its own cause
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def _named(item: Item, options: Mapping[str, Any]) -> str:
    """Return what the table of an item is found by: the item, and how it was read."""
    return blake2b(json.dumps([item.key, sorted(options.items())]).encode("ascii"), digest_size=16).hexdigest()


def _kept(file: str) -> FeatureTable | None:
    """Return a table that was kept and holds what would be measured now."""
    from audioq.errors import TableError
    from audioq.measurement import measured_by
    from audioq.table import load

    try:
        table = load(file)
    except (TableError, FileNotFoundError):
        return None
    return table if table.fingerprint == measured_by() else None


def _keep(table: FeatureTable, file: str) -> None:
    """Write a table at one go; what a process that is killed leaves of it, the next one to write it replaces."""
    from audioq.table import save

    content, part = BytesIO(), f"{file}.part"
    save(table, content)
    try:
        with open(part, "wb") as out:
            out.write(content.getbuffer())
        os.replace(part, file)
    except OSError:  # a full disc costs the time to measure again, and no row
        with suppress(OSError):
            os.unlink(part)


@cache
def _process_archives() -> Archives:
    return Archives()


def _archives(options: Mapping[str, Any] | None) -> Archives | None:
    """Return the archives that this process keeps open from item to item."""
    return None if options else _process_archives()


_ROLES = ("channels", "expect_speech", "ignore_channels", "side")


def line_of(row: Row) -> Line:
    """Return a row as a line of the log."""
    data = json.dumps(row, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
    if row["status"] != "ok":
        return Line(data, row["status"], None, row["cause"], 0.0)
    return Line(data, "ok", row["result"]["verdict"]["label"], None, row["result"]["format"]["duration"])
