"""Tapes: tracks that are cut and joined together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioq.simulate.tape import LOST, REAL, TRACKS, Tape, cut, join, marked, untouched


def a_tape(n: int = 100, seams: tuple[int, ...] = ()) -> Tape:
    y = np.arange(n, dtype=np.float32)
    return Tape(8000, y, y + 1000, y % 3 == 0, (y % 7).astype(np.uint8), np.array(seams, np.int64))


def test_untouched() -> None:
    y = np.ones(5, np.float32)
    tape = untouched(y, 8000, np.zeros(5, bool))
    assert (tape.size, tape.sr, tape.seams.size) == (5, 8000, 0)
    assert tape.reference is tape.y
    assert (tape.state == REAL).all()


def test_tracks_of_other_lengths_are_refused() -> None:
    y = np.ones(5, np.float32)
    with pytest.raises(ValueError, match="one length"):
        Tape(8000, y, y[:4], np.zeros(5, bool), np.zeros(5, np.uint8))


def test_cut_takes_all_tracks_and_moves_the_seams() -> None:
    part = cut(a_tape(seams=(9, 10, 19, 20)), 10, 20)
    assert part.y.tolist() == list(range(10, 20))
    assert part.reference.tolist() == list(range(1010, 1020))
    assert part.active.tolist() == [k % 3 == 0 for k in range(10, 20)]
    assert part.state.tolist() == [k % 7 for k in range(10, 20)]
    assert part.seams.tolist() == [0, 9]


@given(st.lists(st.integers(0, 100), max_size=6), st.lists(st.integers(0, 99), max_size=4))
def test_pieces_joined_again_are_the_tape(places: list[int], seams: list[int]) -> None:
    tape = a_tape(seams=tuple(sorted(seams)))
    borders = [0, *sorted(places), 100]
    again = join([cut(tape, start, end) for start, end in zip(borders, borders[1:], strict=False)])
    for name in (*TRACKS, "seams"):
        assert np.array_equal(getattr(again, name), getattr(tape, name)), name
        assert getattr(again, name).dtype == getattr(tape, name).dtype


def test_join_moves_the_seams() -> None:
    assert join([a_tape(30, (5,)), a_tape(20, (0, 7))]).seams.tolist() == [5, 30, 37]


def test_marked_changes_the_state_alone() -> None:
    tape = a_tape(seams=(3,))
    lost = marked(tape, LOST)
    assert (lost.state == LOST).all()
    assert lost.y is tape.y
    assert lost.seams is tape.seams
    assert not (tape.state == LOST).all()
