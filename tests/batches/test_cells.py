"""Cells of a manifest: what they say is used, or refused with its place, or remarked upon; never lost in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from audioq.batches.items import Item
from audioq.batches.remarks import misspelled
from audioq.batches.sources import list_items
from audioq.errors import BatchError


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
