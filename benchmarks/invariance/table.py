"""INVARIANCES: what may be done to a recording without changing what is said of it, and what must hold then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.invariance import changes
from benchmarks.invariance.changes import Pair
from benchmarks.invariance.recordings import Recording

EDGE_TOLERANCE = 0.02
"""Seconds by which an edge may move."""

EVENTS_HELD = 0.95
"""Least share of the events that are found again, and of those afterwards that were there before."""

RISE_ALLOWED = 0.02
"""By how much `mos` and `delivered_ratio` may rise where a dropout is added."""

MONOTONE = ("mos", "delivered_ratio")
"""Scores that harm must not raise."""

REPORT, VERDICT, EVENTS, MONOTONY = "report", "verdict", "events", "monotony"


@dataclass(frozen=True, slots=True)
class Invariance:
    """One row of the table.

    Attributes
    ----------
    name : str
    what : str
        What is done, in words.
    change : callable
        Recording -> pairs to be compared; none where the recording has no place for it.
    holds : tuple of str
        `REPORT` (every word and bit), `VERDICT`, `EVENTS` (both ways), `MONOTONY`.
    tolerance : float
        Seconds by which edges may move.
    """

    name: str
    what: str
    change: Callable[[Recording], list[Pair]]
    holds: tuple[str, ...] = (VERDICT, EVENTS)
    tolerance: float = EDGE_TOLERANCE


EXACT = (REPORT, VERDICT, EVENTS)

INVARIANCES: tuple[Invariance, ...] = (
    Invariance("polarity", "the sound upside down", changes.polarity, EXACT, 0.0),
    Invariance("channel swap", "the two channels swapped", changes.swap, EXACT, 0.0),
    Invariance("FLAC for WAV", "the same 16 bits in another file", changes.flac, EXACT, 0.0),
    Invariance("shift 3.7 ms", "less than a frame cut off the front", partial(changes.shift, seconds=0.0037)),
    *(
        Invariance(f"gain {db:+d} dB", "in float; left out where it would clip", partial(changes.gain, db=db))
        for db in (-20, -6, 6)
    ),
    *(
        Invariance(
            f"{'silence' if not own else 'background'} {seconds:g} s {side}",
            f"{'digital silence' if not own else 'noise like that of its pauses'} {side} the call, at a natural pause",
            partial(change, seconds=seconds, own=own),
        )
        for own in (False, True)
        for side, change in (("before", changes.quiet_before), ("after", changes.quiet_after))
        for seconds in (0.5, 5.0)
    ),
    *(
        Invariance(
            f"{sr // 1000} to {new_sr // 1000} kHz",
            "resampled by soxr; down only what both rates can hold",
            partial(changes.resample, sr=sr, new_sr=new_sr),
        )
        for sr, new_sr in ((8000, 16000), (8000, 48000), (16000, 8000), (16000, 48000), (48000, 8000), (48000, 16000))
    ),
    Invariance("MP3 128 kbit/s", "coded and decoded, delay taken off", changes.mp3),
    Invariance(
        "split in two",
        "at the pause nearest to the middle; events of the pieces, shifted back",
        partial(changes.split, least=2.0, once=True),
        (EVENTS,),
    ),
    Invariance(
        "split often",
        "at pauses, into pieces of at least 3 s",
        partial(changes.split, least=3.0, once=False),
        (EVENTS,),
    ),
    Invariance(
        "added dropout",
        "0.3 s of zeros in speech, at up to three places a channel, one at a time",
        partial(changes.drop, seconds=0.3, places=3),
        (MONOTONY,),
    ),
)

BY_NAME = {invariance.name: invariance for invariance in INVARIANCES}
