"""Output at an address: the log in parts, the tables as objects, and the list that says that they are whole."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, cast

from audioq.batches.bucket_logs import BucketLog
from audioq.batches.bucket_parts import COMMITS, Options, committed, log_copy
from audioq.batches.buckets import place, shown, writing_at
from audioq.batches.columns import TABLES
from audioq.batches.leftovers import prefix
from audioq.batches.logs import LOG, Head, Log, LogReader
from audioq.batches.objects import fetch, place_below, remove, store
from audioq.batches.rows import Row
from audioq.batches.writing import COMMIT, write_tables
from audioq.errors import BatchError
from audioq.messages import text

_BLOCK = 1 << 23
"""Bytes that are sent off at once; of S3 an object may have 10,000 times as many."""
_OURS = re.compile(rf"({'|'.join(TABLES)})(/(.*/)?part-\d+\.parquet|\.csv|\.jsonl)")
_OF_FOLDERS = ("sftp", "ssh", "ftp", "smb", "hdfs", "webhdfs")
"""Kinds of addresses where a folder must be there before a file can be."""


class Bucket:
    """An address of an object store.

    Parameters
    ----------
    address : str
    storage_options : mapping, optional
        What fsspec is told besides the address.
    say : callable
        Gets sentences about what is waited for.
    """

    def __init__(self, address: str, storage_options: Options, say: Callable[[str], None]) -> None:
        self._address, self._options, self._say = address.rstrip("/"), storage_options, say

    def log(self, head: Head, rescore: bool = False) -> Log:
        """Open the log for adding rows."""
        with writing_at(self._address):
            found = place(self._address, self._options)
            if _has_folders(found.system):
                found.system.makedirs(f"{found.path}/log", exist_ok=True)
            finished = fetch(place_below(self._address, COMMIT, self._options)) is not None
        return BucketLog(self._address, head, rescore, self._options, self._say, finished)

    def has_log(self) -> bool:
        """Whether there is a log."""
        return committed(self._address, self._options) is not None

    @contextmanager
    def reading(self) -> Iterator[LogReader]:
        """Copy the log to this machine for reading."""
        log = log_copy(self._address, self._options)
        if log is None:
            values = {"file": f"{shown(self._address)}/{COMMITS}", "cause": "there is none"}
            raise BatchError(text("error.batch.unread", values))
        with tempfile.TemporaryDirectory(prefix=prefix()) as folder:
            with log, open(Path(folder) / LOG, "wb") as copy:
                shutil.copyfileobj(log, copy)
            with closing(LogReader(folder)) as reader:
                yield reader

    def reopen(self) -> None:
        """Take away what says that the tables are finished."""
        with writing_at(self._address):
            remove(place_below(self._address, COMMIT, self._options))

    def write(self, rows: Iterable[Row], **how: Any) -> list[str]:
        """Write the tables; those of an earlier time go first, so that no pattern takes them for results."""
        self.reopen()
        with writing_at(self._address):
            for path in self._old():
                place(self._address, self._options).system.rm_file(path)
            return write_tables(rows, self._open, **how)

    def _old(self) -> list[str]:
        """Return the paths of all tables that are there, also of those that were never finished."""
        found = place(self._address, self._options)
        found.system.invalidate_cache()
        top = f"{found.path.rstrip('/')}/"
        names = [path for table in TABLES for path in found.system.find(f"{top}{table}")]
        names += [f"{top}{table}{end}" for table in TABLES for end in (".csv", ".jsonl")]
        return [path for path in names if _OURS.fullmatch(path[len(top) :]) and found.system.exists(path)]

    def _open(self, name: str) -> IO[bytes]:
        at = place_below(self._address, name, self._options)
        if _has_folders(at.system):
            at.system.makedirs(at.path.rpartition("/")[0], exist_ok=True)
        return cast(IO[bytes], at.system.open(at.path, "wb", block_size=_BLOCK))

    def put(self, name: str, content: bytes) -> None:
        """Write a small object."""
        with writing_at(self._address):
            store(place_below(self._address, name, self._options), content)


def _has_folders(system: Any) -> bool:
    names = system.protocol
    return any(name in _OF_FOLDERS for name in ([names] if isinstance(names, str) else names))
