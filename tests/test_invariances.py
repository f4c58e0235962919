"""What must not change what audioq says does not change it; what fails today is listed and gets no worse.

The whole table is the command's: ``python benchmarks/invariances.py``. Here is a part that fits into a test run.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from audioq.events import Event
from audioq.report import Report, analyze
from audioq.simulate import Span, speechlike
from benchmarks import invariances
from benchmarks.invariance import changes
from benchmarks.invariance.changes import Take
from benchmarks.invariance.comparing import Seen, differences, fate, missing, on_the_recording, outside, within
from benchmarks.invariance.known import better, read_known, shortfalls, worse, write_known
from benchmarks.invariance.measuring import Findings, Tally, measure_one, put_together
from benchmarks.invariance.pauses import background, ending, natural_pauses, opening
from benchmarks.invariance.recordings import SAMPLES, Recording
from benchmarks.invariance.running import QUICK, QUICK_RECORDINGS, jobs_of
from benchmarks.invariance.simulated import CALLS, simulate_call
from benchmarks.invariance.table import BY_NAME, EXACT, INVARIANCES, MONOTONY

EVERY_BIT = tuple(one.name for one in INVARIANCES if one.holds == EXACT)
JOBS = {job.name: job for job in jobs_of(SAMPLES)}
RATCHET = "; look at it, then: python benchmarks/invariances.py --write-known"


@cache
def findings_of(name: str) -> Findings:
    """All that this file asks of one recording, so that the untouched one is analysed once."""
    job = JOBS[name]
    return measure_one(job.load(), [BY_NAME[one] for one in (*EVERY_BIT, *(QUICK if job.quick else ()))])


@cache
def quick() -> Findings:
    whole = put_together([findings_of(name) for name, job in JOBS.items() if job.quick])
    return Findings({name: whole.tallies[name] for name in QUICK})


# What holds


@pytest.mark.parametrize("name", JOBS)
def test_polarity_channels_and_lossless_files_change_no_bit_of_the_report(name: str) -> None:
    found = findings_of(name)
    assert [one for one in found.failures if one["invariance"] in EVERY_BIT] == []
    assert found.tallies["polarity"]["report"].of == found.tallies["FLAC for WAV"]["report"].of == 1


def test_some_recordings_have_channels_to_swap() -> None:
    assert sum("channel swap" in findings_of(name).tallies for name in JOBS) >= 3


def test_nothing_is_worse_than_it_is_listed() -> None:
    problems = worse(quick(), read_known("quick"))
    assert not problems, "\n".join(problems) + RATCHET


def test_what_got_better_leaves_the_list() -> None:
    problems = better(quick(), read_known("quick"))
    assert not problems, "\n".join(problems) + RATCHET


@pytest.mark.parametrize("scope", ["everything", "quick"])
def test_what_is_listed_is_declared(scope: str) -> None:
    listed = read_known(scope)
    assert set(listed) <= (set(BY_NAME) if scope == "everything" else set(QUICK))
    assert not set(listed) & set(EVERY_BIT)
    assert all(tally.held < tally.of for measures in listed.values() for tally in measures.values())


def test_the_quick_set_asks_for_verdicts_events_and_scores() -> None:
    assert set(QUICK) <= set(BY_NAME) and set(QUICK_RECORDINGS) <= set(JOBS)
    asked = {measure for tallies in quick().tallies.values() for measure, tally in tallies.items() if tally.of}
    kinds = ("dropout", "buzz", "stutter", "splice", "tone", "clipping", "hum", "dead_air")
    assert {"verdict", "mos", "delivered_ratio"} | {f"found again {kind}" for kind in kinds} <= asked


# The ratchet


def tallied(**measures: tuple[int, int]) -> Findings:
    tallies = {name.replace("_", " "): Tally(*counts) for name, counts in measures.items()}
    return Findings({"gain": tallies})


def test_the_ratchet_lets_nothing_get_worse() -> None:
    known = {"gain": {"found again buzz": Tally(80, 100), "verdict": Tally(9, 10)}}
    assert worse(tallied(found_again_buzz=(80, 100), verdict=(9, 10)), known) == []
    assert worse(tallied(found_again_buzz=(79, 100)), known) == []  # within the slack
    assert len(worse(tallied(found_again_buzz=(78, 100), verdict=(8, 10)), known)) == 2
    assert worse(tallied(found_again_dropout=(95, 100), verdict=(10, 10)), {}) == []
    assert len(worse(tallied(found_again_dropout=(90, 100), verdict=(9, 10), mos=(1, 2)), {})) == 3


def test_the_ratchet_makes_the_list_shrink() -> None:
    known = {"gain": {"found again buzz": Tally(80, 100), "verdict": Tally(9, 10)}}
    assert better(tallied(found_again_buzz=(84, 100), verdict=(9, 10)), known) == []
    assert len(better(tallied(found_again_buzz=(86, 100), verdict=(10, 10)), known)) == 2
    assert len(better(Findings(), known)) == 2  # no longer asked
    nearly = {"gain": {"found again buzz": Tally(94, 100)}}
    assert better(tallied(found_again_buzz=(96, 100)), nearly) == []  # holds, but not comfortably
    assert len(better(tallied(found_again_buzz=(97, 100)), nearly)) == 1


def test_the_list_is_read_as_it_was_written(tmp_path) -> None:
    short = shortfalls(tallied(found_again_buzz=(9, 10), found_again_tone=(19, 20), verdict=(3, 4), mos=(2, 2)))
    assert short == {"gain": {"found again buzz": Tally(9, 10), "verdict": Tally(3, 4)}}
    write_known({"everything": short, "quick": {}}, tmp_path / "known.toml")
    assert read_known("everything", tmp_path / "known.toml") == short
    assert read_known("quick", tmp_path / "known.toml") == {}


# The comparison


def test_events_must_be_found_with_kind_channel_and_both_edges() -> None:
    one = Seen("buzz", 0, 1.0, 1.1)
    assert missing([one], [Seen("buzz", 0, 1.02, 1.08)], 0.02) == []
    for other in (Seen("buzz", 0, 1.03, 1.1), Seen("buzz", 0, 1.0, 1.13), Seen("tone", 0, 1.0, 1.1)):
        assert missing([one], [other], 0.02) == [one]
    assert missing([one], [Seen("buzz", 1, 1.0, 1.1)], 0.02) == [one]
    assert missing([Seen("buzz", 0, 1.0, 1.03)], [], 0.02) == []  # too short to be asked for
    assert missing([Seen("splice", 0, 1.0, 1.01)], [], 0.02) == [Seen("splice", 0, 1.0, 1.01)]


def test_events_are_compared_in_the_window_and_invented_beyond_it() -> None:
    events = [Seen("dropout", 0, -1.0, 0.5), Seen("hum", 0, -2.0, -1.0), Seen("dead_air", 0, -5.0, 8.0)]
    assert within(events, (0.0, 5.0)) == [Seen("dropout", 0, 0.0, 0.5), Seen("dead_air", 0, 0.0, 5.0, free=True)]
    assert outside(events, (0.0, 5.0)) == [events[1]]
    assert not within(events, (0.0, 5.0))[1].asked and Seen("dead_air", 0, 0.0, 5.0).asked


def test_a_missing_event_is_told_by_what_is_there_instead() -> None:
    one = Seen("buzz", 0, 1.0, 1.2)
    assert fate(one, [Seen("buzz", 0, 1.0, 1.4)]).startswith("other edges: 1.000 to 1.400")
    assert fate(one, [Seen("dropout", 0, 1.0, 1.4)]).startswith("another kind: dropout")
    assert fate(one, [Seen("buzz", 1, 1.0, 1.2), Seen("buzz", 0, 1.2, 1.4)]) == "nothing there"


def test_times_and_channels_of_a_take_are_those_of_the_recording() -> None:
    report = said_of(Event(1.0, 2.0, "buzz", 1, 0.9, 0.5, True))
    take = Take("some", b"", offset=-0.5, order=(1, 0))
    assert on_the_recording(report, take) == [Seen("buzz", 0, 0.5, 1.5)]


@cache
def _stereo_report() -> Report:
    return analyze(np.zeros((2, 8000), np.float32), sr=8000)


def said_of(*events: Event) -> Report:
    return replace(_stereo_report(), events=events)


def test_any_other_word_is_a_difference() -> None:
    event = Event(1.0, 2.0, "buzz", 1, 0.9, 0.5, True)
    moved = replace(event, channel=0)
    assert differences(said_of(event), replace(said_of(event), file="other"), ()) == []
    assert differences(said_of(event), said_of(replace(event, confidence=0.901)), ()) == ["events"]
    assert differences(said_of(event), said_of(moved), (1, 0)) == []
    assert differences(said_of(event), said_of(moved), ()) == ["events"]


# The changes


@pytest.fixture(scope="module")
def call() -> Recording:
    """Speech from 1 to 9 s, noise before and after, and harm that makes a pause of it no natural one."""
    y = np.random.default_rng(5).standard_normal(160000).astype(np.float32) * 1e-3
    y[16000:144000] += speechlike(8.0, 16000, np.random.default_rng(1))
    return Recording("call", y[np.newaxis], 16000, (Span(9.2, 9.6, "dropout"),))


def test_natural_pauses_are_still_and_whole(call: Recording) -> None:
    pauses = natural_pauses(call)
    assert pauses[0][0] == 0.0 and pauses[0][1] == pytest.approx(1.1, abs=0.25)
    assert pauses[-1] == pytest.approx((9.7, 10.0))
    assert opening(call) == 0.0 and ending(call) == 10.0
    assert ending(replace(call, truth=(Span(8.0, 10.0, "dropout"),))) != 10.0


def test_the_background_has_the_level_of_the_pauses(call: Recording) -> None:
    noise = background(call, 2.0)
    assert noise is not None and noise.shape == (1, 32000)
    assert 20 * np.log10(noise.std() / call.y[:, :16000].std()) == pytest.approx(0.0, abs=0.5)
    silent = replace(call, y=np.zeros((1, 160000), np.float32), truth=())
    assert background(silent, 2.0) is None


def test_quiet_is_put_before_and_behind(call: Recording) -> None:
    (before,) = changes.quiet_before(call, 0.5, own=False)
    (after,) = changes.quiet_after(call, 5.0, own=True)
    assert before.after.source[0].shape == (1, 168000) and before.after.offset == -0.5
    assert not before.after.source[0][:, :8000].any()
    assert np.array_equal(before.after.source[0][:, 8000:], call.y)
    assert after.after.source[0].shape == (1, 240000) and np.array_equal(after.after.source[0][:, :160000], call.y)
    assert before.window == after.window == (0.0, 10.0)


def test_louder_is_left_out_where_it_would_clip(call: Recording) -> None:
    assert len(changes.gain(call, 2.0)) == 1 and changes.gain(call, 60.0) == []


def test_a_shift_is_less_than_a_frame(call: Recording) -> None:
    (pair,) = changes.shift(call, 0.0037)
    assert pair.after.source[0].shape == (1, 160000 - 59) and pair.after.offset == 59 / 16000


def test_before_the_way_down_the_sound_is_bounded_to_both_rates(call: Recording) -> None:
    assert changes.resample(call, 8000, 16000) == []
    (down,) = changes.resample(call, 16000, 8000)
    (up,) = changes.resample(call, 16000, 48000)
    assert down.after.source[0].shape == (1, 80000) and up.after.source[0].shape == (1, 480000)
    spectrum = np.abs(np.fft.rfft(down.before.source[0][0]))
    assert spectrum[42000:].max() < 1e-2 * spectrum.max() and np.array_equal(up.before.source[0], call.y)


def test_an_mp3_is_in_step_with_the_recording(call: Recording) -> None:
    (pair,) = changes.mp3(call)
    assert isinstance(pair.after.source, bytes) and abs(pair.after.offset) < 0.1


def test_pieces_are_cut_in_pauses_and_lose_nothing(call: Recording) -> None:
    for pairs in (changes.split(call, 2.0, once=True), changes.split(call, 1.0, once=False)):
        assert sum(pair.after.source[0].shape[1] for pair in pairs) == 160000
        assert [pair.window[0] for pair in pairs[1:]] == [pair.window[1] for pair in pairs[:-1]]
        for pair in pairs[1:]:
            assert any(start < pair.window[0] < end for start, end in natural_pauses(call))
    assert len(changes.split(call, 2.0, once=True)) == 2


def test_a_dropout_is_added_where_a_voice_speaks(call: Recording) -> None:
    pairs = changes.drop(call, 0.3, places=3)
    assert len(pairs) == 3
    for pair in pairs:
        changed = np.flatnonzero(pair.after.source[0][0] != call.y[0]) / 16000
        assert 1.0 < changed[0] and changed[-1] < 9.0 and changed[-1] - changed[0] < 0.3


def test_a_score_that_harm_raises_is_seen(call: Recording) -> None:
    """The change back from harm to none stands for harm that raises the scores."""
    (harmed,) = changes.drop(call, 3.0, places=1) or changes.drop(call, 0.6, places=1)
    cured = replace(harmed, before=harmed.after, after=harmed.before)
    found = measure_one(call, [replace(BY_NAME["added dropout"], change=lambda recording: [cured])])
    assert BY_NAME["added dropout"].holds == (MONOTONY,)
    assert found.tallies["added dropout"]["delivered_ratio"] == Tally(0, 1)
    assert found.failures[0]["recording"] == "call"


@pytest.mark.parametrize("name", ["simulated_tones", "simulated_one_bad_direction"])
def test_simulated_calls_are_always_the_same(name: str) -> None:
    one, other = simulate_call(name), simulate_call(name)
    assert np.array_equal(one.y, other.y) and one.truth == other.truth and one.truth
    assert list(CALLS) == [job for job in JOBS if job.startswith("simulated")]


# The command


def test_the_command_prints_the_table(tmp_path, capsys) -> None:
    (tmp_path / "ring.flac").write_bytes((SAMPLES / "blocked_telegram_silence.flac").read_bytes())
    given = ["--samples", str(tmp_path), "--no-simulated", "--only", "polarity", "--jobs", "1"]
    assert invariances.main([*given, "--json", str(tmp_path / "figures.json")]) == 0
    said = capsys.readouterr()
    assert "polarity" in said.out and "1/1" in said.out and "1 of 1 recordings" in said.err
    figures = json.loads((tmp_path / "figures.json").read_text())
    assert figures["tallies"]["polarity"]["report"] == {"held": 1, "of": 1} and figures["failures"] == []
    assert invariances.main([*given, "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("| transformation | verdicts kept |")


def test_the_command_says_what_is_declared(capsys) -> None:
    assert invariances.main(["--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(INVARIANCES)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--samples", "nowhere"], "holds no recording"),
        (["--only", "yodelling"], "invalid choice"),
        (["--no-samples", "--no-simulated"], "nothing is left"),
        (["--only", "polarity", "--check"], "need all invariances"),
        (["--jobs", "0"], "at least 1"),
    ],
)
def test_the_command_says_what_is_wrong_with_its_words(arguments: list[str], words: str, capsys) -> None:
    with pytest.raises(SystemExit) as stop:
        invariances.main(arguments)
    assert stop.value.code == 2 and words in capsys.readouterr().err
