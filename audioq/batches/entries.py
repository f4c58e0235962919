"""Entries: what a row of a manifest says, as items: its recording, its options, and the calls that its legs make."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from audioq.batches.buckets import is_address, object_info, shown
from audioq.batches.calls import Entry, call_of, join_calls
from audioq.batches.items import Item
from audioq.batches.manifests import Line, read_lines
from audioq.batches.refusals import problem_of, refused
from audioq.batches.remarks import Remarks
from audioq.batches.row_options import WrongCellError, check_zone, options_of
from audioq.batches.tallies import Tally
from audioq.batches.versions import local_item
from audioq.errors import AudioError
from audioq.messages import text

_WINDOW = 256
"""Rows whose addresses are asked for at the same time."""
_AT_ONCE = 16
_ESCAPED = re.compile(r"\\x([89a-f][0-9a-f])")
_ELSEWHERE = ("s3", "gs", "gcs", "http", "https", "az", "abfs", "sftp", "ssh")
"""Kinds of addresses that lead to no file of this machine."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest and how its rows are to be taken.

    Attributes
    ----------
    path : str
        Where it is on this machine.
    title : str
        What to call it in messages.
    base : str
        Folder or address that its files are relative to.
    by_hash : bool
        Versions of files are digests of their content.
    options : mapping of str to str
        Said of all recordings, unless a row says otherwise.
    storage_options : mapping, optional
        What fsspec is told besides an address.
    """

    path: str
    title: str
    base: str
    by_hash: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    storage_options: Mapping[str, Any] | None = None

    def lines(self) -> Iterator[Line]:
        """Yield the rows from the beginning."""
        return read_lines(self.path, self.title)


class _Repeats:
    """Tells rows that repeat others in every cell; calls without a file and a name may well be alike."""

    def __init__(self) -> None:
        self._rows, self.count = Tally(), 0

    def has(self, cells: Mapping[str, str]) -> bool:
        is_named = cells.get("file") or cells.get("call_id")
        known = self._rows.add((*cells, *cells.values())) > 0 if is_named else False
        self.count += known
        return known


def manifest_items(manifest: Manifest, notes: list[str] | None = None) -> Iterator[Item]:
    """Yield what the rows of a manifest name, in their order; a call stands where its last leg does.

    A row that repeats another in every cell is taken once. Rows that have neither ``file`` nor ``call_id`` are all
    taken: two calls that never connected may well look alike. `notes` gets a sentence that counts what was left out,
    and others about what is odd; see `remarks`.

    Raises
    ------
    BatchError
        The manifest cannot be read, or an option in it makes no sense; with manifest, line and column.
    """
    legs = _legs_of_calls(manifest)
    repeats, remarks = _Repeats(), Remarks()
    entries = (_entry(manifest, line, legs) for line in manifest.lines() if not repeats.has(line.cells))
    yield from join_calls(manifest.title, _found(manifest, _seen(remarks, entries)), legs)
    if notes is not None:
        if repeats.count:
            notes.append(text("line.repeated_rows", {"file": manifest.title, "count": repeats.count}))
        notes.extend(remarks.sentences(manifest.title))


def _seen(remarks: Remarks, entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        remarks.see(entry.place, entry.item)
        yield entry


def _legs_of_calls(manifest: Manifest) -> Tally:
    """Count the legs of each call, in a pass of its own: then only calls that are not complete need to wait."""
    legs, repeats = Tally(), _Repeats()
    columns_are_known = manifest.path.lower().endswith((".csv", ".tsv", ".parquet"))
    for line in manifest.lines():
        if columns_are_known and not {"call_id", "leg"} <= set(line.cells):
            break
        call = call_of(line.cells)
        if call and not repeats.has(line.cells):
            legs.add(call)
    return legs


def _entry(manifest: Manifest, line: Line, legs: Tally) -> Entry:
    try:
        options = options_of(line.cells, manifest.options)
        check_zone(line.cells.get("time_zone", "").strip())
    except WrongCellError as cause:
        raise cause.stop(manifest.title, line.place) from cause
    columns = {name: cell for name, cell in line.cells.items() if cell and name != "file"}
    file = line.cells.get("file", "")
    if not file.strip():
        return Entry(line.place, _without_file(manifest, line, options, columns), "")
    call = call_of(line.cells)
    item = Item(_name(file, manifest.base), file, None, None, "", options, columns)
    return Entry(line.place, item, call if legs.count(call) > 1 else "")


def _without_file(manifest: Manifest, line: Line, options: dict[str, str], columns: dict[str, str]) -> Item:
    outcome = line.cells.get("outcome", "").strip() or None
    problem = None if outcome else problem_of(refused(f"{manifest.title} {line.place}", "no_source"))
    return Item("", options=options, columns=columns, outcome=outcome, problem=problem)


def _name(file: str, base: str) -> str:
    """Return what to call a file: its path from the manifest on, never an absolute one, or its address."""
    if is_address(file):
        return shown(file)
    return plain_name(os.path.relpath(file, base) if os.path.isabs(file) and not is_address(base) else file)


def plain_name(file: str) -> str:
    """Return a name without the ``./`` in front, which says nothing."""
    while file.startswith("./"):
        file = file[2:].lstrip("/")
    return file


def _found(manifest: Manifest, entries: Iterable[Entry]) -> Iterator[Entry]:
    """Look up size and version of each recording; those of addresses several at once."""
    window: list[Entry] = []
    for entry in entries:
        window.append(entry)
        if len(window) == _WINDOW:
            yield from _looked_up(manifest, window)
            window.clear()
    yield from _looked_up(manifest, window)


def _looked_up(manifest: Manifest, window: list[Entry]) -> Iterator[Entry]:
    if not any(is_address(manifest.base) or is_address(entry.item.address) for entry in window):
        yield from (entry._replace(item=_placed(manifest, entry.item)) for entry in window)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        placed = list(threads.map(lambda entry: _placed(manifest, entry.item), window))
    yield from (entry._replace(item=item) for entry, item in zip(window, placed, strict=True))


def _placed(manifest: Manifest, item: Item) -> Item:
    given = item.address
    if not given:
        return item
    if is_address(manifest.base) or is_address(given):
        return _remote(manifest, item)
    path = os.path.join(manifest.base, given)
    if "\\x" in given and not os.path.lexists(path):
        meant = _spelled_out(given)
        if os.path.lexists(os.path.join(manifest.base, meant)):
            item, path = replace(item, file=_name(meant, manifest.base)), os.path.join(manifest.base, meant)
    return local_item(item.file, path, manifest.by_hash, item.options, item.columns)


def _spelled_out(file: str) -> str:
    """Return a name with the bytes that `undecoded` wrote as escapes."""
    found = _ESCAPED.sub(lambda byte: chr(0xDC00 + int(byte[1], 16)), file)
    try:
        return os.fsdecode(os.fsencode(found))
    except UnicodeError:  # half a character, as JSON may hold
        return file


def _is_elsewhere(given: str, base: str) -> bool:
    """Whether a row of a manifest from elsewhere leads elsewhere."""
    return not is_address(given) or given.partition("://")[0].lower() in (*_ELSEWHERE, base.partition("://")[0].lower())


def _remote(manifest: Manifest, item: Item) -> Item:
    given = item.address
    # A manifest from elsewhere must not make this machine read files of its own.
    foreign = is_address(manifest.base)
    if foreign and (os.path.isabs(given) or not _is_elsewhere(given, manifest.base)):
        return replace(item, problem=problem_of(refused(item.file, "own_file")))
    address = given if is_address(given) else f"{manifest.base.rstrip('/')}/{item.file}"
    try:
        size, version = object_info(address, manifest.storage_options)
    except AudioError as error:
        return replace(item, address=address, problem=problem_of(error))
    return replace(item, address=address, size=size, version=version)
