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
    named: dict[str, tuple[bool, list[str]]] = {}
    keys = [source if is_address(source) else os.path.abspath(source) for source in sources]
    for key, source in zip(keys, sources, strict=True):
        if key not in named or _is_plain(source):  # the same folder may be given in two ways
            named[key] = _is_plain(source), _parts(source)
    titles = {key: "/".join(parts) if plain else parts[-1] for key, (plain, parts) in named.items()}
    for length in range(2, 1 + max((len(parts) for _, parts in named.values()), default=0)):
        counts = Counter(titles.values())
        for key, (plain, parts) in named.items():
            if counts[titles[key]] > 1 and not plain:
                titles[key] = "/".join(parts[-length:])
    return [titles[key] for key in keys]


def _is_plain(source: str) -> bool:
    return is_address(source) or not (os.path.isabs(source) or os.path.normpath(source).split(os.sep)[0] == os.pardir)


def _parts(source: str) -> list[str]:
    if is_address(source):
        return [shown(source)]
    path = os.path.normpath(source)
    if not _is_plain(source):
        path = os.path.abspath(path)
    return ["" if part == "." else part for part in path.strip(os.sep).split(os.sep)]
