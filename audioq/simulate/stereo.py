"""Two directions of a call, one a channel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.spans import Samples


def two_channels(far: Samples, near: Samples) -> NDArray[np.float32]:
    """Far end first, near end second, shape (2, n); the shorter one is filled up with zeros."""
    out = np.zeros((2, max(far.size, near.size)), np.float32)
    out[0, : far.size] = far
    out[1, : near.size] = near
    return out
