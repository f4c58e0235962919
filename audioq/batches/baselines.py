"""Baselines: what an earlier batch said of the recordings, found by their names; on disc, so memory stays flat."""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from typing import IO, Any, NamedTuple
from urllib.parse import unquote_to_bytes

from audioq.batches.buckets import is_address
from audioq.batches.doubts import is_misread
from audioq.batches.items import name_of
from audioq.batches.logs import KEY, LOG, Head
from audioq.batches.outputs import output_at
from audioq.batches.plans import Plan, temporary
from audioq.batches.rows import LABELS, Row
from audioq.batches.titles import titles_of
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import printable

_TABLES = """
CREATE TABLE rows (name BLOB, occurrence INT, label TEXT, mos REAL, severity REAL, PRIMARY KEY (name, occurrence));
"""
_ADD = "REPLACE INTO rows VALUES (?, ?, ?, ?, ?)"
_FIND = "SELECT label, mos, severity FROM rows WHERE name = ? AND occurrence = ?"
_LOOKED_AT = 20_000
"""Of so many recordings it is seen by which names they are found."""
_ODD = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, sqlite3.Error)
"""What a line that no batch wrote may raise."""
LINES_IN = (LOG, "recordings.jsonl")
"""Files in a folder of results that a baseline is read from, the first that is there."""


class Standing(NamedTuple):
    """What a batch says of a recording, as far as two batches are compared.

    Attributes
    ----------
    label : str or None
        None where it could not be scored, or its bytes are probably in another format.
    mos : float or None
    severity : float or None
        From 0 to 1.
    """

    label: str | None = None
    mos: float | None = None
    severity: float | None = None


def standing_of(result: Mapping[str, Any] | None) -> Standing:
    """Return the standing of a result as `audioq.render.json.to_dict` gives it, None where there is no recording.

    Raises
    ------
    ValueError
        It is no result.
    """
    if not result or "verdict" not in result or is_misread(result):
        return Standing()
    label, mos, severity = result["verdict"]["label"], result["scores"]["mos"], result["severity"]
    if label not in LABELS:
        raise ValueError(label)
    return Standing(label, _number(mos), _number(severity))


