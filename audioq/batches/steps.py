"""Step: how far a batch is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audioq.batches.scoring import Line


@dataclass(frozen=True, slots=True)
class Step:
    """How far a batch is.

    Attributes
    ----------
    items, bytes : int
        Done in this run.
    all_items, all_bytes : int
        To be done in this run.
    kept : int
        Rows that earlier runs left of recordings of the sources.
    gone : int
        Rows that earlier runs left of others.
    row : Line or None
        What was finished last; None when the work begins.
    """

    items: int
    bytes: int
    all_items: int
    all_bytes: int
    kept: int
    gone: int = 0
    row: Line | None = None


Watch = Callable[[Step], None]
"""Is told whenever a row is finished."""
