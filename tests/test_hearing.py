"""The pictures of docs/how-it-hears.md: which event is shown, how much of the call, and what is said where none is."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audioq.events import Event
from audioq.thresholds import DEFAULT_THRESHOLDS

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.fixture(scope="module")
def hearing():
    before = list(sys.path)
    sys.path.insert(0, str(DOCS))
    yield importlib.import_module("make_hearing")
    sys.path[:] = before


def an_event(start, end, confidence, kind="buzz"):
    return Event(start, end, kind, 0, confidence, 0.5, True)


def a_case(hearing, name="buzz"):
    return next(case for case in hearing.CASES if case.name == name)


def made(hearing, *truth):
    return hearing.Made("made", np.zeros(16000, np.float32), 16000, truth)


def test_the_surest_true_event_is_chosen_and_then_the_longest(hearing):
    events = [
        an_event(0.1, 0.2, 0.98),
        an_event(0.4, 0.6, 0.99),
        an_event(0.7, 0.99, 0.7),
        an_event(0.3, 0.9, 1.0, "hum"),
    ]
    case = a_case(hearing)
    assert hearing.chosen(case, made(hearing), events) is events[1]
    assert hearing.chosen(case, made(hearing, ("buzz", 0.1, 0.2)), events) is events[0]
    assert hearing.chosen(replace(case, most=0.15), made(hearing), events) is events[0]
    assert hearing.chosen(case, made(hearing, ("buzz", 5.0, 6.0)), events) is None


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (5.0, 5.1, (4.25, 5.85)),  # a short one in the middle of its surroundings
        (5.0, 7.0, (4.25, 7.75)),
        (0.1, 0.2, (0.0, 1.6)),  # moved into the recording
        (8.0, 20.0, (6.0, 10.0)),  # the beginning of a long one
        (0.0, 20.0, (8.0, 12.0)),  # the middle of one that fills the recording
    ],
)
def test_a_picture_shows_two_to_four_seconds_around_the_event(hearing, start, end, shown):
    assert hearing.window(an_event(start, end, 0.9), 20.0) == pytest.approx(shown)


def test_a_picture_of_a_case_is_drawn_and_a_missing_kind_is_said(hearing, tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(hearing, "IMAGES", tmp_path)
    tone = a_case(hearing, "tone")
    first = hearing.draw(tone).read_bytes()
    assert first.startswith(b"\x89PNG") and hearing.draw(tone).read_bytes() == first
    with pytest.raises(hearing.NoCase, match=r"tone: no recording shows a click.*intact_ringback.*hearing_cases"):
        hearing.draw(replace(tone, kind="click"))


def test_every_limit_of_the_pictures_is_a_threshold_or_a_number_of_the_call(hearing):
    lines = {line.lstrip("-") for case in hearing.CASES for curve in case.curves for line in curve.lines}
    assert {line for line in lines if line not in DEFAULT_THRESHOLDS} <= {"active_level_dbfs", "noise_floor_dbfs"}
