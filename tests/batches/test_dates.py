"""Dates in names and tags: those of common recorders, and none that nobody wrote."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioq.batches.dates import Stamp, date_in_name, date_in_tags, written
from audioq.batches.moments import zone
from audioq.errors import BatchError

MOMENT = datetime(2025, 8, 11, 14, 30, 5)
NOW = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "name",
    [
        "audio_2025-08-11_14-30-05.ogg",
        "Call_20250811_143005.m4a",
        "20250811143005.wav",
        "20250811143005123.wav",
        "2025-08-11 14.30.05.mp3",
        "2025-08-11-14-30-05_1001_1002.wav",
        "2025_08_11_14_30_05.wav",
        "20250811-143005.wav",
        "20250811 143005-1A2B3C.m4a",
        "signal-2025-08-11-14-30-05-123.m4a",
        "WhatsApp Audio 2025-08-11 at 14.30.05.opus",
        "WhatsApp Audio 2025-08-11 at 2.30.05 PM.opus",
        "WhatsApp Audio 2025-08-11 at 2.30.05\u202fpm.opus",
        "Call recording Ada_250811_143005.m4a",
        "Ada(08001234567)_20250811143005.mp3",
        "+2348012345678@20250811143005.amr",
        "2025-08-11T14:30:05.123.wav",
        "20250811T143005.wav",
    ],
)
def test_a_time_in_a_name(name):
    assert date_in_name(name, NOW) == Stamp(MOMENT)


@pytest.mark.parametrize(
    "name",
    [
        *("PTT-20250811-WA0003.opus", "AUD-20250811-WA0001.opus", "2025-08-11.wav", "2025.08.11 call 3.wav"),
        *("20250811_1234.wav", "20250811-996000.wav", "2025-08-11 at 14.75.05.wav"),
    ],
)
def test_a_day_in_a_name(name):
    stamp = date_in_name(name, NOW)
    assert stamp == Stamp(date(2025, 8, 11)) and stamp.is_day


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("1723371234.123.wav", datetime(2024, 8, 11, 10, 13, 54, tzinfo=UTC)),
        ("out-101-20240811-121354-1723371234.57.wav", datetime(2024, 8, 11, 10, 13, 54, tzinfo=UTC)),
        ("rec_1723371234567.opus", datetime(2024, 8, 11, 10, 13, 54, tzinfo=UTC)),
        ("20250811T143005Z.wav", MOMENT.replace(tzinfo=UTC)),
        ("2025-08-11T14:30:05+0100.wav", MOMENT.replace(tzinfo=timezone(timedelta(hours=1)))),
    ],
)
def test_a_moment_whose_zone_is_known(name, moment):
    stamp = date_in_name(name, NOW)
    assert stamp == Stamp(moment) and stamp.moment.tzinfo is not None


@pytest.mark.parametrize(
    "name",
    [
        *("call.wav", "08012345678.wav", "2125551234.1.wav", "2025-02-30.wav", "20251311.wav", "19891231.wav"),
        *("11-08-2025.wav", "123456789012345678.wav", "21010101.wav", "1723371234.wav", "call_12345.wav", ""),
        *("0a7f2025-0811-4e5b-9c3d-5f6a7b8c9d0e.wav", "991332_996099.wav"),
    ],
)
def test_what_is_no_date(name):
    assert date_in_name(name, NOW) is None


@given(moment=st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31)), style=st.integers(0, 4))
def test_any_time_is_found(moment, style):
    moment = moment.replace(microsecond=0)
    form = ("%Y%m%d_%H%M%S", "%Y-%m-%d %H.%M.%S", "%Y%m%d%H%M%S", "x_%Y-%m-%d_%H-%M-%S_y", "%Y-%m-%dT%H:%M:%S")[style]
    assert date_in_name(moment.strftime(form) + ".wav", NOW) == Stamp(moment)


@given(name=st.text(max_size=40) | st.text("0123456789-_. TZ:apm", max_size=40))
def test_no_name_is_too_strange(name):
    stamp = date_in_name(name, NOW)
    assert stamp is None or 1990 <= stamp.moment.year <= 2100
    assert stamp is None or written(stamp, zone("Africa/Lagos"))


@pytest.mark.parametrize(
    ("tags", "moment"),
    [
        ([("creation_time", "2025-08-11T13:30:05.000000Z")], MOMENT.replace(hour=13, tzinfo=UTC)),
        (
            [
                ("creation_time", "2025-08-11T13:30:06Z"),
                ("com.apple.quicktime.creationdate", "2025-08-11T14:30:05+0100"),
            ],
            MOMENT.replace(tzinfo=timezone(timedelta(hours=1))),
        ),
        ([("date", "2025-08-11"), ("creation_time", "14:30:05")], MOMENT),
        ([("DATE", "2025-08-11")], date(2025, 8, 11)),
        ([("date", "2025-08-11T14:30:05")], MOMENT),
    ],
)
def test_dates_of_tags(tags, moment):
    assert date_in_tags(tags) == Stamp(moment)


@pytest.mark.parametrize(
    "tags",
    [
        [],
        [("date", "2025")],
        [("creation_time", "1904-01-01T00:00:00Z")],
        [("creation_time", "1970-01-01T00:00:00.000000Z")],
        [("date", "soon"), ("creation_time", "=1+1")],
        [("encoding_time", "2025-08-11T14:30:05Z"), ("title", "2025-08-11")],
    ],
)
def test_tags_without_a_date(tags):
    assert date_in_tags(tags) is None


@pytest.mark.parametrize(
    ("moment", "name", "expected"),
    [
        (MOMENT, None, ("2025-08-11T14:30:05", "local")),
        (MOMENT, "local", ("2025-08-11T14:30:05", "local")),
        (MOMENT, "Africa/Lagos", ("2025-08-11T14:30:05+01:00", "Africa/Lagos")),
        (MOMENT, "-03:30", ("2025-08-11T14:30:05-03:30", "UTC-03:30")),
        (MOMENT.replace(tzinfo=UTC), None, ("2025-08-11T14:30:05+00:00", "UTC")),
        (MOMENT.replace(tzinfo=UTC), "Africa/Lagos", ("2025-08-11T15:30:05+01:00", "Africa/Lagos")),
        (date(2025, 8, 11), "Africa/Lagos", ("2025-08-11", "Africa/Lagos")),
        (date(2025, 8, 11), None, ("2025-08-11", "local")),
    ],
)
def test_how_a_stamp_is_written(moment, name, expected):
    assert written(Stamp(moment), zone(name)) == expected


def test_zones():
    assert zone("Africa/Lagos") == ZoneInfo("Africa/Lagos") and zone("Z") is UTC
    assert zone("UTC-03:30") == zone("-03:30") and zone("UTC").utcoffset(None) == timedelta(0)
    for wrong in ("Mars/Olympus", "../../etc/passwd", "+99:99"):
        with pytest.raises(BatchError, match="is no time zone; give a name of IANA or an offset"):
            zone(wrong)
