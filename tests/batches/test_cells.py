"""Cells of a manifest: what they say is used, or refused with its place, or remarked upon; never lost in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from audioq.batches.items import Item
from audioq.batches.remarks import misspelled
from audioq.batches.sources import list_items
from audioq.errors import BatchError
from audioq.render.escape import undecoded


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def listed(text: str | bytes, name: str = "m.csv") -> tuple[list[Item], list[str]]:
    """Return the items of a manifest and what was remarked."""
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    notes: list[str] = []
    return list(list_items(name, notes=notes)), notes


def test_an_option_may_be_called_as_in_the_command(here):
    ((one, other), notes) = listed('file,channels,ignore_channel\na.wav,"x,y",x\nb.wav,,\n')
    assert one.options == {"channels": "x,y", "ignore_channels": "x"} and other.options == {} and notes == []
    ((same,), _) = listed('file,channels,ignore_channel,ignore_channels\na.wav,"x,y",x,x\n')
    assert same.options == one.options
    with pytest.raises(BatchError) as caught:
        listed('file,channels,ignore_channel,ignore_channels\na.wav,"x,y",x,y\n')
    assert "m.csv: line 2, column ignore_channel: 'x', but 'y' in column ignore_channels" in str(caught.value)


def test_a_misspelled_column_is_remarked(here):
    ((item,), notes) = listed("file,sied,app,outcom\na.wav,far,x,\n")
    assert item.options == {} and item.columns == {"sied": "far", "app": "x"}
    assert notes == ["m.csv: column 'sied' is carried along only; did you mean side?"]


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        *(("ignore_chanels", "ignore_channels"), ("ignore-channel", "ignore_channel"), ("channel", "channels")),
        *(("Time Zone", "time_zone"), ("started_ta", "started_at"), ("SIDE", "side"), ("sides", "side")),
        *(("raw_formet", "raw_format"), ("callid", "call_id"), ("outcoem", "outcome")),
    ],
)
def test_one_typing_error(column, meant):
    assert misspelled([column, "app"]) == {column: meant}
    assert misspelled([column, meant]) == {}


def test_other_words_are_no_typing_errors():
    others = "app operator volunteer size site log and duration_s sha256 duplicate_of state country comment caller"
    assert misspelled([*others.split(), "", "side", "leg", "end", "x" * 5000]) == {}


@pytest.mark.parametrize("zone", ["Mars/Olympus", "+99:00", "MSK", "UTC+3", "Europe", "Европа/Москва"])
def test_a_zone_that_is_none_names_its_place(here, zone):
    with pytest.raises(BatchError) as caught:
        listed(f"file,time_zone\na.wav,local\nb.wav,\nc.wav,{zone}\n")
    assert str(caught.value) == (
        f"m.csv: line 4, column time_zone: '{zone}' is no time zone; "
        "give a name such as Africa/Lagos, an offset such as +01:00, or local, or leave it blank"
    )


def test_zones_of_rows(here):
    zones = ["local", "Local", "", " Africa/Lagos ", "+03:30", "UTC-03:30", "Z", "UTC", "UTC+03:30:15"]
    items, notes = listed("file,time_zone\n" + "".join(f"a.wav,{zone}\n" for zone in zones))
    assert len(items) == len(zones) and notes == []


def test_starts_that_are_no_dates_are_counted(here):
    wrong = ["11.08.2025 12:00", "yesterday", "12:00", "1754900000", "2025-13-01"]
    right = ["2025-08-11", "2025-08-11 12:00", "20250811T120000Z", ""]
    rows = "".join(f"{number}.wav,{cell}\n" for number, cell in enumerate([*right, *wrong]))
    items, notes = listed("file,started_at\n" + rows)
    assert len(items) == 9
    assert notes == [
        "m.csv: started_at of 5 of 9 rows is no date of ISO 8601, the first in line 6: no absolute times for them"
    ]


@pytest.mark.parametrize("name", ["m.csv", "m.jsonl"])
def test_text_in_another_encoding_names_its_place(here, name):
    rows = {
        "m.csv": "file,operator\na.wav,x\nb.wav,Билайн\n",
        "m.jsonl": '{"file": "a.wav"}\n\n{"file": "b.wav", "operator": "Билайн"}\n',
    }
    with pytest.raises(BatchError) as caught:
        listed(rows[name].encode("cp1251"), name)
    assert str(caught.value) == (
        f"{name}: line 3, column operator: holds bytes that are no UTF-8; "
        "save the manifest as UTF-8, in a spreadsheet as CSV UTF-8"
    )
    items, notes = listed(rows[name], name)
    assert items[1].columns == {"operator": "Билайн"} and notes == []


def test_a_header_in_another_encoding(here):
    with pytest.raises(BatchError, match="m.csv: line 1, column 2: holds bytes that are no UTF-8"):
        listed("file,оператор\na.wav,x\n".encode("cp1251"))


def test_names_of_files_may_be_any_bytes(here):
    items, _ = listed(b"file,duplicate_of,near_duplicate_of\na.wav,caf\xe9.wav,caf\xe9.wav\ncaf\xe9.wav,,\n")
    assert [item.file for item in items] == ["a.wav", "caf\udce9.wav"]


def test_a_file_and_an_outcome_are_remarked(here):
    items, notes = listed("file,outcome\na.wav,cut off\nb.wav, \n,never connected\nno.wav,cut off\n")
    assert notes == [
        "m.csv: a file and an outcome stand in 2 of 4 rows: they are scored, and the outcome is carried along"
    ]
    assert items[0].outcome is None and items[0].columns == {"outcome": "cut off"}
    assert items[2].outcome == "never connected"


def test_names_as_the_tables_write_them_are_understood(here):
    names = ["bad\udcff.wav", "caf\udce9\udce8.wav", r"lit\xff.wav", r"both\xe9.wav", "both\udce9.wav"]
    for name in names:
        (here / name).write_bytes(b"x")
    items, _ = listed("file\n" + "".join(f"{undecoded(name)}\n" for name in names[:4]) + "no\\xff.wav\n")
    assert [item.file for item in items] == [*names[:4], r"no\xff.wav"]
    assert [item.problem and item.problem[0] for item in items] == [None] * 4 + ["missing"]
    ((half,), _) = listed(r'{"file": "\ud83d\\xff.wav"}', "m.jsonl")
    assert half.problem[0] == "missing"
    (again,) = list_items("bad\udcff.wav")
    assert (items[0].id, items[0].key) == (again.id, again.key)
