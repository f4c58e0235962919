"""Known failures: what does not hold today, with its number; nothing may get worse, and what got better must go.

``known.toml`` lists them by scope, invariance and measure as [held, asked]. A scope is the whole set, or the quick
one of the tests. ``python benchmarks/invariances.py --write-known`` writes it anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from benchmarks.invariance.measuring import FOUND, OLD, Findings, Tally
from benchmarks.invariance.table import EVENTS_HELD

FILE = Path(__file__).with_name("known.toml")

SLACK = 0.01
"""Share of the events that may be lost without an alarm: another processor may compute another last bit."""

COMFORTABLE = 0.97
"""Share of the events from which on a listed failure holds comfortably."""

BETTER = 0.05
"""A listed failure that got better by more than this share must be listed anew."""

Known = dict[str, dict[str, Tally]]
"""By invariance and measure."""

HEAD = """# What does not hold today: [how often it held, how often it was asked], by scope, invariance and measure.
# Nothing may get worse; what got better must go. Written by: python benchmarks/invariances.py --write-known
"""


def promised(measure: str) -> float:
    """Least share that a measure must reach."""
    return EVENTS_HELD if measure.startswith((FOUND, OLD)) else 1.0


def shortfalls(findings: Findings) -> Known:
    """What falls short of its promise."""
    short = {
        invariance: {name: tally for name, tally in sorted(tallies.items()) if tally.share < promised(name)}
        for invariance, tallies in findings.tallies.items()
    }
    return {invariance: measures for invariance, measures in short.items() if measures}


def read_known(scope: str, file: Path = FILE) -> Known:
    """The listed failures of a scope."""
    with file.open("rb") as handle:
        listed = tomllib.load(handle).get(scope, {})
    return {
        invariance: {measure: Tally(*counts) for measure, counts in measures.items()}
        for invariance, measures in listed.items()
    }


def write_known(scopes: Mapping[str, Known], file: Path = FILE) -> None:
    """Replace the list."""
    lines = [HEAD]
    for scope, known in scopes.items():
        for invariance, measures in known.items():
            rows = [f'"{measure}" = [{tally.held}, {tally.of}]' for measure, tally in measures.items()]
            lines.append("\n".join([f'[{scope}."{invariance}"]', *rows, ""]))
    file.write_text("\n".join(lines), encoding="utf-8")


def worse(findings: Findings, known: Known) -> list[str]:
    """What is worse than its listed number, or falls short without being listed."""
    problems = []
    for invariance, tallies in findings.tallies.items():
        for measure, tally in sorted(tallies.items()):
            listed = known.get(invariance, {}).get(measure)
            least = promised(measure) if listed is None else listed.share
            slack = SLACK if measure.startswith((FOUND, OLD)) else 0.0
            if tally.share < min(least, promised(measure)) - slack - 1e-9:
                before = "not listed" if listed is None else f"listed {listed.held} of {listed.of}"
                problems.append(f"{invariance}: {measure} {tally.held} of {tally.of}, {before}")
    return problems


def better(findings: Findings, known: Known) -> list[str]:
    """Listed failures that hold comfortably now, are no longer asked, or got far better: the list must shrink."""
    problems = []
    for invariance, measures in known.items():
        for measure, listed in measures.items():
            tally = findings.tallies.get(invariance, {}).get(measure, Tally())
            if tally.share >= max(promised(measure), COMFORTABLE) or tally.share > listed.share + BETTER:
                before = f"listed {listed.held} of {listed.of}"
                problems.append(f"{invariance}: {measure} {tally.held} of {tally.of}, {before}")
    return problems
