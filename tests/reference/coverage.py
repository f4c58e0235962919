"""Share of each frame that marks cover: overlap by overlap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def frame_coverage(marks: NDArray[np.void], sr: int, channels: int, n_frames: int) -> NDArray[np.float64]:
    shares = np.zeros((channels, n_frames))
    for mark in marks:
        for frame in range(n_frames):
            start, end = frame * sr / 100, (frame + 1) * sr / 100
            overlap = min(end, mark["end"]) - max(start, mark["start"])
            shares[mark["channel"], frame] += max(0.0, overlap) / (sr / 100)
    return shares
