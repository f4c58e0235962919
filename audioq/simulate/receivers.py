"""What a receiver does to time and to gaps, on a tape: loops, skips, stretches, a gate, noise in the gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audioq.errors import SimulationError
from audioq.simulate.activity import sums
from audioq.simulate.noise import SLOPES, colored_noise
from audioq.simulate.settings import Setting
from audioq.simulate.tape import GATED, LOOPED, LOST, REAL, STRETCHED, WAITING, Tape, cut, join, marked
from audioq.simulate.voice_change import plan_speed

Apply = Callable[..., Tape]

APART_SECONDS = 0.8
"""Least distance between two places at which time is changed."""

FIRST_SECONDS, LAST_SECONDS = 0.3, 1.2
"""Nothing is done this close to the beginning and to the end."""

SILENT_DBFS = -60.0
"""A gap that is quieter than this gets comfort noise."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A thing that a receiver does: `apply(tape, rng, **settings)` gives the tape that is heard."""

    name: str
    apply: Apply
    settings: tuple[Setting, ...]
    meaning: str


def _places(tape: Tape, per_minute: float, rng: np.random.Generator) -> list[int]:
    """Samples inside speech, in order and apart from each other; about as many as asked for."""
    speech = np.flatnonzero(tape.active)
    speech = speech[(speech > FIRST_SECONDS * tape.sr) & (speech < tape.size - LAST_SECONDS * tape.sr)]
    if speech.size == 0:
        return []
    wanted = max(1, round(per_minute * tape.size / tape.sr / 60.0))
    places: list[int] = []
    for place in np.sort(rng.choice(speech, wanted)).tolist():
        if not places or place - places[-1] > APART_SECONDS * tape.sr:
            places.append(place)
    return places


def _check_lengths(name: str, shortest_s: float, longest_s: float) -> None:
    if shortest_s > longest_s:
        raise SimulationError(
            f"receiver {name}: shortest_s is {shortest_s:g} and longest_s {longest_s:g}; give a longer longest_s"
        )


def loop_pieces(
    tape: Tape, rng: np.random.Generator, *, per_minute: float, shortest_s: float, longest_s: float, later: float
) -> Tape:
    """Stretches of speech are played again, two to six times."""
    _check_lengths("loops", shortest_s, longest_s)
    parts, done = [], 0
    for place in _places(tape, per_minute, rng):
        length = round(float(rng.uniform(shortest_s, longest_s)) * tape.sr)
        more = int(rng.integers(2, 7))
        # The piece must not reach into the last loop, and what never came is not heard again.
        if place - length < done or np.isin(tape.state[place - length : place], (LOST, WAITING)).any():
            continue
        again = replace(marked(cut(tape, place - length, place), LOOPED), active=np.ones(length, bool))
        # Only what is played again counts as looped: the first time was real.
        parts += [cut(tape, done, place), *[again] * more]
        # Either what comes next is heard later, or it has gone by meanwhile.
        done = place if rng.random() < later else min(tape.size, place + length * more)
    return join([*parts, cut(tape, done, tape.size)])


def skip_pieces(
    tape: Tape, rng: np.random.Generator, *, per_minute: float, shortest_s: float, longest_s: float
) -> Tape:
    """Pieces of time are left out, and the ends put together without a fade."""
    _check_lengths("skips", shortest_s, longest_s)
    parts, done = [], 0
    for place in _places(tape, per_minute, rng):
        parts.append(cut(tape, done, place))
        done = min(tape.size, place + round(float(rng.uniform(shortest_s, longest_s)) * tape.sr))
    last = cut(tape, done, tape.size)
    joined = join([*parts, last])
    seams = np.cumsum([part.size for part in parts], dtype=np.int64)
    return replace(joined, seams=np.sort(np.concatenate([joined.seams, seams])))


def stretch_pieces(tape: Tape, rng: np.random.Generator, *, per_minute: float, slowest: float, fastest: float) -> Tape:
    """Stretches of 0.4 to 1.2 s are played slower or faster at the same pitch."""
    parts, done = [], 0
    for place in _places(tape, per_minute, rng):
        if place < done:
            continue
        end = min(tape.size, place + round(float(rng.uniform(0.4, 1.2)) * tape.sr))
        parts += [cut(tape, done, place), _stretched(cut(tape, place, end), float(rng.uniform(slowest, fastest)))]
        done = end
    return join([*parts, cut(tape, done, tape.size)])


