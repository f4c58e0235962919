"""Selection: which labels are scored, as ``key=value,value`` on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.scoring.labels import Label


@dataclass(frozen=True, slots=True)
class Filter:
    """Holds for labels that have one of the values under a key."""

    key: str
    values: frozenset[str]

    def holds(self, label: Label) -> bool:
        """Return whether a label has one of the values."""
        return not self.values.isdisjoint(_words(_fact(label.facts, self.key)))


def read_filter(text: str) -> Filter:
    """Read ``key=value,value``; a key may name a nested one, such as ``source.voice``.

    Raises
    ------
    ValueError
        There is no key or no value.
    """
    key, _, values = text.partition("=")
    if not key or not values:
        raise ValueError(f"'{text}' is not KEY=VALUE,VALUE")
    return Filter(key, frozenset(values.split(",")))


def select(labels: Iterable[Label], only: Sequence[Filter], without: Sequence[Filter]) -> list[Label]:
    """Return the labels for which every filter of `only` holds and none of `without`."""
    return [
        label
        for label in labels
        if all(one.holds(label) for one in only) and not any(one.holds(label) for one in without)
    ]


def _fact(facts: Mapping[str, Any], key: str) -> object:
    """Find a fact at the top, under ``source``, or along a dotted path."""
    if key in facts:
        return facts[key]
    source = facts.get("source")
    if isinstance(source, dict) and key in source:
        return source[key]
    value: object = facts
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _words(value: object) -> set[str]:
    """Return a fact as people type it: a list holds several, nothing is ``none``."""
    if isinstance(value, list):
        return {word for one in value for word in _words(one)}
    if value is None:
        return {"none"}
    return {str(value).lower() if isinstance(value, bool) else str(value)}
