"""Moments: when a recording began, as far as the manifest says so beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from audioq.errors import BatchError
from audioq.messages import text

_OFFSET = re.compile(r"(?:UTC)?([+-]\d\d:?\d\d(?::\d\d)?|Z)")
_GUESSED = "mtime"
"""What a draft says in ``started_at_source`` where nothing but the time of the last change says the time."""


def zone(name: str | None) -> tzinfo | None:
    """Return the time zone that the user names, as IANA does, or by its offset from UTC.

    Raises
    ------
    BatchError
        There is none of this name.
    """
    if name is None or name == "local":
        return None
    found = known_zone(name)
    if found is None:
        raise BatchError(text("error.time_zone", {"zone": name}))
    return found


def known_zone(name: str | None) -> tzinfo | None:
    """Return the time zone of this name or offset, None where there is none, as for ``local``.

    Examples
    --------
    >>> known_zone("Asia/Tehran"), known_zone("local")
    (zoneinfo.ZoneInfo(key='Asia/Tehran'), None)
    >>> known_zone("UTC+03:30")
    datetime.timezone(datetime.timedelta(seconds=12600))
    """
    try:
        if name and (offset := _OFFSET.fullmatch(name)):
            return datetime.fromisoformat(f"2000-01-01T00:00{offset[1]}").tzinfo
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def utc(written: str | None, local: tzinfo | None = None) -> datetime | None:
    """Return a time of ISO 8601 in UTC; None where it is no time of a day, or has no offset and no zone is given.

    A time that the clock showed twice, when summer time ended, is the first of the two.

    Parameters
    ----------
    written : str or None
    local : tzinfo, optional
        Zone of times without an offset.

    Examples
    --------
    >>> utc("2025-08-11T12:00+03:30").isoformat(), utc("2025-08-11 12:00"), utc("2025-08-11")
    ('2025-08-11T08:30:00+00:00', None, None)
    >>> utc("2025-08-11 12:00", ZoneInfo("Asia/Tehran")).isoformat()
    '2025-08-11T08:30:00+00:00'
    """
    plain = (written or "").strip()
    try:
        moment = datetime.fromisoformat(plain)
        # A day alone says no time, and its midnight would be made up.
        if len(plain) <= len("YYYY-MM-DD") or (moment.tzinfo is None and local is None):
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=local)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def began(columns: Mapping[str, str], local: tzinfo | None = None) -> datetime | None:
    """Return when a recording began, in UTC, by the columns of its row; None where that is not known beyond doubt.

    The time of the last change of a file is a guess, as copying changes it: ``started_at_source`` says where
    ``started_at`` is nothing better.

    Parameters
    ----------
    columns : mapping of str to str
        Those of a manifest; of a call, what all of its legs say.
    local : tzinfo, optional
        Zone of times without an offset in rows that name no zone.

    Examples
    --------
    >>> began({"started_at": "2025-08-11T12:00Z", "started_at_source": "mtime"})
    """
    if _GUESSED in columns.get("started_at_source", "").casefold().split():
        return None
    said = columns.get("time_zone", "").strip()
    return utc(columns.get("started_at"), local if is_local(said) else known_zone(said))


def is_local(said: str) -> bool:
    """Whether a cell ``time_zone`` names no zone of its own."""
    return said.casefold() in ("", "local")


def is_date(written: str) -> bool:
    """Whether a text is a date of ISO 8601, with or without a time.

    Examples
    --------
    >>> is_date("2025-08-11"), is_date(" 2025-08-11T12:00Z "), is_date("11.08.2025 12:00"), is_date("12:00")
    (True, True, False, False)
    """
    try:
        datetime.fromisoformat(written.strip())
    except ValueError:
        return False
    return True


def after(began: datetime | None, seconds: float) -> datetime | None:
    """Return the moment so many seconds later; None where the beginning is not known."""
    try:
        return None if began is None else began + timedelta(seconds=seconds)
    except OverflowError:
        return None
