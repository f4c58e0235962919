"""Quantiles of curves, for the features that are statistics of a channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quantile(x: NDArray[np.float32], share: float) -> float:
    """Return the value that a share of what is finite does not exceed, 0 where nothing is.

    `np.quantile` imports masked arrays, which a cold start would feel.

    Examples
    --------
    >>> quantile(np.array([3, 1, np.nan, 2], np.float32), 0.5)
    2.0
    """
    finite = x[np.isfinite(x)]
    place = round(share * (len(finite) - 1))
    return float(np.partition(finite, place)[place]) if len(finite) else 0.0
