"""Splices: time cut out, the ends put together."""

from __future__ import annotations

import numpy as np

from audioq.simulate.spans import Harmed, Samples, Times, point, sample_ranges


def cut_out(y: Samples, sr: int, times: Times) -> Harmed:
    """Take stretches of time away.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    times : sequence of (float, float)
        What goes, in seconds of `y`.

    Returns
    -------
    y : ndarray, float32
        The shorter signal.
    truth : list of Span
        A `splice` at every seam between two sounds, on the new time line.
    """
    ranges = sample_ranges(times, sr, y.size)
    keep = np.ones(y.size, bool)
    seams = []
    gone = 0
    for start, end in ranges:
        keep[start:end] = False
        if start > 0 and end < y.size:
            seams.append(start - gone)
        gone += end - start
    left = y.size - gone
    return y[keep].astype(np.float32), [point(seam, sr, left, "splice") for seam in seams]
