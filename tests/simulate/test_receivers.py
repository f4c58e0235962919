"""What a receiver does to time: every track of the tape stays in step, and the truth knows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_calls import HOP, a_tape, changed

from audioq.simulate.receivers import RECEIVERS, Receiver
from audioq.simulate.settings import checked
from audioq.simulate.tape import GATED, LOOPED, LOST, QUIET, REAL, STRETCHED, WAITING, Tape, untouched
from audioq.simulate.truth import truth_of

SR = 8000
LONG = ((20, 480), (520, 980))


def counted(n_frames: int = 1000) -> Tape:
    """A tape whose samples say where they come from."""
    tape = a_tape(n_frames, LONG)
    return replace(tape, reference=np.arange(tape.size, dtype=np.float32))


def played(tape: Tape, name: str, seed: int = 1, **settings: float | str) -> Tape:
    one: Receiver = RECEIVERS[name]
    return one.apply(tape, np.random.default_rng(seed), **checked(name, one.settings, settings))


@pytest.mark.parametrize("name", list(RECEIVERS))
def test_chance_decides_and_nothing_else(name: str) -> None:
    tape = changed(a_tape(1000, LONG), 300 * HOP, 330 * HOP, LOST, 0.0)
    settings = {"level_dbfs": -60.0} if name == "comfort_noise" else {}
    first, same = (played(tape, name, 5, **settings) for _ in range(2))
    assert np.array_equal(first.y, same.y)
    assert np.array_equal(first.state, same.state)
    assert np.array_equal(first.seams, same.seams)


@pytest.mark.parametrize("name", list(RECEIVERS))
def test_silence_has_no_place_for_anything(name: str) -> None:
    tape = untouched(np.zeros(16000, np.float32), SR, np.zeros(16000, bool))
    done = played(tape, name)
    assert done.size == 16000
    assert not done.y.any()
    assert truth_of(done).events == ()


@pytest.mark.parametrize("later", [0.0, 1.0])
def test_loops_play_the_same_piece_again(later: float) -> None:
    tape = counted()
    done = played(tape, "loops", per_minute=60.0, later=later)
    looped = done.state == LOOPED
    edges = np.flatnonzero(np.diff(looped.astype(int))) + 1
    assert edges.size >= 4
    assert done.active[looped].all()
    for start, end in edges.reshape(-1, 2):
        first, heard = int(done.reference[start]), done.reference[start:end]
        length = int(heard.max()) - first + 1
        assert 0.02 * SR - 1 <= length <= 0.2 * SR + 1
        assert (end - start) % length == 0
        assert 2 <= (end - start) // length <= 6
        assert np.array_equal(heard, np.resize(np.arange(first, first + length), end - start))
        # What was played just before is the same piece, and real.
        assert np.array_equal(done.reference[start - length : start], heard[:length])
        assert (done.state[start - length : start] == REAL).all()
        goes_on = int(done.reference[end]) if end < done.size else tape.size
        assert goes_on == (first + length if later else min(tape.size, first + length + end - start))
    repeats = [event for event in truth_of(replace(done, reference=done.y)).events if event.kind == "repeat"]
    assert len(repeats) == edges.size // 2
    assert [event.start * SR for event in repeats] == pytest.approx(edges[::2].tolist())


def test_what_never_came_is_not_looped() -> None:
    tape = a_tape(1000, LONG)
    all_lost = changed(tape, 0, tape.size, LOST, 0.0)
    assert not (played(all_lost, "loops", per_minute=60.0).state == LOOPED).any()


def test_skips_leave_pieces_out_and_know_the_seams() -> None:
    done = played(counted(), "skips", per_minute=40.0)
    steps = np.diff(done.reference)
    places = np.flatnonzero(steps != 1.0) + 1
    assert places.size >= 3
    assert np.array_equal(places, done.seams)
    gone = steps[places - 1] - 1
    assert gone.min() >= 0.015 * SR - 2
    assert gone.max() <= 0.12 * SR + 2
    assert done.size == counted().size - int(gone.sum())
    skips = [event for event in truth_of(replace(done, reference=done.y)).events if event.kind == "skip"]
    assert [(event.start + event.end) / 2 * SR for event in skips] == pytest.approx(places.tolist())


@pytest.mark.parametrize(("slowest", "fastest"), [(0.5, 1.0), (1.0, 1.6)])
def test_stretches_change_the_length_and_keep_tracks_together(slowest: float, fastest: float) -> None:
    tape = a_tape(1000, LONG)
    done = played(tape, "stretches", per_minute=30.0, slowest=slowest, fastest=fastest)
    assert (done.size > tape.size) == (slowest < 1.0)
    assert (done.state == STRETCHED).sum() >= 0.3 * SR
    assert np.array_equal(done.y, done.reference)
    assert truth_of(done).delivered == 1.0
    assert {event.kind for event in truth_of(done).events} == {"stretch"}


def test_what_was_lost_stays_lost_when_it_is_stretched() -> None:
    tape = a_tape(1000, LONG)
    done = played(changed(tape, 0, tape.size, LOST, 0.0), "stretches", per_minute=30.0)
    assert done.size != tape.size
    assert (done.state == LOST).all()


def test_seams_stay_where_time_is_stretched() -> None:
    tape = a_tape(1000, LONG)
    seams = np.arange(HOP, tape.size, HOP)
    done = played(replace(tape, reference=tape.y, seams=seams), "stretches", per_minute=30.0)
    assert done.size != tape.size
    assert done.seams.size == seams.size
    assert (np.diff(done.seams) >= 0).all()
    assert done.seams.max() < done.size
    assert np.abs(done.seams / done.size - seams / tape.size).max() < 0.2


def test_a_gate_shuts_out_what_is_quiet() -> None:
    tape = a_tape(1000, LONG)
    soft = np.where((np.arange(tape.size) // (40 * HOP)) % 2 == 0, 1.0, 0.05).astype(np.float32)
    tape = replace(tape, y=tape.y * soft, reference=tape.y * soft)
    done = played(tape, "gate", threshold_db=10.0, hold_s=0.02)
    shut = done.state == GATED
    assert shut.any()
    assert np.abs(done.y[shut]).max() <= 0.3 * np.abs(tape.y[shut]).max() + 1e-9
    assert shut[tape.active & (soft < 0.1)].mean() > 0.7
    assert shut[tape.active & (soft == 1.0)].mean() < 0.1
    assert np.array_equal(done.reference, tape.reference)


def test_comfort_noise_fills_silent_gaps_alone() -> None:
    tape = changed(a_tape(1000, LONG), 100 * HOP, 130 * HOP, LOST, 0.0)
    tape = changed(tape, 200 * HOP, 220 * HOP, WAITING, 0.0)
    tape = changed(tape, 300 * HOP, 330 * HOP, LOST, 1.0)
    tape = changed(tape, 400 * HOP, 420 * HOP, QUIET, 0.0)
    done = played(tape, "comfort_noise", level_dbfs=-60.0)
    new = np.flatnonzero(done.y != tape.y) // HOP
    assert set(new.tolist()) <= {*range(100, 130), *range(200, 220)}
    assert {*range(101, 129), *range(201, 219)} <= set(new.tolist())
    inside = done.y[105 * HOP : 125 * HOP].astype(float)
    assert 10.0 * np.log10(np.mean(inside**2)) == pytest.approx(-60.0, abs=3.0)
    kinds = [event.kind for event in truth_of(done).events]
    assert kinds.count("dropout") == 2
