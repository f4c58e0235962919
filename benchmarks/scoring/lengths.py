"""Lengths: how long a recording is, as its label tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def seconds_of(facts: Mapping[str, Any]) -> float:
    """Return the length in seconds by ``dur``, else ``duration``; 0 where the label has neither."""
    return float(facts.get("dur") or facts.get("duration") or 0)
