"""Sides of real calls beside each other: unused, muted, listening, on hold, dead (S26 to S36 of docs/verdict.md)."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from made_tables import a_channel, a_table

import audioq
from audioq.render.csv import header, to_row
from audioq.render.json import to_dict
from audioq.render.text import to_line, to_page
from audioq.report import report_on
from audioq.roles import assign_roles

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
SR = 16000


@cache
def sound(name):
    """Return a sample at 16 kHz: every third sample of what 48 kHz hold, after a filter."""
    from scipy.signal import resample_poly

    audio = audioq.read(SAMPLES / name)
    y = np.concatenate(list(audio.blocks(audio.sr)), axis=1)
    return y if audio.sr == SR else resample_poly(y, 1, audio.sr // SR, axis=1).astype(np.float32)


def two_way():
    """Return the sides of a healthy call, said twice over, so that one goes on long after the other could stop."""
    return np.tile(sound("intact_two_way_stereo.opus"), 2)


def room(n, dbfs=-62.0):
    return (10 ** (dbfs / 20) * np.random.default_rng(1).standard_normal(n)).astype(np.float32)


def silent_from(y, seconds, noise=False):
    """Return a side that is silent from a moment on: digitally, or with the noise of the room before it."""
    made, at = y.copy(), round(seconds * SR)
    made[at:] = room(len(y) - at) if noise else 0
    if noise:
        made[:at] += room(at)
    return made


def a_listener(y):
    """Return a side of which one short utterance, that ends by itself, is left in the noise of a room."""
    made = room(len(y))
    made[round(20.4 * SR) : round(21.6 * SR)] += y[round(20.4 * SR) : round(21.6 * SR)]
    return made


def stereo(first, second, **roles):
    return audioq.analyze(np.stack([first, second]), sr=SR, **roles)


def notes(report):
    return {note.id: dict(note.values) for note in report.warnings}


@cache
def empty_beside_speech(**roles):
    y = two_way()[0]
    return stereo(y, np.zeros_like(y), **roles)


def test_an_empty_channel_is_one_way_with_its_rivals_where_nobody_said_anything():
    report = empty_beside_speech()
    assert (report.verdict.rule, report.verdict.channel) == ("one_way", 1)
    assert "channel_unused" in report.verdict.rivals and "silent_channel" not in notes(report)


def test_an_empty_channel_in_which_nobody_expected_speech_does_not_count():
    report = empty_beside_speech(channels="caller,agent", expect_speech="caller")
    assert (report.verdict.label, report.verdict.channel) == ("intact", 0)
    assert notes(report)["silent_channel"] == {"channel": 1, "name": "agent"}
    assert report.channels[1].verdict.rule == "no_speech"


@pytest.mark.parametrize("dead", ["digital", "noise"])
def test_a_dead_direction_in_which_speech_was_expected_is_blocked(dead):
    y = two_way()[0]
    other = np.zeros_like(y) if dead == "digital" else room(len(y))
    report = stereo(y, other, channels="caller,agent", expect_speech="caller,agent")
    assert (report.verdict.rule, report.verdict.channel) == ("expected_speech_missing", 1)
    assert "channel_unused" not in report.verdict.rivals and report.verdict.confidence == 0.9
    assert stereo(y, other).verdict.rule == "one_way" and stereo(y, other).verdict.confidence < 0.9


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("expected", [None, "agent"])
def test_a_muted_side_is_intact_with_a_note(noise, expected):
    caller, agent = two_way()
    report = stereo(caller, silent_from(agent, 13.0, noise), channels="caller,agent", expect_speech=expected)
    assert report.verdict.label == "intact"
    note = notes(report)["microphone_muted"]
    assert (note["channel"], note["name"]) == (1, "agent")
    assert 11.5 < note["start"] < 13.0 and note["speech"] > 5


def test_a_side_that_is_cut_off_in_mid_sound_is_no_muted_one():
    caller, agent = two_way()
    cut = silent_from(agent, 3.6)
    report = stereo(caller, cut)
    alone = audioq.analyze(cut, sr=SR)
    assert report.verdict.label == alone.verdict.label == "blocked"
    assert report.verdict.rule == alone.verdict.rule == "broken_off"
    assert "microphone_muted" not in notes(report)


def test_two_sides_that_take_turns_are_not_called_muted():
    assert not notes(stereo(*sound("intact_two_way_stereo.opus")))


def test_a_listener_is_not_blocked_unless_speech_was_expected():
    caller, agent = sound("intact_two_way_stereo.opus")
    listener = a_listener(caller)
    assert 0.3 < audioq.analyze(listener, sr=SR).scores["speech_s"] < 0.8
    for roles in ({}, {"expect_speech": 0}):
        report = stereo(agent, listener, **roles)
        assert report.verdict.label == "intact" and report.channels[1].verdict.rule == "listened"
    assert stereo(agent, listener, expect_speech=1).verdict.rule == "hardly_any_speech"
    assert audioq.analyze(listener, sr=SR).verdict.rule == "hardly_any_speech"


@pytest.mark.parametrize("roles", [{}, {"expect_speech": (0, 1)}, {"ignore_channels": 1}])
def test_hold_music_on_one_side_does_not_count(roles):
    music, speech = sound("intact_hold_music.mp3")[0], two_way()[0]
    n = min(len(music), len(speech))
    report = stereo(speech[:n], music[:n], **roles)
    assert (report.verdict.label, report.verdict.channel) == ("intact", 0)
    assert report.channels[1].verdict.rule == "not_answered"


def test_an_ignored_channel_has_its_scores_and_the_report_says_so():
    report = empty_beside_speech(channels="caller,agent", ignore_channels="agent")
    assert report.verdict.label == "intact" and report.channels[1].scores["zero_ratio"] == 1.0
    assert notes(report) == {"ignored_channel": {"channel": 1, "name": "agent"}}
    page = " ".join(to_page(report).split())
    assert "agent was ignored, as asked" in page and "agent: ignored; by itself blocked" in page


def test_a_saved_table_takes_the_same_roles():
    y = np.stack([two_way()[0], np.zeros_like(two_way()[0])])
    roles = {"channels": ("caller", "agent"), "expect_speech": ("caller",)}
    store = io.BytesIO()
    audioq.save(audioq.measure(audioq.read(y, sr=SR)), store)
    store.seek(0)
    again = audioq.compose(audioq.load(store), **roles)
    assert repr(again) == repr(audioq.analyze(y, sr=SR, **roles))


def test_names_stand_in_the_text_and_numbers_in_the_data():
    report = empty_beside_speech(channels="caller,agent", expect_speech="agent")
    assert "agent: a channel that ought to carry speech is silent" in to_line(report)
    page = " ".join(to_page(report).split())
    assert "The verdict rests on agent" in page and "• caller: intact" in page and "Channel 1" not in page
    said = to_dict(report)
    assert said["verdict"]["channel"] == 1
    assert [(own["name"], own.get("role")) for own in said["channels"]] == [("caller", None), ("agent", "expected")]
    row = next(csv.DictReader(io.StringIO(f"{header()}\r\n{to_row(report)}")))
    assert (row["channel"], row["rule"], row["leg"]) == ("1", "expected_speech_missing", "")


def test_lines_with_roles_keep_to_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    from audioq.render.schema import report_schema

    report = empty_beside_speech(channels="caller,agent", expect_speech="agent")
    jsonschema.Draft202012Validator(report_schema()).validate(to_dict(report))


PAUSES = ((0.0, 5.0), (19.0, 24.0), (36.0, 40.0), (49.0, 52.0))
"""Speech (s) with silences of 14, 12, 9 and, at the end, 18 s."""


@pytest.mark.smoke
def test_long_silences_of_one_channel_are_named_where_no_side_is_given():
    report = audioq.compose(a_table(a_channel(70.0, speech=PAUSES)))
    assert report.verdict.label == "intact" and list(notes(report)) == ["long_silences"]
    said = notes(report)["long_silences"]
    assert said["spans"] == "5.0-19.0, 24.0-36.0" and said["count"] == 2
    assert said["seconds"] == pytest.approx(26, abs=0.1)
    page = " ".join(to_page(report).split())
    assert "5.0-19.0, 24.0-36.0 s" in page and "--side says which it is" in page
    assert to_dict(report)["warnings"][0]["values"]["spans"] == said["spans"]


def test_only_the_longest_silences_are_named_one_by_one():
    speech = [(start, start + 3.0) for start in np.cumsum([0, 14, 15, 16, 17, 18, 19, 20])]
    said = notes(audioq.compose(a_table(a_channel(130.0, speech=speech))))["long_silences"]
    assert said["count"] == 7 and len(said["spans"].split(", ")) == 5 and said["spans"].startswith("32.0-45.0, ")


@pytest.mark.parametrize("side", ["far", "near", "both"])
def test_a_side_that_is_given_leaves_no_question(side):
    report = audioq.compose(a_table(a_channel(70.0, speech=PAUSES)), side=side)
    assert "long_silences" not in notes(report) and ("unanswered" in notes(report)) == (side == "both")


@pytest.mark.parametrize(
    "channel",
    [
        a_channel(70.0, speech=((5.0, 12.0), (20.0, 26.0))),  # long before, long after, short between
        a_channel(70.0, speech=((0.0, 0.1), (20.0, 40.0))),  # a knock is no word
        a_channel(70.0, speech=()),
    ],
)
def test_silence_before_or_after_all_words_is_not_asked_about(channel):
    assert "long_silences" not in notes(audioq.compose(a_table(channel)))


def test_of_two_channels_and_of_legs_it_is_known_who_is_silent():
    own, other = a_channel(70.0, speech=PAUSES), a_channel(70.0, speech=((5.0, 19.0), (24.0, 36.0)))
    assert "long_silences" not in notes(audioq.compose(a_table(own, other)))
    legs = report_on([a_table(own)], legs=["caller"], roles=assign_roles(1, "caller"))
    assert "long_silences" not in notes(legs)


@pytest.mark.smoke
def test_no_note_without_roles_on_a_hand_made_call():
    report = audioq.compose(a_table(a_channel(), a_channel()))
    assert not report.warnings and {(own.name, own.role, own.leg) for own in report.channels} == {(None, None, None)}
