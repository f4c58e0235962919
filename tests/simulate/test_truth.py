"""The truth about tapes made by hand, against what a loop finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_calls import HOP, a_tape, changed

from audioq.simulate.tape import GATED, LOOPED, LOST, QUIET, REAL, REPAIRED, STRETCHED, WAITING, Tape
from audioq.simulate.truth import (
    COVERED,
    LOOP,
    LOST_IN_PAUSE,
    MENDED,
    MUTED,
    PAUSE,
    SHUT,
    SPEECH,
    UNSENT,
    WARPED,
    TrueEvent,
    truth_of,
)

SR = 8000


def the_event(tape: Tape, concealer: str = "own", masking_dbfs: float = -np.inf) -> TrueEvent:
    (event,) = truth_of(tape, concealer, masking_dbfs).events
    return event


def test_an_untouched_tape() -> None:
    truth = truth_of(a_tape())
    assert truth.state.tolist() == [PAUSE] * 50 + [SPEECH] * 100 + [PAUSE] * 50
    assert (truth.delivered, truth.n_losses, truth.events, truth.losses_per_minute) == (1.0, 0, (), 0.0)


def test_where_nobody_speaks_all_is_delivered() -> None:
    tape = a_tape(speech=())
    truth = truth_of(changed(tape, 0, tape.size, LOST, 0.0))
    assert truth.delivered == 1.0
    assert truth.n_losses == 0
    assert [event.kind for event in truth.events] == ["pause_loss"]


def test_edges_of_a_hole_are_exact_to_the_sample() -> None:
    start, end = 80 * HOP + 33, 90 * HOP + 17
    event = the_event(changed(a_tape(), start, end, LOST, 0.0))
    assert (event.kind, event.how, event.minor, event.alt) == ("dropout", "loss", False, ())
    assert event.start * SR == pytest.approx(start, abs=1e-6)
    assert event.end * SR == pytest.approx(end, abs=1e-6)
    assert event.outer == (event.start, event.end)


@pytest.mark.parametrize("sr", [11025, 22050, 44100])
def test_frames_keep_in_step_at_rates_without_whole_frames(sr: int) -> None:
    tape = a_tape(3000, ((100, 2990),), sr=sr)
    tape = replace(tape, y=tape.y[: tape.size], sr=sr)
    start, end = round(28.0 * sr) + 5, round(28.5 * sr) + 7
    truth = truth_of(changed(tape, start, end, LOST, 0.0))
    assert np.flatnonzero(truth.lost).tolist() == list(range(2800, 2850))
    (event,) = truth.events
    assert event.start * sr == pytest.approx(start, abs=1e-6)
    assert event.end * sr == pytest.approx(end, abs=1e-6)


@pytest.mark.parametrize(
    ("gain_db", "state"),
    [(-200.0, MUTED), (-13.0, COVERED), (-11.0, COVERED), (-15.5, MUTED), (-36.0, MUTED), (0.0, COVERED)],
)
def test_a_fill_14_db_down_is_a_hole(gain_db: float, state: int) -> None:
    tape = changed(a_tape(), 80 * HOP, 100 * HOP, LOST, 10.0 ** (gain_db / 20.0))
    truth = truth_of(tape)
    assert (truth.state[81:99] == state).all()
    assert truth.delivered == pytest.approx(0.8, abs=0.02)
    assert truth.n_losses == (gain_db != 0.0), "what is heard as it was is no loss to a listener"
    assert truth.events[0].kind == ("dropout" if state == MUTED else "buzz")


def test_a_fill_as_quiet_as_the_speech_was_is_no_hole() -> None:
    """Speech 18 dB under its level: a fill of the same level is near the speech that it stands for."""
    soft = a_tape()
    quiet = np.where((np.arange(soft.size) // HOP >= 80) & (np.arange(soft.size) // HOP < 100), 0.125, 1.0)
    y = (soft.y * quiet).astype(np.float32)
    truth = truth_of(changed(replace(soft, y=y, reference=y), 80 * HOP, 100 * HOP, LOST, 0.9))
    assert (truth.state[82:98] == COVERED).all()


def test_holes_of_30_ms_and_pauses_are_bridged() -> None:
    def holes(*stretches: tuple[int, int], speech: tuple[tuple[int, int], ...] = ((50, 150),)) -> list[tuple[int, int]]:
        tape = a_tape(speech=speech)
        for start, end in stretches:
            tape = changed(tape, start * HOP, end * HOP, LOST, 0.0)
        found = [event for event in truth_of(tape).events if event.kind == "dropout"]
        return [(round(event.start * 100), round(event.end * 100)) for event in found]

    assert holes((60, 70), (73, 80)) == [(60, 80)]
    assert holes((60, 70), (74, 80)) == [(60, 70), (74, 80)]
    # A pause that was lost as well lies between; then one that came.
    assert holes((60, 120), speech=((50, 80), (95, 150))) == [(60, 120)]
    assert holes((60, 80), (95, 120), speech=((50, 80), (95, 150))) == [(60, 80), (95, 120)]


def test_losses_are_counted_with_bridges_of_20_ms_and_over_pauses() -> None:
    def count(*stretches: tuple[int, int], speech: tuple[tuple[int, int], ...] = ((50, 150),)) -> int:
        tape = a_tape(speech=speech)
        for start, end in stretches:
            tape = changed(tape, start * HOP, end * HOP, LOST, 0.0)
        return truth_of(tape).n_losses

    assert count((60, 70), (72, 80)) == 1
    assert count((60, 70), (73, 80)) == 2
    assert count((60, 80), (95, 120), speech=((50, 80), (95, 150))) == 1
    assert count((20, 30)) == 0
    minute = truth_of(changed(a_tape(), 60 * HOP, 70 * HOP, LOST, 0.0))
    assert minute.losses_per_minute == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("frames", "gain", "kind", "minor"),
    [(2, 0.0, "dropout", True), (3, 0.0, "dropout", False), (3, 1.4, "buzz", True), (4, 1.4, "buzz", False)],
)
def test_short_events_are_minor(frames: int, gain: float, kind: str, minor: bool) -> None:
    event = the_event(changed(a_tape(), 80 * HOP, (80 + frames) * HOP, LOST, gain))
    assert (event.kind, event.minor, event.inaudible) == (kind, minor, False)


def test_one_frame_is_no_event_but_not_delivered() -> None:
    truth = truth_of(changed(a_tape(), 80 * HOP, 81 * HOP, LOST, 0.0))
    assert truth.events == ()
    assert truth.delivered == 0.99
    assert truth.n_losses == 0, "the label follows what the list of events tells"


@pytest.mark.parametrize(("change_db", "inaudible"), [(-38.0, True), (-33.0, False)])
def test_what_changes_by_less_than_35_db_under_speech_is_inaudible(change_db: float, inaudible: bool) -> None:
    event = the_event(changed(a_tape(), 80 * HOP, 100 * HOP, LOST, 1.0 + 10.0 ** (change_db / 20.0)))
    assert event.kind == "buzz"
    assert (event.inaudible, event.minor) == (inaudible, inaudible)


@pytest.mark.parametrize(("noise_dbfs", "inaudible"), [(-60.0, False), (-50.0, False), (-40.0, True)])
def test_noise_of_the_recorder_masks(noise_dbfs: float, inaudible: bool) -> None:
    """The fill differs by 20 dB less than the speech, so by -46 dBFS."""
    event = the_event(changed(a_tape(), 80 * HOP, 100 * HOP, LOST, 1.1), masking_dbfs=noise_dbfs)
    assert event.inaudible is inaudible


def test_margins_reach_over_the_pauses_beside_an_event() -> None:
    tape = a_tape(300, ((50, 100), (150, 200)))
    lost = changed(tape, 80 * HOP, 100 * HOP, LOST, 0.0)
    assert the_event(lost).outer == (0.8, 1.5)
    lost = changed(tape, 150 * HOP, 170 * HOP, LOST, 0.0)
    assert the_event(lost).outer == (1.0, 1.7)
    lost = changed(tape, 150 * HOP, 200 * HOP, LOST, 0.0)
    assert the_event(lost).outer == (1.0, 3.0)
    lost = changed(tape, 50 * HOP, 100 * HOP, LOST, 0.0)
    assert the_event(lost).outer == (0.0, 1.5)


@given(st.integers(0, 199 * HOP), st.integers(1, 60 * HOP))
def test_margins_hold_the_event(start: int, length: int) -> None:
    tape = a_tape(speech=((20, 60), (90, 150)))
    for event in truth_of(changed(tape, start, min(tape.size, start + length), LOST, 0.0)).events:
        assert 0.0 <= event.outer[0] <= event.start < event.end <= event.outer[1] <= tape.size / SR


def test_loops() -> None:
    tape = changed(a_tape(), 80 * HOP + 21, 100 * HOP + 44, LOOPED)
    truth = truth_of(tape)
    event = the_event(tape)
    assert (event.kind, event.how, event.alt) == ("repeat", "loop", ("buzz",))
    assert (event.start * SR, event.end * SR) == pytest.approx((80 * HOP + 21, 100 * HOP + 44))
    assert (truth.state == LOOP).sum() == 21  # 44 of 80 samples are more than half
    assert truth.n_losses == 1
    assert truth.delivered == pytest.approx(0.79)


def test_a_gate_cuts_speech_but_not_what_is_20_db_down() -> None:
    tape = changed(a_tape(), 80 * HOP, 100 * HOP, GATED, 0.05)
    event = the_event(tape)
    assert (event.kind, event.how) == ("dropout", "gate")
    assert truth_of(tape).delivered == 0.8
    assert (truth_of(tape).state[80:100] == SHUT).all()
    closure = np.where((np.arange(tape.size) // HOP >= 80) & (np.arange(tape.size) // HOP < 100), 0.05, 1.0)
    y = (a_tape().y * closure).astype(np.float32)
    soft = changed(replace(a_tape(), y=y, reference=y), 80 * HOP, 100 * HOP, GATED, 0.05)
    assert truth_of(soft).events == ()
    assert truth_of(soft).delivered == 1.0


def test_stretches_repairs_and_what_was_not_sent() -> None:
    tape = changed(a_tape(), 60 * HOP, 80 * HOP, STRETCHED)
    tape = changed(tape, 100 * HOP, 110 * HOP, REPAIRED)
    tape = changed(tape, 0, 20 * HOP, QUIET)
    tape = changed(tape, 140 * HOP, 150 * HOP, QUIET)  # the tail of a word that the encoder took for silence
    truth = truth_of(tape)
    expected = [UNSENT] * 20 + [PAUSE] * 30 + [SPEECH] * 10 + [WARPED] * 20 + [SPEECH] * 20 + [MENDED] * 10
    assert truth.state.tolist() == expected + [SPEECH] * 40 + [PAUSE] * 50
    assert truth.delivered == 1.0
    assert [(event.kind, event.start, event.end) for event in truth.events] == [("stretch", 0.6, 0.8)]


def test_waits_are_dropouts() -> None:
    event = the_event(changed(a_tape(), 80 * HOP, 120 * HOP, WAITING, 0.0))
    assert (event.kind, event.start, event.end) == ("dropout", 0.8, 1.2)


def test_losses_in_pauses_are_told_and_harm_nothing() -> None:
    truth = truth_of(changed(a_tape(), 10 * HOP, 30 * HOP, LOST, 0.0), "lpc_noise")
    assert [(event.kind, event.how) for event in truth.events] == [("pause_loss", "lpc_noise")]
    assert (truth.state[10:30] == LOST_IN_PAUSE).all()
    assert (truth.delivered, truth.n_losses) == (1.0, 0)


@pytest.mark.parametrize(
    ("concealer", "alt"),
    [("own", ()), ("pitch_repetition", ()), ("lpc_noise", ("dropout",)), ("packet_repeat", ("repeat",))],
)
def test_what_else_a_fill_may_be_called(concealer: str, alt: tuple[str, ...]) -> None:
    event = the_event(changed(a_tape(), 80 * HOP, 100 * HOP, LOST, 1.3), concealer)
    assert (event.kind, event.how, event.alt) == ("buzz", concealer, alt)


def test_seams_are_skips_cut_to_the_call() -> None:
    tape = replace(a_tape(), seams=np.array([16, 80 * HOP + 3, 200 * HOP - 8]))
    events = truth_of(tape).events
    assert [event.kind for event in events] == ["skip"] * 3
    middle = (80 * HOP + 3) / SR
    assert (events[0].start, events[2].end) == (0.0, 2.0)
    assert (events[1].start, events[1].end) == pytest.approx((middle - 0.005, middle + 0.005))


@given(st.lists(st.sampled_from([REAL, LOST, WAITING, REPAIRED, LOOPED]), min_size=25, max_size=25), st.integers(0, 79))
def test_delivered_and_losses_against_a_loop(packets: list[int], shift: int) -> None:
    tape = a_tape(speech=((20, 60), (90, 150)))
    for k, state in enumerate(packets):
        start, end = 160 * k * 4 + shift, min(tape.size, 160 * (k + 1) * 4 + shift)
        if state != REAL:
            tape = changed(tape, start, end, state, 0.0 if state in (LOST, WAITING) else 1.0)
    truth = truth_of(tape)
    heard = spoken = 0
    for k in range(200):
        samples = tape.state[k * HOP : (k + 1) * HOP].tolist()
        bad = [state in (LOST, WAITING, LOOPED) for state in samples]
        looped = sum(state == LOOPED for state in samples) * 2 >= HOP
        lost = sum(state in (LOST, WAITING) for state in samples) * 2 >= HOP
        assert (truth.state[k] in (MUTED, COVERED, LOOP, LOST_IN_PAUSE)) == (looped or lost), (k, sum(bad))
        if tape.active[k * HOP]:
            spoken += 1
            heard += not (looped or lost)
    assert truth.delivered == pytest.approx(heard / spoken)


@pytest.mark.parametrize("shift", [0, 13, 40, 67])
@pytest.mark.parametrize("frames", [2, 3, 6])
def test_zeros_are_never_called_a_buzz(shift: int, frames: int) -> None:
    """Real speech in the frames at the edges says nothing of what fills the gap."""
    start = 80 * HOP + shift
    truth = truth_of(changed(a_tape(), start, start + frames * HOP, LOST, 0.0))
    assert [event.kind for event in truth.events] == ["dropout"]
    assert not (truth.state == COVERED).any()


def test_noise_of_the_receiver_may_be_called_a_dropout() -> None:
    tape = changed(a_tape(), 80 * HOP, 100 * HOP, LOST, 0.9)
    (event,) = truth_of(tape, "zero_fill", receivers=["comfort_noise"]).events
    assert (event.kind, event.alt) == ("buzz", ("dropout",))
