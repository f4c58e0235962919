"""Remarks: what is odd about the rows of a manifest and stops nothing, counted while they are listed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from os.path import commonprefix

from audioq.batches.items import OPTIONS, Item
from audioq.batches.moments import is_date
from audioq.batches.row_options import ALSO
from audioq.messages import text

MEANT = ("outcome", "started_at", "started_at_source", "time_zone", *OPTIONS, *ALSO)
"""Columns that do something; all others are carried along."""

_MARKS = str.maketrans("", "", " _-")
_SHORT = 4
"""Letters of names that another word is made of by one other letter, as size of side."""


class Remarks:
    """Sees the rows of a manifest that are taken, and says what was odd about them."""

    def __init__(self) -> None:
        self._columns: dict[str, None] = {}
        self._rows = self._dateless = self._with_outcome = 0
        self._first = ""

    def see(self, place: str, item: Item) -> None:
        """Take note of what a row says, which stands at a place such as ``line 7``."""
        self._rows += 1
        self._columns.update(dict.fromkeys(item.columns))
        self._with_outcome += bool(item.file and item.columns.get("outcome", "").strip())
        written = item.columns.get("started_at", "").strip()
        if written and not is_date(written):
            self._first = self._first or place
            self._dateless += 1

    def sentences(self, title: str) -> Iterator[str]:
        """Yield what there is to say about a manifest that is called `title`."""
        counted = {"file": title, "rows": self._rows}
        if self._with_outcome:
            yield text("line.file_and_outcome", {**counted, "count": self._with_outcome})
        if self._dateless:
            yield text("line.no_dates", {**counted, "count": self._dateless, "place": self._first})
        for column, meant in misspelled(self._columns).items():
            yield text("line.misspelled", {"file": title, "column": column, "meant": meant})


def misspelled(columns: Collection[str]) -> dict[str, str]:
    """Return columns that are one typing error away from one that does something, with that one.

    Examples
    --------
    >>> misspelled(["app", "sied", "Call ID", "ignore-channel", "size", "outcomes", "started_at"])
    {'sied': 'side', 'Call ID': 'call_id', 'ignore-channel': 'ignore_channel', 'outcomes': 'outcome'}
    """
    given = {ALSO.get(column, column) for column in columns}
    missing = [name for name in MEANT if ALSO.get(name, name) not in given]
    near = ((column, name) for column in columns if column not in MEANT for name in missing if _is_near(column, name))
    return dict(near)


def _is_near(written: str, name: str) -> bool:
    one, other = _bare(written), _bare(name)
    start = len(commonprefix((one, other)))
    end = len(commonprefix((one[start:][::-1], other[start:][::-1])))
    one, other = (bare[start : len(bare) - end] for bare in (one, other))
    if len(one) == len(other) == 1:
        return len(_bare(name)) > _SHORT
    return len(one) + len(other) < 2 or (len(one) == 2 and one == other[::-1])


def _bare(name: str) -> str:
    return name.casefold().translate(_MARKS)
