"""Reencoded: a labelled folder once more, each recording as another recorder would have kept it.

::

    python benchmarks/reencoded.py REAL -o build/again
    python benchmarks/accuracy.py build/again/aac32 --only voice=fa,ml

A folder a chain is written, with the labels of the original: what happened in the call is the same, and a verdict
should be too.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import sys
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audioq.audio import read
from audioq.simulate.codecs.files import write
from audioq.simulate.devices import DEVICES
from benchmarks.threads import one_thread_each

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chain:
    """What is done to the sound before it is kept, and how it is kept."""

    suffix: str
    kbps: float | None = None
    change: Callable[[Samples, int, np.random.Generator], Samples] | None = None


def _device(name: str) -> Callable[[Samples, int, np.random.Generator], Samples]:
    return lambda y, sr, rng: DEVICES[name].pass_through(y, sr, rng)


CHAINS = {
    "aac32": Chain(".m4a", 32.0),
    "mp3-48": Chain(".mp3", 48.0),
    "opus16": Chain(".opus", 16.0),
    "agc": Chain(".flac", None, _device("agc")),
    "loudspeaker": Chain(".flac", None, _device("loudspeaker")),
}
"""Chains by name."""


def keep(row: dict[str, object], folder: Path, out: Path, name: str) -> dict[str, object]:
    """Write one recording by a chain and return its label with the new file."""
    chain, file = CHAINS[name], str(row["file"])
    audio = read(folder / file)
    y = np.concatenate(list(audio.blocks(audio.sr * 60)), axis=1)
    if chain.change is not None:
        rng = np.random.default_rng(zlib.crc32(f"{name} {file}".encode()))
        y = np.stack([chain.change(channel, audio.sr, rng) for channel in y])
    path = (out / name / file).with_suffix(chain.suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, y, audio.sr, kbps=chain.kbps)
    return {**row, "file": str(path.relative_to(out / name)), "chain": name}


def keep_all(folder: Path, out: Path, names: Sequence[str], jobs: int) -> None:
    """Write a folder for each chain."""
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines() if line.strip()]
    one_thread_each()
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        for name in names:
            made = list(pool.map(partial(keep, folder=folder, out=out, name=name), rows, chunksize=4))
            lines = "".join(json.dumps(row) + "\n" for row in made)
            (out / name / "labels.jsonl").write_text(lines, "utf-8")
            for frames in folder.glob("*.npz"):
                shutil.copy(frames, out / name / frames.name)
            print(f"{len(made)} recordings in {out / name}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 2 usage."""
    parser = argparse.ArgumentParser(prog="reencoded.py", description="Write a labelled folder as other recorders do.")
    parser.add_argument("folder", type=Path, help="folder with labels.jsonl")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FOLDER", help="a folder a chain is put here"
    )
    parser.add_argument("--chains", default=",".join(CHAINS), help=f"some of {', '.join(CHAINS)}; default: all")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), metavar="N", help="processes")
    options = parser.parse_args(arguments)
    names = options.chains.split(",")
    unknown = [name for name in names if name not in CHAINS]
    if unknown or not (options.folder / "labels.jsonl").is_file():
        parser.error(f"no chain {unknown[0]}" if unknown else f"{options.folder} has no labels.jsonl")
    keep_all(options.folder, options.output, names, options.jobs)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
