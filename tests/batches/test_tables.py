"""The records of a row: every column, and nothing made up."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from made_rows import HOSTILE, MANIFEST, a_failure, a_row, rows

from audioq.batches.columns import RECORDINGS, TABLES, TYPES, manifest_columns
from audioq.batches.items import Item
from audioq.batches.moments import utc, zone
from audioq.batches.tables import Layout
from audioq.errors import BatchError

LAYOUT = Layout.of(MANIFEST)


def recording(row, layout=LAYOUT):
    (one,) = layout.records(row)["recordings"]
    return one


def test_columns_are_told_apart_and_explained():
    for columns in TABLES.values():
        names = [column.name for column in columns]
        assert len(set(names)) == len(names)
        assert names[0] == "recording_id" and names[-1] == "schema_version"
        assert all(column.type in TYPES and column.meaning.endswith(".") for column in columns)


def test_every_record_has_every_column_in_order():
    for row in rows():
        for table, records in LAYOUT.records(row).items():
            names = [column.name for column in LAYOUT.columns(table)]
            assert all(list(record) == names for record in records)


def test_every_column_is_filled_by_some_row():
    everything = rows()
    everything[0]["result"]["sha256"] = "0" * 64
    everything[0]["small_group"] = True
    everything[0]["result"]["recording"] |= {"chain": "direct", "confidence": 0.9, "side": "far"}
    everything[0]["result"]["recording"]["faults"] = [{"id": "dc_jump", "channel": 0, "value": 1.0, "spans": []}]
    everything[0]["result"]["channels"][0] |= {"name": "agent", "role": "expected"}
    everything[0]["result"]["format"]["codec_sr"] = 8000
    for table, columns in TABLES.items():
        records = [record for row in everything for record in LAYOUT.records(row)[table]]
        empty = {c.name for c in columns if all(record[c.name] is None for record in records)}
        assert empty == set()


def test_a_report_is_told_as_it_is():
    row = rows()[1]
    told, result = recording(row), row["result"]
    assert told["recording_id"] == row["id"] and told["file"] == "calls/1.wav" and told["status"] == "ok"
    assert (told["label"], told["mos"]) == (result["verdict"]["label"], result["scores"]["mos"])
    assert math.isclose(told["p_intact"] + told["p_degraded"] + told["p_blocked"], 1.0, abs_tol=1e-6)
    assert told["dropout_events"] == sum(event["kind"] == "dropout" for event in result["events"]) > 0
    assert told["started_at"] == datetime(2025, 8, 11, 7, 30, tzinfo=UTC)
    assert told["started_at_local"] == "2025-08-11T11:00:00+03:30"
    assert (told["sr"], told["manifest_sr"], told["operator"]) == (8000, "8 kHz", "B")


def test_a_failure_has_a_cause_and_no_verdict():
    told = recording(a_failure(Item("a.wav"), "timeout"))
    assert (told["status"], told["cause"], told["error"]) == ("failed", "timeout", "a.wav: timeout; try another")
    assert told["label"] is None and told["mos"] is None and told["dropout_events"] is None


def test_no_recording_has_an_outcome():
    told = recording(rows()[-1])
    assert (told["status"], told["outcome"], told["call_id"]) == ("no_recording", "never connected", "c9")
    assert told["file"] is None and told["label"] is None and told["cause"] is None
    assert LAYOUT.records(rows()[-1])["channels"] == []


def test_an_outcome_beside_a_recording_is_carried_along():
    told = recording(a_row(Item("a.wav", columns={"outcome": "cut off"}), 1))
    assert (told["status"], told["outcome"]) == ("ok", "cut off") and told["label"]


def test_the_sides_of_a_call_have_their_legs():
    row = rows()[-2]
    told = LAYOUT.records(row)
    assert [channel["leg"] for channel in told["channels"]] == ["agent", "caller"]
    assert told["recordings"][0]["leg"] == ["agent", "caller"][told["recordings"][0]["channel"]]
    assert told["recordings"][0]["call_id"] == "call-7"


def test_the_leg_stands_in_one_column():
    layout = Layout.of(["file", "call_id", "leg"])
    assert [column.name for column in layout.columns("recordings")].count("leg") == 1 and not layout.carried
    said = {"call_id": "call-7", "leg": "agent"}
    assert recording(a_row(Item("a.wav", options=said, columns=said), 1), layout)["leg"] == "agent"
    legs = Item("a.wav + b.wav", options={"call_id": "call-7"}, columns={**said, "leg": "agent + caller"})
    assert recording(a_row(legs, 3), layout)["leg"] in ("agent", "caller")
    assert recording(a_failure(legs), layout)["leg"] == "agent + caller"


def test_events_of_ignored_channels_are_told_but_not_counted():
    row = rows()[-2]
    row["result"]["channels"][1]["role"] = "ignored"
    told = LAYOUT.records(row)
    assert any(event["kind"] == "dropout" and event["channel"] == 1 for event in told["events"])
    counted = sum(event["kind"] == "dropout" and event["channel"] == 0 for event in told["events"])
    assert told["recordings"][0]["dropout_events"] == counted


def test_events_have_numbers_evidence_and_times():
    events = LAYOUT.records(rows()[1])["events"]
    assert [event["event"] for event in events] == list(range(len(events)))
    first = events[0]
    assert first["evidence"].keys() == first["evidence_limits"].keys() == first["evidence_units"].keys() != set()
    assert (first["started_at"] - datetime(2025, 8, 11, 7, 30, tzinfo=UTC)).total_seconds() == first["start_s"]
    assert (first["ended_at"] - first["started_at"]).total_seconds() == pytest.approx(first["end_s"] - first["start_s"])


def test_events_of_a_part_are_told_from_the_start_of_the_recording():
    row = a_row(Item("part.wav", columns={"started_at": "2025-01-01T00:00:00Z"}), 4)
    event = LAYOUT.records(row)["events"][0]
    assert (event["started_at"] - datetime(2025, 1, 1, tzinfo=UTC)).total_seconds() == event["start_s"] + 1.5


@pytest.mark.parametrize("name", HOSTILE)
def test_names_become_unicode(name):
    told = recording(a_row(Item(name, columns={"operator": name}), 2))
    for shown in (told["file"], told["operator"]):
        shown.encode("utf-8")
        assert "\0" not in shown
    assert (told["file_uri"] == "caf%E9.wav") is (name == "caf\udce9.wav")


def test_columns_of_a_manifest_never_hide_ours():
    ours = [column.name for column in RECORDINGS]
    names = [column.name for column in manifest_columns([*ours, "MOS", "mos", "", "a\udcff"]).values()]
    folded = [name.casefold() for name in (*ours, *names)]
    assert len(set(folded)) == len(folded) and all(names)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2025-03-30T12:00:00Z", "2025-03-30T12:00:00+00:00"),
        ("2025-07-01 12:00:00.25", "2025-07-01T10:00:00.250000+00:00"),
        ("20250701T120000", "2025-07-01T10:00:00+00:00"),
        ("2025-10-26T02:30", "2025-10-26T00:30:00+00:00"),  # the clock showed it twice
        *((text, None) for text in ("", None, "2025-07-01", "yesterday", "12:00", "0001-01-01T00:00", "٢٠٢٥")),
    ],
)
def test_times_are_known_or_nothing(written, expected):
    moment = utc(written, zone("Europe/Berlin"))
    assert (moment and moment.isoformat()) == expected


def test_the_manifest_says_its_own_zone():
    row = a_row(Item("a.wav", columns={"started_at": "2025-07-01 12:00", "time_zone": "Asia/Tehran"}), 2)
    assert recording(row, Layout.of((), "Europe/Berlin"))["started_at"].isoformat() == "2025-07-01T08:30:00+00:00"
    row["item"]["columns"]["time_zone"] = "local"
    assert recording(row, Layout.of((), "Europe/Berlin"))["started_at"].isoformat() == "2025-07-01T10:00:00+00:00"
    assert recording(row, Layout.of((), "local"))["started_at"] is None
    row["item"]["columns"]["time_zone"] = "-05:00"
    assert recording(row)["started_at"].isoformat() == "2025-07-01T17:00:00+00:00"


@pytest.mark.parametrize("source", ["mtime", " mtime ", "MTIME", "name + mtime"])
def test_the_time_of_the_last_change_is_no_fact(source):
    given = {"started_at": "2025-07-01T12:00:00+02:00", "started_at_source": source}
    told = LAYOUT.records(a_row(Item("a.wav", columns=given), 1))
    (one,) = told["recordings"]
    assert (one["started_at"], one["started_at_local"]) == (None, given["started_at"])
    assert told["events"] and all(event["started_at"] is event["ended_at"] is None for event in told["events"])
    row = a_row(Item("a.wav", columns={**given, "started_at_source": "tag"}), 1)
    assert recording(row)["started_at"] == datetime(2025, 7, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Mars/Olympus", "+99:00", "+1", "../../etc/passwd", "Europe", "a\0"])
def test_a_zone_that_does_not_exist_is_refused(name):
    with pytest.raises(BatchError, match="IANA"):
        zone(name)
