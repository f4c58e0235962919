"""Built: a constructed call before it is written, and what all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audioq.simulate import Samples, colored_noise
from audioq.simulate.truth import Truth
from benchmarks.constructing.speakers import Speaker


@dataclass(frozen=True, slots=True)
class Built:
    """A constructed call.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The sound at the rate that was asked for.
    how : str
        Which of the ways of the construct it is.
    truth : Truth or None
        What happened to the speech; None where nothing did.
    """

    y: Samples
    how: str
    truth: Truth | None = None


Build = Callable[[Speaker, int, int, np.random.Generator], Built]
"""From a speaker, the rate in Hz, the turn (which way) and chance to a call."""


def floor_of(n: int, sr: int, rng: np.random.Generator, low: float = -75.0, high: float = -58.0) -> Samples:
    """The noise of a line or a recorder, at a level between two in dBFS; shape (n,)."""
    color = str(rng.choice(["white", "pink", "brown"]))
    return colored_noise(n, sr, rng, level_dbfs=float(rng.uniform(low, high)), color=color)


def sometimes_noisy(y: Samples, sr: int, turn: int, rng: np.random.Generator) -> Samples:
    """Every third recording has the noise of a recorder over all of it."""
    return y + floor_of(y.size, sr, rng) if turn % 3 == 2 else y
