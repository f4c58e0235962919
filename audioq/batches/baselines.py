"""Baselines: what an earlier batch said of the recordings, found by their names; on disc, so memory stays flat."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

from audioq.batches.buckets import is_address, shown
from audioq.batches.items import Item
from audioq.batches.outputs import output_at
from audioq.batches.plans import Plan
from audioq.batches.rows import Row
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import printable, undecoded

_TABLES = """
CREATE TABLE rows (name TEXT, occurrence INT, label TEXT, mos REAL, severity REAL, PRIMARY KEY (name, occurrence));
"""
_ADD = "REPLACE INTO rows VALUES (?, ?, ?, ?, ?)"
_FIND = "SELECT label, mos, severity FROM rows WHERE name = ? AND occurrence = ?"


class Standing(NamedTuple):
    """What a batch says of a recording, as far as two batches are compared.

    Attributes
    ----------
    label : str or None
        None where it could not be scored.
    mos : float or None
    severity : float or None
        From 0 to 1.
    """

    label: str | None
    mos: float | None
    severity: float | None


def standing_of(result: Mapping[str, Any] | None) -> Standing:
    """Return the standing of a result as `audioq.render.json.to_dict` gives it, None where there is no recording."""
    if not result or "verdict" not in result:
        return Standing(None, None, None)
    return Standing(result["verdict"]["label"], result["scores"]["mos"], result["severity"])


class Baseline:
    """What an earlier batch said, in a temporary database that goes when it is closed.

    Parameters
    ----------
    path : path or address
        A folder or address of results; or a file of JSON Lines: ``log.jsonl`` or ``recordings.jsonl`` of one, or what
        ``audioq analyze --format json`` wrote.
    storage_options : mapping, optional
        What fsspec is told besides an address.

    Raises
    ------
    BatchError
        There are no results, or they are something else.
    """

    def __init__(self, path: str | os.PathLike[str], storage_options: Mapping[str, Any] | None = None) -> None:
        self.title = shown(os.fspath(path))
        """What to call it."""
        self.makers: set[tuple[str, str]] = set()
        """Versions of audioq and fingerprints of thresholds that made it."""
        self.total = 0
        """How many recordings it has, scored or not."""
        self._moved = ("", "")  # what its names begin with, and what those of the plan do instead
        self._base = sqlite3.connect("", isolation_level=None)  # see `plans`
        self._base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE")
        self._base.executescript(_TABLES)
        try:
            with _lines(os.fspath(path), storage_options) as lines:
                self._read(lines)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Forget all."""
        self._base.close()

    def _read(self, lines: IO[bytes]) -> None:
        self._base.execute("BEGIN")
        for number, line in enumerate(lines, start=1):
            if not line.endswith(b"\n"):
                break  # which was torn off when the run was killed
            try:
                found = json.loads(line)
                self._take(found)
            except (ValueError, KeyError, TypeError) as cause:
                values = {"file": printable(self.title), "line": number}
                raise BatchError(text("error.baseline.line", values)) from cause
        self._base.execute("COMMIT")
        self.total, scored = self._base.execute("SELECT COUNT(*), COUNT(label) FROM rows").fetchone()
        if not scored:
            raise BatchError(text("error.baseline.empty", {"file": printable(self.title)}))

    def _take(self, found: Mapping[str, Any]) -> None:
        if "log" in found:
            self._base.execute("DELETE FROM rows")  # of a log the rows after its last head count
            self.makers.clear()
            return
        item, result = (found["item"], found["result"]) if "row" in found else (_item_of(found), found)
        if "row" in found and found["status"] == "no_recording":
            return
        if result and "verdict" in result:
            self.makers.add((result["audioq"], result["thresholds"]))
        elif not (result and "error" in result):
            raise KeyError("verdict")
        name, occurrence = _key(item)
        self._base.execute(_ADD, (name, occurrence, *standing_of(result)))

    def match(self, plan: Plan) -> None:
        """See to it that recordings of a plan are found.

        They are found by their names, or where it has none of these, by what follows the folder that all of a batch are
        in.

        Raises
        ------
        BatchError
            None is found.
        """
        if any(self._has(item) for item in plan.items()):
            return
        theirs = _shared(name for (name,) in self._base.execute("SELECT name FROM rows"))
        self._moved = (theirs, _shared(undecoded(item.name) for item in plan.items()))
        if not any(self._has(item) for item in plan.items()):
            raise BatchError(text("error.baseline.others", {"file": printable(self.title)}))

    def _has(self, item: Item) -> bool:
        return self._find(undecoded(item.name), item.occurrence) is not None

    def of(self, row: Row) -> Standing | None:
        """Return what it says of the recording of a row, None where it has none."""
        return self._find(*_key(row["item"]))

    def _find(self, name: str, occurrence: int) -> Standing | None:
        theirs, ours = self._moved
        if not name.startswith(ours):
            return None
        found = self._base.execute(_FIND, (theirs + name[len(ours) :], occurrence)).fetchone()
        return None if found is None else Standing(*found)


def _key(item: Mapping[str, Any]) -> tuple[str, int]:
    """Return the name and occurrence of `Item.record`, as `Item.name` has them."""
    called = item["options"].get("call_id", item["file"]) if item["legs"] or not item["file"] else item["file"]
    return undecoded(called), item["occurrence"]


def _item_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of the item that a result of ``audioq analyze`` is of."""
    call = {"call_id": result["call_id"]} if "call_id" in result else {}
    return {"file": result["file"], "options": call, "legs": result.get("legs", ()), "occurrence": 0}


def _shared(names: Iterable[str]) -> str:
    """Return the folder that all names begin with, with its slash.

    Examples
    --------
    >>> _shared(["nightly/1/a.wav", "nightly/1/b/c.wav"])
    'nightly/1/'
    """
    shared: str | None = None
    for name in names:
        shared = name if shared is None else os.path.commonprefix([shared, name])
    return (shared or "")[: (shared or "").rfind("/") + 1]


@contextmanager
def _lines(path: str, storage_options: Mapping[str, Any] | None) -> Iterator[IO[bytes]]:
    """Open the lines of a baseline, wherever they are."""
    if is_address(path) or os.path.isdir(path):
        with output_at(path, storage_options).reading() as reader, open(reader.file, "rb") as lines:
            yield lines
        return
    try:
        with open(path, "rb") as lines:
            yield lines
    except OSError as cause:
        values = {"file": printable(path), "cause": cause.strerror}
        raise BatchError(text("error.baseline.unread", values)) from cause
