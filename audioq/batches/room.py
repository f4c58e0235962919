"""Room: copies on this machine that cannot be taken end a batch, as they say nothing of the recording."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import IO, Any

from audioq.batches.buckets import copy_object
from audioq.batches.leftovers import prefix
from audioq.errors import RoomError
from audioq.messages import text


@contextmanager
def copying(name: str, folder: str | None = None) -> Iterator[None]:
    """Raise what goes wrong with a copy on this machine as a `RoomError`; only a lack of memory stays what it is.

    Parameters
    ----------
    name : str
        What is copied.
    folder : str, optional
        Where copies go; else where the system keeps temporary files.
    """
    try:
        yield
    except OSError as cause:
        if cause.errno == errno.ENOMEM:
            raise
        values = {"folder": folder or _folder(), "file": name, "cause": cause.strerror or cause}
        raise RoomError(text("error.batch.room", values)) from cause


def copier(name: str, write: Callable[[bytes], object], folder: str | None = None) -> Callable[[bytes], None]:
    """Return `write` of a copy as it is called where other errors are told of the source."""

    def copy(block: bytes) -> None:
        with copying(name, folder):
            write(block)

    return copy


def copy_of(name: str, address: str, storage_options: Mapping[str, Any] | None = None) -> IO[bytes]:
    """Return a temporary file with what is at an address.

    Raises
    ------
    AudioError
        It cannot be fetched.
    RoomError
        This machine cannot take the copy.
    """
    with copying(name), ExitStack() as made:
        copy = made.enter_context(tempfile.TemporaryFile(prefix=prefix()))
        copy_object(address, copier(name, copy.write), storage_options)
        copy.flush()
        made.pop_all()
    return copy


def _folder() -> str:
    try:
        return tempfile.gettempdir()
    except OSError:  # there is none
        return "temporary folder"
