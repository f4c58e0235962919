"""Text for people: complete, in words, safe on any console."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_reports import EVENTS, FAILURE, a_report, a_verdict, assessments

from audioq.events import Event
from audioq.render.escape import encodable, printable, undecoded
from audioq.render.text import MOST_EVENTS, to_line, to_page
from audioq.render.timeline import bar, ruler
from audioq.render.wording import say_score
from audioq.report import ChannelReport, Failure
from audioq.table import Note

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def test_a_line_has_label_confidence_file_and_reason():
    line = to_line(a_report())
    assert line == "blocked    90% sure  call.wav: rule of_ours: delivered_ratio is 9.0 %; the limit is 15.0 %"


def test_colour_adds_nothing_but_colour():
    colored = to_line(a_report(), color=True)
    assert colored != to_line(a_report()) and ESCAPES.sub("", colored) == to_line(a_report())
    page = to_page(a_report(), color=True)
    assert "\x1b[" in page and "\x1b" not in to_page(a_report())


@pytest.mark.parametrize(
    ("basis", "words"), [("no_speech", "no speech is audible"), ("not_answered", "no speech was due")]
)
def test_without_reasons_the_basis_speaks(basis, words):
    verdict = replace(a_verdict(basis=basis), because=())
    assert to_line(a_report(verdict=verdict)).endswith(f"call.wav: {words}")
    assert words.capitalize() in to_page(a_report(verdict=verdict))


def test_a_failure_is_a_line():
    assert to_line(FAILURE) == "error: gone.wav: no such file; check the name"


def test_a_page_tells_everything():
    rivals = a_verdict(rivals=("microphone_muted", "of_mine"))
    page = to_page(a_report(verdict=rivals, warnings=(Note("all_zero"), Note("mine", (("x", 1.0),)))))
    for words in (
        "blocked  90% sure, conversation hardly possible  call.wav",
        "WAV, ulaw, 8000 Hz",
        "The microphone was muted",
        "Of_mine",
        "The voice is cut off",
        "metallic or robotic",
        "A single click",
        "Every sample is exactly zero",
        "Mine: x 1.0",
        "dropout │",
        "1.00 s 2.50 s dropout 0.70 90% yes",
        "9.00 s 9.01 s click 0.10 60% no",
    ):
        assert words in page or words in re.sub(" +", " ", page)
    assert "channel" not in page.partition("Scores")[0].partition("Why")[2]
    assert "click │" not in page  # it does not count for the verdict
    assert "undefined" in page  # the opinion score, never a number


ROOM, SHORT = (Note("rerecorded", (("probability", 0.9),)),), (Note("too_short", (("duration", 8.0), ("limit", 10.0))),)
HIDDEN = assessments(dropout=ROOM, buzz=ROOM, dead_air=SHORT)


def test_a_page_says_what_the_recording_could_not_show():
    page = to_page(a_report(label="intact", assessable=HIDDEN))
    section = page.partition("What this recording could not show")[2].partition("\n\n")[0]
    assert "Dropout, buzz: the call was probably (90%)" in section and "Dead_air: the recording lasts 8.0 s" in section
    assert "could not show" not in to_page(a_report(label="intact", assessable=assessments()))


def test_the_line_of_an_intact_call_names_the_harm_that_would_not_show():
    line = to_line(a_report(label="intact", assessable=HIDDEN, warnings=(Note("short"),)))
    assert line.endswith(" [short] [cannot show dropout, buzz]")
    assert "cannot show" not in to_line(a_report(label="intact", assessable=assessments(dead_air=SHORT)))
    assert "cannot show" not in to_line(a_report(label="degraded", assessable=HIDDEN))


def test_a_page_names_the_channels_of_a_call():
    report = a_report(channels=2)
    report = replace(report, channels=(ChannelReport(a_verdict("intact"), report.scores), report.channels[1]))
    page = to_page(report)
    assert "Channel 1: intact, 90% sure" in page and "Channel 2: blocked" in page
    assert "channel 1, dropout │" in page


def test_a_page_without_events_has_no_empty_sections():
    page = to_page(a_report(events=(), label="intact"))
    assert not {"When", "What was heard", "What it means", "Fits as well", "Please note"} & set(page.splitlines())


def test_a_page_lists_the_most_severe_events_in_time_order():
    events = tuple(Event(i * 0.1, i * 0.1 + 0.05, "buzz", 0, 0.9, 1 - i / 100, True) for i in range(50))
    page = to_page(a_report(events=events))
    starts = [float(start) for start in re.findall(r"^ +([\d.]+) s +[\d.]+ s +buzz", page, re.M)]
    assert starts == sorted(starts) and len(starts) == MOST_EVENTS and max(starts) < 2.0
    assert f"and {50 - MOST_EVENTS} more, less severe" in page


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_page_keeps_to_its_width(width):
    page = to_page(a_report("x.wav", channels=2), width=width)
    table = page.partition("What was heard")
    assert all(len(line) <= width for line in table[0].partition("Why")[2].splitlines())


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "utf-8", "latin-1"])
def test_a_page_fits_any_console(encoding):
    page = to_page(a_report("caf\u00e9 \U0001f600 \u202egnp.wav"))
    shown = encodable(page, encoding)
    shown.encode(encoding)
    if encoding == "ascii":
        assert "#" in shown.partition("When")[2] and "caf\\xe9 \\U0001f600 \\u202egnp.wav" in shown


def test_a_console_without_a_known_encoding_gets_ascii():
    assert encodable("é█", None) == encodable("é█", "no-such-encoding") == "\\xe9#"


@given(st.text(st.characters()))
def test_a_name_cannot_act_on_a_terminal(name):
    for shown in (printable(name), to_line(a_report(name)), to_line(Failure(name, "AudioError", name))):
        assert len(shown.splitlines()) <= 1
        hidden = {c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
        assert hidden <= {"\u200c", "\u200d"}
        shown.encode("utf-8")


@given(st.text(st.characters()))
def test_a_name_cannot_act_on_a_terminal_from_a_page(name):
    page = to_page(a_report(name))
    assert "\x1b" not in page and not set(page) & set("\r\x07\x08\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
    assert page.splitlines()[1].startswith("WAV")


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_what_can_be_seen_is_shown_as_it_is(name):
    assert printable(name) == name


@given(st.text(st.characters()))
def test_escapes_are_valid_unicode_and_settle(name):
    assert undecoded(undecoded(name)) == undecoded(name)
    assert printable(printable(name)) == printable(name)
    undecoded(name).encode("utf-8")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nb", "a\\nb"),
        ("\x1b]0;x\x07", "\\x1b]0;x\\x07"),
        ("\u202egnp", "\\u202egnp"),
        ("\udcff", "\\xff"),
        ("\ud800", "\\ud800"),
        ("سلام\u200cها", "سلام\u200cها"),
        ("👩\u200d👩", "👩\u200d👩"),
        ("caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600"),
    ],
)
def test_escapes(name, shown):
    assert printable(name) == shown


@pytest.mark.parametrize(("duration", "cells"), [(0.3, 60), (25.0, 60), (3600.0, 80), (86400.0, 20), (7.7, 10)])
def test_a_ruler_fits_below_its_bar(duration, cells):
    line = ruler(duration, cells)
    numbers = [float(number) for number in line.split()[:-1]]
    assert line.startswith("0 ") and line.endswith(" s")
    assert numbers == sorted(numbers) and numbers[-1] <= duration
    assert all(line.index(f" {n:.10g} ") + 1 == round(n / duration * cells) for n in numbers[1:])


def test_a_bar_shows_where_and_how_much():
    assert bar(EVENTS[:1], 10.0, 10) == " █▓        "[:10]
    assert bar([Event(0, 10, "buzz", 0, 1, 1, True)], 10.0, 4) == "████"
    assert bar([Event(9.99, 12, "buzz", 0, 1, 1, True)], 10.0, 4) == "   ░"
    assert bar([], 10.0, 4) == "    "


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100))), st.floats(0.3, 100), st.integers(1, 200))
def test_a_bar_has_its_length(spans, duration, cells):
    events = [Event(min(s), max(s), "buzz", 0, 1.0, 1.0, True) for s in spans]
    assert len(bar(events, duration, cells)) == cells


def test_scores_have_units_in_words():
    assert say_score("delivered_ratio", 0.0912) == "9.1 %"
    assert say_score("mos", float("nan")) == "undefined"
    assert say_score("mos", 3.2) == "3.20 of 5"
    assert say_score("buzz_per_minute", 4) == "4.00 a minute"
    assert say_score("snr_db", 30.04) == "30.0 dB"
    assert say_score("of_mine", 0.5) == "0.5"
