"""Clipping: a signal driven against a ceiling."""

from __future__ import annotations

import numpy as np

from audioq.simulate.spans import Harmed, Samples, runs, sample_ranges, spans_of

NEIGHBOURS_SECONDS = 0.02
"""Flat tops closer than this are one event."""


def clip(y: Samples, sr: int, *, drive_db: float = 0.0, ceiling: float = 1.0) -> Harmed:
    """Amplify a signal and cut off what exceeds the ceiling.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    drive_db : float
        Gain before the ceiling.
    ceiling : float
        Greatest magnitude that passes.

    Returns
    -------
    y : ndarray, float32, shape (n,)
        The harmed signal.
    truth : list of Span
        `clipping` from the first to the last flattened sample of every event.
    """
    driven = y * np.float32(10.0 ** (drive_db / 20.0))
    tops = runs(np.abs(driven) > ceiling)
    half = NEIGHBOURS_SECONDS / 2.0
    wide = sample_ranges([(start / sr - half, end / sr + half) for start, end in tops], sr, y.size)
    starts = np.array([start for start, _ in tops])
    ends = np.array([end for _, end in tops])
    events = [(int(starts[starts >= a].min()), int(ends[ends <= b].max())) for a, b in wide]
    return np.clip(driven, -ceiling, ceiling).astype(np.float32), spans_of(events, sr, "clipping")
