"""Constructed calls: short ones of which everybody knows the verdict, and whether audioq says it.

::

    python benchmarks/constructed.py
    python benchmarks/constructed.py --only cut_off --only flashes --variants 40 --seed 3
    python benchmarks/constructed.py --speech CLEAN --save FOLDER --json figures.json

Speech is cut off in mid-sound and nothing follows; 93 of 100 packets are lost; only flashes get through: blocked. The
same voices end by themselves, or speak on; a telephone rings, is engaged or is dialled: intact. Each at 8, 16 and
48 kHz. FOLDER gets the recordings and ``labels.jsonl``, so that ``accuracy.py FOLDER`` reads it too.
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
from pathlib import Path
from typing import Any

# The checkout's root, so that this file runs as a script from anywhere, without an installation.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# Before numpy is imported: one thread, as every figure here has.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from audioq.errors import AudioqError
from benchmarks.analysis import predict_all
from benchmarks.constructing import speakers
from benchmarks.constructing.catalogue import CONSTRUCTS, Construct
from benchmarks.constructing.figures import Scored, as_data, scored
from benchmarks.constructing.making import RATES, LabelLine, Task, make, plan, write_labels
from benchmarks.constructing.table import as_markdown, as_plain
from benchmarks.constructing.ways import not_installed
from benchmarks.scoring.labels import read_labels
from benchmarks.threads import one_thread_each

SEED = 11
VARIANTS = 28
"""Each way of losing speech comes twice."""


def _construct(text: str) -> Construct:
    if text not in CONSTRUCTS:
        raise argparse.ArgumentTypeError(f"there is no construct '{text}'; use one of {', '.join(CONSTRUCTS)}")
    return CONSTRUCTS[text]


def _number(text: str, least: int = 0) -> int:
    if not text.isdigit() or int(text) < least:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of {least} or more")
    return int(text)


def _count(text: str) -> int:
    return _number(text, 1)


def _parser() -> argparse.ArgumentParser:
    about = "Build short calls of which everybody knows the verdict. Score what audioq says of them."
    parser = argparse.ArgumentParser(prog="constructed.py", description=about)
    add = parser.add_argument
    add("--speech", type=Path, nargs="+", default=[], metavar="FOLDER", help="clean recordings in place of own voices")
    add("--variants", type=_count, default=VARIANTS, metavar="N", help=f"calls a construct and rate ({VARIANTS})")
    add("--seed", type=_number, default=SEED, metavar="N", help=f"another seed gives other calls (default {SEED})")
    add("--only", type=_construct, action="append", default=[], metavar="CONSTRUCT", help="this only; repeatable")
    add("--rate", type=int, action="append", default=[], choices=RATES, help="this sampling rate only; repeatable")
    add("--save", type=Path, metavar="FOLDER", help="keep the recordings and their labels here; must be empty")
    add("--json", type=Path, metavar="FILE", help="write the figures as JSON (- prints them instead of the table)")
    add("--markdown", action="store_true", help="print the table in Markdown")
    add("--jobs", type=_count, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)")
    return parser


def _make_all(tasks: Sequence[Task], jobs: int) -> list[LabelLine]:
    if jobs == 1:
        return [make(task) for task in tasks]
    one_thread_each()
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(make, tasks, chunksize=4))


def _scored(options: argparse.Namespace, folder: Path, notes: list[str]) -> dict[str, Scored]:
    """Make the calls in a folder, analyse them and score what was said."""
    voices = speakers.given(options.speech, notes) if options.speech else speakers.own(options.seed, notes)
    notes += not_installed()
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    constructs, rates = options.only or list(CONSTRUCTS.values()), options.rate or RATES
    write_labels(
        _make_all(plan(constructs, rates, options.variants, voices, options.seed, folder), options.jobs), folder
    )
    labels = read_labels(folder)
    return scored(list(zip(labels, predict_all(labels, {}, options.jobs), strict=True)))


def _document(card: dict[str, Scored], options: argparse.Namespace, notes: Sequence[str]) -> dict[str, Any]:
    from audioq import __version__

    return {"audioq": __version__, "seed": options.seed, "notes": list(notes), "constructs": as_data(card)}


def _write(card: dict[str, Scored], options: argparse.Namespace, notes: Sequence[str]) -> None:
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
            card = _scored(options, save or Path(passing), notes)
    except (AudioqError, OSError) as problem:
        parser.error(str(problem))
    for note in notes:
        print(note, file=sys.stderr)
    _write(card, options, notes)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
