"""Parts: a log in a bucket, where nothing can be added to an object: numbered parts, and a list of those that count."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from typing import IO, Any, NamedTuple

from audioq.batches.buckets import shown, writing_at
from audioq.batches.leases import LostLeaseError
from audioq.batches.leftovers import prefix
from audioq.batches.objects import fetch, place_below, store
from audioq.errors import BatchError
from audioq.messages import text

COMMITS = "log/commits.json"
"""Name of the list; it is replaced as a whole, and what it does not name does not count."""
_AT_ONCE = 16

Options = Mapping[str, Any] | None
"""What fsspec is told besides the address."""


class Part(NamedTuple):
    """A part of the log: the name of its object below ``log/``, its bytes and its lines."""

    name: str
    bytes: int
    lines: int


class Parts:
    """The parts of the log at an address, and a way to add one.

    Parameters
    ----------
    address : str
    run : str
        Name of this run: it is in the names of its parts, so that no run ever writes over a part of another one.
    storage_options : mapping, optional

    Raises
    ------
    BatchError
        The address cannot be read, or the list is damaged.
    """

    def __init__(self, address: str, run: str, storage_options: Options = None) -> None:
        self._address, self._run, self._options = address, run, storage_options
        self._list = committed(address, storage_options) or []
        self._number = max((int(part.name.split("-")[1].partition(".")[0]) for part in self._list), default=0)
        self._tried: list[Part] = []  # may have arrived although their sending failed
        self._ahead = 0  # bytes that did so, and that `send` will be given once more

    def __len__(self) -> int:
        return len(self._list)

    def copy(self, write: Callable[[bytes], object]) -> int:
        """Write the whole log, and return its bytes."""
        copy_parts(self._address, self._list, write, self._options)
        return sum(part.bytes for part in self._list)

    def send(self, content: bytes) -> None:
        """Add whole lines as a part: it counts once the list names it.

        After a failure, call it with the same lines again, or with more behind them: those that did arrive are left
        out, and no attempt writes over what another one wrote.

        Raises
        ------
        BatchError
            The address cannot be written, or another run has taken over.
        """
        if self._tried:
            self._ahead += self._arrived()
        if left := content[self._ahead :]:
            self._add(left)
        self._ahead = 0

    def _add(self, content: bytes) -> None:
        self._number += 1
        part = Part(f"part-{self._number:06d}-{self._run}.jsonl", len(content), content.count(b"\n"))
        with writing_at(self._address):
            store(place_below(self._address, f"log/{part.name}", self._options), content)
            self._tried.append(part)
            store(place_below(self._address, COMMITS, self._options), _commits([*self._list, part]))
        self._list.append(part)
        self._tried.clear()

    def _arrived(self) -> int:
        """Load the list again, and return the bytes that it has more than was known."""
        found = committed(self._address, self._options) or []
        if found == self._list:
            return 0
        if found[:-1] != self._list or found[-1] not in self._tried:
            raise LostLeaseError(text("error.batch.in_use", {"folder": shown(self._address)}))
        self._list = found
        self._tried.clear()
        return found[-1].bytes


def _commits(parts: list[Part]) -> bytes:
    return (json.dumps({"commits": 1, "parts": [part._asdict() for part in parts]}, indent=0) + "\n").encode("ascii")


def committed(address: str, storage_options: Options = None) -> list[Part] | None:
    """Return the parts that count, None where there is no list of them."""
    with writing_at(address):
        content = fetch(place_below(address, COMMITS, storage_options))
    if content is None:
        return None
    try:
        return [Part(**part) for part in json.loads(content)["parts"]]
    except (ValueError, TypeError, KeyError) as cause:
        raise _damaged(address, COMMITS, f"{type(cause).__name__}: {cause}") from cause


def copy_parts(
    address: str, parts: list[Part], write: Callable[[bytes], object], storage_options: Options = None
) -> None:
    """Write the content of parts, in their order."""
    for first in range(0, len(parts), _AT_ONCE):
        some = parts[first : first + _AT_ONCE]
        places = [place_below(address, f"log/{part.name}", storage_options) for part in some]
        with writing_at(address):
            found = places[0].system.cat([one.path for one in places])
        for part, one in zip(some, places, strict=True):
            if len(found[one.path]) != part.bytes:
                raise _damaged(address, f"log/{part.name}", f"{len(found[one.path])} bytes, not {part.bytes}")
            write(found[one.path])


def log_copy(address: str, storage_options: Options = None) -> IO[bytes] | None:
    """Return a temporary file with the log at an address, None where there is none."""
    parts = committed(address, storage_options)
    if parts is None:
        return None
    copy = tempfile.TemporaryFile(prefix=prefix())
    copy_parts(address, parts, copy.write, storage_options)
    copy.seek(0)
    return copy


def _damaged(address: str, name: str, cause: str) -> BatchError:
    values = {"file": f"{shown(address).rstrip('/')}/{name}", "cause": cause}
    return BatchError(text("error.batch.unread", values))
