"""Estimate: what a batch would be: how many recordings, how much sound, how long it would take."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from audioq.batches.limits import Limits
from audioq.batches.outputs import output_at
from audioq.batches.plans import Plan
from audioq.batches.pool import Loss, Pool, cores
from audioq.batches.scoring import Scoring
from audioq.batches.sources import Source, list_items
from audioq.messages import text
from audioq.thresholds import DEFAULT_THRESHOLDS

_TRIED = 40
"""Recordings that are scored, at most, to know how fast it goes."""
_SECONDS = 5.0
"""No more are begun after so long."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a batch would be.

    Attributes
    ----------
    items, bytes : int
        All recordings, and how large they are.
    pending, pending_bytes : int
        Of these, what no earlier run has finished.
    tried : int
        How many were scored, drawn at random, to know the next two.
    hours : float
        Sound of all recordings; NaN where none could be scored.
    seconds : float
        How long the pending ones would take; NaN likewise.
    jobs : int
        With so many worker processes.
    """

    items: int
    bytes: int
    pending: int
    pending_bytes: int
    tried: int
    hours: float
    seconds: float
    jobs: int

    def to_text(self) -> str:
        """Return the estimate for people, in lines."""
        values = asdict(self) | {"megabytes": self.bytes / 2**20, "took": _duration(self.seconds)}
        names = ["amount", "pending", "time"] if self.tried else ["amount", "pending"]
        return "\n".join(text(f"estimate.{name}", values) for name in names) + "\n"


def _duration(seconds: float) -> str:
    if math.isnan(seconds):
        return text("estimate.unknown")
    return str(timedelta(seconds=math.ceil(seconds)))


def estimate(
    source: Source | Sequence[Source],
    output: str | os.PathLike[str] | None = None,
    *,
    glob: str | None = None,
    raw_format: str | None = None,
    by_hash: bool = False,
    jobs: int | None = None,
    seed: int = 1,
    storage_options: Mapping[str, Any] | None = None,
) -> Estimate:
    """Say what a batch would be, without writing anything.

    Recordings drawn at random are scored for some seconds; the rest is taken to be like them, byte for byte.

    Parameters
    ----------
    source, output, glob, raw_format, by_hash, jobs, storage_options
        As in `batch`.
    seed : int
        Of the draw.

    Returns
    -------
    Estimate
    """
    sources = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    how: dict[str, Any] = {"glob": glob, "by_hash": by_hash, "storage_options": storage_options}
    with Plan() as plan, Plan() as drawn:
        plan.add(list_items(sources, raw=raw_format is not None, **how))
        total = plan.total()
        if output is not None and (place := output_at(output, storage_options)).has_log():
            with place.reading() as log:
                plan.take_up(log.entries())
        left = plan.amount()
        drawn.add(plan.pending())
        drawn.sample(_TRIED, seed)
        options = {} if raw_format is None else {"raw_format": raw_format}
        scoring = Scoring(DEFAULT_THRESHOLDS, Limits(), options, storage_options=storage_options)
        tried, size, sound, took = _try(scoring, drawn)
    workers = jobs or cores()
    hours = sound / size * total.bytes / 3600 if size and sound else float("nan")
    seconds = took / size * left.bytes / workers if size else float("nan")
    return Estimate(total.items, total.bytes, left.items, left.bytes, tried, hours, seconds, workers)


def _try(scoring: Scoring, drawn: Plan) -> tuple[int, int, float, float]:
    """Score some recordings with one worker; return how many, their bytes, seconds of sound, and seconds it took."""
    pool, tried, size, sound = Pool(scoring, scoring.limits, 1), 0, 0, 0.0
    begun = took = 0.0
    for item, answer in pool.run(drawn.pending()):
        if not begun:  # the first pays for what every worker loads once
            begun = time.monotonic()
            if drawn.total().items > 1:
                continue
        tried, size, took = tried + 1, size + item.bytes, time.monotonic() - begun
        sound += 0.0 if isinstance(answer, Loss) else answer.seconds
        pool.stopping = took > _SECONDS
    return tried, size, sound, took
