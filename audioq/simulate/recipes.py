"""Recipes: which calls to make, as data. A recipe is drawn once for every call and gives a `Plan`.

A recipe is a TOML file. What it does not say is taken from the recipe `ordinary`. `docs/simulate.md` shows the form.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from audioq.errors import SimulationError
from audioq.simulate.ingredients import SECTIONS, Section
from audioq.simulate.settings import Setting, checked, entry

ORDINARY = "ordinary"
"""The recipe that others stand on."""

Value = float | str | list[Any]
"""A number, a word, [low, high] for any number between, or a list of words of which one is taken."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that takes part in a call, and how it is set."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one call is made of; `parts` has a tuple for each of `SECTIONS`."""

    recipe: str
    duration: float
    parts: Mapping[str, tuple[Part, ...]]

    def one(self, section: str) -> Part:
        """The only part of a section of which there is one."""
        return self.parts[section][0]


@dataclass(frozen=True, slots=True)
class Choice:
    """One row of a recipe: what may take part, how often, and how it is set."""

    name: str
    often: float
    settings: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Recipe:
    """Rows by section, or a mixture of other recipes with their weights."""

    name: str
    meaning: str
    duration_s: tuple[float, float]
    choices: Mapping[str, tuple[Choice, ...]]
    mix: tuple[tuple[Recipe, float], ...] = ()

    def draw(self, rng: np.random.Generator) -> Plan:
        """Decide on one call."""
        if self.mix:
            weights = np.array([weight for _, weight in self.mix])
            return self.mix[int(rng.choice(len(self.mix), p=weights / weights.sum()))][0].draw(rng)
        low, high = self.duration_s
        duration = min(max(round(float(rng.uniform(low, high)), 2), low), high)
        return Plan(self.name, duration, {name: _draw(SECTIONS[name], self.choices[name], rng) for name in SECTIONS})


def _draw(section: Section, rows: Sequence[Choice], rng: np.random.Generator) -> tuple[Part, ...]:
    if section.one:
        weights = np.array([row.often for row in rows])
        taken = [rows[int(rng.choice(len(rows), p=weights / weights.sum()))]]
    else:
        taken = [row for row in rows if rng.random() < row.often]
    return tuple(_part(section, row, rng) for row in taken)


def _part(section: Section, row: Choice, rng: np.random.Generator) -> Part:
    known = section.settings(row.name)
    given = {one.name: _value(one, row.settings[one.name], rng) for one in known if one.name in row.settings}
    return Part(row.name, checked(f"{section.name} {row.name}", known, given))


def _value(setting: Setting, value: Value, rng: np.random.Generator) -> float | str:
    if not isinstance(value, list):
        return value
    if setting.choices or len(value) != 2:
        return value[int(rng.integers(len(value)))]  # type: ignore[no-any-return]
    low, high = value
    if setting.whole:
        return float(rng.integers(int(low), int(high) + 1))
    # Three digits are enough for anybody, and can be read in the labels; the range is kept all the same.
    return min(max(float(f"{rng.uniform(low, high):.3g}"), float(low)), float(high))


def names() -> list[str]:
    """The recipes that come with audioq."""
    folder = resources.files("audioq.simulate") / "recipes"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def read_recipe(name: str) -> Recipe:
    """Read a recipe by its name, or a file that ends in ``.toml``.

    Raises
    ------
    SimulationError
        There is no such recipe, or something in it cannot be; the message names the file, the section and the remedy.
    """
    return _read(name, ())


def _read(name: str, above: tuple[str, ...]) -> Recipe:
    if name in above:
        raise SimulationError(f"recipe {name}: it mixes itself; take it out of [mix]")
    where, content = _document(name)
    base = {} if name == ORDINARY else _document(ORDINARY)[1]
    short = Path(name).stem
    unknown = set(content) - {*SECTIONS, "meaning", "duration_s", "mix"}
    if unknown:
        known = ", ".join(("meaning", "duration_s", "mix", *SECTIONS))
        raise SimulationError(f"recipe {where}: {sorted(unknown)[0]!r} is no part of a recipe; use {known}")
    mix = tuple(
        (_read(_beside(name, other), (*above, name)), _often(where, "mix", weight))
        for other, weight in _mixed(where, content).items()
    )
    choices = {
        section: tuple(_choice(where, SECTIONS[section], row) for row in _rows(where, section, content, base))
        for section in SECTIONS
    }
    duration = _duration(where, content.get("duration_s", base.get("duration_s", [9.0, 20.0])))
    return Recipe(short, str(content.get("meaning", "")), duration, choices, mix)


def _document(name: str) -> tuple[str, dict[str, Any]]:
    if name.endswith(".toml"):
        source: Any = Path(name)
    else:
        source = resources.files("audioq.simulate") / "recipes" / f"{name}.toml"
        if name not in names():
            known = ", ".join(one for one in names() if one != ORDINARY)
            raise SimulationError(f"there is no recipe {name!r}; use {known}, or a file that ends in .toml")
    try:
        return name, tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as cause:
        raise SimulationError(f"recipe {name}: cannot be read ({cause}); check the name of the file") from cause
    except tomllib.TOMLDecodeError as cause:
        raise SimulationError(f"recipe {name}: is no TOML ({cause}); mend that line") from cause


def _mixed(where: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
    if "mix" not in content:
        return {}
    mix = content["mix"]
    if not isinstance(mix, dict) or not mix:
        raise SimulationError(f"recipe {where}: [mix] holds names of recipes and their weights, such as clean = 3")
    more = sorted(set(content) - {"mix", "meaning"})
    if more:
        raise SimulationError(f"recipe {where}: {more[0]} has no effect beside [mix]; put it into what is mixed")
    return mix


def _beside(recipe: str, other: str) -> str:
    """A file in a mixture is meant beside the file of the recipe."""
    return str(Path(recipe).parent / other) if other.endswith(".toml") else other


def _rows(where: str, section: str, content: Mapping[str, Any], base: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = content.get(section, base.get(section, []))
    if not isinstance(rows, list) or not all(
        isinstance(row, dict) and isinstance(row.get("name"), str) for row in rows
    ):
        raise SimulationError(f"recipe {where}: write [[{section}]] and a name below it")
    if SECTIONS[section].one and not rows:
        raise SimulationError(f"recipe {where}: it needs at least one [[{section}]]")
    return rows


def _choice(where: str, section: Section, row: dict[str, Any]) -> Choice:
    """Read a row, and see that both ends of every range are possible."""
    often = "weight" if section.one else "chance"
    settings = {key: value for key, value in row.items() if key not in ("name", often)}
    try:
        entry(section.name, section.table, row["name"])
        for one in section.settings(row["name"]):
            if one.choices and one.name in settings:
                settings[one.name] = _words(settings[one.name])
        known = section.settings(row["name"])
        lists = [value for value in settings.values() if isinstance(value, list)]
        if any(not value for value in lists):
            raise SimulationError(f"{section.name} {row['name']}: an empty list leaves nothing to draw from")
        for end in range(max([1, *(len(value) for value in lists)])):
            given = {k: (v[min(end, len(v) - 1)] if isinstance(v, list) else v) for k, v in settings.items()}
            checked(f"{section.name} {row['name']}", known, given)
        for key, value in settings.items():
            if isinstance(value, list) and len(value) == 2 and not isinstance(value[0], str) and value[0] > value[1]:
                raise SimulationError(f"{section.name} {row['name']}: {key} is {value}; write the lower end first")
    except SimulationError as problem:
        raise SimulationError(f"recipe {where}: {problem}") from problem
    share = _often(where, f"{section.name} {row['name']}", row.get(often, 1.0))
    if not section.one and share > 1.0:
        raise SimulationError(f"recipe {where}: the chance of {row['name']} is {share:g}; give 0 to 1")
    return Choice(row["name"], share, settings)


def _words(value: Any) -> Any:
    """A number that stands for one of some words, as 16000 does for "16000"; in a list each of them."""
    if isinstance(value, list):
        return [_words(one) for one in value]
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else value


def _often(where: str, what: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < 1e9:
        raise SimulationError(f"recipe {where}: {what} has the weight {value!r}; give a number above 0")
    return float(value)


def _duration(where: str, value: Any) -> tuple[float, float]:
    pair = value if isinstance(value, list) else [value, value]
    if len(pair) != 2 or not all(isinstance(one, int | float) and 3.0 <= one <= 600.0 for one in pair):
        raise SimulationError(f"recipe {where}: duration_s is {value!r}; give seconds from 3 to 600, or [low, high]")
    if pair[0] > pair[1]:
        raise SimulationError(f"recipe {where}: duration_s is {value!r}; write the shorter one first")
    return float(pair[0]), float(pair[1])
