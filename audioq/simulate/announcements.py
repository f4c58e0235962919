"""Announcements of the network: three rising tones, then somebody who says that there is no connection."""

from __future__ import annotations

import numpy as np

from audioq.simulate.spans import Samples
from audioq.simulate.speech import speechlike

TONES_HZ = (950.0, 1400.0, 1800.0)
TONE_SECONDS = 0.33
"""Special information tone of ITU-T E.180: three tones of 330 ms without a pause between."""

PAUSE_SECONDS = 0.5
"""Between the tones and the voice; E.180 allows up to a second."""

EDGE_SECONDS = 0.003


def announcement(duration: float, sr: int, rng: np.random.Generator, level_dbfs: float = -20.0) -> Samples:
    """Special information tone, a pause of digital silence, and speechlike sound until the end.

    Parameters
    ----------
    duration : float
        Seconds in all; what does not fit is cut.
    sr : int
        Sampling rate in Hz, 8000 or more.
    rng : numpy.random.Generator
        Chooses the voice and what it does.
    level_dbfs : float
        RMS level of the tones, and active level of the voice.

    Returns
    -------
    ndarray, float32, shape (n,)
        The tones are its first 0.99 s.
    """
    length = round(TONE_SECONDS * sr)
    t = np.arange(length) / sr
    edges = np.clip(np.minimum(t, t[::-1]) / EDGE_SECONDS, 0.0, 1.0)
    loud = np.sqrt(2.0) * 10.0 ** (level_dbfs / 20.0)
    parts = [loud * edges * np.sin(2.0 * np.pi * f * t) for f in TONES_HZ]
    begin = 3 * TONE_SECONDS + PAUSE_SECONDS
    parts.append(np.zeros(round(PAUSE_SECONDS * sr)))
    parts.append(speechlike(max(0.0, duration - begin) + 1.0 / sr, sr, rng, level_dbfs=level_dbfs, floor_dbfs=None))
    n = round(duration * sr)
    y = np.concatenate(parts).astype(np.float32)[:n]
    return np.concatenate([y, np.zeros(n - y.size, np.float32)])
