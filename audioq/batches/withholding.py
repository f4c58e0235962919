"""Withholding: what is said of a recording whose name is replaced, without its real one.

Sentences of audioq's own name a recording by `Item.file` and stay. What they quote of a library, a server or an
exception may hold any name, in any spelling: it is left out rather than searched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from audioq.batches.items import Item
from audioq.batches.rows import CAUSES
from audioq.errors import AudioError
from audioq.listing_messages import LISTING
from audioq.messages import text

if TYPE_CHECKING:
    from audioq.batches.pool import Loss


def told(item: Item, error: Exception) -> str:
    """Return what an error of ours says of an item, or of a leg of it."""
    if not item.is_masked:
        return str(error)
    if not isinstance(error, AudioError):
        return _briefly(item.file, "unreadable")
    said = f"{error.problem}; {error.remedy}"
    if error.quotes or any(name in said for name in _names(item)):
        return _briefly(item.file, error.cause)
    return f"{item.file}: {said}"


def problem_of_masked(file: str, problem: tuple[str, str]) -> tuple[str, str]:
    """Return the `Item.problem` of an item that is called `file` from now on.

    Of its message stays what is the same for every recording: the row of a manifest would tell whose it is.
    """
    cause, message = problem
    said = next((said for said in _constant() if message.endswith(f": {said}")), None)
    if said is None:
        return cause, _briefly(file, cause)
    return cause, f"{file or '-'}: {said}"


def fault_of(item: Item, error: Exception) -> str:
    """Return what is said of a fault of our own."""
    return type(error).__name__ if item.is_masked else f"{type(error).__name__}: {error}"


def detail_of(item: Item, loss: Loss) -> str:
    """Return what is known of a loss."""
    return loss.detail.partition(":")[0] if item.is_masked and loss.cause == "internal" else loss.detail


def _briefly(file: str, cause: str) -> str:
    return text("error.anonymous", {"file": file, "what": CAUSES[cause]})


def _names(item: Item) -> Iterator[str]:
    """Yield what an item is called where it lies."""
    several: tuple[Item, ...] = (item, *item.legs)
    for one in several:
        for name in (one.address, one.found[0] or ""):
            yield from (part for part in (name, os.path.basename(name)) if part)


@cache
def _constant() -> tuple[str, ...]:
    """Return problem and remedy of every sentence of the listing that quotes nothing."""
    ids = [id.removeprefix("error.listing.") for id in LISTING if id.startswith("error.listing.")]
    said = (f"{LISTING[f'error.listing.{id}']}; {LISTING[f'remedy.listing.{id}']}" for id in ids)
    return tuple(one for one in said if "{" not in one)
