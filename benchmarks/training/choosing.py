"""Which labels of a folder are taken: some voices and decoders are left out on purpose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def unwanted_values(options: Sequence[str]) -> dict[str, set[str]]:
    """Read ``KEY=V1,V2`` as often as it is given."""
    found: dict[str, set[str]] = {}
    for key, _, values in (option.partition("=") for option in options):
        found.setdefault(key, set()).update(values.split(","))
    return found


def wanted(label: Mapping[str, Any], unwanted: dict[str, set[str]]) -> bool:
    """Whether a label has none of the unwanted values; keys may be nested, as ``source.voice``."""
    for key, values in unwanted.items():
        value: Any = label
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if str(value) in values:
            return False
    return True
