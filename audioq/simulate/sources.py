"""Sources: which clean recordings there are, and who speaks in them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from audioq.batches.folders import recordings
from audioq.report import Failure


@dataclass(frozen=True, slots=True)
class Source:
    """A clean recording, and the name of its talker."""

    path: str
    talker: str

    @property
    def sha256(self) -> str:
        """Digest of the file's bytes, in hexadecimal."""
        with open(self.path, "rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()


def find_sources(clean: Sequence[str | os.PathLike[str]]) -> tuple[list[Source], list[str]]:
    """Find clean recordings.

    Parameters
    ----------
    clean : sequence of paths
        Recordings, and folders of them. A talker is named by the file; below a folder that was given, by the next
        folder, so that all recordings in it are one talker's. Two that would have one name get their paths instead.

    Returns
    -------
    sources : list of Source
        Each file once, however often it was given.
    problems : list of str
        A sentence for each folder that gave none.
    """
    found: dict[str, tuple[str, str]] = {}
    problems: list[str] = []
    for given in clean:
        for file in recordings([given]):
            if isinstance(file, Failure):
                problems.append(file.message)
            else:
                found.setdefault(os.path.realpath(file), (file, _home(file, os.fspath(given))))
    homes: dict[str, set[str]] = {}
    for _, home in found.values():
        homes.setdefault(_short(home), set()).add(home)
    return [Source(path, _name(home, homes)) for path, home in found.values()], problems


def _home(path: str, given: str) -> str:
    """What a talker's recordings have in common: the folder below the one that was given, or the file itself."""
    if os.path.isdir(given):
        inside = os.path.relpath(path, given).split(os.sep)
        if len(inside) > 1:
            return os.path.join(given, inside[0])
    return os.path.splitext(path)[0]


def _short(home: str) -> str:
    return os.path.basename(os.path.normpath(home))


def _name(home: str, homes: dict[str, set[str]]) -> str:
    short = _short(home)
    return short if len(homes[short]) == 1 else os.path.normpath(home).replace(os.sep, "/")
