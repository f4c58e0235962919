"""Gates: what the recordings of a batch must not be, and how many of them may be so all the same."""

from __future__ import annotations

import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Self

from audioq.batches.columns import RECORDINGS
from audioq.batches.doubts import is_misread, said_labels
from audioq.batches.rows import LABELS, Row
from audioq.batches.tables import Record, recording_of
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import printable, undecoded

GATES = LABELS[1:]
"""The mildest verdict that is not let through."""

NAMED = 10
"""How many of the recordings that meet a gate are named."""

_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
_UNITS = {
    column.name: column.unit
    for column in RECORDINGS
    if column.type in ("number", "integer") and column.name not in ("channel", "schema_version")
}
"""The columns of the table `recordings` that a condition may name, and their units."""
_CONDITION = re.compile(rf"\s*(\w+)\s*({'|'.join(_SIGNS)})\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*", re.IGNORECASE)
_SHARE = re.compile(r"\s*(\d{1,12}(?:\.\d{1,12})?)\s*(%?)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """What a number of a recording must not be, such as ``mos<3.5``.

    Attributes
    ----------
    name : str
        A column of numbers of the table `recordings`.
    sign : str
        ``<``, ``<=``, ``>`` or ``>=``.
    limit : float
        In the unit of the column.
    """

    name: str
    sign: str
    limit: float

    @classmethod
    def parse(cls, given: str) -> Self:
        """Return the condition that is written so.

        Raises
        ------
        BatchError
            It is no condition, or there is no such number.

        Examples
        --------
        >>> Condition.parse("mos < 3.5")
        Condition(name='mos', sign='<', limit=3.5)
        """
        found = _CONDITION.fullmatch(given)
        limit = _finite(found[3]) if found else None
        if found is None or limit is None:
            raise BatchError(text("error.gate.condition", {"given": printable(given)}))
        if found[1] not in _UNITS:
            near = get_close_matches(found[1].lower(), _UNITS, 3, 0.5)
            values = {"given": printable(given), "name": found[1], "names": ", ".join(near or _UNITS)}
            raise BatchError(text("error.gate.near" if near else "error.gate.name", values))
        return cls(found[1], found[2], limit)

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{_exactly(self.limit)}"

    @property
    def unit(self) -> str:
        """Of the number and its limit."""
        return _UNITS[self.name]

    def is_met(self, value: float) -> bool:
        """Whether a number is what it must not be."""
        return _SIGNS[self.sign](value, self.limit)


def _exactly(number: float) -> str:
    """Return a number as briefly as it can be written."""
    brief = f"{number:g}"
    return brief if float(brief) == number else repr(number)


def _finite(given: str) -> float | None:
    try:
        value = float(given)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many recordings may meet a gate: so many, or such a share of those that were scored."""

    amount: Fraction = Fraction(0)
    is_share: bool = False

    @classmethod
    def parse(cls, given: str | int) -> Self:
        """Return the allowance that is written so: ``3`` recordings, or ``2%`` of those that were scored.

        Raises
        ------
        BatchError
            It is neither.

        Examples
        --------
        >>> Allowance.parse("2%").allows(3, scored=150), Allowance.parse(2).allows(3, scored=150)
        (True, False)
        """
        found = _SHARE.fullmatch(str(given))
        amount = Fraction(found[1]) if found else Fraction(-1)
        is_share = bool(found and found[2])
        if amount < 0 or (amount > 100 if is_share else amount.denominator != 1):
            raise BatchError(text("error.gate.allow", {"given": printable(str(given))}))
        return cls(amount / 100 if is_share else amount, is_share)

    def __str__(self) -> str:
        return f"{_exactly(float(self.amount * 100))} %" if self.is_share else str(self.amount)

    def allows(self, met: int, scored: int) -> bool:
        """Whether so many of those that were scored may meet the gate."""
        return met <= (self.amount * scored if self.is_share else self.amount)


@dataclass(frozen=True, slots=True)
class Gate:
    """What is not let through: a verdict, or one that is worse, and numbers.

    Attributes
    ----------
    fail_on : str or None
        One of `GATES`.
    conditions : tuple of Condition
    allowance : Allowance
    """

    fail_on: str | None
    conditions: tuple[Condition, ...]
    allowance: Allowance

    @classmethod
    def of(cls, fail_on: str | None, fail_if: str | Sequence[str] | None, allow: str | int | None) -> Self | None:
        """Return the gate that is asked for, or None.

        Raises
        ------
        BatchError
            It makes no sense.
        """
        several = [fail_if] if isinstance(fail_if, str) else fail_if or ()
        conditions = tuple(dict.fromkeys(map(Condition.parse, several)))
        if fail_on is not None and fail_on not in GATES:
            raise BatchError(text("error.gate.verdict", {"given": printable(fail_on), "verdicts": ", ".join(GATES)}))
        if fail_on is None and not conditions:
            if allow is not None:
                raise BatchError(text("error.gate.allow_what", {"given": printable(str(allow))}))
            return None
        return cls(fail_on, conditions, Allowance() if allow is None else Allowance.parse(allow))

    @property
    def names(self) -> tuple[str, ...]:
        """The conditions as they are typed, that of the verdict first."""
        return (*((f"--fail-on {self.fail_on}",) if self.fail_on else ()), *map(_typed, self.conditions))

    def undefined(self, record: Record) -> list[str]:
        """Return the conditions whose number a record of the table `recordings` does not have."""
        return [_typed(one) for one in self.conditions if record.get(one.name) is None]

    def record_of(self, row: Row) -> Record:
        """Return the record of a row that the conditions are about; empty where there are none."""
        return recording_of(row) if self.conditions else {}

    def findings(self, row: Row, record: Record) -> dict[str, str]:
        """Return what of it a row meets, as it is typed and in words; bytes in another format meet nothing."""
        if row["status"] != "ok":
            return {}
        found = {}
        _, labels = said_labels(row["result"])
        worst = max(labels, key=LABELS.index, default=LABELS[0])
        if self.fail_on and LABELS.index(worst) >= LABELS.index(self.fail_on):
            found[self.names[0]] = text("gate.verdict", {"label": worst})
        for one in () if is_misread(row["result"]) else self.conditions:
            value = record.get(one.name)
            if value is not None and one.is_met(value):
                said = {"name": one.name, "value": value, "unit": one.unit, "condition": one}
                found[_typed(one)] = text("gate.number", said)
        return found


def _typed(condition: Condition) -> str:
    return f"--fail-if {condition}"


@dataclass(slots=True)
class Passage:
    """How the recordings of a batch fared at its gate, filled by `add`.

    Attributes
    ----------
    gate : Gate
    scored : int
        Recordings with a verdict: those that failed meet no gate.
    met : int
        Those that meet anything of it.
    each, undefined : Counter of str
        How many meet each condition, and of how many it cannot be said because they do not have the number.
    named : list of dict
        The first of those that meet it: file, recording_id, met.
    """

    gate: Gate
    scored: int = 0
    met: int = 0
    each: Counter[str] = field(default_factory=Counter)
    undefined: Counter[str] = field(default_factory=Counter)
    named: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Count a row."""
        if row["status"] != "ok":
            return
        record = self.gate.record_of(row)
        found = self.gate.findings(row, record)
        self.scored += 1
        self.met += bool(found)
        self.each.update(found.keys())
        self.undefined.update(self.gate.undefined(record))
        if found and len(self.named) < NAMED:
            name = undecoded(row["item"]["file"])
            self.named.append({"file": name, "recording_id": row["id"], "met": list(found.values())})

    @property
    def is_open(self) -> bool:
        """Whether anything was scored, and no more recordings meet the gate than may."""
        return self.scored > 0 and self.gate.allowance.allows(self.met, self.scored)

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        names = self.gate.names
        each = [{"condition": name, "met": self.each[name], "undefined": self.undefined[name]} for name in names]
        counts = {"passed": self.is_open, "met": self.met, "scored": self.scored, "allowed": str(self.gate.allowance)}
        return {**counts, "conditions": each, "recordings": self.named}

    def to_lines(self, language: str = "en") -> Iterator[str]:
        """Yield what is to be said of it."""
        if not self.scored:
            yield text("gate.nothing", language=language)
            return
        values: dict[str, object] = {"met": self.met, "scored": self.scored, "share": self.met / self.scored}
        values |= {"gate": ", ".join(f"{name} ({self.each[name]})" for name in self.gate.names)}
        values |= {"allowed": self.gate.allowance}
        yield text("gate.passed" if self.is_open else "gate.failed", values, language)
        for one in self.named:
            said = {"file": printable(one["file"]), "met": "; ".join(one["met"])}
            yield "  " + text("gate.recording", said, language)
        if self.met > len(self.named):
            yield "  " + text("gate.more", {"count": self.met - len(self.named)}, language)
        for name, count in self.undefined.items():
            yield "  " + text("gate.undefined", {"condition": name, "count": count}, language)
