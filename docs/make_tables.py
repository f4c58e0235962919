"""Fill the tables of README.md and docs/*.md from the code: python docs/make_tables.py.

A block runs from ``<!-- NAME-table -->`` to ``<!-- /NAME-table -->``; what stands between is replaced. With
``--check`` nothing is written, and the exit status is 1 where a table is out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from audioq.batches.columns import TABLES as BATCH_TABLES  # noqa: E402
from audioq.batches.columns import TYPES  # noqa: E402
from audioq.batches.columns import Column as BatchColumn  # noqa: E402
from audioq.kinds import KINDS  # noqa: E402
from audioq.messages import text  # noqa: E402
from audioq.rules import CALL_RULES, RULES  # noqa: E402
from audioq.scores import METRICS  # noqa: E402
from audioq.simulate.codecs import CODECS  # noqa: E402
from audioq.simulate.ingredients import SECTIONS, Ingredient  # noqa: E402
from audioq.simulate.recipes import names, read_recipe  # noqa: E402
from audioq.simulate.settings import Setting  # noqa: E402
from audioq.thresholds import DEFAULT_THRESHOLDS  # noqa: E402


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    # A rule in a cell would end the cell.
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def scores_table() -> str:
    """Name, unit, direction and meaning of every score."""
    head = ("score", "unit", "direction", "meaning")
    return _table(head, ((f"`{m.name}`", m.unit, m.direction, m.meaning) for m in METRICS))


def kinds_table() -> str:
    """Every kind of event, and whether it counts for the verdict."""
    rows = ((f"`{k.name}`", text(f"kind.{k.name}"), "yes" if k.affects_verdict else "no") for k in KINDS)
    return _table(("kind", "what is heard", "counts for the verdict"), rows)


def thresholds_table() -> str:
    """Every threshold with unit, range, meaning and source."""
    rows = [DEFAULT_THRESHOLDS.row(name) for name in DEFAULT_THRESHOLDS]
    return _table(
        ("threshold", "value", "unit", "from", "to", "meaning", "source"),
        (
            (f"`{r.name}`", f"{r.value:g}", r.unit, f"{r.low:g}", f"{r.high:g}", r.meaning.replace("\n", " "), r.source)
            for r in rows
        ),
    )


def rules_table() -> str:
    """Every rule in its order; the rules of a call of several channels come last."""
    rows = []
    for number, rule in enumerate((*RULES, *CALL_RULES), 1):
        place = str(number) if rule not in CALL_RULES else "the call"
        limits = ", ".join(f"`{limit}`" for _, limit in rule.reasons if limit) or "none"
        rivals = ", ".join(f"`{rival}`" for rival in rule.rivals) or "none"
        rows.append((place, f"`{rule.id}`", str(rule.label), rule.basis, text(f"rule.{rule.id}"), limits, rivals))
    return _table(("order", "rule", "label", "basis", "what it says", "limits", "rivals"), rows)


def _setting(one: Setting) -> str:
    default = "" if one.default is None else f"; {one.default}"
    return f"`{one.name}` ({one.possible}{default})"


def _settings(part: Ingredient) -> str:
    return "<br>".join(map(_setting, part.settings)) or "none"


def _parts_table(section: str) -> Callable[[], str]:
    """Name, meaning and settings of everything that can stand in a section of a recipe."""

    def table() -> str:
        parts = SECTIONS[section].table.values()
        rows = ((f"`{p.name}`", p.meaning, _settings(p)) for p in parts)
        return _table(("name", "what it does", "settings (possible; default)"), rows)

    return table


def recipes_table() -> str:
    """Every recipe that comes with audioq."""
    return _table(("recipe", "what it makes"), ((f"`{name}`", read_recipe(name).meaning) for name in names()))


def codecs_table() -> str:
    """Every codec with its family and what it needs."""
    rows = (
        (f"`{c.name}`", c.family, c.meaning, f"`{c.needs}`" if c.needs else "nothing", _settings(c))
        for c in CODECS.values()
    )
    return _table(("name", "family", "what it is", "needs (Debian)", "settings (possible; default)"), rows)


def _columns_table(columns: Iterable[BatchColumn]) -> Callable[[], str]:
    """Name, type, unit and meaning of the columns of a table of a batch."""

    def table() -> str:
        rows = ((f"`{c.name}`", TYPES[c.type], c.unit, c.meaning) for c in columns)
        return _table(("column", "type", "unit", "meaning"), rows)

    return table


TABLES: dict[str, Callable[[], str]] = {
    "scores": scores_table,
    "kinds": kinds_table,
    "thresholds": thresholds_table,
    "rules": rules_table,
    "recipes": recipes_table,
    "codecs": codecs_table,
    **{name: _columns_table(columns) for name, columns in BATCH_TABLES.items()},
    **{section: _parts_table(section) for section in SECTIONS if section != "codec"},
}
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


def filled(page: str) -> str:
    """Return the text of a page with its blocks filled."""
    for name, make in TABLES.items():
        opening, closing = f"<!-- {name}-table -->\n", f"<!-- /{name}-table -->"
        parts = page.split(opening)
        page = parts[0] + "".join(f"{opening}{make()}\n{closing}{part.partition(closing)[2]}" for part in parts[1:])
    return page


def main(arguments: list[str]) -> int:
    """Fill or check all pages; return the exit status."""
    old = 0
    for file in PAGES:
        before = file.read_text(encoding="utf-8")
        after = filled(before)
        if before == after:
            continue
        old += 1
        print(f"{file.relative_to(ROOT)}: {'out of date' if '--check' in arguments else 'written'}")
        if "--check" not in arguments:
            file.write_text(after, encoding="utf-8")
    return int(bool(old) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
