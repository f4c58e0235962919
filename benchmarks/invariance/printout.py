"""Printout: the findings as text, as a Markdown table and as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from audioq.kinds import KINDS
from benchmarks.invariance.known import promised
from benchmarks.invariance.measuring import FOUND, OLD, Findings, Tally
from benchmarks.invariance.table import BY_NAME, MONOTONE, VERDICT

HEAD = ("transformation", "verdicts kept", *(kind.name for kind in KINDS), "rises")


def _rows(findings: Findings) -> list[tuple[str, ...]]:
    rows = []
    for name in (name for name in BY_NAME if name in findings.tallies):
        tallies = findings.tallies[name]
        kinds = [_both_ways(tallies.get(f"{FOUND} {kind.name}"), tallies.get(f"{OLD} {kind.name}")) for kind in KINDS]
        rows.append((name, _counted(tallies.get(VERDICT)), *kinds, _violations(tallies)))
    return rows


def _counted(tally: Tally | None) -> str:
    return "" if tally is None else f"{tally.held}/{tally.of}{'' if tally.held == tally.of else ' !'}"


def _both_ways(found: Tally | None, old: Tally | None) -> str:
    """Share found again, of how many, and share invented; marked where either falls short."""
    if found is None and old is None:
        return ""
    short = any(tally is not None and tally.share < promised(FOUND) for tally in (found, old))
    again = "-" if found is None else f"{100 * found.share:.0f}"
    invented = "-" if old is None else f"{100 * (1 - old.share):.0f}"
    n = 0 if found is None else found.of
    return f"{again}/{invented} ({n}){' !' if short else ''}"


def _violations(tallies: dict[str, Tally]) -> str:
    given = [(score, tallies[score]) for score in MONOTONE if score in tallies]
    return ", ".join(f"{score} {tally.of - tally.held}/{tally.of}" for score, tally in given)


NOTE = (
    "Events of 40 ms and more, and points in time: found again % / newly invented % (events before). "
    "! marks what falls short of its promise."
)


def as_text(findings: Findings) -> str:
    """Aligned columns; kinds of which no event occurred anywhere are left out."""
    rows = _without_empty([HEAD, *_rows(findings)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", NOTE, *_fates(findings)]) + "\n"


def as_markdown(findings: Findings) -> str:
    """The same table for a README."""
    rows = _without_empty([HEAD, *_rows(findings)])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:], "", NOTE]) + "\n"


def _without_empty(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    kept = [i for i in range(len(rows[0])) if any(row[i] for row in rows[1:])]
    return [tuple(row[i] for i in kept) for row in rows]


def _fates(findings: Findings) -> list[str]:
    """What became of the events that were not found again."""
    lines = ["", "Not found again, and what was there instead:"]
    for name in (name for name in BY_NAME if name in findings.tallies):
        missed = [f for f in findings.failures if f["invariance"] == name and f["measure"].startswith(FOUND)]
        fates = Counter(failure["what"].partition("; ")[2].partition(":")[0] for failure in missed)
        if fates:
            lines.append(f"  {name}: {', '.join(f'{n} {fate}' for fate, n in fates.most_common())}")
    return lines if len(lines) > 2 else []


def as_data(findings: Findings) -> dict[str, Any]:
    """Plain dicts and lists for JSON: every tally and every single failure."""
    tallies = {
        name: {measure: asdict(tally) for measure, tally in measures.items()}
        for name, measures in findings.tallies.items()
    }
    words = {
        name: {"what": one.what, "holds": list(one.holds), "edges_s": one.tolerance} for name, one in BY_NAME.items()
    }
    return {"invariances": words, "tallies": tallies, "failures": findings.failures}
