"""Roles: who may say what of which channel, and what it does to the verdict (S30 to S36 of docs/verdict.md)."""

from __future__ import annotations

import math

import pytest

from audioq.errors import AudioError, RolesError
from audioq.events import Event
from audioq.roles import NO_ROLES, Roles, assign_roles, check_roles
from audioq.rules import Label
from audioq.scores import METRICS, Scores, due
from audioq.thresholds import DEFAULT_THRESHOLDS
from audioq.verdict import judge

pytestmark = pytest.mark.smoke

FINE = dict.fromkeys([metric.name for metric in METRICS], 0.0)
FINE |= {"duration_s": 60.0, "speech_s": 40.0, "speech_ratio": 0.66, "delivered_ratio": 1.0, "mos": 4.5}
SILENT = {"speech_s": 0.0, "delivered_ratio": math.nan, "mos": math.nan, "severity": 1.0}
LOST = {"delivered_ratio": 0.4, "signs_per_minute": 9.0, "severity": 0.7}
LITTLE = {"speech_s": 0.6, "speech_ratio": 0.01}


def judged(*channels, events=(), **roles):
    own = tuple(FINE | changes for changes in channels)
    return judge(Scores(own[0], own), events, roles=assign_roles(len(own), **roles))[0]


def hold_music(channel):
    return Event(0.0, 60.0, "music", channel, 0.9, 0.0, False)


def test_names_numbers_and_texts_with_commas_say_the_same():
    wanted = Roles(("caller", "agent"), frozenset({0}), frozenset({1}))
    for names in ("caller,agent", "caller, agent", ["caller", "agent"], ("caller", "agent")):
        for expected in ("caller", "0", 0, ["caller"], [0], ["0"]):
            assert assign_roles(2, names, expected, "agent") == wanted
    assert assign_roles(3, expect_speech="0,2").expected == {0, 2}
    assert assign_roles(2) == NO_ROLES
    assert [wanted.role(i) for i in (0, 1)] == ["expected", "ignored"] and NO_ROLES.role(0) is None
    assert wanted.name(1) == "agent" and NO_ROLES.name(1) is None


def test_a_name_in_a_list_may_hold_a_comma():
    assert assign_roles(2, ["Smith, J.", "agent"], ["Smith, J."]).expected == {0}


@pytest.mark.parametrize(
    ("count", "roles", "words"),
    [
        (1, {"channels": "caller,agent"}, "names given: 2, channels in the recording: 1"),
        (2, {"channels": "caller"}, "names given: 1, channels in the recording: 2"),
        (2, {"channels": "caller,caller"}, "two channels are named 'caller'"),
        (2, {"channels": "caller,"}, "name is empty"),
        (2, {"channels": "1,agent"}, "'1' is a number"),
        (2, {"channels": "caller,agent", "expect_speech": "boss"}, "no channel is named 'boss'; the names are caller"),
        (2, {"expect_speech": "caller"}, "because the channels have no names"),
        (2, {"ignore_channels": 2}, "there is no channel 2; the highest number is 1"),
        (2, {"ignore_channels": -1}, "no channel is named '-1'"),
        (2, {"expect_speech": 0, "ignore_channels": 0}, "channel 0 ought to carry speech and is to be ignored"),
        (2, {"ignore_channels": "0,1"}, "all channels (2) are to be ignored"),
        (1, {"ignore_channels": 0}, "all channels (1)"),
    ],
)
def test_what_does_not_fit_is_one_clear_sentence(count, roles, words):
    with pytest.raises(RolesError) as caught:
        assign_roles(count, **roles, source="call.wav")
    assert words in str(caught.value) and str(caught.value).startswith("call.wav: ")
    assert isinstance(caught.value, AudioError) and caught.value.remedy and "\n" not in str(caught.value)


def test_before_any_recording_only_what_fits_none_is_refused():
    check_roles("caller,agent", "caller", None)
    check_roles(None, "7", "3")
    check_roles(None, None, "0")
    for wrong in (("a,a", None, None), ("a,b", "c", None), (None, "a", None), (None, "1", "1"), ("a,b", None, "a,b")):
        with pytest.raises(RolesError):
            check_roles(*wrong)


