"""Calls: rows of a manifest that are legs of one call become one item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from audioq.batches.items import Item
from audioq.batches.row_options import WrongCellError, wrong
from audioq.batches.tallies import Tally

JOINED = " + "
"""Between what is said of the legs of a call."""


class Entry(NamedTuple):
    """A row as an item, where it stands in the manifest, and its call if others belong to it."""

    place: str
    item: Item
    call: str


def call_of(cells: Mapping[str, str]) -> str:
    """Return the call that a row is a leg of; empty where it is none."""
    is_leg = cells.get("file", "").strip() and cells.get("leg", "").strip()
    return cells.get("call_id", "").strip() if is_leg else ""


def join_calls(title: str, entries: Iterable[Entry], legs: Tally) -> Iterator[Item]:
    """Yield the items of a manifest, a call where its last leg stands.

    Parameters
    ----------
    title : str
        What to call the manifest in messages.
    entries : iterable of Entry
    legs : Tally
        How many legs each call has: only calls that are not complete are kept.

    Raises
    ------
    BatchError
        A leg is named twice in a call, or its rows contradict each other.
    """
    waiting: dict[str, list[Entry]] = {}
    for entry in entries:
        if not entry.call:
            yield entry.item
            continue
        own = waiting.setdefault(entry.call, [])
        own.append(entry)
        if len(own) == legs.count(entry.call):
            yield _joined(title, waiting.pop(entry.call))
    for own in waiting.values():  # calls that share a place in the tally
        yield _joined(title, own)


def _joined(title: str, entries: list[Entry]) -> Item:
    legs = tuple(entry.item for entry in entries)
    if len(legs) == 1:
        return legs[0]
    sizes = [leg.size for leg in legs if leg.size is not None]
    return Item(
        file=JOINED.join(leg.file for leg in legs),
        size=sum(sizes) if sizes else None,
        version=JOINED.join(leg.version for leg in legs),
        options=_options(title, entries),
        columns=columns_of(legs),
        legs=legs,
        problem=legs[0].problem if all(leg.problem for leg in legs) else None,
    )


def _options(title: str, entries: list[Entry]) -> dict[str, str]:
    """Return what is said of the call, whichever of its rows says it."""
    legs: set[str] = set()
    options: dict[str, str] = {}
    for entry in entries:
        try:
            for name, value in entry.item.options.items():
                call = entry.call
                if name == "leg":
                    if value in legs:
                        raise wrong("leg", "leg_twice", call=call, leg=value)
                    legs.add(value)
                elif options.setdefault(name, value) != value:
                    raise wrong(name, "leg_differs", call=call, value=value, other=options[name])
        except WrongCellError as cause:
            raise cause.stop(title, entry.place) from cause
    return options


def columns_of(legs: Iterable[Item]) -> dict[str, str]:
    """Return the columns of all legs; cells that differ stand beside each other."""
    cells: dict[str, dict[str, None]] = {}
    for leg in legs:
        for name, cell in leg.columns.items():
            cells.setdefault(name, {})[cell] = None
    return {name: JOINED.join(found) for name, found in cells.items()}
