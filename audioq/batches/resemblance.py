"""Resemblance: recordings that are one and the same, though their bytes differ, by how loud they are when.

Another format, another loudness and some hundredths of a second at the ends leave the course of the level as it is; an
automatic gain does not. The same prompt played in two calls of the same length is taken for one recording.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audioq.audio import Audio

STEP_S = 0.5
"""Levels are taken of so many seconds each."""
MOST_STEPS = 240
"""Only the beginning is compared."""
LEAST_STEPS = 20
"""Shorter recordings resemble others by chance."""
RANGE_DB = 35.0
"""Softer parts than so much below the loudest count as so soft: what is below is the codec's."""
LEAST_SPREAD_DB = 3.0
"""Noise, tones and silence have no course of their own; standard deviation."""
SAME_DURATION_S = 0.3
"""Coders add some hundredths of a second; they are no longer than this."""
SAME_COURSE = 0.97
"""Correlation of the levels of two recordings, from which on they are taken for the same. Of 96 calls of the project's
laboratory, written anew as Opus of 16 kbit/s and AAC of 32, the least like had 0.982; of 4560 pairs of calls, cut to
the same length, all 18 from 0.97 on held the same talk, and other talks had at most 0.954."""
_STEPS_A_BLOCK = 20
_COMPARED_AT_ONCE = 512


def course_of(audio: Audio) -> tuple[float, list[int]]:
    """Decode a recording and return its length in seconds and the course of its level.

    The course has whole dB, the loudest step is 0; it is empty where a recording has none of its own.
    """
    step = max(1, round(STEP_S * audio.sr))
    n = 0
    powers: list[NDArray[np.float64]] = []
    for block in audio.blocks(step * _STEPS_A_BLOCK):
        n += block.shape[1]
        whole = block.shape[1] // step * step
        if len(powers) * _STEPS_A_BLOCK < MOST_STEPS and whole:
            cut = block[:, :whole].reshape(block.shape[0], -1, step)
            powers.append(np.einsum("cns,cns->n", cut, cut, dtype=np.float64))
    return n / audio.sr, _course(np.concatenate(powers)[:MOST_STEPS] if powers else np.zeros(0))


def _course(power: NDArray[np.float64]) -> list[int]:
    if len(power) < LEAST_STEPS or not power.max() > 0:
        return []
    level = 10 * np.log10(np.maximum(power / power.max(), 10 ** (-RANGE_DB / 10)))
    return [round(value) for value in level] if level.std() >= LEAST_SPREAD_DB else []


def alike(durations: Sequence[float], courses: Sequence[Sequence[int]]) -> list[int | None]:
    """Return for each recording the number of the first one before it that it resembles, None where there is none.

    Parameters
    ----------
    durations : sequence of float, seconds
    courses : sequence of sequence of int
        As `course_of` gives them; an empty one resembles nothing.
    """
    n = len(durations)
    places = np.array([i for i, course in enumerate(courses) if course], np.int64)
    lengths = np.array([durations[i] for i in places])
    order = np.argsort(lengths, kind="stable")
    places, lengths = places[order], lengths[order]
    ends = np.searchsorted(lengths, lengths + SAME_DURATION_S, side="right")
    firsts = np.full(n, n, np.int64)
    for start in range(0, len(places), _COMPARED_AT_ONCE):
        own = slice(start, start + _COMPARED_AT_ONCE)
        rows = _upright([courses[i] for i in places[own]])
        last = int(ends[own][-1])
        for other in range(start, last, _COMPARED_AT_ONCE):
            others = slice(other, min(other + _COMPARED_AT_ONCE, last))
            near = rows @ _upright([courses[i] for i in places[others]]).T >= SAME_COURSE
            a, b = np.nonzero(near)
            a, b = a + start, b + other
            later = (a < b) & (b < ends[a])
            pair = places[a[later]], places[b[later]]
            np.minimum.at(firsts, np.maximum(*pair), np.minimum(*pair))
    return [None if first == n else int(first) for first in firsts]


def _upright(courses: Sequence[Sequence[int]]) -> NDArray[np.float32]:
    """Return courses as rows of length 1 around their mean, with zeros behind their ends, shape (n, MOST_STEPS)."""
    rows = np.zeros((len(courses), MOST_STEPS), np.float32)
    for row, course in zip(rows, courses, strict=True):
        own = np.asarray(course, np.float32)
        own -= own.mean()
        row[: len(own)] = own / np.linalg.norm(own)
    return rows
