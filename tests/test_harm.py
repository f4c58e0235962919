"""End to end: known harm done to real, untouched recordings gives what docs/verdict.md promises.

What is done to a recording is known to the sample; what must be said of it follows from the words, not from tuned
numbers.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from audioq import Label, Report, analyze, read
from audioq.simulate import (
    BUSY_EU,
    RINGBACK_EU,
    RINGBACK_US,
    Loop,
    active_frames,
    call_progress,
    in_activity,
    straight_fade,
    stutter,
    zero_fill,
)

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
VOICES = ("intact_telegram_call.flac", "intact_dtx_turn_taking.flac", "intact_quiet_call.flac")
RANK = list(Label)

each_voice = pytest.mark.parametrize("name", VOICES)


@cache
def recording(name: str) -> tuple[np.ndarray, int]:
    """The samples of a recording, shape (channels, n), and its rate."""
    audio = read(SAMPLES / name)
    return np.concatenate(list(audio.blocks(audio.sr * 10)), axis=1), audio.sr


def voice(name: str = VOICES[0]) -> tuple[np.ndarray, int]:
    y, sr = recording(name)
    return y[0].copy(), sr


def two_way() -> tuple[np.ndarray, int]:
    """Twelve seconds of a healthy call, one direction a channel."""
    y, sr = recording("intact_two_way_stereo.opus")
    return y[:, 4 * sr : 16 * sr], sr


def say(y: np.ndarray, sr: int) -> Report:
    return analyze(y, sr=sr)


def mid_speech(y: np.ndarray, sr: int, length: float, *, after: float = 0.5, every: float = 0.0) -> list:
    """Stretches of `length` s that lie in the middle of speech, at least `every` s apart."""
    active = active_frames(y, sr, range_db=20.0)
    n, found, free = round(length * 100), [], after
    for i in range(10, len(active) - n - 10):
        if i / 100 >= free and active[i - 10 : i + n + 10].all():
            found.append((i / 100, i / 100 + length))
            free = i / 100 + length + every
    return found


def broken_off(y: np.ndarray, sr: int, spoken: float, times: float) -> tuple[np.ndarray, float]:
    """Cut a recording in mid-speech at least `spoken` s after its first word; silence `times` as long follows.

    Returns the harmed signal, which begins with the first word, and the time of the cut in seconds.
    """
    first = float(np.argmax(active_frames(y, sr))) / 100
    cut = mid_speech(y, sr, 0.25, after=first + spoken)[0][0] + 0.15
    kept = y[round(first * sr) : round(cut * sr)]
    return np.concatenate([kept, np.zeros(round(times * kept.size), np.float32)]), cut - first


def share_found(report: Report, kind: str, truth) -> float:
    """Share of the true stretches that an event of the kind overlaps by at least a third."""
    events = [e for e in report.events if e.kind == kind]
    hits = [any(min(e.end, s.end) - max(e.start, s.start) >= (s.end - s.start) / 3 for e in events) for s in truth]
    return float(np.mean(hits))


@each_voice
def test_untouched_speech_is_intact(name):
    assert say(*voice(name)).verdict.label == Label.INTACT


@each_voice
def test_S10_gaps_in_speech_are_dropouts_where_they_are(name):
    y, sr = voice(name)
    harmed, truth = zero_fill(y, sr, mid_speech(y, sr, 0.12, every=0.6))
    assert len(truth) >= 4
    report = say(harmed, sr)
    assert share_found(report, "dropout", truth) >= 0.8
    assert report.verdict.label == Label.DEGRADED
    inside = [e for e in report.events if e.kind == "dropout"]
    assert sum(any(e.start < s.end and e.end > s.start for s in truth) for e in inside) >= 0.8 * len(inside)


def test_edges_of_a_gap_are_exact_to_the_sample_where_its_zeros_are():
    y, sr = voice()
    start = mid_speech(y, sr, 0.5)[0][0] + 0.1037
    harmed, _ = zero_fill(y, sr, [(start, start + 0.2)])
    (event,) = [e for e in say(harmed, sr).events if e.kind == "dropout"]
    assert (event.start, event.end) == pytest.approx((start, start + 0.2), abs=0.002)


@each_voice
def test_S11_losses_that_are_covered_up_are_degraded(name):
    y, sr = voice(name)
    harmed, truth = straight_fade(y, sr, mid_speech(y, sr, 0.18, every=0.5))
    report = say(harmed, sr)
    assert report.verdict.label == Label.DEGRADED
    assert any(e.kind in {"buzz", "dropout"} for e in report.events)


@each_voice
def test_S12_loops_are_stutter_where_they_are(name):
    y, sr = voice(name)
    loops = [Loop(start + 0.1, 0.08, 4) for start, _ in mid_speech(y, sr, 0.2, every=0.3)]
    harmed, truth = stutter(y, sr, loops)
    assert len(truth) >= 3
    report = say(harmed, sr)
    assert share_found(report, "stutter", truth) >= 0.5
    assert report.verdict.label == Label.DEGRADED


@each_voice
def test_S14_speech_that_is_cut_off_and_stays_away_is_blocked(name):
    y, sr = voice(name)
    harmed, cut = broken_off(y, sr, 1.0, 10)
    report = say(harmed, sr)
    assert report.verdict.label == Label.BLOCKED
    assert report.verdict.rule in {"broken_off", "mostly_lost"} and report.verdict.basis == "speech"
    (last,) = [e for e in report.events if e.kind == "dropout" and e.end > harmed.size / sr - 0.1]
    assert last.start == pytest.approx(cut, abs=0.1)


def test_S14_an_outage_after_2_s_of_speech_is_blocked_by_the_rule_that_says_so():
    y, sr = voice()
    report = say(broken_off(y, sr, 2.0, 10)[0], sr)
    assert (report.verdict.label, report.verdict.rule) == (Label.BLOCKED, "broken_off")


def test_S17_the_same_cut_with_three_times_as_much_silence_is_degraded():
    y, sr = voice()
    assert say(broken_off(y, sr, 2.5, 3)[0], sr).verdict.label == Label.DEGRADED


@pytest.mark.parametrize("sr", [8000, 16000, 48000])
def test_S22_nothing_at_all_is_blocked_without_a_share(sr):
    report = say(np.zeros(10 * sr, np.float32), sr)
    assert (report.verdict.label, report.verdict.rule, report.verdict.basis) == (Label.BLOCKED, *["no_speech"] * 2)
    assert np.isnan(report.scores["delivered_ratio"])
    assert [note.id for note in report.warnings] == ["all_zero"]


@pytest.mark.parametrize("plan", [RINGBACK_EU, RINGBACK_US, BUSY_EU])
def test_S7_call_progress_tones_to_the_end_are_intact(plan):
    report = say(call_progress(plan, 22.0, 8000)[0], 8000)
    assert (report.verdict.label, report.verdict.rule) == (Label.INTACT, "not_answered")


@pytest.mark.parametrize("plan", [RINGBACK_EU, BUSY_EU])
def test_S24_tones_and_then_15_s_of_silence_are_blocked(plan):
    tones, _ = call_progress(plan, 11.0, 8000)
    report = say(np.concatenate([tones, np.zeros(15 * 8000, np.float32)]), 8000)
    assert (report.verdict.label, report.verdict.rule) == (Label.BLOCKED, "tones_then_nothing")


def test_S26_one_direction_that_is_silent_is_one_way():
    y, sr = two_way()
    harmed = y.copy()
    harmed[1] = 0
    report = say(harmed, sr)
    assert (report.verdict.label, report.verdict.rule) == (Label.BLOCKED, "one_way")
    assert [own.verdict.label for own in report.channels] == [Label.INTACT, Label.BLOCKED]


def test_S25_harm_in_one_direction_is_the_verdict_of_the_call():
    y, sr = two_way()
    harmed = y.copy()
    harmed[1], truth = zero_fill(y[1], sr, mid_speech(y[1], sr, 0.15, every=0.8))
    assert len(truth) >= 3
    report = say(harmed, sr)
    assert report.verdict.label == Label.DEGRADED
    assert [own.verdict.label for own in report.channels] == [Label.INTACT, Label.DEGRADED]
    assert {e.channel for e in report.events if e.affects_verdict} == {1}


@each_voice
def test_S8_silence_after_a_natural_end_stays_intact(name):
    y, sr = voice(name)
    end = natural_end(y, sr)
    for seconds in (5, 20):
        longer = np.concatenate([y[:end], np.zeros(seconds * sr, np.float32)])
        assert say(longer, sr).verdict.label == Label.INTACT


def natural_end(y: np.ndarray, sr: int) -> int:
    """A sample in the middle of the longest pause after the first half."""
    from audioq.masks import runs

    starts, ends = runs(~active_frames(y, sr))
    later = starts > y.size / sr * 50
    best = int(np.argmax((ends - starts)[later]))
    return round((starts[later][best] + ends[later][best]) / 200 * sr)


@pytest.mark.parametrize("gain", [-20, -10, 0, 6])
@pytest.mark.parametrize("harm", [False, True])
def test_S2_gain_keeps_the_label(gain, harm):
    y, sr = voice()
    harmed = zero_fill(y, sr, mid_speech(y, sr, 0.12, every=0.6))[0] if harm else y
    report = say(harmed * np.float32(10 ** (gain / 20)), sr)
    assert report.verdict.label == (Label.DEGRADED if harm else Label.INTACT)


def _anywhere(channel):
    """What is said of a channel, whichever it is; as text, for NaN equals nothing."""
    return repr(replace(channel, verdict=replace(channel.verdict, channel=0)))


def test_a_swap_of_channels_swaps_what_is_said_of_them():
    y, sr = two_way()
    harmed = y.copy()
    harmed[0] = zero_fill(y[0], sr, [(5.0, 5.4), (9.0, 9.4)])[0]
    one, other = say(harmed, sr), say(np.ascontiguousarray(harmed[::-1]), sr)
    assert [_anywhere(own) for own in one.channels] == [_anywhere(own) for own in other.channels[::-1]]
    assert repr(one.verdict) == repr(replace(other.verdict, channel=1 - other.verdict.channel))
    assert repr(one.scores) == repr(other.scores)
    assert sorted((e.start, e.kind, 1 - e.channel) for e in one.events) == sorted(
        (e.start, e.kind, e.channel) for e in other.events
    )


@pytest.mark.parametrize("name", VOICES[:2])
def test_S28_one_more_gap_never_lowers_the_severity_or_betters_the_word(name):
    y, sr = voice(name)
    gaps = mid_speech(y, sr, 0.2, every=0.8)[:5]
    order = np.random.default_rng(7).permutation(len(gaps))
    severity, rank = -1.0, 0
    for count in range(len(gaps) + 1):
        report = say(zero_fill(y, sr, [gaps[i] for i in order[:count]])[0], sr)
        assert report.severity >= severity
        assert RANK.index(report.verdict.label) >= rank
        severity, rank = report.severity, RANK.index(report.verdict.label)


def test_harm_in_a_pause_is_not_heard():
    y, sr = voice("intact_dtx_turn_taking.flac")
    middle = natural_end(y, sr) / sr
    harmed, truth = zero_fill(y, sr, [(middle - 0.1, middle + 0.1)])
    assert in_activity(y, sr, truth) == []
    assert say(harmed, sr).verdict.label == Label.INTACT
