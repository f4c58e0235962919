"""Titles: what sources are called in results: never by an absolute path, and no two alike."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

from audioq.batches.buckets import is_address, shown


def titles_of(sources: Sequence[str]) -> list[str]:
    """Return what to call each source.

    A path below the working folder is called as it was given; any other by its last part, and by more of them where
    two would be alike, so that equal names in different folders stay different. The working folder itself has no name.

    Examples
    --------
    >>> titles_of(["./calls/", "calls/a.wav", "/data/calls", "/home/me/recordings"])
    ['calls', 'calls/a.wav', 'data/calls', 'recordings']
    """
    parts = [_parts(source) for source in sources]
    taken = ["/".join(own) if _is_plain(source) else own[-1] for source, own in zip(sources, parts, strict=True)]
    for length in range(2, 1 + max(map(len, parts), default=0)):
        counts = Counter(taken)
        alike = [i for i, title in enumerate(taken) if counts[title] > 1 and not _is_plain(sources[i])]
        for i in alike:
            taken[i] = "/".join(parts[i][-length:])
    return taken


def _is_plain(source: str) -> bool:
    return is_address(source) or not (os.path.isabs(source) or os.path.normpath(source).split(os.sep)[0] == os.pardir)


def _parts(source: str) -> list[str]:
    if is_address(source):
        return [shown(source)]
    path = os.path.normpath(source)
    if not _is_plain(source):
        path = os.path.abspath(path)
    return ["" if part == "." else part for part in path.strip(os.sep).split(os.sep)]
