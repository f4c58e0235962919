"""Estimate: what a batch would be: how many recordings, how much sound, how long it would take."""

from __future__ import annotations

import math
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.logs import refuse_other_names
from audioq.batches.outputs import output_at
from audioq.batches.plans import Plan
from audioq.batches.pool import Loss, Pool, cores
from audioq.batches.pseudonyms import Key, masked, pseudonyms_of
from audioq.batches.ranges import check_ranges
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
    anonymize: Key | None = None,
    keep_columns: Sequence[str] = (),
    storage_options: Mapping[str, Any] | None = None,
) -> Estimate:
    """Say what a batch would be, without writing anything.

    Recordings drawn at random are scored for some seconds; the rest is taken to be like those that end as it does, byte
    for byte.

    Parameters
    ----------
    source, output, glob, raw_format, by_hash, jobs, anonymize, keep_columns, storage_options
        As in `batch`.
    seed : int
        Of the draw.

    Returns
    -------
    Estimate
    """
    check_ranges(jobs=jobs, seed=seed)
    sources = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    how: dict[str, Any] = {"glob": glob, "by_hash": by_hash, "storage_options": storage_options}
    mask = pseudonyms_of(anonymize, keep_columns, (output,))
    with Plan() as plan, Plan() as drawn:
        every: _Sizes = defaultdict(int)
        plan.add(_sized(masked(list_items(sources, raw=raw_format is not None, **how), mask), every))
        total = plan.total()
        if output is not None and (place := output_at(output, storage_options)).has_log():
            with place.reading() as log:
                refuse_other_names(os.fspath(output), log.head.options, {} if mask is None else mask.head())
                plan.take_up(log.entries())
        left = plan.amount()
        pending: _Sizes = defaultdict(int)
        drawn.add(_sized(plan.pending(), pending))
        drawn.sample(_TRIED, seed)
        options = {} if raw_format is None else {"raw_format": raw_format}
        scoring = Scoring(DEFAULT_THRESHOLDS, Limits(), options, storage_options=storage_options)
        tried = _try(scoring, drawn)
    workers = jobs or cores()
    hours = _taken_like(every, {ending: (one.size, one.sound) for ending, one in tried.items()}) / 3600
    seconds = _taken_like(pending, {ending: (one.size, one.took) for ending, one in tried.items()}) / workers
    count = sum(one.count for one in tried.values())
    return Estimate(total.items, total.bytes, left.items, left.bytes, count, hours, seconds, workers)


_Sizes = defaultdict[str, int]
"""Bytes by the ending of names."""


def _ending(item: Item) -> str:
    return os.path.splitext(item.found[0] or item.address)[1].lower()


def _sized(items: Iterable[Item], sizes: _Sizes) -> Iterator[Item]:
    """Yield items, and add their bytes to those of their ending."""
    for item in items:
        sizes[_ending(item)] += item.bytes
        yield item


def _taken_like(sizes: Mapping[str, int], tried: Mapping[str, tuple[int, float]]) -> float:
    """Return what recordings of these sizes hold or take, if those of an ending are like the tried ones of it."""
    size, amount = (sum(pair[i] for pair in tried.values()) for i in (0, 1))
    if not size:
        return math.nan
    each = {ending: own[1] / own[0] for ending, own in tried.items() if own[0]}
    return sum(count * each.get(ending, amount / size) for ending, count in sizes.items())


@dataclass(slots=True)
class _Tried:
    """Recordings of one ending that were scored: how many, their bytes, seconds of sound, seconds that it took."""

    count: int = 0
    size: int = 0
    sound: float = 0.0
    took: float = 0.0


def _try(scoring: Scoring, drawn: Plan) -> dict[str, _Tried]:
    """Score some recordings with one worker, and return by ending what that took."""
    pool, tried = Pool(scoring, scoring.limits, 1), defaultdict[str, _Tried](_Tried)
    last = begun = time.monotonic()
    several = drawn.total().items > 1
    for number, (item, answer) in enumerate(pool.run(drawn.pending())):
        now = time.monotonic()
        if number or not several:  # the first pays for what every worker loads once
            own = tried[_ending(item)]
            own.count, own.size, own.took = own.count + 1, own.size + item.bytes, own.took + now - last
            own.sound += 0.0 if isinstance(answer, Loss) else answer.seconds
        last = now
        pool.stopping = now - begun > _SECONDS
    return dict(tried)
