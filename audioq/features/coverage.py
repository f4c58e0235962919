"""Coverage: how much of each frame the sample-exact marks cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def frame_coverage(marks: NDArray[np.void], sr: int, channels: int, n_frames: int) -> NDArray[np.float32]:
    """Return the share of each frame that marks cover.

    Parameters
    ----------
    marks : ndarray of MARK_DTYPE, shape (n_marks,)
        Runs that do not overlap within a channel, sorted.
    sr : int
        Native rate in Hz.
    channels, n_frames : int
        Shape of the result.

    Returns
    -------
    ndarray, float32, shape (channels, n_frames)
        0 to 1.
    """
    edges = np.arange(n_frames + 1) * (sr / 100)
    shares = np.zeros((channels, n_frames), np.float32)
    for channel in range(channels):
        own = marks[marks["channel"] == channel]
        if len(own) == 0:
            continue
        length = (own["end"] - own["start"]).astype(np.float64)
        ends = np.cumsum(length)
        places = np.column_stack([own["start"], own["end"]]).ravel()
        covered = np.interp(edges, places, np.column_stack([ends - length, ends]).ravel())
        shares[channel] = np.diff(covered) / (sr / 100)
    return shares
