"""Table: the figures in lines for people, or in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.constructing.figures import Figures, Scored

HEAD = ("construct", "is", "of", "right", "95 %", "rules", "mistakes")
NUMBERS = (3, 4)
"""Columns of numbers; the others are words."""

Cells = tuple[str, ...]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "-"


def _cells(name: str, label: str, of: str, one: Figures) -> Cells:
    right, interval = f"{one.right} of {one.n}", f"{100 * one.low:.0f} to {100 * one.high:.0f}"
    return name, label, of, right, interval, _counts(one.rules), _counts(one.mistakes)


def rows_of(card: Mapping[str, Scored]) -> Iterator[Cells]:
    """Yield the cells of every line: each construct by rate and in all, then ways and voices that went wrong."""
    for name, one in card.items():
        for rate, part in one.rates.items():
            yield _cells(name, one.label, rate, part)
        if len(one.rates) > 1:
            yield _cells(name, one.label, "all rates", one.total)
    for name, one in card.items():
        for groups in (one.ways, one.origins):
            for of, part in groups.items():
                if part.right < part.n:
                    yield _cells(name, one.label, of, part)


def as_markdown(card: Mapping[str, Scored]) -> str:
    """Return the table in Markdown."""
    marks = tuple("--:" if i in NUMBERS else ":--" for i in range(len(HEAD)))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (HEAD, marks, *rows_of(card)))


def as_plain(card: Mapping[str, Scored]) -> str:
    """Return the table in columns."""
    lines = [HEAD, *rows_of(card)]
    widths = [max(len(cells[i]) for cells in lines) for i in range(len(HEAD))]
    return "".join(_line(cells, widths) for cells in lines)


def _line(cells: Cells, widths: Sequence[int]) -> str:
    pairs = enumerate(zip(cells, widths, strict=True))
    return "  ".join(c.rjust(w) if i in NUMBERS else c.ljust(w) for i, (c, w) in pairs).rstrip() + "\n"
