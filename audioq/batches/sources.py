"""Sources: everything that a batch is to score, item by item: folders, files, manifests, archives, addresses.

Nothing is decoded here, and what is in memory does not grow with the number of files.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from audioq.batches.archives import is_archive, list_members
from audioq.batches.buckets import copy_object, is_address, list_objects, object_info, path_of, shown
from audioq.batches.entries import Manifest, manifest_items
from audioq.batches.folders import Choice, choice, is_hidden, walk
from audioq.batches.items import Item
from audioq.batches.leftovers import prefix
from audioq.batches.manifests import is_manifest
from audioq.batches.refusals import problem_of, refused
from audioq.batches.tallies import Tally
from audioq.batches.titles import titles_of
from audioq.batches.versions import local_item, reason
from audioq.errors import AudioError, BatchError

Source = str | os.PathLike[str]


def list_items(
    sources: Source | Iterable[Source],
    *,
    glob: str | None = None,
    raw: bool = False,
    by_hash: bool = False,
    options: Mapping[str, str] | None = None,
    storage_options: Mapping[str, Any] | None = None,
    notes: list[str] | None = None,
) -> Iterator[Item]:
    """Yield everything that is to be scored, always in the same order.

    Parameters
    ----------
    sources : path, address, or several
        Folders (searched to any depth, without links to folders and hidden files), files, manifests (``.csv``,
        ``.tsv``, ``.jsonl``, ``.ndjson``, ``.parquet``), archives (``.zip``, ``.tar``, also compressed), and
        addresses of these. What two sources have in common is taken once.
    glob : str, optional
        Which files of folders and archives are taken, instead of those that end as recordings do; see `folders.choice`.
    raw : bool
        Take files of bytes without a header as well.
    by_hash : bool
        Versions of files of this machine are digests of their content, not times.
    options : mapping of str to str
        Said of all recordings; a row of a manifest may say otherwise.
    storage_options : mapping, optional
        What fsspec is told besides an address.
    notes : list of str, optional
        Gets sentences about what was left out, once all is listed.

    Yields
    ------
    Item
        What cannot be scored has a `problem`.

    Raises
    ------
    BatchError
        A manifest makes no sense, an address cannot be listed, or a package is missing.
    """
    given = [sources] if isinstance(sources, str | os.PathLike) else sources
    paths = [local_path(os.fspath(source)) for source in given]
    listing = _Listing(choice(glob, raw), by_hash, options or {}, storage_options, notes)
    repeating = len(paths) > 1 or any(is_manifest(path) or is_archive(path) for path in paths)
    names = Tally() if repeating else None  # a folder by itself has no name twice
    for path, title in zip(paths, titles_of(paths), strict=True):
        for item in listing.items(path, title):
            yield item if names is None else item.numbered(names.add(item.name))


def local_path(source: str) -> str:
    """Return the path that an address of this machine means."""
    return unquote(source.removeprefix("file://")) if source.startswith("file://") else source


@dataclass(slots=True)
class _Listing:
    taken: Choice
    by_hash: bool
    options: Mapping[str, str]
    storage_options: Mapping[str, Any] | None
    notes: list[str] | None
    folders: list[str] = field(default_factory=list)
    """Real paths of the folders that were listed."""
    others: set[str] = field(default_factory=set)
    """Real paths, or addresses, of the other sources."""

    def items(self, path: str, title: str) -> Iterator[Item]:
        if is_address(path):
            if path.rstrip("/") not in self.others:
                self.others.add(path.rstrip("/"))
                yield from self._remote(path)
        elif os.path.isdir(path):
            yield from self._folder(path, title)
        elif not self._is_known(path):
            self.others.add(_real(path))
            yield from self._single(path, title)

    def _single(self, path: str, title: str) -> Iterator[Item]:
        item = local_item(title, path, self.by_hash and not (is_manifest(path) or is_archive(path)), self.options)
        if is_manifest(path):
            if item.problem:
                raise BatchError(item.problem[1])
            base = os.path.dirname(os.path.abspath(path))
            manifest = Manifest(path, title, base, self.by_hash, self.options, self.storage_options)
            yield from manifest_items(manifest, self.notes)
        elif is_archive(path):
            yield from self._archive(item)
        else:
            yield item

    def _folder(self, folder: str, title: str) -> Iterator[Item]:
        empty = True
        for found in walk(folder, self.taken):
            empty = False
            if isinstance(found, OSError):
                name = os.path.relpath(found.filename or folder, folder)
                yield self._failed(reason(_below(title, name.removeprefix(".")) or ".", found))
            elif not self._is_known(path := os.path.join(folder, found)):
                yield local_item(_below(title, found), path, self.by_hash, self.options)
        if empty:
            yield self._failed(refused(title or ".", "empty"))
        self.folders.append(_real(folder))

    def _is_known(self, path: str) -> bool:
        """Whether a source before has the file; only the sources themselves are kept in memory."""
        if not (self.folders or self.others):
            return False
        real = _real(path)
        below = (os.path.relpath(real, top) for top in self.folders if real.startswith(top.rstrip(os.sep) + os.sep))
        inside = (path.replace(os.sep, "/") for path in below)
        return real in self.others or any(not is_hidden(path) and self.taken(path) for path in inside)

    def _archive(self, archive: Item) -> Iterator[Item]:
        """List the members of an archive, given as if it were a recording."""
        title, address = archive.file, archive.address
        if archive.problem is not None:
            yield archive
            return
        empty = True
        try:
            for name, size, version, odd in list_members(title, address, dict(self.storage_options or {})):
                if self.taken(name):
                    empty = False
                    called = _below(title, name)
                    problem = problem_of(refused(called, f"member_{odd}")) if odd else None
                    yield Item(called, address, name, size, version, self.options, problem=problem)
            if empty:
                yield self._failed(refused(title, "empty_archive"))
        except AudioError as error:
            yield self._failed(error)

    def _remote(self, address: str) -> Iterator[Item]:
        title = shown(address)
        try:
            if is_manifest(address):
                yield from self._remote_manifest(address, title)
            elif is_archive(address):
                size, version = object_info(address, self.storage_options)
                yield from self._archive(Item(title, address, None, size, version))
            else:
                yield from self._objects(address, title)
        except AudioError as error:
            if error.cause != "missing":  # what is listed so far may not be all
                raise BatchError(str(error)) from error
            yield self._failed(error)

    def _objects(self, address: str, title: str) -> Iterator[Item]:
        found = list_objects(address, self.taken, self.storage_options)
        if found is None:
            size, version = object_info(address, self.storage_options)
            yield Item(title, address, None, size, version, self.options)
            return
        empty = True
        for one in found:
            empty = False
            yield Item(shown(one.address), one.address, None, one.size, one.version, self.options)
        if empty:
            yield self._failed(refused(title, "empty"))

    def _remote_manifest(self, address: str, title: str) -> Iterator[Item]:
        path = path_of(address)
        with tempfile.TemporaryDirectory(prefix=prefix()) as folder:
            copy = os.path.join(folder, f"manifest{os.path.splitext(path)[1]}")
            with open(copy, "wb") as file:
                copy_object(address, file.write, self.storage_options)
            base = path.rpartition("/")[0]
            manifest = Manifest(copy, title, base, False, self.options, self.storage_options)
            yield from manifest_items(manifest, self.notes)

    def _failed(self, error: AudioError) -> Item:
        return Item(error.source, options=self.options, problem=problem_of(error))


def _real(path: str) -> str:
    """Return a path without links but for its own last part: two links to one recording are two."""
    folder, name = os.path.split(os.path.abspath(path))
    return os.path.realpath(path) if os.path.isdir(path) else os.path.join(os.path.realpath(folder), name)


def _below(title: str, path: str) -> str:
    """Return what to call a file below a source."""
    return "/".join(part for part in (title.rstrip("/"), path) if part)
