"""Roles: two directions of a call side by side, and whether the verdict is right when the roles are said.

::

    python benchmarks/roles.py FOLDER
    python benchmarks/roles.py FOLDER --only voice=fa,ml --markdown --json answers.jsonl

FOLDER holds ``labels.jsonl`` and recordings whose names end in ``_a`` and ``_b``, with the same ``call`` in their
labels. Calls with a grey direction are left out. Two directions of one rate are made a stereo recording; others are
given as legs.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

# The checkout's root, so that this file runs as a script from anywhere, without an installation.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# Before numpy is imported: one thread, as every figure here has.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.pairing import VARIANTS, Answer, answers_of, pairs_of
from benchmarks.scoring.intervals import rate_interval
from benchmarks.scoring.labels import read_labels
from benchmarks.scoring.problems import ScoringError
from benchmarks.scoring.selection import Filter, read_filter, select
from benchmarks.scoring.verdicts import FalseAlarms
from benchmarks.threads import one_thread_each

HEAD = ("roles", "calls", "call right", "95 %", "sides", "side right", "95 %", "mistakes of the call", "notes")
NOTES = ("ignored_channel", "silent_channel", "microphone_muted")
Cells = tuple[str, ...]


def _filter(text: str) -> Filter:
    try:
        return read_filter(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="roles.py", description="Judge two directions of a call as its channels.")
    add = parser.add_argument
    add("folder", type=Path, help="folder with labels.jsonl")
    add("--only", type=_filter, action="append", default=[], metavar="KEY=A,B", help="take these labels only")
    add("--json", type=Path, metavar="FILE", help="write what was said of every call as JSON Lines too")
    add("--markdown", action="store_true", help="print the table in Markdown")
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)")
    return parser


def _share(right: int, n: int) -> Cells:
    if not n:
        return "0", "-", "-"
    interval = rate_interval(FalseAlarms(right / n, n))
    return str(n), f"{right} ({100 * right / n:.0f} %)", f"{100 * interval.low:.0f} to {100 * interval.high:.0f}"


def _counted(names: Iterable[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in Counter(names).most_common()) or "-"


def rows_of(answers: Sequence[Answer]) -> Iterator[Cells]:
    """Yield the cells of each variant."""
    for variant in VARIANTS:
        own = [answer for answer in answers if answer.variant == variant.name]
        sides = [side for answer in own for side in answer.sides]
        yield (
            variant.name,
            *_share(sum(a.label == a.truth for a in own), len(own)),
            *_share(sum(truth == said for truth, said in sides), len(sides)),
            _counted(f"{a.label} by {a.rule} for {a.truth}" for a in own if a.label != a.truth),
            _counted(note for answer in own for note in answer.notes if note in NOTES),
        )


def as_markdown(answers: Sequence[Answer]) -> str:
    """Return the table in Markdown."""
    marks = tuple("---" if i in (0, 7, 8) else "---:" for i in range(len(HEAD)))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (HEAD, marks, *rows_of(answers)))


def as_plain(answers: Sequence[Answer]) -> str:
    """Return the table in columns."""
    lines = [HEAD, *rows_of(answers)]
    widths = [max(len(cells[i]) for cells in lines) for i in range(len(HEAD))]
    return "".join("  ".join(map(str.ljust, cells, widths)).rstrip() + "\n" for cells in lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 2 nothing can be scored."""
    options = _parser().parse_args(arguments)
    try:
        pairs = pairs_of(select(read_labels(options.folder), options.only, ()))
    except ScoringError as problem:
        print(f"roles.py: {problem}", file=sys.stderr)
        return 2
    if not pairs:
        print("roles.py: no call has two directions that are not grey (call, and names in _a and _b)", file=sys.stderr)
        return 2
    one_thread_each()
    with ProcessPoolExecutor(max(1, options.jobs), mp_context=multiprocessing.get_context("spawn")) as pool:
        answers = [answer for some in pool.map(answers_of, pairs) for answer in some]
    sys.stdout.write(as_markdown(answers) if options.markdown else as_plain(answers))
    if options.json is not None:
        lines = (json.dumps({name: getattr(a, name) for name in Answer.__slots__}) + "\n" for a in answers)
        options.json.write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
