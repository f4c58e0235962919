"""Tally: how often each of millions of names was met, in a few bytes a name."""

from __future__ import annotations

from array import array

Text = str | tuple[str, ...]
"""What is counted: texts have hashes that are spread over all 64 bits."""
_FIRST_SLOTS = 1 << 12
_MASK = (1 << 64) - 1


class Tally:
    """Counts things by 64 bits of their hash, in 16 to 32 bytes each.

    A table with open addressing. Two different things among a million share their 64 bits with a probability of 3e-8.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * _FIRST_SLOTS))
        self._filled = 0
        self._more: dict[int, int] = {}

    def add(self, thing: Text) -> int:
        """Count a thing once more, and return how often it was met before."""
        key = self._key(thing)
        at = self._place(key)
        if self._slots[at]:
            self._more[key] = before = self._more.get(key, 0) + 1
            return before
        self._slots[at] = key
        self._filled += 1
        if 2 * self._filled > len(self._slots):
            self._grow()
        return 0

    def count(self, thing: Text) -> int:
        """Return how often a thing was met."""
        key = self._key(thing)
        return 1 + self._more.get(key, 0) if self._slots[self._place(key)] else 0

    @staticmethod
    def _key(thing: Text) -> int:
        return hash(thing) & _MASK or 1

    def _place(self, key: int) -> int:
        slots, last = self._slots, len(self._slots) - 1
        at = key & last
        while slots[at] and slots[at] != key:
            at = (at + 1) & last
        return at

    def _grow(self) -> None:
        old, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
        for key in old:
            if key:
                self._slots[self._place(key)] = key
