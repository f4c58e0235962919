"""Refusals: why something cannot be scored, as the error of one recording or of the whole batch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from audioq.errors import AudioError, BatchError, LimitError
from audioq.messages import text

_CAUSES = {
    **dict.fromkeys(
        ("missing", "not_there", "vanished", "empty", "empty_archive", "no_source", "no_member"), "missing"
    ),
    **dict.fromkeys(("not_a_file", "folder", "member_link", "member_special"), "not_a_file"),
    **dict.fromkeys(("forbidden", "remote_forbidden", "own_file"), "forbidden"),
    **dict.fromkeys(("too_large", "archive_bomb"), "too_large"),
    **dict.fromkeys(("remote", "remote_credentials"), "remote"),
    "changed": "changed",
}
"""Id of a sentence in `listing_messages`, then which of `rows.CAUSES` it is; else ``unreadable``."""


def refused(file: str, id: str, **values: object) -> AudioError:
    """Return the error of one recording, for the sentences ``error.listing.ID`` and ``remedy.listing.ID``."""
    cause = _CAUSES.get(id, "unreadable")
    kind = LimitError if cause == "too_large" else AudioError
    error = kind(file, *(_filled(id, values) if values else _plain(id)), cause)
    error.quotes = "cause" in values and str(values["cause"]) in error.problem
    return error


def _filled(id: str, values: Mapping[str, object]) -> tuple[str, str]:
    return text(f"error.listing.{id}", values), text(f"remedy.listing.{id}", values)


@cache
def _plain(id: str) -> tuple[str, str]:
    return _filled(id, {})  # a million files may be missing


def stopped(source: str, id: str, **values: object) -> BatchError:
    """Return the error that stops a batch, for the sentences ``error.listing.ID`` and ``remedy.listing.ID``."""
    problem, remedy = _filled(id, values)
    return BatchError(f"{source}: {problem}; {remedy}")


def problem_of(error: AudioError) -> tuple[str, str]:
    """Return what `Item.problem` keeps of an error: cause and message."""
    return error.cause, str(error)
