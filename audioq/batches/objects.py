"""Objects: small ones in a bucket, read and written whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audioq.batches.buckets import Place, place


def place_below(address: str, name: str, storage_options: Mapping[str, Any] | None = None) -> Place:
    """Return the place of an object below an address."""
    system, path = place(address, storage_options)
    return Place(system, f"{path.rstrip('/')}/{name}")


def fetch(at: Place) -> bytes | None:
    """Return the content of a small object, None where there is none."""
    try:
        return bytes(at.system.cat_file(at.path))
    except FileNotFoundError:
        return None


def store(at: Place, content: bytes) -> None:
    """Write a small object at once; what was there is replaced."""
    at.system.pipe_file(at.path, content)


def remove(at: Place) -> None:
    """Remove an object if it is there."""
    try:
        at.system.rm_file(at.path)
    except FileNotFoundError:
        pass
