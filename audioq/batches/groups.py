"""Groups: recordings that share what stays readable of them; few of them may name a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from audioq.batches.rows import Row
from audioq.batches.tallies import Tally
from audioq.messages import text
from audioq.render.escape import printable, undecoded

LEAST_GROUP = 5
"""A group of fewer recordings is small: the threshold that official statistics often take for tables of people."""

_MOST_NAMED = 20


class Groups:
    """Counts the rows of each group, in a few bytes a group, and then marks those of small ones.

    Parameters
    ----------
    rows : iterable of Row
        All of a batch.
    columns : sequence of str
        Columns of a manifest: rows with the same cells in all of them are a group.
    """

    def __init__(self, rows: Iterable[Row], columns: Sequence[str]) -> None:
        self._columns, self._sizes, self._seen = columns, Tally(), Tally()
        self.small: list[dict[str, Any]] = []
        """The first small groups that were met: columns and ``n``."""
        self.count = self.recordings = 0
        """How many small groups `marked` has met, and how many rows they have."""
        for row in rows:
            self._sizes.add(self._cells(row))

    def marked(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the same rows again, each with ``small_group``."""
        for row in rows:
            cells = self._cells(row)
            size = self._sizes.count(cells)
            if size < LEAST_GROUP:
                self._note(cells, size)
            yield {**row, "small_group": size < LEAST_GROUP}

    def _cells(self, row: Row) -> tuple[str, ...]:
        return tuple(undecoded(row["item"]["columns"].get(name, "")).strip() for name in self._columns)

    def _note(self, cells: tuple[str, ...], size: int) -> None:
        self.recordings += 1
        if self._seen.add(cells):
            return
        self.count += 1
        if len(self.small) < _MOST_NAMED:
            said = {name: cell for name, cell in zip(self._columns, cells, strict=True) if cell}
            self.small.append({"columns": said, "n": size})

    def to_dict(self) -> dict[str, Any]:
        """Return what ``summary.json`` says of small groups."""
        more = self.count - len(self.small)
        return {"small_groups": self.small, "more_small_groups": more, "in_small_groups": self.recordings}

    def to_text(self, language: str = "en") -> str:
        """Return the same for people, in a line."""
        columns = ", ".join(printable(name) for name in self._columns)
        values = {"recordings": self.recordings, "groups": self.count, "least": LEAST_GROUP, "columns": columns}
        return text("summary.small_groups" if self.count else "summary.no_small_groups", values, language)
