"""Describing: recordings are read in worker processes, and a manifest of them is drafted."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from audioq.batches.archives import is_archive
from audioq.batches.drafts import Described, Row, describe, draft, write_manifest
from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.manifests import is_manifest
from audioq.batches.moments import zone
from audioq.batches.pool import Loss, Pool
from audioq.batches.ranges import check_ranges
from audioq.batches.refusals import stopped
from audioq.batches.sources import Source, list_items
from audioq.errors import BatchError
from audioq.messages import text

_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Describing:
    """Describes recordings in a worker process, within limits."""

    limits: Limits

    def __call__(self, numbered: tuple[int, Item]) -> Described:
        """Return what a manifest needs to know of a recording."""
        return describe(numbered[1], max_duration=self.limits.max_duration, most_bytes=self.limits.most_bytes)


def manifest(
    source: Source | Sequence[Source],
    output: str | os.PathLike[str] | None = None,
    *,
    glob: str | None = None,
    raw_format: str | None = None,
    time_zone: str | None = None,
    jobs: int | None = None,
    timeout: float = _LIMITS.timeout,
    max_duration: float = _LIMITS.max_duration,
    max_memory: int = _LIMITS.max_memory,
    max_size: int = _LIMITS.max_size,
    watch: Callable[[int, int], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> list[Row]:
    """Draft a manifest: one row a recording, with digest, date, length and duplicates, and blank columns to fill.

    Parameters
    ----------
    source : path, or several
        Folders and files.
    output : path, optional
        CSV file to write; ``file`` is then relative to its folder, else to the working folder.
    glob : str, optional
        Takes those files of folders whose path below matches it.
    raw_format : str, optional
        What bytes without a header are.
    time_zone : str, optional
        Where the recordings were made (IANA name), for times that do not say it.
    jobs, timeout, max_duration, max_memory, max_size
        As in `batch`.
    watch : callable, optional
        Gets how many recordings were read, and of how many.
    say : callable, optional
        Gets a sentence for each recording that could not be read; it has a row all the same.

    Returns
    -------
    list of dict
        The rows: column to text.

    Raises
    ------
    BatchError
        There is no such time zone, a source is an archive or a manifest, or `output` cannot be written, is there
        already, or does not end in ``.csv``.
    """
    zone(time_zone)
    sources = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    for path in (os.fspath(one) for one in sources):
        if is_archive(path):
            raise stopped(path, "draft_of_archive")
        if is_manifest(path):
            raise BatchError(text("error.batch.draft_of_manifest", {"file": path}))
    if output is not None:
        _check_output(os.fspath(output))
    options = {} if raw_format is None else {"raw_format": raw_format}
    listed = list_items(sources, glob=glob, raw=raw_format is not None, options=options)
    items = [item for item in listed if item.address]
    limits = Limits(timeout, max_duration, max_memory, max_size)
    check_ranges(jobs=jobs, limits=limits)
    described = _describe(items, Pool(Describing(limits), limits, jobs), watch)
    for one in described:
        if one["problem"] is not None and say is not None:
            say(one["problem"])
    base = os.getcwd() if output is None else os.path.dirname(os.path.abspath(output))
    rows = list(draft(described, base, time_zone))
    if output is not None:
        _write(rows, os.fspath(output))
    return rows


def _describe(items: Sequence[Item], pool: Pool, watch: Callable[[int, int], None] | None) -> list[Described]:
    """Return what was found of each item, in their order."""
    found: dict[int, Described] = {}
    for (number, item), answer in pool.run(enumerate(items)):
        found[number] = _unread(item, answer) if isinstance(answer, Loss) else answer
        if watch is not None:
            watch(len(found), len(items))
    return [found[number] for number in range(len(items))]


def _unread(item: Item, loss: Loss) -> Described:
    said = text(f"error.batch.{loss.cause}", {"file": item.file, "detail": loss.detail})
    known: dict[str, Any] = {"file": item.file, "address": item.address, "sha256": "", "modified": None}
    return {**known, "tags": [], "duration_s": None, "course": [], "problem": said}


def _check_output(file: str) -> None:
    """Refuse, before any work, to write over what somebody may have filled in, or under a name of another kind."""
    if not file.lower().endswith(".csv"):
        raise BatchError(text("error.batch.manifest_name", {"file": file}))
    if os.path.lexists(file):
        raise BatchError(text("error.batch.manifest_there", {"file": file}))


def _write(rows: Iterable[Row], file: str) -> None:
    part = f"{file}.part"
    try:
        with open(part, "w", encoding="utf-8", errors="surrogateescape", newline="") as out:
            write_manifest(rows, out)
        os.replace(part, file)
    except OSError as cause:
        raise BatchError(text("error.batch.manifest", {"file": file, "cause": cause.strerror})) from cause
