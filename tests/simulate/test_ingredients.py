"""Ingredients: the sections of a recipe and what stands in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_calls import talk

from audioq.audio import read
from audioq.errors import SimulationError
from audioq.simulate.codecs.alignment import lag
from audioq.simulate.codecs.files import write
from audioq.simulate.corpus import SUFFIXES
from audioq.simulate.ingredients import BABBLE, NEAR, REENCODED, SECTIONS

ROWS = [(section, name) for section in SECTIONS for name in SECTIONS[section].table]
FILES = [(form, sr) for form, row in SECTIONS["file"].table.items() for sr in row.settings[0].choices]


def test_sections_stand_in_the_order_of_the_sound() -> None:
    order = ["content", "talker", "codec", "network", "concealer", "receiver", "recorder", "file"]
    assert list(SECTIONS) == order
    assert [name for name, one in SECTIONS.items() if not one.one] == ["talker", "receiver", "recorder"]
    assert BABBLE in SECTIONS["talker"].table
    assert {NEAR, REENCODED} <= set(SECTIONS["recorder"].table)


@pytest.mark.parametrize(("section", "name"), ROWS)
def test_rows_say_what_they_are_and_their_defaults_are_possible(section: str, name: str) -> None:
    row = SECTIONS[section].table[name]
    assert row.name == name
    assert row.meaning.endswith(".")
    names = [one.name for one in row.settings]
    assert len(set(names)) == len(names)
    # These would be taken for how often the row is drawn, and for its name.
    assert not {"name", "weight", "chance"} & set(names)
    for one in row.settings:
        assert one.meaning.endswith("."), one.name
        assert one.default is None or one.takes(one.default), one.name
    assert SECTIONS[section].settings(name) == row.settings


def test_an_unknown_row() -> None:
    with pytest.raises(SimulationError, match="there is no codec 'opsu'; use one of pcm,"):
        SECTIONS["codec"].settings("opsu")


@pytest.mark.parametrize(("form", "sr"), FILES)
def test_every_file_can_be_written_at_every_rate_and_is_read_in_step(form: str, sr: str, tmp_path: Path) -> None:
    y, _ = talk(1.0, int(sr))
    file = tmp_path / f"a.{SUFFIXES.get(form, form)}"
    write(file, y, int(sr), ulaw=form == "ulaw")
    audio = read(file)
    heard = np.concatenate([block[0] for block in audio.blocks(1 << 20)])
    assert audio.sr == int(sr)
    assert heard.size >= y.size
    assert abs(lag(y, heard, int(sr))) <= 0.002 * int(sr)
    if form == "ulaw":
        assert soundfile.info(file).subtype == "ULAW"