def _number(value: Any) -> float | None:
    if value is not None and not (isinstance(value, (int, float)) and math.isfinite(value)):
        raise ValueError(value)
    return value


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
        self.title = titles_of([os.fspath(path)])[0]
        """What to call it: never by an absolute path, as tests and gauges are shown to others."""
        self.makers: set[tuple[str, str]] = set()
        """Versions of audioq and fingerprints of thresholds that made it."""
        self.head: Mapping[str, Any] = {}
        """The last head of its log; empty where it has none."""
        self.total = 0
        """How many recordings it has, scored or not."""
        self.folders = ("", "")
        """The folder that its names begin with, and the one that those of the plan begin with in its place."""
        self._base = temporary(_TABLES)
        try:
            with _lines(os.fspath(path), storage_options) as lines:
                self._read(lines)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Forget what was said of each recording."""
        self._base.close()
        del self._base  # so that a summary that has it can be copied

    def _read(self, lines: IO[bytes]) -> None:
        self._base.execute("BEGIN")
        for number, line in enumerate(lines, start=1):
            try:
                if line.strip():
                    self._take(json.loads(line))
            except _ODD as cause:
                if not line.endswith(b"\n") and number > 1:
                    break  # which was torn off when the run was killed
                values = {"file": printable(self.title), "line": number}
                raise BatchError(text("error.baseline.line", values)) from cause
        self._base.execute("COMMIT")
        self.total, scored = self._base.execute("SELECT COUNT(*), COUNT(label) FROM rows").fetchone()
        if not scored:
            raise BatchError(text("error.baseline.empty", {"file": printable(self.title)}))

    def _take(self, found: Mapping[str, Any]) -> None:
        if "log" in dict(found):
            self._base.execute("DELETE FROM rows")  # of a log the rows after its last head count
            self.makers, self.head = set(), {"options": {}, **found}
            return
        item, result = (found["item"], found["result"]) if "row" in found else (_item_of(found), found)
        if "row" in found and found["status"] == "no_recording":
            return
        standing = standing_of(result)
        if standing.label is not None:
            self.makers.add((str(result["audioq"]), str(result["thresholds"])))
        elif "verdict" not in result and "error" not in result:
            raise KeyError("verdict")
        name, occurrence = _key(item)
        self._base.execute(_ADD, (_bytes(name), occurrence, *standing))

    def match(self, plan: Plan, head: Head | None = None) -> None:
        """See to it that recordings of a plan are found, in the folder in which most are.

        Names are whole where half of the recordings are found by them; otherwise a folder that all names of a batch
        begin with may be another one.

        Raises
        ------
        BatchError
            None is found, or its names are hidden otherwise than those of `head`.
        """
        if head is not None and self.head:
            self._refuse_other_key(head)
        items = [(item.name, item.occurrence) for item in plan.some(_LOOKED_AT)]
        if 2 * self._found(items) < len(items):
            theirs = _shared(_text(name) for (name,) in self._base.execute("SELECT name FROM rows"))
            ours = _shared(item.name for item in plan.items())
            counts: Counter[tuple[str, str]] = Counter()
            for self.folders in product(_tops(theirs), _tops(ours)):
                counts[self.folders] = self._found(items)
            self.folders = max(counts, key=lambda pair: counts[pair])  # of equals the first, with the whole names
        if not self._found(items):
            raise BatchError(text("error.baseline.others", {"file": printable(self.title)}))

    def _refuse_other_key(self, head: Head) -> None:
        theirs, ours = self.head["options"].get(KEY), head.options.get(KEY)
        if theirs != ours:
            id = "hidden" if ours is None else "open" if theirs is None else "other_key"
            raise BatchError(text(f"error.baseline.{id}", {"file": printable(self.title)}))

    def _found(self, items: Iterable[tuple[str, int]]) -> int:
        return sum(self._find(*item) is not None for item in items)

    def of(self, row: Row) -> Standing | None:
        """Return what it says of the recording of a row, None where it has none."""
        return self._find(*_key(row["item"]))

    def _find(self, name: str, occurrence: int) -> Standing | None:
        theirs, ours = self.folders
        if not name.startswith(ours):
            return None
        found = self._base.execute(_FIND, (_bytes(theirs + name[len(ours) :]), occurrence)).fetchone()
        return None if found is None else Standing(*found)

    def is_made_otherwise(self, makers: set[tuple[str, str]], head: Head) -> bool:
        """Whether other versions, thresholds or options made it than the rows of a batch."""
        known = json.loads(head.line())
        differs = [name for name in ("measurement", "options") if self.head and self.head.get(name) != known[name]]
        return bool(differs) or bool(makers) and makers != self.makers


def _key(item: Mapping[str, Any]) -> tuple[str, int]:
    """Return the name and occurrence of `Item.record`, as `Item.name` has them."""
    return name_of(item["file"], item["options"], item["legs"]), int(item["occurrence"])


def _item_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of the item that a result of ``audioq analyze`` is of."""
    call = {} if result.get("call_id") is None else {"call_id": result["call_id"]}
    named = os.fsdecode(unquote_to_bytes(result["file_uri"])) if "file_uri" in result else result["file"]
    return {"file": named, "options": call, "legs": result.get("legs", ()), "occurrence": 0}


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogatepass")


def _shared(names: Iterable[str]) -> str:
    """Return the folder that all names begin with, with its slash.

    Examples
    --------
    >>> _shared(["nightly/1/call-1.wav", "nightly/1/call-2/a.wav"]), _shared(["call-1.wav", "call-2.wav"])
    ('nightly/1/', '')
    """
    shared: str | None = None
    for name in names:
        shared = name if shared is None else os.path.commonprefix([shared, name])
    return (shared or "")[: (shared or "").rfind("/") + 1]


def _tops(folder: str) -> list[str]:
    """Return a folder's parents from the top, and itself.

    Examples
    --------
    >>> _tops("nightly/1/")
    ['', 'nightly/', 'nightly/1/']
    """
    return [folder[:end] for end in (0, *(at + 1 for at, character in enumerate(folder) if character == "/"))]


@contextmanager
def _lines(path: str, storage_options: Mapping[str, Any] | None) -> Iterator[IO[bytes]]:
    """Open the lines of a baseline, wherever they are."""
    if is_address(path):
        with output_at(path, storage_options).reading() as reader, open(reader.file, "rb") as lines:
            yield lines
        return
    inside = [os.path.join(path, name) for name in LINES_IN]
    try:
        with open(next(filter(os.path.exists, inside), path), "rb") as lines:
            yield lines
    except OSError as cause:
        id = "error.baseline.no_lines" if os.path.isdir(path) else "error.baseline.unread"
        raise BatchError(text(id, {"file": printable(path), "cause": cause.strerror})) from cause
