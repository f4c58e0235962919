"""Lines through the level: np.polyfit, window by window."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve


def line_fit(level: NDArray[np.float32], frames: int = 6) -> tuple[Curve, Curve]:
    """`level` has shape (n_frames,); beyond its ends it goes on as it is."""
    before = (frames - 1) // 2
    slopes, errors = [], []
    for t in range(len(level)):
        places = np.clip(np.arange(t - before, t - before + frames), 0, len(level) - 1)
        x, values = np.arange(frames), level[places].astype(np.float64)
        line = np.polyfit(x, values, 1)
        slopes.append(-100 * line[0])
        errors.append(np.sqrt(np.mean((values - np.polyval(line, x)) ** 2)))
    return np.array(slopes), np.array(errors)
