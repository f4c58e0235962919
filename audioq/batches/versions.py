"""Versions: what a file of this machine is known by, without reading what it means."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping
from hashlib import blake2b

from audioq.batches.items import Item
from audioq.batches.refusals import problem_of, refused
from audioq.errors import AudioError

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)
_DIGEST = "blake2b:"
_BLOCK = 1 << 20


def local_item(
    file: str,
    path: str,
    by_hash: bool = False,
    options: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Item:
    """Return the item of a file of this machine, or one with a problem where it cannot be scored."""
    address, options, columns = os.path.abspath(path), options or {}, columns or {}
    try:
        size, version = version_of(file, path, by_hash)
    except AudioError as error:
        return Item(file, address, options=options, columns=columns, problem=problem_of(error))
    return Item(file, address, None, size, version, options, columns)


def version_of(file: str, path: str, by_hash: bool = False) -> tuple[int, str]:
    """Return the size in bytes of a regular file and its version; nothing else is opened.

    The version is the time of modification in ns, or a digest of the content.

    Raises
    ------
    AudioError
        It does not exist, is no regular file or may not be read; named `file`.
    """
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise _no_file(file, found.st_mode)
        if not os.access(path, os.R_OK):
            raise refused(file, "forbidden")
        return found.st_size, _digest(path) if by_hash else str(found.st_mtime_ns)
    except (OSError, ValueError) as cause:
        raise reason(file, cause) from cause


def is_digest(version: str) -> bool:
    """Whether a version is a digest of the content."""
    return version.startswith(_DIGEST)


def reason(file: str, cause: OSError | ValueError) -> AudioError:
    """Return what the system says about a file as an error of ours."""
    if isinstance(cause, PermissionError):
        return refused(file, "forbidden")
    if isinstance(cause, ValueError) or cause.errno in _GONE:  # a name with a zero byte exists nowhere
        return refused(file, "missing")
    return refused(file, "unreadable", cause=cause.strerror or cause)


def _no_file(file: str, mode: int) -> AudioError:
    if stat.S_ISDIR(mode):
        return refused(file, "folder")
    return refused(file, "not_a_file", kind=_KINDS.get(stat.S_IFMT(mode), "something else"))


def _digest(path: str) -> str:
    state = blake2b(digest_size=16)
    with open(path, "rb", buffering=0) as content:
        while block := content.read(_BLOCK):
            state.update(block)
    return _DIGEST + state.hexdigest()