@pytest.mark.parametrize("order", [1, -1])
def test_S30_a_side_that_hardly_speaks_beside_one_that_does_has_listened(order):
    own = tuple(FINE | changes for changes in (LITTLE, {"speech_s": 6.0})[::order])
    call, sides = judge(Scores(own[0], own), ())
    listener = sides[::order][0]
    assert (call.label, call.rule) == (Label.INTACT, "arrived_whole")  # it rests on the side that speaks
    assert (listener.label, listener.rule) == (Label.INTACT, "listened") and listener.rivals
    assert listener.confidence <= DEFAULT_THRESHOLDS["confidence.cap"]
    assert judged(LITTLE).rule == "hardly_any_speech"
    assert judged(*(LITTLE, {"speech_s": 4.0})[::order]).rule == "hardly_any_speech"


def test_S30_a_listener_who_is_harmed_is_judged_by_the_harm():
    assert judged({}, LITTLE | LOST).rule == "partly_lost"
    assert judged({}, LITTLE | {"delivered_ratio": 0.05}).rule == "mostly_lost"


@pytest.mark.parametrize("harm", [SILENT, LOST, LITTLE])
def test_S32_an_ignored_channel_never_decides(harm):
    assert judged({}, harm, ignore_channels=1).rule == "arrived_whole"
    assert judged(harm, {}, ignore_channels=0).channel == 1
    assert judged(harm, {}, ignore_channels=1).channel == 0


def test_S32_the_speech_of_an_ignored_channel_makes_no_other_one_way():
    assert judged({}, SILENT, ignore_channels=0).rule == "no_speech"
    assert judged({}, SILENT, {"speech_s": 3.0}, ignore_channels=0).rule == "arrived_whole"


def test_S33_a_silent_channel_in_which_nobody_expected_speech_does_not_count():
    assert judged({}, SILENT).rule == "one_way"
    own = judged({}, SILENT, channels="caller,agent", expect_speech="caller")
    assert (own.rule, own.channel) == ("arrived_whole", 0)
    assert judged(LOST, SILENT, expect_speech=0).rule == "partly_lost"


def test_S33_a_channel_without_a_role_that_carries_speech_is_judged_as_ever():
    assert judged({}, LOST, expect_speech=0).channel == 1


@pytest.mark.parametrize("order", [1, -1])
def test_S34_an_expected_channel_that_is_silent_is_missed_more_surely(order):
    silent = 1 if order == 1 else 0
    unsure, sure = judged(*({}, SILENT)[::order]), judged(*({}, SILENT)[::order], expect_speech=silent)
    assert (sure.label, sure.rule, sure.channel) == (Label.BLOCKED, "expected_speech_missing", silent)
    assert "channel_unused" in unsure.rivals and "channel_unused" not in sure.rivals and sure.rivals
    assert unsure.confidence < sure.confidence <= DEFAULT_THRESHOLDS["confidence.cap_expected"]
    assert judged(*({}, SILENT)[::order], expect_speech=(0, 1)) == sure


def test_S34_an_expected_channel_counts_beside_little_speech_too():
    assert judged({"speech_s": 3.0}, SILENT).label == Label.INTACT
    assert judged({"speech_s": 3.0}, SILENT, expect_speech=1).rule == "no_speech"
    assert judged(SILENT, SILENT, expect_speech=1).channel == 1


def test_S35_an_expected_channel_with_hardly_any_speech_has_not_just_listened():
    assert judged({}, LITTLE, expect_speech=1).rule == "hardly_any_speech"
    assert judged({}, LITTLE, expect_speech=0).label == Label.INTACT


@pytest.mark.parametrize("expected", [None, 0, 1, (0, 1)])
def test_S36_hold_music_on_one_side_is_never_silence(expected):
    own = judged({}, SILENT, events=[hold_music(1)], expect_speech=expected)
    assert (own.rule, own.channel) == ("arrived_whole", 0)


def test_S36_music_alone_is_not_answered_whatever_was_expected():
    own = judged(SILENT, SILENT, events=[hold_music(0)], expect_speech=0)
    assert (own.rule, own.channel) == ("not_answered", 0)


def test_without_roles_the_channels_that_count_are_those_of_before():
    limits = DEFAULT_THRESHOLDS
    assert due([40.0, 0.0], [False, False], limits) == [0, 1]
    assert due([4.0, 0.0], [False, False], limits) == [0]
    assert due([40.0, 0.0], [False, True], limits) == [0]
    assert due([0.0, 0.0], [False, False], limits) == [0, 1]
