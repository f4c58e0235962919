"""Archives: what is in a zip or a tar, and the bytes of one member.

Nothing is ever unpacked under a name that the archive gives.
"""

from __future__ import annotations

import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple, Self

from audioq.batches.buckets import is_address, open_object, path_of
from audioq.batches.folders import is_hidden
from audioq.batches.refusals import refused
from audioq.batches.room import copy_of
from audioq.batches.versions import reason

ARCHIVE_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
MOST_RATIO = 250
"""A compressed tar that unpacks to more times its size is refused: sound, even silence in few files, packs less."""
LEAST_BOMB_BYTES = 1 << 30
"""Less than this is unpacked whatever its ratio."""

_BROKEN: tuple[type[Exception], ...] = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, ValueError, RuntimeError, OverflowError),  # what the readers of damaged archives raise besides
)
_ENCRYPTED = 1  # bit of a zip member's flags
_BLOCK = 1 << 20
_LONG_HEADERS = frozenset(
    (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
)
_LONGEST_HEADER = 1 << 20
_LONGEST_CAUSE = 100  # a tar that is none is told by each way to unpack it

Options = dict[str, Any] | None
"""What fsspec is told besides the address."""


class Member(NamedTuple):
    """What is in an archive and no folder: its name there, its size in bytes, and what changes with its content.

    The name is without ``/`` and ``./`` at its beginning. What is no file is `odd`: ``link`` or ``special``.
    """

    name: str
    size: int
    version: str
    odd: str = ""


def is_archive(path: str) -> bool:
    """Whether a path or address ends as those of archives do."""
    return path_of(path).lower().endswith(ARCHIVE_ENDINGS)


def list_members(title: str, address: str, storage_options: Options = None) -> Iterator[Member]:
    """Yield what is in an archive, in its order, without folders and what is hidden.

    Raises
    ------
    AudioError
        It cannot be read, or unpacks to `MOST_RATIO` times its size; `title` names it.
    """
    with _broken_is(title, "archive"), opened(title, address, storage_options) as file:
        found = _zip_members(file) if _is_zip(address) else _tar_members(title, file)
        yield from (one for one in found if not is_hidden(one.name))


@contextmanager
def opened(title: str, address: str, storage_options: Options = None) -> Iterator[IO[bytes]]:
    """Open a path or an address for reading anywhere in it."""
    if is_address(address):
        with open_object(address, storage_options) as remote:
            if _can_seek(remote):
                yield remote
                return
            # A server that knows no ranges gives all or nothing.
            with copy_of(title, address, storage_options) as copy:
                yield copy
        return
    try:
        file = open(address, "rb")
    except (OSError, ValueError) as cause:
        raise reason(title, cause) from cause
    with file:
        yield file


def _can_seek(file: IO[bytes]) -> bool:
    try:
        file.seek(-1, os.SEEK_END)
        return len(file.read(1)) == 1 and file.seek(0) == 0
    except (OSError, ValueError):
        return False


def _is_zip(address: str) -> bool:
    return path_of(address).lower().endswith(".zip")


@contextmanager
def _broken_is(title: str, id: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as cause:
        said = " ".join(str(cause).split()) or type(cause).__name__
        raise refused(title, id, cause=said if len(said) < _LONGEST_CAUSE else type(cause).__name__) from cause
    except OSError as cause:
        raise refused(title, id, cause=cause.strerror or cause) from cause


def _zip_members(file: IO[bytes]) -> Iterator[Member]:
    with zipfile.ZipFile(file) as archive:
        for info in _files(archive):
            odd = "link" if _is_link(info) else ""
            yield Member(_plain(info.filename), info.file_size, f"{info.CRC:08x}-{info.file_size}", odd)


def _files(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    return (info for info in archive.infolist() if not info.is_dir())


def _plain(name: str) -> str:
    while name.startswith(("/", "./")):
        name = name.partition("/")[2]
    return name


def _is_link(info: zipfile.ZipInfo) -> bool:
    return (info.external_attr >> 28) == 0xA  # the type in a mode of Unix, S_IFLNK


class _Info(tarfile.TarInfo):
    """A header of a tar that stops where it is damaged and never fills the memory."""

    @classmethod
    def fromtarfile(cls, tar: tarfile.TarFile) -> Self:
        """Read the next header; a damaged one would else pass for the end."""
        try:
            return super().fromtarfile(tar)
        except tarfile.InvalidHeaderError as cause:  # type: ignore[attr-defined]
            raise tarfile.ReadError(f"damaged header: {cause}") from cause

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        # Long names and the like are read at one go.
        if self.type in _LONG_HEADERS and self.size > _LONGEST_HEADER:
            raise tarfile.ReadError(f"header of {self.size} bytes")
        return super()._proc_member(tar)  # type: ignore[misc, no-any-return]


def _tar_members(title: str, file: IO[bytes]) -> Iterator[Member]:
    packed = _length(file)
    most = max(MOST_RATIO * packed, LEAST_BOMB_BYTES)
    with tarfile.open(fileobj=file, mode="r:*", tarinfo=_Info) as archive:
        plain = archive.fileobj is file
        for info in _each(archive):
            if not plain and info.offset_data + info.size > most:
                raise refused(title, "archive_bomb", ratio=MOST_RATIO)
            if not info.isdir():
                odd = "" if info.isfile() else "link" if info.issym() or info.islnk() else "special"
                yield Member(_plain(info.name), info.size, f"{int(info.mtime)}-{info.offset_data}", odd)


def _length(file: IO[bytes]) -> int:
    length = file.seek(0, 2)
    file.seek(0)
    return length


def _each(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield what is in a tar without keeping it."""
    while (info := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # else all are kept
        yield info


class Archives:
    """Archives that a process keeps open, so that members that are asked for in their order cost one pass.

    Parameters
    ----------
    storage_options : dict, optional
        What fsspec is told besides an address.
    """

    def __init__(self, storage_options: Options = None) -> None:
        self._storage_options = storage_options
        self._at: tuple[str, _Open] | None = None  # one is enough, as members of an archive stand together

    def copy(self, title: str, address: str, member: str, nth: int, write: Callable[[bytes], object]) -> None:
        """Write the bytes of a member, block by block.

        Parameters
        ----------
        title : str
            What to call it in messages.
        address, member : str
            Path or address of the archive, and the name in it.
        nth : int
            Which member of that name, from 0 on.
        write : callable
            Gets each block; what it raises ends the copy.

        Raises
        ------
        AudioError
            There is no such member, it is encrypted, or it cannot be unpacked.
        """
        try:
            with _broken_is(title, "member"), self._opened(title, address).member(title, member, nth) as source:
                while block := source.read(_BLOCK):
                    write(block)
        except BaseException:
            self.close()  # who knows where it stands
            raise

    def close(self) -> None:
        """Close what is open."""
        if self._at is not None:
            self._at[1].close()
            self._at = None

    def _opened(self, title: str, address: str) -> _Open:
        if self._at is None or self._at[0] != address:
            self.close()
            kind = _OpenZip if _is_zip(address) else _OpenTar
            self._at = address, kind(title, address, self._storage_options)
        return self._at[1]


class _Open(ABC):
    """An archive that is open, and the file that it is in."""

    def __init__(self, title: str, address: str, storage_options: Options) -> None:
        self._context = opened(title, address, storage_options)
        self.file = self._context.__enter__()

    def close(self) -> None:
        self._context.__exit__(None, None, None)

    @abstractmethod
    def member(self, title: str, name: str, nth: int) -> IO[bytes]:
        """Open a member; `nth` of those of its name."""


class _OpenZip(_Open):
    def __init__(self, title: str, address: str, storage_options: Options) -> None:
        super().__init__(title, address, storage_options)
        self._archive = zipfile.ZipFile(self.file)
        self._places: dict[str, list[zipfile.ZipInfo]] = {}
        for info in _files(self._archive):
            self._places.setdefault(_plain(info.filename), []).append(info)

    def member(self, title: str, name: str, nth: int) -> IO[bytes]:
        found = self._places.get(name, [])
        if nth >= len(found):
            raise refused(title, "no_member")
        if found[nth].flag_bits & _ENCRYPTED:
            raise refused(title, "encrypted")
        return self._archive.open(found[nth])


class _OpenTar(_Open):
    """Goes forward through a tar, and starts again for what lies behind."""

    def __init__(self, title: str, address: str, storage_options: Options) -> None:
        super().__init__(title, address, storage_options)
        self._rewind()

    def _rewind(self) -> None:
        self.file.seek(0)
        self._archive = tarfile.open(fileobj=self.file, mode="r:*", tarinfo=_Info)
        self._left = _each(self._archive)
        self._passed: Counter[str] = Counter()

    def member(self, title: str, name: str, nth: int) -> IO[bytes]:
        if self._passed[name] > nth:
            self._rewind()
        for info in self._left:
            if info.isdir():
                continue
            passed = _plain(info.name)
            self._passed[passed] += 1
            if passed == name and self._passed[name] == nth + 1:
                return self._content(title, info)
        raise refused(title, "no_member")

    def _content(self, title: str, info: tarfile.TarInfo) -> IO[bytes]:
        if source := self._archive.extractfile(info) if info.isfile() else None:
            return source
        raise refused(title, "no_member")
