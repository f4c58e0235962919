"""A noise gate that is too eager: soft speech and the beginnings of words are cut away with the noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.activity import active_level
from audioq.simulate.spans import Samples, runs

LOOK_SECONDS = 0.005
"""The gate measures the level over this time before it decides."""


def _open(y: Samples, sr: int, threshold_db: float, hold_s: float) -> NDArray[np.bool_]:
    """Looks at which the gate is told to be open, shape (n_looks,); the last look may be short."""
    hop = max(1, round(LOOK_SECONDS * sr))
    n = -(-y.size // hop)
    squares = np.zeros(n * hop)
    squares[: y.size] = y.astype(np.float64) ** 2
    limit = 10.0 ** ((active_level(y, sr) - threshold_db) / 10.0)
    loud = squares.reshape(n, hop).mean(axis=1) > limit
    last = np.maximum.accumulate(np.where(loud, np.arange(n), -1))
    return np.asarray((last >= 0) & (np.arange(n) - last <= hold_s / LOOK_SECONDS + 1e-9))


def gate_gain(
    y: Samples,
    sr: int,
    *,
    threshold_db: float = 20.0,
    hold_s: float = 0.03,
    attack_s: float = 0.01,
    release_s: float = 0.02,
) -> Samples:
    """The gain of the gate at every sample: exactly 0 where it is closed, exactly 1 where it is open.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    threshold_db : float
        How far under the active level of the whole signal a look of 5 ms closes the gate.
    hold_s : float
        How long the gate stays open after the last loud look.
    attack_s, release_s : float
        How long it takes to open and to close, along a straight line. It does not look ahead.

    Returns
    -------
    ndarray, float32, shape (n,)
        1 throughout for a silent signal, which has no level to be under.
    """
    if not np.isfinite(active_level(y, sr)):
        return np.ones(y.size, np.float32)
    hop = max(1, round(LOOK_SECONDS * sr))
    wanted = _open(y, sr, threshold_db, hold_s)
    out = np.empty(wanted.size * hop, np.float32)
    value = float(wanted[0])
    edges = np.flatnonzero(np.diff(wanted)) + 1
    for first, end in zip([0, *edges.tolist()], [*edges.tolist(), wanted.size], strict=True):
        seconds, step = (attack_s, 1.0) if wanted[first] else (release_s, -1.0)
        line = value + step * np.arange(1, (end - first) * hop + 1) / max(seconds * sr, 1.0)
        out[first * hop : end * hop] = np.clip(line, 0.0, 1.0)
        value = min(max(float(line[-1]), 0.0), 1.0)
    return out[: y.size]


def noise_gate(
    y: Samples,
    sr: int,
    rng: np.random.Generator,
    *,
    threshold_db: float = 20.0,
    hold_s: float = 0.03,
    attack_s: float = 0.01,
    release_s: float = 0.02,
) -> Samples:
    """The signal behind the gate (see `gate_gain`, which says where it was closed); nothing is left to chance."""
    return y * gate_gain(y, sr, threshold_db=threshold_db, hold_s=hold_s, attack_s=attack_s, release_s=release_s)


def closed_times(gains: Samples, sr: int) -> list[tuple[float, float]]:
    """Where a gate was quite closed, in seconds, from its gain of shape (n,)."""
    return [(start / sr, end / sr) for start, end in runs(gains == 0.0)]
