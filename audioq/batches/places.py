"""Places: a path on this machine for each recording, wherever it comes from. Used by workers."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from audioq.batches.archives import Archives
from audioq.batches.buckets import copy_object, is_address, path_of
from audioq.batches.items import Item
from audioq.batches.leftovers import prefix
from audioq.batches.refusals import refused
from audioq.batches.room import copier, copying
from audioq.batches.versions import is_digest, reason, version_of

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}$")
"""What decoders may need of a name."""


@contextmanager
def located(
    item: Item,
    folder: str | None = None,
    most_bytes: int | None = None,
    storage_options: Mapping[str, Any] | None = None,
    archives: Archives | None = None,
) -> Iterator[str]:
    """Give a path of this machine for a recording: its own, or that of a copy that is deleted afterwards.

    Parameters
    ----------
    item : Item
        A recording, or a leg of a call.
    folder : str, optional
        Where copies go; else where the system keeps temporary files.
    most_bytes : int, optional
        Larger recordings are refused, at the latest while they are copied.
    storage_options : mapping, optional
        What fsspec is told besides an address.
    archives : Archives, optional
        Archives that stay open from call to call.

    Raises
    ------
    AudioError
        It cannot be found, read or fetched, or is no regular file. `cause` says which; a `LimitError` where it is too
        large.
    RoomError
        This machine cannot take the copy.
    """
    _check_size(item, item.size, most_bytes)
    if item.member is None and not is_address(item.address):
        size, _ = version_of(item.file, item.address)
        _check_size(item, size, most_bytes)
        yield item.address
        return
    with _emptied(item, folder) as path:
        with copying(item.file, folder):  # errors of the source are `AudioError` by now
            _fetch(item, path, folder, most_bytes, storage_options, archives)
        yield path


@contextmanager
def _emptied(item: Item, folder: str | None) -> Iterator[str]:
    ending = _ENDING.search(item.found[0] or path_of(item.address))
    with copying(item.file, folder):
        number, path = tempfile.mkstemp(ending[0] if ending else "", prefix(), folder)
        os.close(number)
    try:
        yield path
    finally:
        with suppress(OSError):
            os.unlink(path)


def _fetch(
    item: Item,
    path: str,
    folder: str | None,
    most_bytes: int | None,
    storage_options: Mapping[str, Any] | None,
    archives: Archives | None,
) -> None:
    etag = ""
    member, version = item.found
    with open(path, "wb") as copy:
        write = _limited(item, copier(item.file, copy.write, folder), most_bytes)
        if member is None:
            etag = copy_object(item.address, write, storage_options)
        else:
            kept = archives or Archives(dict(storage_options or {}))
            try:
                kept.copy(item.file, item.address, member, item.occurrence, write)
            finally:
                if archives is None:
                    kept.close()
        copy.flush()
        size = copy.tell()
    if (item.size is not None and size != item.size) or (etag and version and etag != version):
        raise refused(item.file, "changed")


def _limited(item: Item, write: Callable[[bytes], object], most_bytes: int | None) -> Callable[[bytes], object]:
    written = 0

    def count(block: bytes) -> None:
        nonlocal written
        written += len(block)
        _check_size(item, written, most_bytes)
        write(block)

    return count


def _check_size(item: Item, size: int | None, most_bytes: int | None) -> None:
    if size is not None and most_bytes is not None and size > most_bytes:
        raise refused(item.file, "too_large", size=size, limit=most_bytes)


def check_unchanged(item: Item) -> None:
    """Refuse what became of a recording of this machine if it is no longer the file that was listed.

    Call it after the recording was read. Where its version is a digest, only the size is compared. Copies of members
    and objects are compared in size, and in etag if they have one, when they are fetched.

    Raises
    ------
    AudioError
        Its cause is ``changed`` or ``missing``.
    """
    if item.member is not None or is_address(item.address) or item.size is None:
        return
    try:
        found = os.stat(item.address)
    except FileNotFoundError as cause:
        raise refused(item.file, "vanished") from cause
    except (OSError, ValueError) as cause:
        raise reason(item.file, cause) from cause
    _, version = item.found
    same = is_digest(version) or str(found.st_mtime_ns) == version
    if found.st_size != item.size or not same:
        raise refused(item.file, "changed")
