"""Output: where the results of a batch go, a folder of this machine or an address."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, Protocol

from audioq.batches.buckets import is_address
from audioq.batches.logs import LOG, Head, Log, LogReader
from audioq.batches.rows import Row
from audioq.batches.strangers import refuse_strangers
from audioq.batches.writing import COMMIT, write_folder
from audioq.errors import BatchError
from audioq.messages import text


class Output(Protocol):
    """Where the results of a batch go."""

    def log(self, head: Head, rescore: bool = False) -> Log:
        """Open the log for adding rows; see `Log`."""

    def has_log(self) -> bool:
        """Whether there is a log."""

    def reading(self) -> AbstractContextManager[LogReader]:
        """Open the log for reading."""

    def reopen(self) -> None:
        """Take away what says that the tables are finished."""

    def write(self, rows: Iterable[Row], **how: Any) -> list[str]:
        """Write the tables in place of earlier ones, as `writing.write_tables` does, and return their names."""

    def put(self, name: str, content: bytes) -> None:
        """Write a small file."""


class Folder:
    """A folder of this machine.

    Parameters
    ----------
    path : str
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def log(self, head: Head, rescore: bool = False) -> Log:
        """Open the log for adding rows, where nobody's own files are in the way of the tables."""
        refuse_strangers(self._path)
        return Log(self._path, head, rescore, os.path.exists(os.path.join(self._path, COMMIT)))

    def has_log(self) -> bool:
        """Whether there is a log."""
        return os.path.exists(os.path.join(self._path, LOG))

    @contextmanager
    def reading(self) -> Iterator[LogReader]:
        """Open the log for reading."""
        with closing(LogReader(self._path)) as reader:
            yield reader

    def reopen(self) -> None:
        """Take away what says that the tables are finished."""
        if os.path.exists(commit := os.path.join(self._path, COMMIT)):
            os.unlink(commit)

    def write(self, rows: Iterable[Row], **how: Any) -> list[str]:
        """Write the tables."""
        return write_folder(rows, self._path, **how)

    def put(self, name: str, content: bytes) -> None:
        """Write a small file."""
        path = os.path.join(self._path, name)
        try:
            with open(f"{path}.part", "wb") as file:
                file.write(content)
            os.replace(f"{path}.part", path)
        except OSError as cause:
            raise BatchError(text("error.cannot_write_tables", {"path": path, "cause": cause.strerror})) from cause


def output_at(
    place: str | os.PathLike[str],
    storage_options: Mapping[str, Any] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Output:
    """Return the output at a path or an address.

    Parameters
    ----------
    place : path or address
    storage_options : mapping, optional
        What fsspec is told besides an address.
    say : callable
        Gets sentences about what is waited for.
    """
    path = os.fspath(place).removeprefix("file://")
    if not is_address(path):
        return Folder(path)
    from audioq.batches.bucket_outputs import Bucket

    return Bucket(path, storage_options, say)
