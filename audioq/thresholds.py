"""Thresholds: every number of policy, with unit, range and source.

The names are ``group.name``. `Thresholds` is an immutable mapping; ``with_values`` returns a
changed copy, so that a policy can be kept in a file and named in a report by its fingerprint.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audioq.errors import ThresholdError
from audioq.threshold_rows import ROWS, Threshold


class Thresholds(Mapping[str, float]):
    """An immutable mapping from a threshold's name to its value.

    Raises
    ------
    ThresholdError
        A name is unknown or a value lies outside the range of its row.
    """

    __slots__ = ("_rows", "_values")

    def __init__(self, rows: Sequence[Threshold], values: Mapping[str, float] | None = None) -> None:
        self._rows = {row.name: row for row in rows}
        self._values = {name: _checked(row, row.value) for name, row in self._rows.items()}
        for name, value in (values or {}).items():
            self._values[name] = _checked(self.row(name), value)

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
        return Thresholds(tuple(self._rows.values()), {**self._values, **changes})

    def with_rows(self, *rows: Threshold) -> Thresholds:
        """Return a copy with further rows, for impairments of your own; a row of a known name replaces that one."""
        new = {row.name for row in rows}
        kept = tuple(row for row in self._rows.values() if row.name not in new)
        return Thresholds((*kept, *rows), {row.name: self._values[row.name] for row in kept})

    @property
    def fingerprint(self) -> str:
        """A short digest of all names and values."""
        text = json.dumps(sorted(self._values.items()))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _checked(row: Threshold, value: Any) -> float:
    """Return a value as a number within the range of its row."""
    try:
        number = math.nan if isinstance(value, (bool, str)) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ThresholdError(f"{row.name}: '{value}' is not a number that can be used")
    if not row.low <= number <= row.high:
        unit = "" if row.unit == "1" else f" {row.unit}"
        raise ThresholdError(f"{row.name}: {number:g}{unit} lies outside {row.low:g} to {row.high:g}{unit}")
    return number


def read_thresholds(file: str | os.PathLike[str]) -> Thresholds:
    """Read changes to `DEFAULT_THRESHOLDS` from a TOML file of tables and numbers.

    Raises
    ------
    ThresholdError
        The file cannot be read, is not TOML, or names a threshold that does not exist.
    """
    import tomllib  # 8 ms that only a file of thresholds is worth

    try:
        with open(file, "rb") as handle:
            document = tomllib.load(handle)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise ThresholdError(f"{os.fspath(file)}: thresholds cannot be read ({cause})") from cause
    changes: dict[str, float] = {}
    for group, values in document.items():
        if not isinstance(values, dict):
            raise ThresholdError(f"{os.fspath(file)}: '{group}' is not a table such as [dropout]")
        changes |= {f"{group}.{name}": value for name, value in values.items()}
    return DEFAULT_THRESHOLDS.with_values(changes)


DEFAULT_THRESHOLDS = Thresholds(ROWS)
"""The policy that audioq ships."""
