"""Pseudonyms: names, and what a manifest says in words, replaced by a keyed hash before anything is planned."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from audioq.batches.buckets import is_address, path_of
from audioq.batches.calls import JOINED, columns_of
from audioq.batches.entries import plain_name
from audioq.batches.folders import AUDIO_EXTENSIONS, RAW_EXTENSIONS
from audioq.batches.items import Item
from audioq.batches.logs import KEPT, KEY
from audioq.batches.moments import is_date
from audioq.batches.remarks import MEANT
from audioq.batches.sources import Source, local_path
from audioq.batches.titles import titles_of
from audioq.batches.withholding import problem_of_masked
from audioq.errors import BatchError
from audioq.messages import text

CATEGORIES = ("app", "operator", "country")
"""Columns of a manifest that stay readable and that make groups of recordings."""

LEAST_KEY_BYTES = 16
_MOST_KEY_BYTES = 4096  # more is no key but some other file
_DIGITS = 24
"""Hexadecimal digits of a pseudonym, 96 bits: no two of any number of names share one by chance."""
_KEY_DIGITS = 12
_MOST_SECONDS = 1e6
_NUMBER_DIGITS = 13  # 52 bits, which every reader of JSON keeps exactly
_ENDINGS = AUDIO_EXTENSIONS | RAW_EXTENSIONS
_FILES = ("duplicate_of", "near_duplicate_of")
"""Columns of a drafted manifest that name files."""
_NEVER_KEPT = ("file", "call_id", "sha256", *_FILES)
_READABLE = {*MEANT, "duration_s", *CATEGORIES} - {"call_id"}
_SOURCES = {"", "tag", "name", "mtime"}


def _is_length(written: str) -> bool:
    """Whether a cell is a number of seconds that a recording may have, and no other, such as that of a telephone."""
    try:
        return 0 <= float(written) < _MOST_SECONDS
    except ValueError:
        return False


_ONLY_IF: Mapping[str, Callable[[str], bool]] = {
    "started_at": is_date,
    "started_at_source": lambda written: written.strip().casefold() in _SOURCES,
    "duration_s": _is_length,
}
"""Readable columns that nothing has checked by now: a cell that is not what it should be may say anything."""


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Replaces names by a hash that only the key leads to; the same name has the same one everywhere.

    Attributes
    ----------
    key : bytes
    kept : tuple of str
        Columns of a manifest that stay readable besides those that always do.
    """

    key: bytes = field(repr=False)
    kept: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """Columns whose values together make a group of recordings."""
        return tuple(dict.fromkeys((*CATEGORIES, *self.kept)))

    @property
    def fingerprint(self) -> str:
        """What tells whether another key is the same, and leads nowhere else."""
        return self._digest("\0key", _KEY_DIGITS)

    def head(self) -> dict[str, Any]:
        """Return what the head of a log says of it."""
        return {KEY: self.fingerprint, KEPT: sorted(set(self.kept))}

    def items(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield items under their pseudonyms."""
        return map(self.item, items)

    def item(self, item: Item) -> Item:
        """Return an item under its pseudonym; what a worker opens stays what it is."""
        legs = tuple(self.item(leg) for leg in item.legs)
        file = JOINED.join(leg.file for leg in legs) or self.file(item.file)
        version = JOINED.join(leg.version for leg in legs) if legs else self._version(item)
        columns = columns_of(legs) if legs else {name: self._cell(name, cell) for name, cell in item.columns.items()}
        return replace(
            item,
            file=file,
            member=item.member and file,
            version=version,
            options={name: self._cell(name, value) for name, value in item.options.items()},
            columns=columns,
            legs=legs,
            problem=item.problem and problem_of_masked(file, item.problem),
            occurrence=item.occurrence if item.name else self._number(item.occurrence),
            real=(item.member, item.version),
        )

    def file(self, name: str) -> str:
        """Return what a recording is called: its ending stays, as decoders need it, if recordings have such."""
        ending = os.path.splitext(name)[1].lower()
        return name and self.of(name) + (ending if ending.removeprefix(".") in _ENDINGS else "")

    def of(self, name: str) -> str:
        """Return the pseudonym of a name that is no file's: HMAC-SHA256 of its UTF-8, the first 24 digits."""
        return self._digest(name, _DIGITS)

    def place(self, item: Item) -> str:
        """Return what items are sorted by while they are scored: nothing of the order of their names is left.

        Members of an archive stay together, and those of a tar as they are in it: it can only be read on.
        """
        if item.found[0] is None:
            return item.id
        archive = self.of(item.address)
        return archive + item.id if path_of(item.address).lower().endswith(".zip") else archive

    def notes(self, notes: Iterable[str], sources: Iterable[Source], carried: Iterable[str]) -> Iterator[str]:
        """Yield sentences about sources without the titles that they begin with, and one about each column in vain.

        Parameters
        ----------
        notes : iterable of str
        sources : iterable of path or address
        carried : iterable of str
            Columns that the rows have.
        """
        titles = titles_of([local_path(os.fspath(source)) for source in sources])
        for note in notes:
            title = max((one for one in titles if note.startswith(f"{one}: ")), key=len, default="")
            yield self.file(title) + note[len(title) :]
        missing = [name for name in self.kept if name not in set(carried)]
        yield from (text("batch.not_kept", {"column": name}) for name in missing)

    def _digest(self, name: str, digits: int) -> str:
        # Bytes of a name that are no text are surrogates: so they stay apart from all others.
        return hmac.digest(self.key, name.encode("utf-8", "surrogatepass"), "sha256").hex()[:digits]

    def _version(self, item: Item) -> str:
        # With the last part of the name: copies of a recording are not told, and one that was moved is.
        last = os.path.basename(item.file)
        return item.version and self.of(f"\0version\0{last}\0{item.version}")

    def _number(self, count: int) -> int:
        # Rows without a name are known by their place in the manifest alone, and it tells which row is whose.
        return int(self._digest(f"\0number\0{count}", _NUMBER_DIGITS), 16)

    def _cell(self, column: str, cell: str) -> str:
        if not cell.strip() or column in self.kept:
            return cell
        if column in _READABLE and _ONLY_IF.get(column, bool)(cell):
            return cell
        return (
            self.file(plain_name(cell)) if column in _FILES else self.of(cell.strip() if column == "call_id" else cell)
        )


Key = bytes | bytearray | memoryview | str | os.PathLike[str]
"""A key, or the path of a file that holds it."""


def masked(items: Iterable[Item], mask: Pseudonyms | None) -> Iterable[Item]:
    """Return items under their pseudonyms, or as they are where there are none."""
    return items if mask is None else mask.items(items)


def pseudonyms_of(
    anonymize: Key | None,
    keep_columns: Sequence[str] = (),
    places: Iterable[str | os.PathLike[str] | None] = (),
    **refused: bool,
) -> Pseudonyms | None:
    """Return what replaces names; None where they stay.

    Parameters
    ----------
    anonymize : bytes, path or None
        The key, or the file that holds it.
    keep_columns : sequence of str
    places : iterable of path or None
        Where results go, which is no place for the key.
    **refused
        Options that would tell what is hidden, by name, and whether they are given.

    Raises
    ------
    BatchError
        There is no key or it is too short, or the options contradict it.
    """
    kept = (keep_columns,) if isinstance(keep_columns, str) else tuple(keep_columns)
    if anonymize is None:
        if kept:
            raise BatchError(text("error.batch.kept_without_key"))
        return None
    for name, given in refused.items():
        if given:
            raise BatchError(text(f"error.batch.anonymize_{name}"))
    if names := [name for name in kept if name in _NEVER_KEPT or not name.strip()]:
        raise BatchError(text("error.batch.never_kept", {"column": names[0]}))
    key, file = _key_of(anonymize, places)
    if len(key) < LEAST_KEY_BYTES:
        values = {"file": file, "size": len(key), "least": LEAST_KEY_BYTES}
        raise BatchError(text("error.batch.short_key", values))
    return Pseudonyms(key, kept)


def _key_of(given: Any, places: Iterable[str | os.PathLike[str] | None]) -> tuple[bytes, str]:
    """Return the key and what to call it, without the line's end that editors and ``echo`` put behind it."""
    if isinstance(given, bytes | bytearray | memoryview):
        key, file = bytes(given), "anonymize"
    elif isinstance(given, str | os.PathLike):
        file = os.fspath(given)
        key = _key_in(file, [os.fspath(place) for place in places if place is not None])
    else:
        raise BatchError(text("error.batch.key_type", {"type": type(given).__name__}))
    return key.removesuffix(b"\n").removesuffix(b"\r"), file


def _key_in(path: str, places: Iterable[str]) -> bytes:
    for place in places:
        real = os.path.realpath(place.removeprefix("file://"))
        if not is_address(place) and Path(os.path.realpath(path)).is_relative_to(real):
            raise BatchError(text("error.batch.key_in_results", {"file": path}))
    try:
        with open(path, "rb") as file:
            key = file.read(_MOST_KEY_BYTES + 1)
    except (OSError, ValueError) as cause:
        reason = getattr(cause, "strerror", None) or cause
        raise BatchError(text("error.batch.no_key", {"file": path, "cause": reason})) from cause
    if len(key) > _MOST_KEY_BYTES:
        values = {"file": path, "cause": f"more than {_MOST_KEY_BYTES} bytes"}
        raise BatchError(text("error.batch.no_key", values))
    return key
