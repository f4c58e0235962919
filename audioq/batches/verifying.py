"""Verifying: recordings are scored once more, and each row says whether it still holds."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from audioq.batches.buckets import shown
from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.logs import KEPT, KEY, LogReader
from audioq.batches.outputs import output_at
from audioq.batches.plans import Plan
from audioq.batches.pool import Loss, Pool
from audioq.batches.pseudonyms import Key, Pseudonyms, masked, pseudonyms_of
from audioq.batches.ranges import check_ranges
from audioq.batches.rows import Row
from audioq.batches.scoring import Scoring
from audioq.batches.sources import Source, list_items
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import printable
from audioq.thresholds import DEFAULT_THRESHOLDS, Thresholds

_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that does not hold.

    Attributes
    ----------
    file : str
    what : tuple of str
        Which parts of the result are otherwise: ``status``, ``verdict``, ``scores``, ``events`` ...
    was, now : str
        Verdict, or cause of the failure, in the row and now.
    """

    file: str
    what: tuple[str, ...]
    was: str
    now: str


@dataclass(slots=True)
class Verification:
    """What scoring once more says of the rows of a batch.

    Attributes
    ----------
    agree : int
        Rows that came out the same.
    differences : list of Difference
    without_row : int
        Recordings of the source that have no row.
    without_recording : int
        Rows whose recording is not in the source, or has changed since: they cannot be verified.
    """

    agree: int = 0
    differences: list[Difference] = field(default_factory=list)
    without_row: int = 0
    without_recording: int = 0

    def to_text(self) -> str:
        """Return what was found for people, in lines."""
        lines = [text("verify.differs", {**asdict(one), "file": printable(one.file), "what": ", ".join(one.what)})
                 for one in self.differences]  # fmt: skip
        counts = {"agree": self.agree, "differ": len(self.differences)}
        lines.append(text("verify.counts", counts))
        if self.without_row:
            lines.append(text("verify.without_row", {"count": self.without_row}))
        if self.without_recording:
            lines.append(text("verify.without_recording", {"count": self.without_recording}))
        return "\n".join(lines) + "\n"


def verify(
    results: str | os.PathLike[str],
    source: Source | Sequence[Source],
    *,
    glob: str | None = None,
    by_hash: bool = False,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    sample: int | None = None,
    seed: int = 1,
    jobs: int | None = None,
    timeout: float = _LIMITS.timeout,
    max_duration: float = _LIMITS.max_duration,
    max_memory: int = _LIMITS.max_memory,
    max_size: int = _LIMITS.max_size,
    anonymize: Key | None = None,
    storage_options: Mapping[str, Any] | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> Verification:
    """Score recordings once more, and say which rows of a batch agree.

    Parameters
    ----------
    results : path or address
        What `batch` wrote.
    source, glob, by_hash
        As they were given to `batch`.
    thresholds : Thresholds
        Those of the batch.
    sample : int, optional
        Try only so many rows, drawn at random with `seed`.
    seed : int
    jobs, timeout, max_duration, max_memory, max_size, anonymize, storage_options
        As in `batch`; the key must be that of the batch.
    watch : callable, optional
        Gets how many rows were tried, and of how many.

    Returns
    -------
    Verification

    Raises
    ------
    BatchError
        There are no results, or they were judged by other thresholds or made with another key.
    """
    limits = Limits(timeout, max_duration, max_memory, max_size)
    check_ranges(jobs=jobs, sample=sample, seed=seed, limits=limits)
    sources = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    mask = pseudonyms_of(anonymize, places=(results,))
    how: dict[str, Any] = {"glob": glob, "by_hash": by_hash, "storage_options": storage_options}
    with output_at(results, storage_options).reading() as reader, Plan() as plan:
        options = _options(reader, thresholds, results, mask)
        scoring = Scoring(thresholds, limits, options, storage_options=storage_options)
        plan.add(masked(list_items(sources, raw="raw_format" in options, **how), mask))
        plan.take_up(reader.entries())
        found = Verification(without_row=plan.amount().items)
        rows = dict(_rows(plan, found))
        return _compare(plan, rows, reader, Pool(scoring, limits, jobs), found, _drawn(rows, sample, seed), watch)


def _options(
    reader: LogReader, thresholds: Thresholds, results: str | os.PathLike[str], mask: Pseudonyms | None
) -> Mapping[str, Any]:
    """Return what was said of all recordings when the rows were made, if by these thresholds and with this key."""
    head = reader.head
    theirs, ours = head.options.get(KEY), mask and mask.fingerprint
    if theirs != ours:
        id = "verify_no_key" if ours is None else "verify_open" if theirs is None else "verify_other_key"
        values = {"folder": shown(os.fspath(results)), "theirs": theirs, "ours": ours}
        raise BatchError(text(f"error.batch.{id}", values))
    if head.thresholds != thresholds.fingerprint:
        values = {"folder": shown(os.fspath(results)), "theirs": head.thresholds, "ours": thresholds.fingerprint}
        raise BatchError(text("error.batch.other_thresholds", values))
    return {name: value for name, value in head.options.items() if name not in (KEY, KEPT)}


def _rows(plan: Plan, found: Verification) -> Iterator[tuple[str, int]]:
    for item, offset in plan.finished():
        if item is None:
            found.without_recording += 1
        else:
            yield item.key, offset


def _drawn(rows: Mapping[str, int], sample: int | None, seed: int) -> list[str]:
    import random

    keys = list(rows)
    return keys if sample is None else random.Random(seed).sample(keys, min(sample, len(keys)))


def _compare(
    plan: Plan,
    rows: Mapping[str, int],
    reader: LogReader,
    pool: Pool,
    found: Verification,
    keys: Sequence[str],
    watch: Callable[[int, int], None] | None,
) -> Verification:
    wanted = set(keys)
    items = (item for item, _ in plan.finished() if item is not None and item.key in wanted)
    for tried, (item, answer) in enumerate(pool.run(items), start=1):
        now = {"status": "failed", "cause": answer.cause} if isinstance(answer, Loss) else json.loads(answer.data)
        difference = _difference(item, reader.row(rows[item.key]), now)
        if difference is None:
            found.agree += 1
        else:
            found.differences.append(difference)
        if watch is not None:
            watch(tried, len(wanted))
    found.differences.sort(key=lambda one: one.file)
    return found


def _difference(item: Item, was: Row, now: Row) -> Difference | None:
    if was["status"] == now["status"] == "failed":
        what = ["cause"] if was["cause"] != now["cause"] else []
    elif was["status"] != now["status"]:
        what = ["status"]
    else:
        before, after = was["result"] or {}, now["result"] or {}
        what = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return Difference(item.file, tuple(what), _said(was), _said(now)) if what else None


def _said(row: Row) -> str:
    if row["status"] != "ok":
        return str(row["cause"] or row["status"])
    return str(row["result"]["verdict"]["label"])
