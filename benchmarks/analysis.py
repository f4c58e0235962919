"""Analysis: `audioq.analyze` over the recordings of a folder, in a pool of processes."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Row, row_of
from benchmarks.threads import one_thread_each

CHUNK = 4
"""Recordings handed to a process at a time: calls are short, and so is the wait for the last one."""


def predict(label: Label, changes: Mapping[str, float], weights: Path | None = None, side: str | None = None) -> Row:
    """Analyse one recording; what cannot be read becomes a row with an error, and counts as wrong.

    Other `weights` than the shipped ones hold for the process from its first call on.
    """
    # Imported here: stored predictions are scored without audioq.
    from audioq.errors import AudioqError, InstallationError
    from audioq.features import loss
    from audioq.report import analyze
    from audioq.thresholds import DEFAULT_THRESHOLDS

    started = time.process_time()
    loss.WEIGHTS = loss.WEIGHTS if weights is None else weights
    try:
        report = analyze(label.path, thresholds=DEFAULT_THRESHOLDS.with_values(changes), side=side)
    except InstallationError:
        raise  # no recording is to blame
    except AudioqError as problem:
        return {"file": label.file, "error": {"type": type(problem).__name__, "message": str(problem)}}
    return {**row_of(report, label.file), "cpu_s": round(time.process_time() - started, 4)}


def predict_all(
    labels: Sequence[Label],
    changes: Mapping[str, float],
    jobs: int,
    weights: Path | None = None,
    side: str | None = None,
) -> list[Row]:
    """Analyse recordings in as many processes as `jobs` says, with progress on standard error."""
    task = partial(predict, changes=dict(changes), weights=weights, side=side)
    if jobs == 1:
        return list(_with_progress(map(task, labels), len(labels)))
    one_thread_each()
    # Spawned, not forked: a fork would keep the threads that numpy has started here.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        return list(_with_progress(pool.map(task, labels, chunksize=CHUNK), len(labels)))


def _with_progress(rows: Iterable[Row], n_rows: int) -> Iterator[Row]:
    terminal, started = sys.stderr.isatty(), time.monotonic()
    step = 1 if terminal else max(1, n_rows // 10)
    for done, row in enumerate(rows, start=1):
        if "error" in row:
            print(f"{row['error']['type']}: {row['error']['message']}", file=sys.stderr)
        if done % step == 0 or done == n_rows:
            seconds = time.monotonic() - started
            end = "\r" if terminal and done < n_rows else "\n"
            print(f"{done} of {n_rows} recordings, {seconds:.0f} s", end=end, file=sys.stderr, flush=True)
        yield row
