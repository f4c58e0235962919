"""A second talker in the same channel, as when a recorder mixes both directions of a call."""

from __future__ import annotations

import numpy as np

from audioq.errors import SimulationError
from audioq.simulate.activity import HOP_SECONDS, active_frames, active_level
from audioq.simulate.spans import Samples, runs

PHRASE_GAP_SECONDS = 0.25
"""Shorter pauses do not end a phrase."""

LEAST_SECONDS = 0.3
"""Nobody begins to speak for less."""

TURN_SECONDS = 0.1
"""Nobody answers sooner after the other has stopped; the answer ends as long before the other goes on."""

EDGE_SECONDS = 0.03
"""What is kept before and after a phrase of the second talker, faded in and out."""


def _phrases(y: Samples, sr: int) -> list[tuple[int, int]]:
    """Phrases as samples (start, end): activity with its short pauses."""
    active = active_frames(y, sr)
    for start, end in runs(~active):
        if 0 < start and end < active.size and (end - start) * HOP_SECONDS < PHRASE_GAP_SECONDS:
            active[start:end] = True
    hop = round(sr * HOP_SECONDS)
    return [(start * hop, end * hop) for start, end in runs(active)]


def _faded(other: Samples, sr: int, start: int, end: int) -> Samples:
    """One phrase with its edges faded."""
    places = np.arange(end - start)
    gain = np.clip((np.minimum(places, places[::-1]) + 1) / (EDGE_SECONDS * sr), 0.0, 1.0)
    return np.asarray(other[start:end] * gain, np.float32)


def _answers(y: Samples, other: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Phrases of the other in the pauses of a signal, the last of a pause broken off in time; the rest stays zero."""
    out = np.zeros(y.size, np.float32)
    turn, least, edge = (round(seconds * sr) for seconds in (TURN_SECONDS, LEAST_SECONDS, EDGE_SECONDS))
    phrases = [(max(0, start - edge), min(other.size, end + edge)) for start, end in _phrases(other, sr)]
    own = _phrases(y, sr)
    following = int(rng.integers(len(phrases)))
    for first, last in zip([0, *(end for _, end in own)], [*(start for start, _ in own), y.size], strict=True):
        place = first + turn
        while (room := last - turn - place) >= least:
            start, end = phrases[following % len(phrases)]
            length = min(end - start, room)
            place += int(rng.integers(min(room - length, sr) + 1))
            out[place : place + length] = _faded(other, sr, start, start + length)
            place += length + 2 * turn
            following += 1
    return out


def second_voice(
    y: Samples, other: Samples, sr: int, rng: np.random.Generator, level_db: float, overlap: bool = False
) -> Samples:
    """What the second talker says, alone; see `add_second_talker`."""
    level = active_level(other, sr)
    if not np.isfinite(level):
        raise SimulationError("the second talker is silent; give a recording of speech")
    own = active_level(y, sr)
    factor = 10.0 ** (((own if np.isfinite(own) else level) + level_db - level) / 20.0)
    if overlap:
        said = np.resize(np.roll(other, -int(rng.integers(other.size))), y.size)
    else:
        said = _answers(y, other, sr, rng)
    return np.asarray(said * factor, np.float32)


def add_second_talker(
    y: Samples, other: Samples, sr: int, rng: np.random.Generator, level_db: float, overlap: bool = False
) -> Samples:
    """Another person in the same channel.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The first talker.
    other : ndarray, float32, shape (m,)
        Speech of the second one.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Source of chance: from where on the second one is heard, and when the answers come.
    level_db : float
        Active level of the second talker over that of the first.
    overlap : bool
        True: the second one talks through, over the first one too. False: phrases of the second one
        stand in the pauses of the first one, 0.1 s from any activity, and are broken off when the first one goes on.
        Pauses under half a second get none.

    Returns
    -------
    ndarray, float32, shape (n,)
        Equal to `y` where the second talker says nothing; `second_voice` with the same arguments is what was added.

    Raises
    ------
    SimulationError
        When the second talker is silent.
    """
    return np.asarray(y + second_voice(y, other, sr, rng, level_db, overlap), np.float32)
