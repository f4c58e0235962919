"""Chains: is it recognised how a call was recorded?

::

    python benchmarks/chains.py MADE PHONE REAL build/again/loudspeaker --withheld

True is what the labels say (``post.phone``, ``chain``) and the codec of the file. Recordings of which audioq says
"unknown", because nothing stands out of their noise or a room and a line would sound alike, are counted apart. The last
lines say how often each word was right, over all folders. What other recorders leave behind is asked by
``benchmarks/traces.py``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audioq.chain import recognise
from audioq.recorder import LOSSY
from audioq.thresholds import DEFAULT_THRESHOLDS
from benchmarks.threads import one_thread_each

TRAINED = ("en", "es", "co")
"""Voices of the real calls on which the weights were fitted."""


def recognised(task: tuple[Path, dict[str, Any]]) -> tuple[str, str]:
    """Return the true chain of a recording and the one that is heard."""
    from audioq.audio import read
    from audioq.measurement import measure

    folder, label = task
    table = measure(read(folder / label["file"]))
    played = bool((label.get("post") or {}).get("phone")) or label.get("chain") == "loudspeaker"
    true = "loudspeaker" if played else "lossy" if table.format.codec in LOSSY else "direct"
    return true, recognise(table, DEFAULT_THRESHOLDS).chain


def labels_of(folder: Path, withheld: bool) -> list[tuple[Path, dict[str, Any]]]:
    """Return the labels of a folder; of real calls only those of voices that no weight was fitted on."""
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines() if line.strip()]
    voices = [(row.get("source") or {}).get("voice") for row in rows]
    return [(folder, row) for row, voice in zip(rows, voices, strict=True) if not (withheld and voice in TRAINED)]


def _interval(k: int, n: int) -> tuple[float, float]:
    """Wilson's interval of a share at 95 %; from 0 to 1 where nothing was counted."""
    if not n:
        return 0.0, 1.0
    from scipy.stats import binomtest

    found = binomtest(k, n).proportion_ci(0.95, "wilson")
    return float(found.low), float(found.high)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(prog="chains.py", description="Count how often the recorder is recognised.")
    parser.add_argument("folders", nargs="+", type=Path, help="folders with labels.jsonl")
    parser.add_argument("--withheld", action="store_true", help="of real calls only voices that were never fitted on")
    options = parser.parse_args(arguments)
    print("| folder | truth | recordings | right (95 %) | unknown | said |")
    print("|---|---|---:|---:|---:|---|")
    one_thread_each()
    every: Counter[tuple[str, str]] = Counter()
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        for folder in options.folders:
            pairs = Counter(pool.map(recognised, labels_of(folder, options.withheld), chunksize=8))
            every += pairs
            for true in sorted({true for true, _ in pairs}):
                said = Counter({heard: n for (one, heard), n in pairs.items() if one == true})
                n, unknown = said.total(), said["unknown"]
                low, high = _interval(said[true], n - unknown)
                share = said[true] / max(n - unknown, 1)
                rest = ", ".join(f"{heard} {count}" for heard, count in said.most_common())
                print(f"| {folder.name} | {true} | {n} | {share:.0%} ({low:.0%}-{high:.0%}) | {unknown} | {rest} |")
                sys.stdout.flush()
    print("\n| said | times | right (95 %) | in truth |\n|---|---:|---:|---|")
    for heard in sorted({heard for _, heard in every} - {"unknown"}):
        true_of = Counter({true: n for (true, one), n in every.items() if one == heard})
        n, right = true_of.total(), true_of[heard]
        low, high = _interval(right, n)
        rest = ", ".join(f"{true} {count}" for true, count in true_of.most_common())
        print(f"| {heard} | {n} | {right / n:.0%} ({low:.0%}-{high:.0%}) | {rest} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
