"""Plan: the items of a batch in the order of their sources, and what of them is done; on disc, so memory stays flat."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from audioq.batches.items import Item
from audioq.batches.logs import Entry

_PAGE = 500
_ITEMS = """
CREATE TABLE items (ordinal INTEGER PRIMARY KEY, id TEXT, key TEXT, item TEXT, size INT, status TEXT, offset INT);
CREATE INDEX items_by_key ON items (key);
CREATE INDEX items_by_id ON items (id);
"""
_TABLES = f"""{_ITEMS}
CREATE TABLE gone (id TEXT PRIMARY KEY, offset INT, status TEXT);
"""
_PENDING = {False: "status IS NULL", True: "(status IS NULL OR status = 'failed')"}


@dataclass(frozen=True, slots=True)
class Amount:
    """How much there is to do."""

    items: int
    bytes: int


def temporary(tables: str) -> sqlite3.Connection:
    """Return a database with these tables in a file without a name, which sqlite itself deletes."""
    base = sqlite3.connect("", isolation_level=None)
    # It is gone after a crash in any case, so it needs no journal, which costs more than the rest.
    base.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE")
    base.executescript(tables)
    return base


class Plan:
    """The items of a batch, in a temporary database that goes when it is closed."""

    def __init__(self) -> None:
        self._base = temporary(_TABLES)
        self._last = "ordinal"  # what the rows are sorted by in the end

    def __enter__(self) -> Plan:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def add(self, items: Iterable[Item]) -> None:
        """Take up items, in their order."""
        rows = ((item.id, item.key, item.to_json(), item.bytes) for item in items)
        self._base.execute("BEGIN")
        self._base.executemany("INSERT INTO items (id, key, item, size) VALUES (?, ?, ?, ?)", rows)
        self._base.execute("COMMIT")

    def sample(self, count: int, seed: int) -> None:
        """Keep `count` items drawn at random and leave out the others."""
        (total,) = self._base.execute("SELECT COUNT(*) FROM items").fetchone()
        kept = random.Random(seed).sample(range(1, total + 1), min(count, total))
        self._base.execute("BEGIN")
        self._base.execute("CREATE TABLE kept (ordinal INTEGER PRIMARY KEY)")
        self._base.executemany("INSERT INTO kept VALUES (?)", ((ordinal,) for ordinal in kept))
        self._base.execute("DELETE FROM items WHERE ordinal NOT IN (SELECT ordinal FROM kept)")
        self._base.execute("COMMIT")

    def mix(self, place: Callable[[Item], str]) -> None:
        """Have the items done in the order of what `place` says of them, and end in that of their ids.

        The order of the sources would tell which row is whose to anybody who knows their names.
        """
        self._last = "id"
        listed = self._base.execute("SELECT ordinal, item FROM items")
        places = ((ordinal, place(Item.from_json(item))) for ordinal, item in listed)
        self._base.execute("BEGIN")
        self._base.execute("CREATE TABLE places (ordinal INTEGER PRIMARY KEY, place TEXT)")
        self._base.executemany("INSERT INTO places VALUES (?, ?)", places)
        self._base.execute("COMMIT")
        self._base.executescript("ALTER TABLE items RENAME TO listed; DROP INDEX items_by_key; DROP INDEX items_by_id;")
        self._base.executescript(_ITEMS)
        columns = "id, key, item, size, status, offset"
        listed_so = f"SELECT {columns} FROM listed JOIN places USING (ordinal) ORDER BY place, ordinal"
        self._base.execute("BEGIN")
        self._base.execute(f"INSERT INTO items ({columns}) {listed_so}")
        self._base.execute("COMMIT")
        self._base.executescript("DROP TABLE listed; DROP TABLE places")

    def take_up(self, entries: Iterable[Entry], *, new_only: bool = False) -> None:
        """Learn what is done: of rows of the same item the last counts.

        Parameters
        ----------
        entries : iterable of Entry
            From the log, in its order.
        new_only : bool
            Whether a row is good for its item even if the recording changed since.
        """
        column = "id" if new_only else "key"
        self._base.execute("BEGIN")
        for entry in entries:
            known = getattr(entry, column)
            done = (entry.status, entry.offset, known)
            if self._base.execute(f"UPDATE items SET status = ?, offset = ? WHERE {column} = ?", done).rowcount == 0:
                self._base.execute("REPLACE INTO gone VALUES (?, ?, ?)", (entry.id, entry.offset, entry.status))
        self._base.execute("DELETE FROM gone WHERE id IN (SELECT id FROM items)")
        self._base.execute("COMMIT")

    def amount(self, retry_failed: bool = False) -> Amount:
        """Return how much is still to be done."""
        sql = f"SELECT COUNT(*), TOTAL(size) FROM items WHERE {_PENDING[retry_failed]}"
        count, size = self._base.execute(sql).fetchone()
        return Amount(count, int(size))

    def total(self) -> Amount:
        """Return how much there is in all."""
        count, size = self._base.execute("SELECT COUNT(*), TOTAL(size) FROM items").fetchone()
        return Amount(count, int(size))

    def items(self) -> Iterator[Item]:
        """Yield all items in their order."""
        for (item,) in self._base.execute("SELECT item FROM items ORDER BY ordinal"):
            yield Item.from_json(item)

    def some(self, count: int) -> Iterator[Item]:
        """Yield about so many of the items, spread over all."""
        every = max(self.total().items // count, 1)
        for (item,) in self._base.execute("SELECT item FROM items WHERE ordinal % ? = 0", (every,)):
            yield Item.from_json(item)

    def gone(self) -> list[int]:
        """Return where the rows of recordings are that are there no more."""
        return [offset for (offset,) in self._base.execute("SELECT offset FROM gone ORDER BY id")]

    def gone_failures(self) -> int:
        """Return how many of these failed: they were taken out, as their messages asked for, or vanished."""
        (count,) = self._base.execute("SELECT COUNT(*) FROM gone WHERE status = 'failed'").fetchone()
        return int(count)

    def like(self, size: int | None) -> Iterator[Item]:
        """Yield the pending items of this size."""
        sql = f"SELECT item FROM items WHERE size = ? AND {_PENDING[False]} LIMIT ?"
        for (item,) in self._base.execute(sql, (size or 0, _PAGE)).fetchall():
            yield Item.from_json(item)

    def pending(self, retry_failed: bool = False) -> Iterator[Item]:
        """Yield what is to be done, each once, also while `done` is called."""
        last = 0
        sql = f"SELECT ordinal, item FROM items WHERE ordinal > ? AND {_PENDING[retry_failed]} ORDER BY ordinal LIMIT ?"
        while page := self._base.execute(sql, (last, _PAGE)).fetchall():
            last = page[-1][0]
            for _, item in page:
                yield Item.from_json(item)

    def done(self, item: Item, offset: int, status: str) -> None:
        """Note the row of an item."""
        self._base.execute("UPDATE items SET status = ?, offset = ? WHERE key = ?", (status, offset, item.key))

    def finished(self) -> Iterator[tuple[Item | None, int]]:
        """Yield where the rows are, in the order of the sources; then those of recordings that are there no more."""
        sql = f"SELECT item, offset FROM items WHERE offset IS NOT NULL ORDER BY {self._last}"
        for item, offset in self._base.execute(sql):
            yield Item.from_json(item), offset
        for offset in self.gone():
            yield None, offset
