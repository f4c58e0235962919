"""Strangers: files that have the names of our tables and are somebody's own; those are never touched."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from audioq.batches.columns import TABLES
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import undecoded

_BEGINNINGS = {
    **{f"{table}.csv": b"recording_id," for table in TABLES},
    "recordings.jsonl": b'{"row":',
    "commit.json": b'{\n "commit": ',
}
_PART = re.compile(r"part-\d{5,}\.parquet")


def refuse_strangers(folder: str | os.PathLike[str]) -> None:
    """Refuse a folder in which tables would take the place of something else, such as the recordings themselves.

    Raises
    ------
    BatchError
        A file or folder with the name of a table was not written by us.
    """
    for found in _strangers(Path(folder)):
        raise BatchError(text("error.stranger", {"file": undecoded(str(found))}))


def _strangers(folder: Path) -> Iterator[Path]:
    """Yield what has the name of one of our files but is none."""
    for name, beginning in _BEGINNINGS.items():
        if os.path.lexists(folder / name) and not _begins(folder / name, beginning):
            yield folder / name
    for table in TABLES:
        if os.path.lexists(folder / table):
            yield from _inside(folder / table)


def clear(folder: Path) -> None:
    """Take away all tables in a folder that had no strangers."""
    for name in _BEGINNINGS:
        (folder / name).unlink(missing_ok=True)
    for table in TABLES:
        for parent, _, files in os.walk(folder / table, topdown=False):
            for file in filter(_PART.fullmatch, files):
                os.unlink(os.path.join(parent, file))
            with suppress(OSError):  # somebody else's file is in it by now
                os.rmdir(parent)


def _begins(file: Path, beginning: bytes) -> bool:
    if file.is_symlink() or not file.is_file():
        return False
    with open(file, "rb") as stream:
        found = stream.read(len(beginning))
    return found in (beginning, b"")


def _inside(table: Path) -> Iterator[Path]:
    if table.is_symlink() or not table.is_dir():
        yield table
        return
    for parent, folders, files in os.walk(table):
        yield from (Path(parent, name) for name in files if not _PART.fullmatch(name))
        yield from (Path(parent, name) for name in folders if "=" not in name or os.path.islink(f"{parent}/{name}"))
