"""The truth about a call, found on its tape: the state of every frame of 10 ms, the events, what was delivered.

Frames follow the majority of their samples. Events are found on frames and then put onto the exact sample where a loss,
a loop or a gate begins or ends within 10 ms of their edge: only an edge between an audible fill and silence, or one at
the border of a pause, lies on the grid of frames.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.activity import HOP_SECONDS
from audioq.simulate.framing import Frames, levels, levels_of_lost, majority
from audioq.simulate.spans import POINT_SECONDS, runs
from audioq.simulate.tape import GATED, LOOPED, LOST, QUIET, REPAIRED, STRETCHED, WAITING, Tape

PAUSE, SPEECH, MUTED, COVERED, LOOP, LOST_IN_PAUSE, MENDED, UNSENT, WARPED, SHUT = range(10)
"""Frame states: a pause; speech; lost and silent; lost and covered up audibly; looped; lost in a pause; repaired from a
later packet; not sent because nobody spoke; played at another speed; shut out by a gate."""

UNDER_REFERENCE_DB = 14.0
UNDER_SPEECH_DB = 12.0
"""A fill this far under what should be heard, and this far under the speech level, is heard as a hole."""

SILENT_UNDER_SPEECH_DB = 34.0
SILENT_DBFS = -75.0
"""A frame under both marks is silent, whatever should be heard there."""

GATE_CUTS_SPEECH_DB = 20.0
"""A gate cuts speech off where the reference is no further than this under the speech level: it also deepens the
closures of stops, which nobody hears."""

BRIDGE_FRAMES = 3
"""Holes in an event of up to 30 ms are part of it."""

LEAST_AUDIBLE_DB = 35.0
"""Harm that never comes nearer than this to the speech level is inaudible."""

LEAST_SECONDS = 0.02
"""What is shorter is no event."""

SHORT_SECONDS = {"buzz": 0.04, "dropout": 0.03}
"""Shorter events of these kinds are listed as minor."""

DEFAULT_LEVEL_DBFS = -40.0
"""Speech level of a call in which hardly anybody speaks."""


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """One thing that happened to a call.

    Parameters
    ----------
    start, end : float
        Seconds on the time line of the recording.
    kind : str
        `dropout`, `buzz`, `repeat` (a loop), `pause_loss`, `skip` or `stretch`; the last three are told, not asked for.
    outer : (float, float)
        How far its edges may move without saying anything wrong: over the pauses beside it.
    minor : bool
        Too short or too quiet to be asked for.
    inaudible : bool
        What was changed lies under the noise of the recording or far under the speech.
    how : str
        What did it: the concealer, `loop`, `gate`, ...
    alt : tuple of str
        Kinds that may be said instead.
    """

    start: float
    end: float
    kind: str
    outer: tuple[float, float]
    minor: bool = False
    inaudible: bool = False
    how: str = ""
    alt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Truth:
    """What happened to a call.

    Parameters
    ----------
    state : ndarray, uint8, shape (n_frames,)
        State of every frame of 10 ms.
    active, lost : ndarray of bool, shape (n_frames,)
        Where the talker speaks; where nothing came.
    delivered : float
        Share of the active frames that were heard from real packets; 1 where nobody speaks.
    n_losses : int
        Stretches inside speech in which it was lost, covered up, looped or shut out.
    events : tuple of TrueEvent
        Sorted by start.
    """

    state: NDArray[np.uint8]
    active: Frames
    lost: Frames
    delivered: float
    n_losses: int
    events: tuple[TrueEvent, ...]

    @property
    def losses_per_minute(self) -> float:
        """`n_losses` a minute of the call."""
        return self.n_losses / max(self.state.size * HOP_SECONDS / 60.0, 1e-9)


def truth_of(
    tape: Tape, concealer: str = "own", masking_dbfs: float = -np.inf, receivers: Collection[str] = ()
) -> Truth:
    """Find the truth about a call.

    Parameters
    ----------
    tape : Tape
        The call as the receiver played it, before the recorder.
    concealer : str
        What filled the gaps; decides which other kind of event may be said (`CONFUSED_WITH`).
    masking_dbfs : float
        Level of noise that the recorder adds.
    receivers : collection of str
        What the receiver did to the gaps as well.
    """
    active = majority(tape.active, tape.sr)
    level = speech_level(tape)
    state = _frame_states(tape, active, level)
    lost = majority(np.isin(tape.state, (LOST, WAITING)), tape.sr)
    delivered = float(np.isin(state, (SPEECH, MENDED, WARPED))[active].mean()) if active.any() else 1.0
    audible = max(level - LEAST_AUDIBLE_DB, masking_dbfs)
    alt = tuple(dict.fromkeys(kind for name in (concealer, *receivers) for kind in CONFUSED_WITH.get(name, ())))
    events = _events(tape, state, active, lost, concealer, alt, audible)
    return Truth(state, active, lost, delivered, _count_losses(tape, state, active, audible), tuple(events))


def speech_level(tape: Tape) -> float:
    """RMS level of the reference where the talker speaks, in dBFS; -40 with less than 0.3 s of speech."""
    if tape.active.sum() < 0.3 * tape.sr:
        return DEFAULT_LEVEL_DBFS
    return float(10.0 * np.log10(np.mean(tape.reference[tape.active].astype(np.float64) ** 2) + 1e-20))


def _silenced(tape: Tape, level: float) -> Frames:
    """Frames in which what fills a loss is heard as a hole."""
    lost = np.isin(tape.state, (LOST, WAITING))
    # Over three frames, so that a zero crossing is no hole.
    heard, wanted = (levels_of_lost(y, lost, tape.sr, 3) for y in (tape.y, tape.reference))
    hole = heard < np.minimum(wanted - UNDER_REFERENCE_DB, level - UNDER_SPEECH_DB)
    silent = levels_of_lost(tape.y, lost, tape.sr, 1) < max(level - SILENT_UNDER_SPEECH_DB, SILENT_DBFS)
    return np.asarray(hole | silent)


def _frame_states(tape: Tape, active: Frames, level: float) -> NDArray[np.uint8]:
    silenced = _silenced(tape, level)
    of = {one: majority(tape.state == one, tape.sr) for one in (REPAIRED, QUIET, LOOPED, STRETCHED, GATED)}
    lost = majority(np.isin(tape.state, (LOST, WAITING)), tape.sr)
    cuts = levels(tape.reference, tape.sr) > level - GATE_CUTS_SPEECH_DB
    state = np.full(active.size, PAUSE, np.uint8)
    # In this order: what stands later wins.
    for frames, one in (
        (active, SPEECH),
        (~active & of[QUIET], UNSENT),
        (active & of[REPAIRED], MENDED),
        (active & of[STRETCHED], WARPED),
        (~active & lost, LOST_IN_PAUSE),
        (active & lost & silenced, MUTED),
        (active & lost & ~silenced, COVERED),
        (of[LOOPED], LOOP),
        (active & of[GATED] & cuts, SHUT),
    ):
        state[frames] = one
    return state


def _count_losses(tape: Tape, state: NDArray[np.uint8], active: Frames, audible_dbfs: float) -> int:
    """Stretches of harm in speech that are long enough to be an event, and can be heard."""
    bad = np.isin(state, (MUTED, COVERED, LOOP, SHUT))
    difference = levels(tape.y - tape.reference, tape.sr)
    difference[state == LOOP] = np.inf  # a loop is played beside its own reference
    wide = runs(_bridged(bad, ~active, 2))
    long = [(start, end) for start, end in wide if bad[start:end].sum() * HOP_SECONDS > LEAST_SECONDS - 1e-9]
    return sum(bool(difference[start:end][bad[start:end]].max() >= audible_dbfs) for start, end in long)


def _bridged(mask: Frames, bridge: Frames, n_frames: int) -> Frames:
    """A mask with its short holes, and its holes that lie wholly on `bridge`, filled."""
    filled = mask.copy()
    for start, end in runs(~mask):
        if start > 0 and end < mask.size and (end - start <= n_frames or bridge[start:end].all()):
            filled[start:end] = True
    return filled


CONFUSED_WITH = {
    "lpc_noise": ("dropout",),
    "comfort_noise": ("dropout",),
    "endless_hold": ("repeat",),
    "packet_repeat": ("repeat",),
}
"""Concealer -> what its audible fills may also be called: noise is no tone, and held packets are heard as a loop."""


def _events(
    tape: Tape,
    state: NDArray[np.uint8],
    active: Frames,
    lost: Frames,
    concealer: str,
    confused_with: tuple[str, ...],
    audible_dbfs: float,
) -> list[TrueEvent]:
    quiet = ~active
    silent = levels(tape.y, tape.sr) < SILENT_DBFS
    nothing = np.zeros(state.size, bool)
    found = [
        (MUTED, "dropout", quiet & lost, "loss", ()),
        (SHUT, "dropout", quiet & silent, "gate", ()),
        (COVERED, "buzz", nothing, concealer, confused_with),
        (LOOP, "repeat", nothing, "loop", ("buzz",)),
        (WARPED, "stretch", nothing, "stretch", ()),
        (LOST_IN_PAUSE, "pause_loss", nothing, concealer, ()),
    ]
    difference = levels(tape.y - tape.reference, tape.sr)
    edges = _edges(tape)
    events = []
    for code, kind, bridge, how, alt in found:
        mask = state == code
        for start, end in runs(_bridged(mask, bridge, BRIDGE_FRAMES)):
            core = float(mask[start:end].sum()) * HOP_SECONDS
            if core < LEAST_SECONDS - 1e-9:
                continue
            inaudible = kind in SHORT_SECONDS and bool(difference[start:end].max() < audible_dbfs)
            minor = inaudible or core < SHORT_SECONDS.get(kind, 0.0) - 1e-9
            low, high = (_snapped(frame, edges, tape.sr) for frame in (start, end))
            outer = _outer(start, end, low, high, active)
            events.append(TrueEvent(low, high, kind, outer, minor, inaudible, how, alt))
    return sorted([*events, *_skips(tape)], key=lambda event: (event.start, event.kind))


def _edges(tape: Tape) -> NDArray[np.int64]:
    """Samples at which the state of the tape changes."""
    return np.asarray(np.flatnonzero(np.diff(tape.state)) + 1, np.int64)


def _snapped(frame: int, edges: NDArray[np.int64], sr: int) -> float:
    """Seconds of the exact edge next to a border between frames, if one lies within 10 ms."""
    here = frame * HOP_SECONDS
    if edges.size:
        nearest = float(edges[np.argmin(np.abs(edges - here * sr))]) / sr
        if abs(nearest - here) < HOP_SECONDS:
            return nearest
    return round(here, 4)


def _outer(start: int, end: int, low: float, high: float, active: Frames) -> tuple[float, float]:
    """How far the edges may move over pauses."""
    before, after = np.flatnonzero(active[:start]), np.flatnonzero(active[end:])
    first = int(before[-1]) + 1 if before.size else 0
    last = end + int(after[0]) if after.size else active.size
    # Beside speech there is no margin, and the exact edge stands.
    return (
        low if first == start else min(round(first * HOP_SECONDS, 4), low),
        high if last == end else max(round(last * HOP_SECONDS, 4), high),
    )


def _skips(tape: Tape) -> Sequence[TrueEvent]:
    length = tape.size / tape.sr
    seams = (tape.seams / tape.sr).tolist()
    points = [(max(0.0, seam - POINT_SECONDS), min(length, seam + POINT_SECONDS)) for seam in seams]
    return [TrueEvent(start, end, "skip", (start, end), how="skip") for start, end in points if start < end]
