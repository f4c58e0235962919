"""A crowd: many people who talk at the same time, behind the one who is meant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audioq.errors import SimulationError
from audioq.simulate.activity import active_level
from audioq.simulate.spans import Samples

DISTANCE_DB = 4.0
"""Talkers differ in level by up to this much to both sides."""


def _round_and_round(voice: Samples, n: int, first: int) -> Samples:
    """`n` samples of a voice that begins again at its end, from sample `first` on."""
    return np.resize(np.roll(voice, -first), n)


def babble(voices: Sequence[Samples], n: int, sr: int, rng: np.random.Generator, talkers: int = 6) -> Samples:
    """Several people at once.

    Parameters
    ----------
    voices : sequence of ndarray, float32, shape (m,)
        Speech of one person each, of any length; begun again where it ends. Where there are fewer than `talkers`,
        voices are heard more than once, at different places.
    n : int
        Number of samples.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Source of chance: who talks, from where in the recording on, and how near.
    talkers : int
        How many talk.

    Returns
    -------
    ndarray, float32, shape (n,)
        With an active level of 0 dBFS, to be multiplied by the level that is wanted.

    Raises
    ------
    SimulationError
        Without talkers, or when no voice is heard.
    """
    if talkers < 1:
        raise SimulationError(f"a crowd of {talkers} does not talk; ask for 1 talker or more")
    heard = [voice for voice in voices if np.isfinite(active_level(voice, sr))]
    if not heard:
        raise SimulationError("babble needs voices, and there is none that is not silent; give clean speech")
    order = np.resize(rng.permutation(len(heard)), talkers)
    crowd = np.zeros(n, np.float32)
    for k in order.tolist():
        voice = heard[k]
        level = active_level(voice, sr) + rng.uniform(-DISTANCE_DB, DISTANCE_DB)
        crowd += _round_and_round(voice, n, int(rng.integers(voice.size))) * np.float32(10.0 ** (-level / 20.0))
    level = active_level(crowd, sr)
    return crowd * np.float32(10.0 ** (-level / 20.0)) if np.isfinite(level) else crowd
