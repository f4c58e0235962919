"""Every sentence: known ids, filled fields, safe numbers."""

from __future__ import annotations

import math
import string
import subprocess
import sys

import pytest

from audioq.messages import MESSAGES, SEVERITY_BANDS, names, severity_band, text

ENGLISH = MESSAGES["en"]

# The values that the reader and the measurement give with their notes.
NOTES = {
    "truncated": {"declared": 10.0, "decoded": 5.0},
    "wrong_length_header": {"declared": 10.0, "decoded": 5.0},
    "part": {"start": 10.0},
    "odd_bytes": {"bytes": 1.0, "codec": "s16le"},
    "looks_like_noise": {"codec": "s16le", "level": -5.0},
    "looks_like_other_law": {"codec": "mulaw", "other": "alaw"},
    "broken_off": {"decoded": 5.0},
    "missing_packets": {"seconds": 1.5},
    "undecodable": {"seconds": 1.5},
    "dtx_gaps": {"count": 3, "seconds": 1.1},
    "overlapping_packets": {"seconds": 1.5},
    "clock_jumps": {"count": 2},
    "loose_gaps": {"seconds": 1.0},
    "late_start": {"seconds": 1.5},
    "several_tracks": {"count": 2, "track": 1},
    "dc_offset": {"offset": 0.01},
    "resampled_array": {"sr": 22050.0},
    "many_channels": {"channels": 6.0},
    "odd_rate": {"sr": 11025.0},
    "full_scale": {},
    "all_zero": {},
    "short": {"duration": 1.0},
    "dropped_buffers": {"count": 5, "start": 1.0, "value": 21.3},
    "recorder_muted": {"start": 1.0, "value": 3.0},
    "dc_jump": {"start": 7.0, "value": 0.02},
    "wrong_rate": {"value": 0.5},
    "buffers_left_out": {"count": 5, "start": 1.0, "value": 21.3},
    "all_muted": {"start": 7.0, "value": 3.0},
    "recorder_clipped": {"value": 120.0},
    "near_side": {},
    "both_sides": {},
    "unanswered": {"start": 9.0, "end": 24.0},
    "long_silences": {"seconds": 27.0, "spans": "9.0-24.0, 31.0-43.0"},
    "ignored_channel": {"who": "agent"},
    "silent_channel": {"who": "agent"},
    "microphone_muted": {"who": "agent", "start": 5.0, "speech": 20.0},
    "leg_missing": {"leg": "agent", "problem": "b.wav: does not exist; check the name"},
}


def fields(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_an_unknown_id_or_language_raises():
    with pytest.raises(KeyError):
        text("note.no_such_note")
    with pytest.raises(KeyError):
        text("basis.no_speech", language="tlh")


def test_a_missing_field_raises():
    with pytest.raises(KeyError):
        text("note.truncated")


@pytest.mark.parametrize("id", NOTES)
def test_notes_are_filled_by_what_the_reader_gives(id):
    assert "unknown" not in text(f"note.{id}", NOTES[id])


def test_every_note_has_its_values_here():
    assert set(names("note")) - {"generic"} == set(NOTES)


@pytest.mark.parametrize("id", ENGLISH)
def test_every_sentence_can_be_filled(id):
    # Numbers are floats in reports; a name may stand where a number stands in no sentence.
    for value in (1.0, math.nan):
        said = text(id, dict.fromkeys(fields(ENGLISH[id]), value))
        assert said and "nan" not in said.split()


def test_an_undefined_number_is_a_word_and_a_plain_one_is_brief():
    assert text("note.many_channels", {"channels": 6.0}).startswith("6 channels")
    assert text("note.odd_rate", {"sr": math.nan}).startswith("unknown Hz")
    assert "unknown" in text("note.truncated", {"declared": math.inf, "decoded": None})


def test_silence_is_never_a_share():
    assert text("basis.no_speech") == "no speech is audible"
    assert text("basis.not_answered") == "no speech was due"


def test_bands_cover_every_severity_in_order():
    bands = [severity_band(number / 1000) for number in range(1001)]
    assert list(dict.fromkeys(bands)) == [name for _, name in SEVERITY_BANDS]
    assert [severity_band(limit) for limit, _ in SEVERITY_BANDS[:3]] == ["slight", "marked", "hardly_possible"]
    assert set(bands) == set(names("severity"))


def test_what_the_contract_names_has_words():
    kinds = ("dropout", "buzz", "stutter", "splice", "dead_air", "clipping", "click", "hum", "music", "tone")
    assert [name for name in names("kind") if name in kinds] == list(kinds)
    assert set(names("kind")) - set(kinds) == {"processed_voice"}
    assert set(names("basis")) == set(names("basis_meaning")) == {"speech", "no_speech", "not_answered"}
    assert len(names("rival")) == 6


def test_languages_have_the_same_ids_and_fields():
    for table in MESSAGES.values():
        assert table.keys() == ENGLISH.keys()
        assert all(fields(table[id]) == fields(ENGLISH[id]) for id in table)


def test_the_table_needs_only_the_standard_library():
    code = "import sys, audioq.messages; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
