"""Table: the alarms in lines for people, or in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.trapping.alarms import HARM, AlarmCard, TrapFigures

_WORDS = ("trap", "n", "otherwise", "95 %", "by trap alone", "by speech", "verdicts", "rules")
HEAD = (*_WORDS, *(f"{kind}/min" for kind in HARM), "other/min")
LEFT = (0, 5, 6, 7, len(HEAD) - 1)
"""Columns of words; the others are numbers."""

Cells = tuple[str, ...]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "-"


def _cells(name: str, one: TrapFigures) -> Cells:
    others = {kind: rate for kind, rate in one.events_per_min.items() if kind not in HARM}
    return (
        name,
        str(one.n),
        f"{one.called} ({100 * one.rate:.0f} %)",
        f"{100 * one.low:.0f} to {100 * one.high:.0f}",
        "?" if one.added is None else str(one.added),
        ", ".join(f"{origin} {wrong}/{n}" for origin, (wrong, n) in one.origins.items()),
        _counts({verdict: count for verdict, count in one.verdicts.items() if verdict != "intact"}),
        _counts(one.rules),
        *(f"{one.events_per_min.get(kind, 0.0):.2f}" for kind in HARM),
        ", ".join(f"{kind} {rate:.1f}" for kind, rate in others.items()) or "-",
    )


def rows_of(card: AlarmCard) -> Iterator[Cells]:
    """Yield the cells of every line, headings of sections as lone cells."""
    yield from (_cells(name, one) for name, one in card.traps.items())
    if card.total is not None:
        yield _cells("all traps", card.total)
        for title, groups in (("by speech", card.origins), ("by rate", card.rates)):
            yield (title,)
            yield from (_cells(name, one) for name, one in groups.items())
    if card.total_processed is not None:
        yield ("processed (grey)",)
        yield from (_cells(name, one) for name, one in card.processed.items())


def as_markdown(card: AlarmCard) -> str:
    """Return the table in Markdown."""
    marks = [":--" if i in LEFT else "--:" for i in range(len(HEAD))]
    lines = [HEAD, tuple(marks)]
    for cells in rows_of(card):
        lines.append(cells if len(cells) > 1 else (f"**{cells[0]}**", *[""] * (len(HEAD) - 1)))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def as_plain(card: AlarmCard) -> str:
    """Return the table in columns."""
    lines = [HEAD, *rows_of(card)]
    widths = [max(len(cells[i]) for cells in lines if len(cells) > 1) for i in range(len(HEAD))]
    out = []
    for cells in lines:
        if len(cells) == 1:
            out.append(f"\n{cells[0]}")
            continue
        parts = [c.ljust(w) if i in LEFT else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))]
        out.append("  ".join(parts).rstrip())
    return "\n".join(out) + "\n"
