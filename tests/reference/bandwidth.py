"""Highest frequency: from the top bin down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve


def band_edge(S: NDArray[np.float32], highest_hz: float, depth_db: float = 50.0) -> Curve:
    """`S` has shape (n_bins, n_frames)."""
    edges = []
    for column in S.T.astype(np.float64):
        top = column.max()
        if top == 0:
            edges.append(np.nan)
            continue
        place = len(column) - 1
        while column[place] <= top * 10 ** (-depth_db / 10):
            place -= 1
        edges.append(min(place * 31.25, highest_hz))
    return np.array(edges)
