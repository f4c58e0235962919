"""Shelves: folders in which feature tables are kept; those under names and those under pseudonyms never share one."""

from __future__ import annotations

import os

from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import printable

_MARK = ".anonymized"
"""File on a shelf for pseudonyms: the fingerprint of their key."""
_TABLE = ".npz"


def shelf(folder: str | os.PathLike[str] | None, fingerprint: str | None = None) -> str | None:
    """Return the path of a folder for tables, which is made where it is missing; None where there is to be none.

    Parameters
    ----------
    folder : path or None
    fingerprint : str, optional
        Of the key, where tables have pseudonyms. A table under a name and its twin under a pseudonym are alike in all
        their curves, and so tell whose the pseudonym is.

    Raises
    ------
    BatchError
        It cannot be made, or has tables of the other kind or of another key.
    """
    if folder is None:
        return None
    try:
        os.makedirs(folder, exist_ok=True)
        if _mark_of(folder) != fingerprint and (_has_tables(folder) or fingerprint is None):
            raise BatchError(text("error.batch.other_tables", {"folder": printable(os.fspath(folder))}))
        if fingerprint is not None:
            with open(os.path.join(folder, _MARK), "w", encoding="ascii") as mark:
                mark.write(fingerprint)
    except OSError as cause:
        values = {"folder": printable(os.fspath(folder)), "cause": cause.strerror}
        raise BatchError(text("error.batch.tables", values)) from cause
    return os.path.abspath(folder)


def _mark_of(folder: str | os.PathLike[str]) -> str | None:
    """Return the fingerprint that the tables there have, None for names."""
    there = os.path.join(folder, _MARK)
    if os.path.exists(there):
        with open(there, encoding="ascii", errors="replace") as mark:
            return mark.read().strip()
    return None


def _has_tables(folder: str | os.PathLike[str]) -> bool:
    return any(name.endswith(_TABLE) for name in os.listdir(folder))
