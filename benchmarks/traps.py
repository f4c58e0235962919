"""Traps: intact recordings that look damaged, and how often audioq falls for each.

::

    python benchmarks/traps.py
    python benchmarks/traps.py --only creak --only singing --seed 3
    python benchmarks/traps.py --speech CLEAN --save FOLDER --json figures.json

Every trap is laid in the same excerpts of undamaged speech. FOLDER gets the recordings and ``labels.jsonl``, so that
``accuracy.py FOLDER`` reads it too.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

# The checkout's root, so that this file runs as a script from anywhere, without an installation.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audioq.errors import AudioqError, SimulationError
from benchmarks.analysis import predict_all
from benchmarks.scoring.labels import read_labels
from benchmarks.threads import one_thread_each
from benchmarks.trapping import excerpts as speech
from benchmarks.trapping.alarms import AlarmCard, alarm_card, card_as_json
from benchmarks.trapping.catalogue import TRAPS, Trap
from benchmarks.trapping.making import LabelLine, Task, make, plan, write_labels
from benchmarks.trapping.table import as_markdown, as_plain

SEED = 7


def _trap(name: str) -> Trap:
    if name not in TRAPS:
        raise argparse.ArgumentTypeError(f"there is no trap '{name}'; use one of {', '.join(TRAPS)}")
    return TRAPS[name]


def _number(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 0 or more")
    return int(text)


def _jobs(text: str) -> int:
    if _number(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of processes, 1 or more")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    about = "Lay traps: intact recordings that look damaged. Score the false alarms."
    parser = argparse.ArgumentParser(prog="traps.py", description=about)
    add = parser.add_argument
    add("--speech", type=Path, nargs="+", default=[], metavar="FOLDER", help="more clean recordings to lay traps in")
    add("--seed", type=_number, default=SEED, metavar="N", help=f"another seed gives other traps (default {SEED})")
    add("--only", type=_trap, action="append", default=[], metavar="TRAP", help="this trap only; may be given again")
    add("--limit", type=_number, default=0, metavar="N", help="the first N excerpts and synthetic voices only")
    add("--save", type=Path, metavar="FOLDER", help="keep the recordings and their labels here; must be empty")
    add("--json", type=Path, metavar="FILE", help="write the figures as JSON (- prints them instead of the table)")
    add("--markdown", action="store_true", help="print the table in Markdown")
    add("--jobs", type=_jobs, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)")
    return parser


def _excerpts(options: argparse.Namespace, notes: list[str]) -> list[speech.Excerpt]:
    given = speech.given(options.speech, notes)
    own = [*speech.recorded(), *speech.made(options.seed), *given]
    limit = options.limit or None
    return [*own[:limit], *islice(speech.synthetic(notes), limit)]


def _make_all(tasks: Sequence[Task], jobs: int) -> list[LabelLine]:
    if jobs <= 1:
        return [make(task) for task in tasks]
    one_thread_each()
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(make, tasks, chunksize=4))


def _scored(traps: Sequence[Trap], options: argparse.Namespace, folder: Path, notes: list[str]) -> AlarmCard:
    """Make the set in a folder, analyse it and score what was said."""
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    lines = _make_all(plan(traps, _excerpts(options, notes), options.seed, folder), options.jobs)
    if not lines:
        raise SimulationError(
            "no synthetic voice is installed, and no other trap was asked for; install espeak-ng or flite"
        )
    write_labels(lines, folder)
    labels = read_labels(folder)
    return alarm_card(list(zip(labels, predict_all(labels, {}, max(1, options.jobs)), strict=True)))


def _document(card: AlarmCard, options: argparse.Namespace, notes: Sequence[str]) -> dict[str, Any]:
    from audioq import __version__

    return {"audioq": __version__, "seed": options.seed, "notes": list(notes), **card_as_json(card)}


def _write(card: AlarmCard, options: argparse.Namespace, notes: Sequence[str]) -> None:
    document = json.dumps(_document(card, options, notes), indent=1, ensure_ascii=False) + "\n"
    text = as_markdown(card) if options.markdown else as_plain(card)
    sys.stdout.write(document if options.json == Path("-") else text)
    if options.json is not None and options.json != Path("-"):
        options.json.write_text(document, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 2 usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    save: Path | None = options.save
    if save is not None and save.exists() and (not save.is_dir() or any(save.iterdir())):
        parser.error(f"{save} is not an empty folder; name a new one")
    notes: list[str] = []
    try:
        with tempfile.TemporaryDirectory() as passing:
            card = _scored(options.only or list(TRAPS.values()), options, save or Path(passing), notes)
    except (AudioqError, OSError) as problem:
        parser.error(str(problem))
    for note in notes:
        print(note, file=sys.stderr)
    _write(card, options, notes)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
