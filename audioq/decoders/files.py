"""Opening whatever a recording is given as: path, standard input, bytes, file object."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import IO

from audioq.errors import AudioError

SPOOL_BYTES = 1 << 26
"""Input that cannot seek is kept in memory up to this size, beyond it in a temporary file."""

HEADER_BYTES = 1 << 26
"""So much is read for a header, pictures in tags included: in a damaged one FFmpeg would look on to the end."""


Patch = tuple[int, bytes]
"""Offset in a file and the bytes to read there instead."""


class FileView(io.RawIOBase):
    """A read-only view of a binary file with a position of its own.

    Several views of one file may be read in turn.

    Attributes
    ----------
    patches : tuple of Patch
        Bytes that replace what the file holds.
    size : int
        Length of the file in bytes.
    failure : OSError, MemoryError or None
        A decoder in C cannot pass an exception on, so the first one is kept here.
    """

    def __init__(self, file: IO[bytes], patches: tuple[Patch, ...] = ()) -> None:
        super().__init__()
        self._file = file
        self._position = 0
        self.patches = patches
        self.size = file.seek(0, io.SEEK_END)
        self.failure: OSError | MemoryError | None = None
        self._allowance: int | None = None

    @contextlib.contextmanager
    def ending_after(self, count: int) -> Iterator[None]:
        """Let the file seem to end once `count` bytes were read, wherever they are."""
        self._allowance = count
        try:
            yield
        finally:
            self._allowance = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to `offset` bytes from the beginning, the position or the end."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill `buffer` from the position on and return the number of bytes."""
        wanted = len(buffer) if self._allowance is None else min(len(buffer), self._allowance)
        try:
            self._file.seek(self._position)
            data = self._file.read(wanted)
        except (OSError, MemoryError) as cause:
            self.failure = self.failure or cause
            return 0
        buffer[: len(data)] = self._patched(data)
        self._position += len(data)
        if self._allowance is not None:
            self._allowance -= len(data)
        return len(data)

    def _patched(self, data: bytes) -> bytes:
        for offset, new in self.patches:
            first = max(offset, self._position)
            last = min(offset + len(new), self._position + len(data))
            if first < last:
                at = first - self._position
                data = data[:at] + new[first - offset : last - offset] + data[last - self._position :]
        return data

    def at(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset` on."""
        self.seek(offset)
        return self.read(count) or b""


Opener = Callable[[], AbstractContextManager[FileView]]
"""Opens a fresh view of a source each time that it is called."""


def opener(title: str, source: str | os.PathLike[str] | bytes | IO[bytes]) -> Opener:
    """Return what opens views of a path, "-", the bytes of a file, or a binary file object.

    Raises
    ------
    AudioError
        It does not exist, may not be read, or is not a binary file. `title` names it.
    """
    if isinstance(source, (str, os.PathLike)):
        if source == "-":
            return _shared(_spool(title, _standard_input(title)))
        with _open_path(title, source) as file:
            if not file.seekable():
                return _shared(_spool(title, file))
        return lambda: _path_view(title, source)
    if isinstance(source, bytes):
        return lambda: contextlib.nullcontext(FileView(io.BytesIO(source)))
    return _shared(_as_seekable(title, source))


def _standard_input(title: str) -> IO[bytes]:
    if sys.stdin is None:
        raise AudioError(title, "is closed", "pass a path or pipe a recording in")
    return sys.stdin.buffer


def _as_seekable(title: str, file: IO[bytes]) -> IO[bytes]:
    if not hasattr(file, "read"):
        raise AudioError(title, f"a {type(file).__name__} is not a recording", "pass a path, bytes, a file or an array")
    try:
        if not isinstance(file.read(0), bytes):
            raise AudioError(title, "is opened as text", "open it with mode 'rb'")
        return file if file.seekable() else _spool(title, file)
    except (OSError, ValueError) as cause:
        raise AudioError(title, f"cannot be read ({cause})", "pass an open binary file") from cause


def _spool(title: str, file: IO[bytes]) -> IO[bytes]:
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL_BYTES)
    try:
        while chunk := file.read(1 << 20):
            spool.write(chunk)
    except OSError as cause:
        raise AudioError(title, f"cannot be read ({cause.strerror})", "pass it as a file") from cause
    return spool


def _shared(file: IO[bytes]) -> Opener:
    return lambda: contextlib.nullcontext(FileView(file))


@contextlib.contextmanager
def _path_view(title: str, path: str | os.PathLike[str]) -> Iterator[FileView]:
    with _open_path(title, path) as file:
        yield FileView(file)


def _open_path(title: str, path: str | os.PathLike[str]) -> IO[bytes]:
    if os.path.isdir(path):
        raise AudioError(title, "is a directory", "pass a recording, or analyze the folder")
    try:
        return open(path, "rb", buffering=0)
    except FileNotFoundError as cause:
        raise AudioError(title, "does not exist", "check the name") from cause
    except PermissionError as cause:
        raise AudioError(title, "may not be read", "ask for permission to read it") from cause
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or str(cause)
        raise AudioError(title, f"cannot be opened ({reason})", "check the name and the disk") from cause


def digest(view: FileView) -> str:
    """Return the SHA-256 of the bytes of a file in hexadecimal digits."""
    view.seek(0)
    state = hashlib.sha256()
    while chunk := view.read(1 << 20):
        state.update(chunk)
    return state.hexdigest()


def check_readable(title: str, view: FileView) -> None:
    """Raise AudioError where the system failed to read the file while a decoder asked for it."""
    if isinstance(view.failure, MemoryError):
        raise view.failure
    if view.failure is not None:
        problem = f"cannot be read to the end ({view.failure.strerror or view.failure})"
        raise AudioError(title, problem, "check the disk or copy it again")
