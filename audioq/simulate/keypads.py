"""Touch tones: two frequencies for every key (ITU-T Q.23)."""

from __future__ import annotations

import numpy as np

from audioq.errors import SimulationError
from audioq.simulate.spans import Harmed, Samples, Span

ROWS_HZ = (697.0, 770.0, 852.0, 941.0)
COLUMNS_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = "123A456B789C*0#D"
"""Row by row."""

TONE_SECONDS = (0.07, 0.16)
PAUSE_SECONDS = (0.06, 0.3)
"""Shortest and longest; ITU-T Q.24 wants at least 40 ms of either to be understood."""

TWIST_DB = 2.0
"""The column is sent stronger than the row, because lines weaken it more."""

EDGE_SECONDS = 0.002


def touch_tone(key: str, n: int, sr: int, *, level_dbfs: float = -15.0) -> Samples:
    """The tone of one key, `n` samples, with edges of 2 ms inside."""
    if len(key) != 1 or key.upper() not in KEYS:
        raise SimulationError(f"there is no key {key!r} on a telephone; use the keys {KEYS}")
    row, column = divmod(KEYS.index(key.upper()), len(COLUMNS_HZ))
    t = np.arange(n) / sr
    strong = 10.0 ** (TWIST_DB / 20.0)
    wave = np.sin(2.0 * np.pi * ROWS_HZ[row] * t) + strong * np.sin(2.0 * np.pi * COLUMNS_HZ[column] * t)
    edges = np.clip(np.minimum(t, t[::-1]) / EDGE_SECONDS, 0.0, 1.0)
    return np.asarray(wave * edges * (10.0 ** (level_dbfs / 20.0) * np.sqrt(2.0 / (1.0 + strong**2))), np.float32)


def dtmf(digits: str, duration: float, sr: int, rng: np.random.Generator, level_dbfs: float = -15.0) -> Harmed:
    """A number that is keyed in, exact zeros between the tones.

    Parameters
    ----------
    digits : str
        Keys 0 to 9, *, # and A to D. Those for which there is no time are left out.
    duration : float
        Seconds in all.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Source of chance: how long tones and pauses are, and where the number begins.
    level_dbfs : float
        RMS level while a tone sounds.

    Returns
    -------
    y : ndarray, float32, shape (n,)
        The tones.
    truth : list of Span
        A `tone` for every key.

    Raises
    ------
    SimulationError
        For an unknown key.
    """
    y = np.zeros(round(duration * sr), np.float32)
    tones = np.round(rng.uniform(*TONE_SECONDS, len(digits)) * sr).astype(int)
    pauses = np.round(rng.uniform(*PAUSE_SECONDS, len(digits)) * sr).astype(int)
    ends = np.cumsum(tones + pauses) - pauses
    fit = int(np.searchsorted(ends, y.size, "right"))
    first = int(rng.integers(y.size - (int(ends[fit - 1]) if fit else 0) + 1))
    starts = (first + ends - tones)[:fit]
    truth = []
    for key, start, length in zip(digits, starts.tolist(), tones.tolist(), strict=False):
        y[start : start + length] = touch_tone(key, length, sr, level_dbfs=level_dbfs)
        truth.append(Span(start / sr, (start + length) / sr, "tone"))
    return y, truth
