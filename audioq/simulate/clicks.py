"""Clicks: single samples that jump."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audioq.simulate.spans import Harmed, Samples, point


def add_clicks(y: Samples, sr: int, at: Sequence[float], *, height: float = 0.7, length: float = 0.0005) -> Harmed:
    """Short decaying pulses of alternating sign.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    at : sequence of float
        Where they start, in seconds.
    height : float
        Height of the first sample.
    length : float
        Seconds within which a pulse dies out.

    Returns
    -------
    y : ndarray, float32, shape (n,)
        The harmed signal, kept within full scale.
    truth : list of Span
        A `click` at every place.
    """
    out = np.array(y, np.float32)
    k = np.arange(max(1, round(length * sr)))
    pulse = (height * (-1.0) ** k * np.exp(-3.0 * k / k.size)).astype(np.float32)
    places = [round(time * sr) for time in sorted(at)]
    if any(not 0 <= place < y.size for place in places):
        raise ValueError("a click lies outside the signal")
    for place in places:
        room = out[place : place + pulse.size]
        room += pulse[: room.size]
    return np.clip(out, -1.0, 1.0), [point(place, sr, y.size, "click") for place in places]
