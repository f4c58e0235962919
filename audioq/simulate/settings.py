"""Settings: what a network, codec, device or concealer can be told, in which range, and what it means."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, TypeVar

from audioq.errors import SimulationError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Parameters
    ----------
    name : str
        As recipes and keyword arguments write it.
    unit : str
        Unit of the value; empty for shares, counts and words.
    low, high : float
        The range that is possible, both ends included.
    meaning : str
        One sentence.
    default : float or str, optional
        Value that is taken where none is given; None where one must be given.
    choices : tuple of str
        The words that are possible, instead of a range.
    whole : bool
        Whether the value is a whole number. A switch is a whole number from 0 to 1, and takes true and false.
    """

    name: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    meaning: str = ""
    default: float | str | None = None
    choices: tuple[str, ...] = ()
    whole: bool = False

    @property
    def possible(self) -> str:
        """What can be given, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if math.isinf(self.low) and math.isinf(self.high):
            limits = "any"
        elif math.isinf(self.high):
            limits = f"{self.low:g} or more"
        elif math.isinf(self.low):
            limits = f"at most {self.high:g}"
        else:
            limits = f"{self.low:g} to {self.high:g}"
        kind = "a whole number" if self.whole else "a number"
        return f"{kind}, {limits}{' ' + self.unit if self.unit else ''}"

    def takes(self, value: Any) -> bool:
        """Whether a value lies in the range or is one of the words."""
        if self.choices:
            return isinstance(value, str) and value in self.choices
        if isinstance(value, bool):
            return self.whole and self.low == 0 and self.high == 1
        if not isinstance(value, Real) or not math.isfinite(value):
            return False
        number = float(value)
        return self.low <= number <= self.high and not (self.whole and not number.is_integer())


def checked(owner: str, settings: Sequence[Setting], given: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the defaults and refuse what cannot be.

    Parameters
    ----------
    owner : str
        Whose settings they are, for the message, such as "network throttle".
    settings : sequence of Setting
        What can be set.
    given : mapping of str to float or str
        What was set.

    Returns
    -------
    dict of str to float, int or str
        A value for every setting, in their order: int where it is a whole number, str where it is one of some words.

    Raises
    ------
    SimulationError
        For an unknown name, a value out of range, or one that is missing.
    """
    names = [setting.name for setting in settings]
    for name in given:
        if name not in names:
            known = f"use {', '.join(names)}" if names else "it has none"
            raise SimulationError(f"{owner} has no setting {name}; {known}")
    values: dict[str, Any] = {}
    for setting in settings:
        value = given.get(setting.name, setting.default)
        if value is None:
            raise SimulationError(f"{owner} needs {setting.name}; give {setting.possible}")
        if not setting.takes(value):
            raise SimulationError(f"{owner}: {setting.name} cannot be {value!r}; give {setting.possible}")
        values[setting.name] = value if setting.choices else int(value) if setting.whole else float(value)
    return values


def entry(what: str, table: Mapping[str, T], name: str) -> T:
    """One entry of a table.

    Parameters
    ----------
    what : str
        What the table holds, for the message, such as "network".
    table : mapping
        Such as `NETWORKS`.
    name : str
        Key of the entry.

    Raises
    ------
    SimulationError
        If the table has no such entry; the message lists those it has.
    """
    if name not in table:
        raise SimulationError(f"there is no {what} {name!r}; use one of {', '.join(table)}")
    return table[name]
