"""Options of a row: what a manifest says of a recording, checked before anything is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from audioq.batches.items import OPTIONS
from audioq.batches.moments import is_local, known_zone
from audioq.batches.refusals import stopped
from audioq.decoders.raw import parse
from audioq.decoders.stream import UndecodableError
from audioq.errors import AudioError, BatchError
from audioq.messages import text
from audioq.roles import check_roles

_NAMES = frozenset(OPTIONS)
ALSO = {"ignore_channel": "ignore_channels"}
"""Options whose name in the command is another."""
_CHECKS_KEPT = 1024
"""Rows say the same again and again."""


class WrongCellError(Exception):
    """A cell of a manifest makes no sense. Arguments: column, problem, remedy."""

    def stop(self, title: str, place: str) -> BatchError:
        """Return the error that stops the batch, with the manifest and the place of the row."""
        column, problem, remedy = self.args
        return stopped(title, "value", place=place, column=column, problem=problem, remedy=remedy)


def wrong(column: str, id: str, **values: object) -> WrongCellError:
    """Return the error for the sentences ``error.listing.ID`` and ``remedy.listing.ID``."""
    return WrongCellError(column, text(f"error.listing.{id}", values), text(f"remedy.listing.{id}", values))


def options_of(cells: Mapping[str, str], general: Mapping[str, str]) -> dict[str, str]:
    """Return the options of a recording: those of its row, and the general ones where the row is blank.

    Parameters
    ----------
    cells : mapping of str to str
        The row by column.
    general : mapping of str to str
        Options of all recordings.

    Raises
    ------
    WrongCellError
        One of those in the row makes no sense.
    """
    given = {name: cells[name].strip() for name in sorted(cells.keys() & _NAMES) if cells[name].strip()}
    for other, name in ALSO.items():
        if value := cells.get(other, "").strip():
            if given.setdefault(name, value) != value:
                raise wrong(other, "two_columns", value=value, other=given[name], same=name)
    options = {**general, **given}
    if given.keys() - {"call_id", "leg"}:
        _check_part(*(options.get(name, "") for name in ("stream", "start", "end", "raw_format")))
        # Legs are named by other rows of the call, which are not known yet.
        roles = ("side",) if "leg" in given else ("side", "channels", "expect_speech", "ignore_channels")
        _check_roles(*(options.get(name, "") for name in roles))
    return options


@lru_cache(_CHECKS_KEPT)
def check_zone(said: str) -> None:
    """Refuse what a cell ``time_zone`` says if it names no zone."""
    if not is_local(said) and known_zone(said) is None:
        raise wrong("time_zone", "time_zone", zone=said)


@lru_cache(_CHECKS_KEPT)
def _check_part(stream: str, start: str, end: str, raw_format: str) -> None:
    if stream and not (stream.isascii() and stream.isdigit()):
        raise wrong("stream", "not_a_count", value=stream)
    first, last = _seconds("start", start), _seconds("end", end)
    if last is not None and last <= (first or 0.0):
        raise wrong("end", "end", start=first or 0.0, end=last)
    if raw_format:
        try:
            parse(raw_format)
        except UndecodableError as cause:
            raise WrongCellError("raw_format", *cause.args) from cause


def _seconds(column: str, value: str) -> float | None:
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds >= 0):
        raise wrong(column, "not_seconds", value=value)
    return seconds


@lru_cache(_CHECKS_KEPT)
def _check_roles(side: str, channels: str = "", expect_speech: str = "", ignore_channels: str = "") -> None:
    names = channels or None
    each = {
        "side": (None, None, None, side or None),
        "channels": (names, None, None, None),
        "expect_speech": (names, expect_speech or None, None, None),
        "ignore_channels": (names, expect_speech or None, ignore_channels or None, None),
    }
    for column, roles in each.items():
        try:
            check_roles(*roles)
        except AudioError as cause:
            raise WrongCellError(column, cause.problem, cause.remedy) from cause
