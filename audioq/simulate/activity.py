"""Where a clean signal is active, how loud it is there, and how much of it harm took away."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.spans import Samples, Span, Times

HOP_SECONDS = 0.01
RANGE_DB = 30.0
"""Frames this far under the loud ones are pauses."""

OVER_FLOOR_DB = 8.0
"""Frames that rise less than this over the noise floor are pauses."""

LEAST_RANGE_DB = 12.0
"""However high the noise floor seems, frames this close to the loud ones are active."""

SILENT_KINDS = ("dropout", "buzz", "dead_air")
"""Kinds in which no real speech is heard."""


def frame_levels(y: Samples, sr: int) -> NDArray[np.float64]:
    """RMS level of frames of 10 ms in dBFS, shape (n_frames,); -200 for silence. A last, short frame is left out."""
    hop = round(sr * HOP_SECONDS)
    frames = y[: y.size // hop * hop].reshape(-1, hop).astype(np.float64)
    return np.asarray(10.0 * np.log10(np.mean(frames**2, axis=1) + 1e-20))


def active_frames(y: Samples, sr: int, range_db: float = RANGE_DB) -> NDArray[np.bool_]:
    """Frames of 10 ms in which a clean signal is active, by energy.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal before any harm.
    sr : int
        Sampling rate in Hz.
    range_db : float
        How far under the loud frames (95th percentile of those that are not silent) activity ends.

    Returns
    -------
    ndarray of bool, shape (n_frames,)
    """
    levels = frame_levels(y, sr)
    heard = levels[levels > -90.0]
    if heard.size == 0:
        return np.zeros(levels.size, bool)
    loud, floor = float(np.percentile(heard, 95)), float(np.percentile(levels, 10))
    return np.asarray(levels > max(loud - range_db, min(floor + OVER_FLOOR_DB, loud - LEAST_RANGE_DB)))


def active_level(y: Samples, sr: int) -> float:
    """RMS level over the active frames in dBFS; -inf for silence."""
    powers = 10.0 ** (frame_levels(y, sr)[active_frames(y, sr)] / 10.0)
    return float(10.0 * np.log10(powers.mean())) if powers.size else -np.inf


def _covered(times: Times, n_frames: int) -> NDArray[np.bool_]:
    """Frames whose middle lies in one of the stretches."""
    middles = (np.arange(n_frames) + 0.5) * HOP_SECONDS
    covered = np.zeros(n_frames, bool)
    for start, end in times:
        covered |= (middles >= start) & (middles < end)
    return covered


def delivered_share(clean: Samples, sr: int, truth: Iterable[Span]) -> float:
    """Share of the active time of a clean signal that harm left alone; NaN without activity.

    Only harm that keeps the time line (fills, not splices or inserted loops) can be measured so.
    """
    active = active_frames(clean, sr)
    if not active.any():
        return float("nan")
    lost = _covered([(s.start, s.end) for s in truth if s.kind in SILENT_KINDS], active.size)
    return float(1.0 - np.mean(lost[active]))


def in_activity(clean: Samples, sr: int, truth: Iterable[Span], share: float = 0.2) -> list[Span]:
    """The spans of which at least `share` falls on active frames: harm in a pause is not heard."""
    active = active_frames(clean, sr)
    kept = []
    for span in truth:
        inside = _covered([(span.start, span.end)], active.size)
        if inside.any() and np.mean(active[inside]) >= share:
            kept.append(span)
    return kept


def sums(track: NDArray[np.bool_] | NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Sums over `width` samples round every sample of a track of shape (n,); nothing lies beyond its ends."""
    before = width // 2
    padded = np.pad(np.asarray(track, np.float64), (before, width - before - 1))
    total = np.concatenate(([0.0], np.cumsum(padded)))
    return np.asarray(total[width:] - total[:-width])
