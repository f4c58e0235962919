"""Dates: when a recording began, as its tags or its name say."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Other years are no dates of recordings: counters of seconds that were never set begin in 1904 and 1970."""

_DAY = r"(?P<year>(?:19|20)\d\d)(?P<mark>[-_.]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)"
_CLOCK = r"(?P<hour>\d\d)(?P<colon>[-_.:]?)(?P<minute>\d\d)(?P=colon)(?P<second>\d\d)"
_MILLISECONDS = r"(?:\d{3})?(?!\d)"
_PATTERNS = tuple(
    re.compile(rf"(?<!\d){pattern}", re.IGNORECASE)
    for pattern in (
        # Asterisk's unique id: seconds of Unix and a counter. Years to come are numbers of telephones.
        r"(?P<unix>[1-3]\d{9})\.\d{1,6}(?!\d)",
        # ISO 8601, compact or not: it may say the offset from UTC.
        rf"{_DAY}T{_CLOCK}(?:[.,]\d+)?(?P<offset>Z|[+-]\d\d:?\d\d)?(?!\d)",
        # 2025-08-11 at 2.30.05 PM
        rf"{_DAY}[ _]+(?:at[ _]+)?(?P<hour>\d\d?)\.(?P<minute>\d\d)\.(?P<second>\d\d)[ _\u202f]*(?P<half>[ap]m)",
        # audio_2025-08-11_14-30-05, Call_20250811_143005, 20250811143005, 2025-08-11 at 14.30.05
        rf"{_DAY}(?:[-_. ]{{0,3}}|[ _]+at[ _]+){_CLOCK}{_MILLISECONDS}",
        # 250811_143005, of Samsung's telephones
        r"(?P<short>\d\d)(?P<month>\d\d)(?P<day>\d\d)_(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?!\d)",
        # Milliseconds of Unix, as many apps name what they record.
        r"(?P<unix>1\d{9})\d{3}(?!\d)",
        # PTT-20250811-WA0003 and other days without a time
        rf"{_DAY}(?!\d)",
    )
)
_TAG_DAY = re.compile(r"\s*(\d{4}-\d\d-\d\d)\s*")
_TAG_CLOCK = re.compile(r"\s*(\d\d:\d\d:\d\d)\s*")
_DAY_ONLY = 10  # letters of 2025-08-11


class Stamp(NamedTuple):
    """When something began: a date with time, whose zone may be known, or a day alone."""

    moment: datetime | date

    @property
    def is_day(self) -> bool:
        """Whether there is no time of day."""
        return not isinstance(self.moment, datetime)


def date_in_name(name: str, now: float | None = None) -> Stamp | None:
    """Return the first date that the name of a file holds, None where it holds none that can be.

    Parameters
    ----------
    name : str
        Without folders.
    now : float, optional
        Seconds of Unix; later ones are no dates of recordings.

    Examples
    --------
    >>> str(date_in_name("PTT-20250811-WA0003.opus").moment)
    '2025-08-11'
    >>> str(date_in_name("Call recording Ada_250811_143005.m4a").moment)
    '2025-08-11 14:30:05'
    """
    latest = time.time() if now is None else now
    found = (_read(match.groupdict(), latest) for pattern in _PATTERNS for match in pattern.finditer(name))
    return next((stamp for stamp in found if stamp is not None), None)


def _read(parts: dict[str, str | None], latest: float) -> Stamp | None:
    try:
        if unix := parts.get("unix"):
            return _checked(datetime.fromtimestamp(int(unix), UTC)) if int(unix) <= latest else None
        year = int(parts.get("year") or f"20{parts['short']}")
        day = date(year, int(parts["month"] or 0), int(parts["day"] or 0))
        if parts.get("hour") is None:
            return _checked(day)
        hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
        if half := parts.get("half"):
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half.lower() == "pm" else 0)
        zone = _offset(parts.get("offset") or "")
        return _checked(datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone))
    except ValueError:
        return None


def _checked(moment: datetime | date) -> Stamp | None:
    return Stamp(moment) if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _offset(text: str) -> tzinfo | None:
    if not text:
        return None
    if text in ("Z", "z"):
        return UTC
    digits = text[1:].replace(":", "")
    span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-span if text[0] == "-" else span)


def date_in_tags(tags: Iterable[tuple[str, str]]) -> Stamp | None:
    """Return the most exact date that the tags of a file hold; a year alone is none.

    Parameters
    ----------
    tags : iterable of (str, str)
        Names and values, as FFmpeg reads them.
    """
    each = [(name.lower(), value) for name, value in tags if _is_dated(name.lower())]
    stamps = [stamp for stamp in _tagged(each) if stamp is not None]
    return min(stamps, key=_vagueness, default=None)


def _is_dated(name: str) -> bool:
    return "creat" in name or name in ("date", "originationdate", "date_recorded")


def _vagueness(stamp: Stamp) -> int:
    """Rank stamps: with an offset of their own, in UTC, with a time, a day."""
    if not isinstance(stamp.moment, datetime):
        return 3
    return 2 if stamp.moment.tzinfo is None else 1 if stamp.moment.tzinfo is UTC else 0


def _tagged(tags: list[tuple[str, str]]) -> Iterator[Stamp | None]:
    days = [match[1] for _, value in tags if (match := _TAG_DAY.fullmatch(value))]
    clocks = [match[1] for _, value in tags if (match := _TAG_CLOCK.fullmatch(value))]
    if days and clocks:  # the header of broadcast WAV has them apart
        yield _iso(f"{days[0]}T{clocks[0]}")
    for _, value in tags:
        yield _iso(value.strip())


def _iso(value: str) -> Stamp | None:
    try:
        if len(value) == _DAY_ONLY:
            return _checked(date.fromisoformat(value))
        return _checked(datetime.fromisoformat(value)) if len(value) > _DAY_ONLY else None
    except ValueError:
        return None


def written(stamp: Stamp, zone: tzinfo | None = None) -> tuple[str, str]:
    """Return a stamp in ISO 8601, and its zone: its name, its offset from UTC, or ``local``.

    Parameters
    ----------
    stamp : Stamp
    zone : tzinfo, optional
        That of a stamp that has none; others are converted to it.

    Examples
    --------
    >>> written(Stamp(datetime(2025, 8, 11, 14, 30)), UTC)
    ('2025-08-11T14:30:00+00:00', 'UTC')
    """
    moment = stamp.moment
    if not isinstance(moment, datetime):
        return moment.isoformat(), str(zone or "local")
    if moment.tzinfo is None:
        moment = moment if zone is None else moment.replace(tzinfo=zone)
    elif zone is not None:
        moment = moment.astimezone(zone)
    return moment.isoformat(timespec="seconds"), str(moment.tzinfo or "local")
