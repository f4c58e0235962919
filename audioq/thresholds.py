"""Thresholds: every number of policy, with unit, range and source.

The names are ``group.name``. `Thresholds` is an immutable mapping; ``with_values`` returns a
changed copy, so that a policy can be kept in a file and named in a report by its fingerprint.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audioq.errors import ThresholdError


@dataclass(frozen=True, slots=True)
class Threshold:
    """One number of policy."""

    name: str
    value: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str


class Thresholds(Mapping[str, float]):
    """An immutable mapping from a threshold's name to its value.

    Raises
    ------
    ThresholdError
        A name is unknown or a value lies outside the range of its row.
    """

    __slots__ = ("_rows", "_values")

    def __init__(self, rows: tuple[Threshold, ...]) -> None:
        self._rows = {row.name: row for row in rows}
        self._values = {row.name: row.value for row in rows}

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def row(self, name: str) -> Threshold:
        """Return the whole row of a threshold: unit, range, meaning and source."""
        if name not in self._rows:
            raise ThresholdError(f"no threshold named '{name}'; audioq explain thresholds lists them all")
        return self._rows[name]

    def with_values(self, changes: Mapping[str, float]) -> Thresholds:
        """Return a copy in which the named values are replaced."""
        changed = Thresholds(tuple(self._rows.values()))
        for name, value in changes.items():
            row = self.row(name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise ThresholdError(f"{name}: '{value}' is not a number")
            if not row.low <= value <= row.high:
                raise ThresholdError(f"{name}: {value:g} {row.unit} lies outside {row.low:g} to {row.high:g} {row.unit}")
            changed._values[name] = float(value)
        return changed

    def with_rows(self, *rows: Threshold) -> Thresholds:
        """Return a copy with further rows, for impairments of your own."""
        kept = tuple(self._rows.values())
        return Thresholds((*kept, *rows)).with_values(self._values)

    @property
    def fingerprint(self) -> str:
        """A short digest of all names and values."""
        text = json.dumps(sorted(self._values.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_thresholds(file: str | os.PathLike[str]) -> Thresholds:
    """Read changes to `DEFAULT_THRESHOLDS` from a TOML file of tables and numbers.

    Raises
    ------
    ThresholdError
        The file cannot be read, is not TOML, or names a threshold that does not exist.
    """
    try:
        with open(file, "rb") as handle:
            document = tomllib.load(handle)
    except (OSError, tomllib.TOMLDecodeError) as cause:
        raise ThresholdError(f"{os.fspath(file)}: thresholds cannot be read ({cause})") from cause
    changes: dict[str, float] = {}
    for group, values in document.items():
        if not isinstance(values, dict):
            raise ThresholdError(f"{os.fspath(file)}: '{group}' is not a table such as [dropout]")
        changes |= {f"{group}.{name}": value for name, value in values.items()}
    return DEFAULT_THRESHOLDS.with_values(changes)


_ROWS: tuple[Threshold, ...] = ()

DEFAULT_THRESHOLDS = Thresholds(_ROWS)
"""The policy that audioq ships."""
