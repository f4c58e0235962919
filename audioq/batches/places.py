"""Places: a local path for what a worker is to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from audioq.batches.items import Item


@contextmanager
def located(item: Item, most_bytes: int, storage_options: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Give a local path."""
    yield item.address
