"""Batches: what scoring many recordings costs beyond scoring each of them.

::

    python benchmarks/batch.py            # half an hour on two cores
    python benchmarks/batch.py --quick    # a few minutes: fewer and shorter
    python benchmarks/batch.py --cluster  # also through a Dask cluster on this machine

Prints a Markdown table: recordings per second, CPU per hour of sound, speed-up by two workers, what of the CPU is
supervision (the parent's share), start-up, and the parent's peak memory by the number of files, which are links to one
short recording. Everything is made in a temporary folder. Needs Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HOUR = 3600.0
SR = 8000
IN_A_FOLDER = 1000
SHORT_SECONDS = 0.4

MADE = """
import sys
import numpy as np, soundfile
from audioq.simulate import speechlike
folder, count, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
pieces = [speechlike(min(seconds, 10.0), 8000, np.random.default_rng(n)) for n in range(8)]
for n in range(count):
    y = np.resize(np.roll(pieces[n % 8], 800 * n), round(seconds * 8000))
    soundfile.write(f"{folder}/{n:04d}.flac", y, 8000)
"""

MEASURED = """
import json, resource, sys, time
begun = time.monotonic()
from audioq.batches.running import batch
source, output, how = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
first = []
def watch(step):
    if step.items == 1:
        first.append(time.monotonic() - begun)
summary = batch(source, output, watch=watch, **how)
wall = time.monotonic() - begun
own, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({
    "wall": wall, "first": first[0], "items": summary.statuses["ok"], "hours": float(summary.seconds) / 3600,
    "parent": own.ru_utime + own.ru_stime, "workers": theirs.ru_utime + theirs.ru_stime,
    "peak_mib": own.ru_maxrss / 1024,
}))
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    files: int
    seconds: float
    links: tuple[int, ...]
    rounds: int


FULL = Size(files=200, seconds=60.0, links=(200, 2_000, 20_000, 100_000), rounds=3)
QUICK = Size(files=40, seconds=30.0, links=(200, 2_000), rounds=1)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one batch took: seconds, seconds of CPU, MiB."""

    wall: float
    first: float
    items: int
    hours: float
    parent: float
    workers: float
    peak_mib: float

    @property
    def supervision(self) -> float:
        """Share of the parent in the CPU."""
        return self.parent / (self.parent + self.workers)


def _environment() -> dict[str, str]:
    return os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(HERE.parent)}


def _python(code: str, *arguments: object) -> str:
    line = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(line, env=_environment(), check=True, stdout=subprocess.PIPE, text=True).stdout


def _cost(source: Path, output: Path, **how: Any) -> Cost:
    return Cost(**json.loads(_python(MEASURED, source, output, json.dumps(how))))


def _best(source: Path, place: Path, rounds: int, **how: Any) -> Cost:
    """Return the round that was disturbed least."""
    costs = [_cost(source, Path(tempfile.mkdtemp(dir=place)), **how) for _ in range(rounds)]
    return min(costs, key=lambda cost: cost.wall)


def _links(place: Path, count: int) -> Path:
    """Return a folder of so many links to one short recording, a thousand in a folder."""
    source = place / f"links {count}"
    made = place / "short"
    if not made.exists():
        made.mkdir()
        _python(MADE, made, 1, SHORT_SECONDS)
    for number in range(count):
        folder = source / f"{number // IN_A_FOLDER:03d}"
        if number % IN_A_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"{number:06d}.flac").symlink_to(made / "0000.flac")
    return source


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    """Start a scheduler and workers on this machine, and give its address."""
    code = (
        "import sys, time\n"
        "from distributed import LocalCluster\n"
        "if __name__ == '__main__':\n"
        "    cluster = LocalCluster(n_workers=int(sys.argv[1]), threads_per_worker=1, dashboard_address=':0')\n"
        "    print(cluster.scheduler_address, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "cluster.py"
        script.write_text(code, encoding="utf-8")
        line = [sys.executable, str(script), str(workers)]
        with subprocess.Popen(
            line, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None and process.stdout is not None
            try:
                yield process.stdout.readline().strip()
            finally:
                process.stdin.close()


def _speed(place: Path, size: Size) -> Iterator[tuple[str, str, str]]:
    source = place / "calls"
    source.mkdir()
    _python(MADE, source, size.files, size.seconds)
    one, two = (_best(source, place, size.rounds, jobs=jobs) for jobs in (1, 2))
    what = f"{size.files} FLAC of {size.seconds:.0f} s"
    yield f"recordings per second, {what}, 1 worker", f"{one.items / one.wall:.1f}", ""
    yield f"recordings per second, {what}, 2 workers", f"{two.items / two.wall:.1f}", ""
    yield "speed-up by the second worker", f"{one.wall / two.wall:.2f}", "at least 1.75"
    yield "CPU per hour of sound, all processes", f"{(two.parent + two.workers) / two.hours:.2f} s", ""
    yield "supervision, share of the CPU", f"{two.supervision:.1%}", "at most 3 %"
    yield "start to first row, 2 workers", f"{two.first:.2f} s", ""


def _memory(place: Path, size: Size) -> Iterator[tuple[str, str, str]]:
    for count in size.links:
        cost = _cost(_links(place, count), place / f"results {count}")
        what = f"{count:,} files of {SHORT_SECONDS} s"
        yield f"peak memory of the parent, {what}", f"{cost.peak_mib:.0f} MiB", "flat"
        each = cost.parent / count * 1000
        yield f"parent's CPU a file, {what}", f"{each:.2f} ms ({cost.supervision:.1%} of all)", ""


def _through_a_cluster(place: Path, size: Size) -> Iterator[tuple[str, str, str]]:
    with _cluster(2) as address:
        first = _cost(place / "calls", place / "cluster 1", scheduler=address)
        again = _cost(place / "calls", place / "cluster 2", scheduler=address)
    what = f"{size.files} FLAC of {size.seconds:.0f} s, Dask cluster of 2 workers"
    yield f"recordings per second, {what}", f"{again.items / again.wall:.1f}", ""
    yield "start to first row, fresh cluster", f"{first.first:.2f} s", ""
    yield "parent's CPU a recording, cluster", f"{again.parent / again.items * 1000:.1f} ms", ""
    yield "peak memory of the parent, cluster", f"{again.peak_mib:.0f} MiB", ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter recordings")
    parser.add_argument("--cluster", action="store_true", help="also through a Dask cluster on this machine")
    parser.add_argument("--links", type=int, nargs="*", metavar="N", help="measure memory with so many files")
    given = parser.parse_args(arguments)
    size = QUICK if given.quick else FULL
    if given.links is not None:
        size = Size(size.files, size.seconds, tuple(given.links), size.rounds)
    print("| what | figure | goal |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="audioq-batch-") as folder:
        place = Path(folder)
        parts = [_speed, *([_through_a_cluster] if given.cluster else []), _memory]
        for part in parts:
            for what, figure, goal in part(place, size):
                print(f"| {what} | {figure} | {goal} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
