"""Effective number of lines, frame by frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve


def spectral_lines(S: NDArray[np.float32]) -> tuple[Curve, Curve]:
    """`S` has shape (n_bins, n_frames)."""
    lines, peaks = [], []
    for column in S.T.astype(np.float64):
        shares = column / column.sum() if column.sum() > 0 else np.full(len(column), np.nan)
        lines.append(1 / sum(shares**2))
        peaks.append(31.25 * int(np.argmax(column)))
    return np.array(lines), np.array(peaks)
