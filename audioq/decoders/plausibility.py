"""Whether raw bytes, once decoded, sound like anything that a recorder writes.

Bytes decoded as what they are not still give samples. Most such mistakes sound like white noise
near full scale that never pauses, since bytes that change slowly lie where fast ones are
expected. Mu-law taken for A-law, and the reverse, is another matter: speech stays speech, but the
codes of silence lie far from zero. The numbers were found by decoding every recording in
`samples/`, written in eleven formats, in all the others; tests/test_raw.py does it for the chief ones.
"""

from __future__ import annotations

import numpy as np

from audioq.decoders.stream import Samples
from audioq.table import Note

LISTEN_SECONDS = 10.0
"""How much of the beginning is looked at."""

_FRAME = 256
"""Samples in a frame: 32 ms at 8 kHz."""

_SILENT_DBFS = -80.0
"""Frames under this are digital silence, which many wrong readings leave as it is."""

_LOUD_DBFS = -20.0
"""Nine in ten of a noise's frames lie above this."""

_FLAT = 0.15
"""Flatness of the mean spectrum (geometric over arithmetic mean, 0 to 1) beyond which loud sound is noise."""

_WHITE, _WHITE_DBFS = 0.85, -30.0
"""Flatness that only white noise reaches, and the level of its louder frames; a recorder's own hiss is softer."""

_LAW_DBFS = -40.0
"""The codes of silence of one law are about -32 dBFS in the other."""

_NEAR_ZERO, _NEAR_ZERO_SHARE = 0.25, 0.02
"""In sound, 20 % of the samples lie under a quarter of its effective value; in a code of silence none do."""


def doubts(y: Samples, codec: str) -> tuple[Note, ...]:
    """Say whether decoded bytes sound as if they were in another format.

    Parameters
    ----------
    y : ndarray, float32, shape (channels, n)
        The first seconds, full scale 1.
    codec : str
        What they were taken for, a key of `audioq.decoders.raw.CODECS`.
    """
    frames = np.clip(np.nan_to_num(y[:, : y.shape[1] // _FRAME * _FRAME]), -1, 1).reshape(-1, _FRAME)
    levels = 10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 1e-12)
    heard, levels = frames[levels > _SILENT_DBFS], levels[levels > _SILENT_DBFS]
    if not len(heard):
        return ()
    low, high = (float(value) for value in np.percentile(levels, (10, 95)))
    flat = _flatness(heard)
    if (low > _LOUD_DBFS and flat > _FLAT) or (high > _WHITE_DBFS and flat > _WHITE):
        return (Note("looks_like_noise", (("codec", codec), ("level", round(float(np.median(levels)), 1)))),)
    if codec in ("mulaw", "alaw") and low > _LAW_DBFS and _share_near_zero(heard[levels <= low]) < _NEAR_ZERO_SHARE:
        return (Note("looks_like_other_law", (("codec", codec), ("other", {"mulaw": "alaw"}.get(codec, "mulaw")))),)
    return ()


def _flatness(frames: Samples) -> float:
    """Flatness of the mean power spectrum, without the lowest bins: mains hum and offsets lie there."""
    power = np.mean(np.abs(np.fft.rfft(frames * np.hanning(_FRAME), axis=1)) ** 2, axis=0)[3:-1] + 1e-12
    return float(np.exp(np.mean(np.log(power))) / np.mean(power))


def _share_near_zero(frames: Samples) -> float:
    effective = np.sqrt(np.mean(frames**2, axis=1, keepdims=True))
    return float(np.mean(np.abs(frames) < _NEAR_ZERO * effective))
