"""assess: what hides a kind of event, and how far an intact call is doubted for it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from made_reports import a_verdict
from made_tables import BACKGROUND_DBFS, SPEECH_DBFS, a_channel, a_table, a_tone

from audioq.assessable import ASSESSED, HARMS, Assessment, assess, hidden, temper
from audioq.events import Event, find
from audioq.kinds import KINDS
from audioq.messages import names
from audioq.render.wording import say_hindrance
from audioq.report import compose
from audioq.rules import Label
from audioq.scores import score
from audioq.table import Note
from audioq.thresholds import DEFAULT_THRESHOLDS

TALK = ((1.0, 9.0), (10.0, 19.0))


def speech(seconds=20.0, spans=TALK, **curves):
    """Return speech that nothing hides: its edges are steep."""
    own = a_channel(seconds, spans, **curves)
    return own | {"fall_10": np.where(own["level"] == SPEECH_DBFS, 20, 0).astype(np.float32)} | curves


def assessed(table, *more):
    events = (*find(table), *more)
    return assess(table, events, score(table, events))


def reasons(assessments):
    return {a.kind: [note.id for note in a.why] for a in assessments if not a.assessable}


def every(assessable=True):
    return tuple(Assessment(kind, assessable, () if assessable else (Note("little_speech"),)) for kind in ASSESSED)


def test_clear_speech_hides_nothing():
    (own,) = assessed(a_table(speech()))
    assert tuple(a.kind for a in own) == ASSESSED
    assert all(a.assessable and a.why == () for a in own)


def test_the_kinds_are_kinds_of_events():
    assert set(HARMS) <= set(ASSESSED) <= {kind.name for kind in KINDS}


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (a_table(a_channel(20, (), silent=[(0, 20)])), "nothing_heard"),
        (a_table(a_tone(20, [(0, 20)])), "only_tone"),
        (a_table(speech(spans=((1.0, 2.0),))), "little_speech"),
        (a_table(speech(), active_level_dbfs=[-55.0], noise_floor_dbfs=[-80.0]), "low_level"),
    ],
)
def test_without_enough_speech_no_harm_shows(table, why):
    (own,) = assessed(table)
    found = reasons(own)
    assert {kind: found[kind] for kind in HARMS} == dict.fromkeys(HARMS, [why])


@pytest.mark.parametrize(
    ("change", "why", "kinds"),
    [
        ({"noise_floor_dbfs": [-33.0]}, "masking_noise", {"buzz", "stutter", "splice", "click"}),
        ({"noise_floor_dbfs": [-29.0]}, "filled_gaps", {"dropout", "dead_air"}),
    ],
)
def test_noise_near_the_speech_hides_by_its_distance(change, why, kinds):
    floor = change["noise_floor_dbfs"][0]
    own = speech()
    own["level"] = np.maximum(own["level"], np.float32(floor))
    (result,) = assessed(a_table(own, **change))
    assert {kind for kind, ids in reasons(result).items() if why in ids} == kinds


def test_a_narrow_band_hides_what_lives_above_it():
    (own,) = assessed(a_table(speech(band_edge=np.full(2000, 2400, np.float32))))
    assert reasons(own) == dict.fromkeys(("buzz", "splice", "click"), ["narrow_band"])
    assert own[ASSESSED.index("buzz")].why == (Note("narrow_band", (("bandwidth", 2400.0), ("limit", 3000.0))),)


def test_a_short_recording_cannot_hold_dead_air():
    (own,) = assessed(a_table(speech(8.0, ((0.5, 3.0), (4.0, 7.0)))))
    assert reasons(own) == {"dead_air": ["too_short"]}


@pytest.mark.parametrize(("probability", "told"), [(0.9, True), (0.3, False), (float("nan"), False)])
def test_a_room_between_the_call_and_the_recorder_hides_digital_traces(probability, told):
    (own,) = assessed(a_table(speech(), loudspeaker=[probability]))
    hidden = dict.fromkeys(("dropout", "buzz", "splice", "clipping", "click"), ["rerecorded"])
    assert reasons(own) == (hidden if told else {})


def test_a_processed_voice_hides_buzz_where_it_fills_the_call():
    table = a_table(speech())
    (short,) = assessed(table, Event(0, 5.0, "processed_voice", 0, 0.9, 0.1, False))
    (long,) = assessed(table, Event(0, 20.0, "processed_voice", 0, 0.9, 0.1, False))
    assert reasons(short) == {} and reasons(long) == {"buzz": ["processed_voice"]}


def test_what_was_found_was_assessable():
    table = a_table(speech(spans=((1.0, 2.0),)))
    (own,) = assessed(table, Event(1.2, 1.5, "buzz", 0, 0.9, 0.5, True))
    assert set(hidden(own)) == set(HARMS) - {"buzz"}
    (own,) = assessed(table, Event(1.2, 1.5, "buzz", 0, 0.9, 0.5, False))
    assert set(hidden(own)) == set(HARMS)


def test_each_channel_is_assessed_by_itself():
    first, second = assessed(a_table(speech(), a_channel(20, (), silent=[(0, 20)])))
    assert hidden(first) == () and set(HARMS) <= set(hidden(second))


def test_undefined_numbers_hide_nothing_by_themselves():
    table = a_table(speech())
    scores = score(table, find(table))
    undefined = dict.fromkeys(("snr_db", "bandwidth_hz", "active_level_dbfs"), math.nan)
    (own,) = assess(table, (), replace(scores, channels=({**scores.channels[0], **undefined},)))
    assert reasons(own) == {}


def test_every_reason_has_a_sentence_that_its_values_fill():
    tables = [
        a_table(a_channel(5, (), silent=[(0, 5)])),
        a_table(a_tone(20, [(0, 20)])),
        a_table(speech(spans=((1.0, 2.0),), band_edge=np.full(2000, 2400, np.float32))),
        a_table(speech(), active_level_dbfs=[-55.0], noise_floor_dbfs=[-60.0]),
        a_table(speech(), loudspeaker=[0.9]),
    ]
    notes = {note.id: note for table in tables for own in assessed(table) for a in own for note in a.why}
    notes |= {"only_music": Note("only_music", (("seconds", 9.0),))}
    notes |= {"processed_voice": Note("processed_voice", (("seconds", 9.0),))}
    assert set(notes) == set(names("assessable"))
    assert all("unknown" not in say_hindrance(note) for note in notes.values())


def test_an_intact_call_is_doubted_by_the_share_of_harm_that_is_hidden():
    sure = a_verdict("intact")
    sure = replace(sure, probabilities={"intact": 0.9, "degraded": 0.08, "blocked": 0.02})
    doubt = DEFAULT_THRESHOLDS["confidence.hidden"]
    expected = {name: (1 - doubt) * p + doubt / 3 for name, p in sure.probabilities.items()}
    assert temper(sure, every(False)).probabilities == pytest.approx(expected)
    half = (*every(False)[:2], *every()[2:])
    assert sure.confidence > temper(sure, half).confidence > temper(sure, every(False)).confidence


@pytest.mark.parametrize("top", [0.34, 0.5, 0.99])
@pytest.mark.parametrize("doubt", [0.0, 0.5, 0.95])
def test_doubt_leaves_the_label_the_likeliest(top, doubt):
    verdict = replace(a_verdict("intact"), probabilities={"intact": top, "degraded": 0.99 - top, "blocked": 0.01})
    verdict = replace(verdict, probabilities={"intact": top} | dict.fromkeys(("degraded", "blocked"), (1 - top) / 2))
    told = temper(verdict, every(False), DEFAULT_THRESHOLDS.with_values({"confidence.hidden": doubt}))
    assert told.label is Label.INTACT and told.confidence == max(told.probabilities.values())
    assert math.fsum(told.probabilities.values()) == pytest.approx(1)


def test_what_was_found_and_what_was_not_due_are_not_doubted():
    for verdict in (a_verdict("degraded"), a_verdict("blocked"), a_verdict("intact", basis="not_answered")):
        assert temper(verdict, every(False)) is verdict
    assert temper(a_verdict("intact"), every()).probabilities == a_verdict("intact").probabilities
    assert temper(a_verdict("intact"), ()) == a_verdict("intact")
    dead_air = tuple(replace(a, assessable=a.kind != "dead_air") for a in every())
    assert temper(a_verdict("intact"), dead_air).confidence == pytest.approx(a_verdict("intact").confidence)


@pytest.mark.smoke
def test_a_report_carries_it_for_the_call_and_each_channel():
    report = compose(a_table(speech(), loudspeaker=[0.9]))
    clear = compose(a_table(speech()))
    assert report.assessable == report.channels[0].assessable and hidden(clear.assessable) == ()
    assert report.verdict.label == clear.verdict.label == "intact"
    assert report.verdict.confidence < clear.verdict.confidence
    assert report.verdict.confidence == report.channels[0].verdict.confidence
    assert round(sum(report.verdict.probabilities.values()), 9) == 1


def test_the_background_of_these_tables_is_what_the_tests_think():
    assert BACKGROUND_DBFS == -60 and SPEECH_DBFS == -20
