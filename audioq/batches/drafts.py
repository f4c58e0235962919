"""Drafts: a manifest that somebody can go on with: what is known of each recording, and blank columns for the rest."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from audioq import decoders
from audioq.audio import read
from audioq.batches.buckets import is_address
from audioq.batches.dates import Stamp, date_in_name, date_in_tags, written
from audioq.batches.items import Item
from audioq.batches.moments import zone
from audioq.batches.places import located
from audioq.batches.resemblance import alike, course_of
from audioq.decoders.files import digest, opener
from audioq.decoders.stream import UndecodableError
from audioq.errors import AudioError
from audioq.render.csv import defuse

BLANK = ("app", "operator", "volunteer", "side")
"""Columns for people to fill: nothing in a file says them for sure."""

COLUMNS = (
    *("file", "sha256", "started_at", "started_at_source", "time_zone", "duration_s", "duplicate_of"),
    *("near_duplicate_of", *BLANK),
)

Described = dict[str, Any]
"""What `describe` finds: ``file``, ``address``, ``sha256``, ``modified`` (seconds of Unix), ``tags`` (list of name and
value), ``duration_s``, ``course`` (see `resemblance`), ``problem`` (a message, or None); plain data for pipes."""

Row = dict[str, str]


def describe(item: Item, *, max_duration: float | None = None, **where: Any) -> Described:
    """Read a recording and say what a manifest needs; for a worker, as it decodes.

    Parameters
    ----------
    item : Item
    max_duration : float, optional
        The most seconds of sound; see `read`.
    **where
        Handed to `located`: folder, most_bytes, storage_options, archives.
    """
    found = Described(file=item.file, address=item.address, sha256="", modified=None, tags=[], duration_s=None)
    found |= {"course": [], "problem": item.problem[1] if item.problem else None}
    if item.problem or not item.file:
        return found
    try:
        with located(item, **where) as path:
            if path == item.address:
                found["modified"] = os.stat(path).st_mtime
            with opener(item.file, path)() as view:
                found["sha256"] = digest(view)
                found["tags"] = _tags(item, view)
            stream, raw_format = item.options.get("stream"), item.options.get("raw_format")
            track = int(stream) if stream else None
            audio = read(path, name=item.file, stream=track, raw_format=raw_format, max_duration=max_duration)
            found["duration_s"], found["course"] = course_of(audio)
    except AudioError as error:
        found["problem"] = str(error)
    return found


def _tags(item: Item, view: Any) -> list[list[str]]:
    try:
        header = decoders.head(view, item.file, item.options.get("raw_format"))
    except (AudioError, UndecodableError):
        return []
    return [[str(name), str(value)] for name, value in header.tags] if header is not None else []


def draft(described: Iterable[Described], base: str, time_zone: str | None = None) -> Iterator[Row]:
    """Yield the rows of a manifest of what was described, in its order.

    Parameters
    ----------
    described : iterable of dict
        As `describe` gives them.
    base : str
        Folder that the manifest will lie in: ``file`` is relative to it.
    time_zone : str, optional
        Where the recordings were made (IANA name or offset), for times of names and tags that do not say it. Without
        it, or with ``local``, such times stay without an offset.

    Raises
    ------
    BatchError
        There is no such time zone.
    """
    local = zone(time_zone)
    found = list(described)
    first: dict[str, int] = {}
    same = [first.setdefault(one["sha256"] or f"none {i}", i) for i, one in enumerate(found)]
    once = [i for i, original in enumerate(same) if i == original]
    near = alike([found[i]["duration_s"] or 0.0 for i in once], [found[i]["course"] for i in once])
    nearest = {i: once[other] for i, other in zip(once, near, strict=True) if other is not None}
    files = [_file(one, base) for one in found]
    for i, one in enumerate(found):
        stamp, source = _started(one)
        started, zone_said = written(stamp, local) if stamp else ("", "")
        seconds = one["duration_s"]
        yield {
            "file": files[i],
            "sha256": one["sha256"],
            "started_at": started,
            "started_at_source": source,
            "time_zone": zone_said,
            "duration_s": "" if seconds is None else f"{seconds:.3f}",
            "duplicate_of": files[same[i]] if same[i] != i else "",
            "near_duplicate_of": files[nearest[i]] if i in nearest else "",
            **dict.fromkeys(BLANK, ""),
        }


def _file(one: Described, base: str) -> str:
    if is_address(one["address"]):
        return str(one["address"])
    path = os.path.relpath(one["address"], base).replace(os.sep, "/")
    # A name that begins as a formula or an address does must not pass for one.
    return f"./{path}" if path != defuse(path, path=True) or is_address(path) or path != path.strip() else path


def _started(one: Described) -> tuple[Stamp | None, str]:
    """Return when a recording began and what says so: a tag, its name, or the time when its last byte was written."""
    name = re.split(r"[/\\]", one["file"])[-1]
    if stamp := date_in_tags([(name, value) for name, value in one["tags"]]):
        return stamp, "tag"
    if stamp := date_in_name(name):
        return stamp, "name"
    if one["modified"] is None or one["duration_s"] is None:
        return None, ""
    # It was written last when the recording ended.
    return Stamp(datetime.fromtimestamp(one["modified"], UTC) - timedelta(seconds=one["duration_s"])), "mtime"


def write_manifest(rows: Iterable[Mapping[str, str]], file: IO[str]) -> int:
    """Write rows as CSV that a spreadsheet can open, and return how many.

    `file` must be opened with ``newline=""``, UTF-8 and ``errors="surrogateescape"``: names stay what they are.
    """
    written_rows = 0
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        paths = ("file", "duplicate_of", "near_duplicate_of")
        writer.writerow([defuse(row[name], path=name in paths) for name in COLUMNS])
        written_rows += 1
    return written_rows
