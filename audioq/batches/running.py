"""Running: a batch from its sources to its tables; `batch` composes the walk."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from audioq.batches.checks import Checks
from audioq.batches.finishing import finish, tell
from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.logs import Head
from audioq.batches.moments import zone
from audioq.batches.outputs import output_at
from audioq.batches.plans import Plan
from audioq.batches.pseudonyms import Key, Pseudonyms, masked, pseudonyms_of
from audioq.batches.ranges import check_ranges
from audioq.batches.scoring import Scoring
from audioq.batches.shelves import shelf
from audioq.batches.sources import Source, list_items
from audioq.batches.steps import Watch
from audioq.batches.summaries import Summary
from audioq.batches.tables import Layout
from audioq.batches.working import crew_of, refuse_moved, work
from audioq.batches.writing import check_tables
from audioq.roles import Channels
from audioq.thresholds import DEFAULT_THRESHOLDS, Thresholds

_LIMITS = Limits()


def ignore(_: object) -> None:
    """Tell nobody."""


def batch(
    source: Source | Sequence[Source],
    output: str | os.PathLike[str],
    *,
    format: str | Sequence[str] = "csv",
    partition_by: str | Sequence[str] = (),
    glob: str | None = None,
    jobs: int | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    start: float | None = None,
    end: float | None = None,
    stream: int | None = None,
    sha256: bool = False,
    raw_format: str | None = None,
    channels: str | Sequence[str] | None = None,
    expect_speech: Channels = None,
    ignore_channels: Channels = None,
    side: str | None = None,
    timeout: float = _LIMITS.timeout,
    max_duration: float = _LIMITS.max_duration,
    max_memory: int = _LIMITS.max_memory,
    max_size: int = _LIMITS.max_size,
    retry_failed: bool = False,
    new_only: bool = False,
    rescore: bool = False,
    by_hash: bool = False,
    sample: int | None = None,
    seed: int = 1,
    tables: str | os.PathLike[str] | None = None,
    time_zone: str | None = None,
    anonymize: Key | None = None,
    keep_columns: Sequence[str] = (),
    storage_options: Mapping[str, Any] | None = None,
    scheduler: str | None = None,
    client: Any = None,
    start_method: str | None = None,
    fail_on: str | None = None,
    fail_if: str | Sequence[str] | None = (),
    allow: str | int | None = None,
    baseline: str | os.PathLike[str] | None = None,
    junit: str | os.PathLike[str] | None = None,
    prometheus: str | os.PathLike[str] | None = None,
    debug: bool = False,
    watch: Watch = ignore,
    say: Callable[[str], None] = ignore,
) -> Summary:
    """Score many recordings in processes of their own, and write what became of each, whatever happens.

    Killed at any moment and started again with the same arguments, it goes on where it was. The tables are the same
    to the byte for any number of jobs and of interruptions.

    Parameters
    ----------
    source : path, address or several
        Folders, recordings, manifests, archives, addresses that fsspec knows; see docs/batch.md.
    output : path or address
        Folder of the results: ``log.jsonl`` as they come, and at the end the tables.
    format : {"csv", "parquet", "jsonl"} or several
        Form of the tables.
    partition_by : str or sequence of str
        Columns by whose values Parquet is divided into folders.
    glob : str, optional
        Takes those files of folders whose path below matches it, instead of those that end as recordings do.
    jobs : int, optional
        The most worker processes; default: one a core.
    thresholds : Thresholds
    start, end, stream, sha256, raw_format, channels, expect_speech, ignore_channels, side
        As in `analyze`, for all recordings; what a manifest says of one goes before it.
    timeout, max_duration, max_memory, max_size
        What one recording may cost; see `Limits`.
    retry_failed : bool
        Score again what failed in an earlier run.
    new_only : bool
        Leave recordings that changed since an earlier run as they were scored.
    rescore : bool
        Score everything again, whatever is in `output`.
    by_hash : bool
        Know recordings by their bytes and not by size and time of modification.
    sample : int, optional
        Score only so many, drawn at random with `seed`.
    seed : int
    tables : path, optional
        Folder in which feature tables are kept, and used again when thresholds change.
    time_zone : str, optional
        IANA name of the zone of times without an offset, such as ``Europe/Moscow``.
    anonymize : bytes or path, optional
        Replaces names by a keyed hash in everything that is written: the key, or the file that holds it.
    keep_columns : sequence of str
        Columns of the manifest that stay readable then, besides those that always do; see docs/batch.md.
    storage_options : mapping, optional
        What fsspec needs to reach addresses.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://host:8786``: its workers do the work.
    client : distributed.Client, optional
        The same, for who has one.
    start_method : {"fork", "spawn"}, optional
        How worker processes start.
    fail_on : {"degraded", "blocked"}, optional
        The mildest verdict that is not let through the gate; see `Summary.passage`.
    fail_if : str or sequence of str
        Conditions on numbers of the table ``recordings`` that are not let through, such as ``mos<3.5``.
    allow : str or int, optional
        How many recordings may meet the gate all the same: ``3``, or ``"2%"`` of those that are scored.
    baseline : path or address, optional
        Earlier results of the same recordings to compare with; see `Summary.comparison`.
    junit, prometheus : path, optional
        Files to write in the end: the recordings as tests in JUnit's XML; gauges for Prometheus' textfile collector.
    debug : bool
        Keep the traceback of a fault of audioq's own in its row.
    watch : callable, optional
        Gets a `Step` when the work begins and whenever a row is finished.
    say : callable, optional
        Gets sentences about what was left out or mended.

    Returns
    -------
    Summary
        Of all rows in `output`.

    Raises
    ------
    BatchError
        A source or `output` cannot be used as asked, or the results cannot be written.
    KeyboardInterrupt
        On Ctrl-C, once what was begun is finished.
    """
    begun = time.monotonic()
    limits = Limits(timeout, max_duration, max_memory, max_size)
    check_ranges(jobs=jobs, sample=sample, seed=seed, start=start, end=end, limits=limits)
    options = given(locals(), *_READING, *_ROLES)
    zone(time_zone)  # which refuses names of none
    mask = pseudonyms_of(anonymize, keep_columns, (output, tables), sha256=sha256, debug=debug)
    with ExitStack() as opened:
        held_to: dict[str, Any] = {"fail_on": fail_on, "fail_if": fail_if, "allow": allow, "baseline": baseline}
        told: dict[str, Any] = {"junit": junit, "prometheus": prometheus, "storage_options": storage_options}
        checks = opened.enter_context(Checks.of(output, **held_to, **told))
        plan = opened.enter_context(Plan())
        reading = {"glob": glob, "raw": raw_format is not None, "by_hash": by_hash, "storage_options": storage_options}
        carried = _list(plan, source, reading, mask, say)
        if sample is not None:
            plan.sample(sample, seed)
        if mask is not None:
            plan.mix(mask.place)
        how: dict[str, Any] = {
            "layout": Layout.of(carried, time_zone),
            "formats": _several(format),
            "partition_by": _several(partition_by),
        }
        check_tables(**how)
        head = head_of(thresholds, options if mask is None else {**options, **mask.head()})
        checks.match(plan, head)
        kept = shelf(tables, None if mask is None else mask.fingerprint)
        place = output_at(output, storage_options, say)
        log = opened.enter_context(place.log(head, rescore))
        plan.take_up(log.entries(), new_only=new_only)
        refuse_moved(plan, log, os.fspath(output))
        checks.begin(head)
        scoring = Scoring(thresholds, limits, options, kept, storage_options, debug)
        crew = crew_of(scoring, limits, jobs, start_method, scheduler, client)
        work(plan, log, place, crew, retry_failed, watch)
        summary = finish(plan, log, place, how, checks, () if mask is None else mask.groups)
        tell(plan, log, os.fspath(output), summary, checks, time.monotonic() - begun)
        return summary


def _list(
    plan: Plan,
    source: Source | Sequence[Source],
    reading: Mapping[str, Any],
    mask: Pseudonyms | None,
    say: Callable[[str], None],
) -> dict[str, None]:
    """Put everything that the sources have into the plan, and return the columns that it carries."""
    carried: dict[str, None] = {}
    notes: list[str] = []
    sources = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    plan.add(_noting(carried, masked(list_items(sources, notes=notes, **reading), mask)))
    for note in notes if mask is None else mask.notes(notes, sources, carried):
        say(note)
    return carried


_READING = ("start", "end", "stream", "sha256", "raw_format")
_ROLES = ("channels", "expect_speech", "ignore_channels", "side")


def given(arguments: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return those of the named arguments that say something."""
    return {name: arguments[name] for name in names if arguments[name] not in (None, False)}


def _several(one: str | Sequence[str]) -> tuple[str, ...]:
    return (one,) if isinstance(one, str) else tuple(one)


def _noting(carried: dict[str, None], items: Iterable[Item]) -> Iterator[Item]:
    """Yield items, and note in `carried` which columns they have."""
    for item in items:
        carried.update(dict.fromkeys(item.columns))
        yield item


def head_of(thresholds: Thresholds, options: Mapping[str, Any]) -> Head:
    """Return the head of a log: what measures and judges its rows."""
    from audioq import __version__
    from audioq.measurement import measured_by

    return Head(__version__, measured_by(), thresholds.fingerprint, options)