def _stretched(tape: Tape, speed: float) -> Tape:
    # One plan for both tracks: what is heard and what should be heard stay side by side.
    plan = plan_speed(tape.y, tape.sr, speed)
    y, reference = plan.lay(tape.y), plan.lay(tape.reference)
    state = np.where(tape.state[plan.origin] == REAL, STRETCHED, tape.state[plan.origin]).astype(np.uint8)
    seams = np.searchsorted(np.maximum.accumulate(plan.origin), tape.seams)
    return Tape(tape.sr, y, reference, tape.active[plan.origin], state, np.minimum(seams, max(0, y.size - 1)))


def shut_gate(tape: Tape, rng: np.random.Generator, *, threshold_db: float, hold_s: float) -> Tape:
    """A noise gate that is too eager: it also shuts out the quiet parts of words."""
    from audioq.simulate.devices.gates import gate_gain

    gain = gate_gain(tape.y, tape.sr, threshold_db=threshold_db, hold_s=hold_s, attack_s=0.003)
    shut = (gain < 0.3) & (tape.state == REAL)
    return replace(tape, y=tape.y * gain, state=np.where(shut, GATED, tape.state).astype(np.uint8))


def fill_silent_gaps(tape: Tape, rng: np.random.Generator, *, level_dbfs: float, color: str) -> Tape:
    """Noise in the gaps in which nothing is heard, so that the line does not seem dead."""
    noise = colored_noise(tape.size, tape.sr, rng, level_dbfs=level_dbfs, color=color)
    return replace(tape, y=tape.y + noise * _silent_gaps(tape))


def _silent_gaps(tape: Tape) -> NDArray[np.float32]:
    """1 where the tape is lost and stays quieter than -60 dBFS over 5 ms round a sample, else 0."""
    width = round(0.005 * tape.sr)
    power = sums(tape.y.astype(np.float64) ** 2, width) / width
    quiet = power < 10.0 ** (SILENT_DBFS / 10.0)
    return np.asarray(quiet & np.isin(tape.state, (LOST, WAITING)), np.float32)


_PER_MINUTE = Setting("per_minute", "1/min", 0.1, 120.0, "How often it happens.", 20.0)


def _lengths(least: float, most: float) -> tuple[Setting, Setting]:
    return (
        Setting("shortest_s", "s", 0.005, 1.0, "Shortest piece.", least),
        Setting("longest_s", "s", 0.005, 1.0, "Longest piece.", most),
    )


_ALL = (
    Receiver(
        "loops",
        loop_pieces,
        (
            _PER_MINUTE,
            *_lengths(0.02, 0.2),
            Setting("later", "", 0.0, 1.0, "Share of loops after which the rest is heard later, not gone by.", 0.4),
        ),
        "The same piece of sound is played again, two to six times: stutter.",
    ),
    Receiver(
        "skips", skip_pieces, (_PER_MINUTE, *_lengths(0.015, 0.12)), "Pieces of time are left out, without a fade."
    ),
    Receiver(
        "stretches",
        stretch_pieces,
        (
            _PER_MINUTE,
            Setting("slowest", "", 0.5, 1.0, "Slowest speed.", 0.55),
            Setting("fastest", "", 1.0, 1.6, "Fastest speed.", 1.5),
        ),
        "The player catches up or waits by changing the speed for a while, at the same pitch.",
    ),
    Receiver(
        "gate",
        shut_gate,
        (
            Setting("threshold_db", "dB", 1.0, 30.0, "How far under the active level it shuts.", 6.0),
            Setting("hold_s", "s", 0.0, 0.5, "How long it stays open.", 0.03),
        ),
        "A noise gate that cuts off the quiet parts of words.",
    ),
    Receiver(
        "comfort_noise",
        fill_silent_gaps,
        (
            Setting("level_dbfs", "dBFS", -90.0, -30.0, "Level of the noise.", -60.0),
            Setting("color", meaning="Its colour.", default="pink", choices=tuple(SLOPES)),
        ),
        "Noise in gaps in which nothing is heard.",
    ),
)

RECEIVERS: Mapping[str, Receiver] = {one.name: one for one in _ALL}
"""Everything a receiver can do, by name."""
