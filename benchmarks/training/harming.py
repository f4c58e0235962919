"""Harm of known kind and place, laid into an intact recording: what the training needs more of than calls have.

Gaps of silence and of noise, gaps filled by repetition, pieces played twice, loops, and time cut out; each from
hardly audible to long, with hard edges or edges of a millisecond. The truth is known to the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

FINE, MUTED, CONCEALED, STUTTERED, PAUSE, SPLICED = range(6)
IGNORE = -1
_AS_BEFORE = -2
_AUDIBLE_DB = 25.0
"""Sound further than this below the loud frames of a recording is a pause."""


@dataclass
class Build:
    """The harmed recording as it is put together: samples, where each came from, and its class."""

    source: np.ndarray
    sound: list[np.ndarray] = field(default_factory=list)
    place: list[np.ndarray] = field(default_factory=list)
    kind: list[np.ndarray] = field(default_factory=list)
    seams: list[int] = field(default_factory=list)
    length: int = 0

    def add(self, sound: np.ndarray, place: np.ndarray, kind: int = _AS_BEFORE) -> None:
        """Append samples that stand for those of `place`."""
        self.sound.append(sound)
        self.place.append(place)
        self.kind.append(np.full(len(sound), kind))
        self.length += len(sound)

    def keep(self, first: int, last: int) -> None:
        """Append samples of the source as they are."""
        self.add(self.source[first:last], np.arange(first, last))


Harm = Callable[[Build, int, int, int, np.random.Generator], int]
"""(build, from, until, rate, generator) -> sample of the source at which it goes on."""


def silence(build: Build, first: int, last: int, sr: int, rng: np.random.Generator) -> int:
    """Nothing in place of sound."""
    build.add(np.zeros(last - first), np.arange(first, last), MUTED)
    return last


def repetition(build: Build, first: int, last: int, sr: int, rng: np.random.Generator) -> int:
    """The last period or packet again and again, sometimes fading: what simple concealment does."""
    piece = round(sr * (rng.uniform(0.004, 0.014) if rng.random() < 0.4 else rng.choice([0.01, 0.02, 0.03])))
    piece = min(piece, first)
    filling = np.resize(build.source[first - piece : first], last - first)
    if rng.random() < 0.5:
        fade = rng.uniform(0, 250) * np.arange(last - first) / sr
        filling = filling * 10 ** (-fade / 20)
    build.add(filling, np.arange(first, last), CONCEALED)
    return last


def twice(build: Build, first: int, last: int, sr: int, rng: np.random.Generator) -> int:
    """The piece before played once more, in place of what follows or pushing it back."""
    length = min(last - first, first)
    again = build.source[first - length : first]
    build.add(again, np.arange(first, first + length), CONCEALED if length < 0.04 * sr else STUTTERED)
    return first + length if rng.random() < 0.5 else first


def loop(build: Build, first: int, last: int, sr: int, rng: np.random.Generator) -> int:
    """A piece of 20 to 210 ms played at least twice more."""
    piece = min(round(sr * np.exp(rng.uniform(np.log(0.02), np.log(0.21)))), first)
    times = rng.integers(2, 7)
    again = np.tile(build.source[first - piece : first], times)
    build.add(again, np.full(len(again), first), STUTTERED if piece > 0.03 * sr else IGNORE)
    return first if rng.random() < 0.5 else min(first + len(again), len(build.source))


def cut(build: Build, first: int, last: int, sr: int, rng: np.random.Generator) -> int:
    """Time taken out, the ends put together."""
    build.seams.append(build.length)
    return last


MODES: tuple[tuple[float, Harm, float, float, float, float], ...] = (
    # share, harm, shortest s, longest s, fewest and most a second
    (0.24, silence, 0.04, 1.2, 0.1, 0.8),
    (0.16, silence, 0.015, 0.06, 0.5, 5.0),
    (0.20, repetition, 0.015, 0.8, 0.1, 1.5),
    (0.16, twice, 0.015, 0.1, 0.3, 4.0),
    (0.06, loop, 0.02, 0.2, 0.05, 0.5),
    (0.18, cut, 0.01, 0.12, 0.3, 4.0),
)
"""How a recording is harmed."""


def harmed(y: np.ndarray, sr: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the recording with harm of one mode laid into it.

    Parameters
    ----------
    y : ndarray, float64, shape (n,)
    sr : int
    rng : Generator

    Returns
    -------
    y : ndarray, float64, shape (m,)
    place : ndarray, int, shape (n_frames,)
        Frame of the source that each frame of 10 ms stands for.
    kind : ndarray, int, shape (n_frames,)
        Class of each frame; `IGNORE` where it is mixed, -2 where it is that of the source.
    """
    hop = sr // 100
    if rng.random() < 0.3:
        y = _digital_pauses(y, hop)
    audible = np.repeat(_audible(y, hop), hop)
    build, at = Build(y), 0
    _, harm, shortest, longest, fewest, most = MODES[rng.choice(len(MODES), p=[row[0] for row in MODES])]
    rate = np.exp(rng.uniform(np.log(fewest), np.log(most)))
    for first in _places(audible, rate, sr, rng):
        last = min(first + round(sr * np.exp(rng.uniform(np.log(shortest), np.log(longest)))), len(y) - 1)
        if first >= at + hop and last > first:
            build.keep(at, first)
            at = harm(build, first, last, sr, rng)
    ends = harm is silence and longest > 1 and rng.random() < 0.2
    build.keep(at, at + (len(y) - at) // 3 if ends else len(y))
    if ends:
        rest = len(y) - at - (len(y) - at) // 3
        build.add(np.zeros(rest), np.arange(len(y) - rest, len(y)), MUTED)
    return _finished(build, audible, hop, rng)


def _finished(
    build: Build, audible: np.ndarray, hop: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    sound, place, kind = (np.concatenate(part) for part in (build.sound, build.place, build.kind))
    n = len(sound) // hop
    sound, place, kind = sound[: n * hop], place[: n * hop], kind[: n * hop]
    if rng.random() < 0.6:  # comfort noise, or a player that never writes zeros
        noise = rng.standard_normal(n * hop) * 10 ** (rng.uniform(-75, -42) / 20)
        sound = np.where(kind == MUTED, noise, sound)
    heard = audible[np.clip(place, 0, len(audible) - 1)]
    kind = np.where(np.isin(kind, (MUTED, CONCEALED)) & ~heard, PAUSE, kind)
    by_frame = kind.reshape(n, hop)
    frames = by_frame[:, hop // 2].copy()
    mixed = by_frame.min(1) != by_frame.max(1)
    share = (by_frame == frames[:, None]).mean(1)
    frames[mixed & (share < 0.7)] = IGNORE
    for seam in build.seams:
        both = min(_loudness(sound[max(0, seam - hop) : seam]), _loudness(sound[seam : seam + hop]))
        frames[max(0, seam // hop - 1) : seam // hop + 2] = IGNORE
        if both > _loudness(sound) - 15:
            frames[min(seam // hop, n - 1)] = SPLICED
    return sound, place.reshape(n, hop)[:, hop // 2] // hop, frames


def _loudness(y: np.ndarray) -> float:
    return float(10 * np.log10(np.square(y).mean() + 1e-12)) if len(y) else -120.0


def _audible(y: np.ndarray, hop: int) -> np.ndarray:
    """Frames of speech, with the short closures inside it."""
    n = -(-len(y) // hop)
    energy = np.square(np.pad(y, (0, n * hop - len(y)))).reshape(n, hop).mean(1)
    level = 10 * np.log10(energy + 1e-12)
    heard = level > np.percentile(level, 95) - _AUDIBLE_DB
    return np.convolve(heard, np.ones(7), "same") > 0


def _digital_pauses(y: np.ndarray, hop: int) -> np.ndarray:
    """The same speech with exact zeros in its longer pauses, faded: no damage."""
    heard = np.convolve(_audible(y, hop), np.ones(11), "same") > 0
    gain = np.repeat(heard.astype(float), hop)[: len(y)]
    return np.round(y * np.convolve(gain, np.hanning(hop * 3) / np.hanning(hop * 3).sum(), "same") * 32768) / 32768


def _places(audible: np.ndarray, rate: float, sr: int, rng: np.random.Generator) -> list[int]:
    """Samples at which harm begins, most of them in speech."""
    n = max(1, rng.poisson(rate * len(audible) / sr))
    spoken = np.flatnonzero(audible[sr // 5 : -sr // 10]) + sr // 5
    if len(spoken) < sr // 2:
        return []
    some = rng.choice(spoken, n)
    anywhere = rng.integers(sr // 5, len(audible) - sr // 10, n)
    return sorted(np.where(rng.random(n) < 0.85, some, anywhere).tolist())
