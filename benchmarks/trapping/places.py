"""Places: where a trap can be laid without harming a word, and how a sound is put there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.simulate import Samples, active_frames, active_level
from audioq.simulate.activity import HOP_SECONDS, frame_levels
from audioq.simulate.spans import runs

HANGOVER_SECONDS = 0.06
"""A word dies away this long after its last loud frame."""
LEAD_SECONDS = 0.03
"""A word begins softly this long before its first loud frame."""

Curve = NDArray[np.float64]
Range = tuple[int, int]


def pauses(y: Samples, sr: int, least: float = 0.12) -> list[Range]:
    """Stretches without speech of at least `least` seconds, the soft ends of words left out, in samples."""
    hop, first, last = round(sr * HOP_SECONDS), round(HANGOVER_SECONDS * sr), round(LEAD_SECONDS * sr)
    inner = [(start * hop + first, end * hop - last) for start, end in runs(~active_frames(y, sr))]
    return [(start, end) for start, end in inner if end - start >= least * sr]


def stretches(y: Samples, sr: int, least: float = 0.2) -> list[Range]:
    """Stretches of speech of at least `least` seconds, in samples."""
    hop = round(sr * HOP_SECONDS)
    return [(a * hop, b * hop) for a, b in runs(active_frames(y, sr)) if (b - a) * HOP_SECONDS >= least]


def edged(n: int, rise: int, fall: int) -> Curve:
    """A gain of 1 with bent edges (half a cosine) of `rise` and `fall` samples inside its `n` samples."""
    k = np.arange(n) + 0.5
    up = np.clip(k / max(rise, 1), 0.0, 1.0)
    down = np.clip((n - k) / max(fall, 1), 0.0, 1.0)
    return np.asarray(np.sin(np.pi / 2 * up) ** 2 * np.sin(np.pi / 2 * down) ** 2)


def seam(y: Samples, sr: int, rng: np.random.Generator) -> int:
    """A sample in a pause, in the first two thirds where there is one there; else where the sound is softest."""
    middles = [(start + end) // 2 for start, end in pauses(y, sr)]
    early = [middle for middle in middles if middle < y.size * 2 // 3] or middles
    if early:
        return int(rng.choice(early))
    return int(np.argmin(frame_levels(y, sr))) * round(sr * HOP_SECONDS)


def inserted(y: Samples, sound: Samples, at: int) -> Samples:
    """The signal with a sound put in between at one sample; what is pushed over the end goes."""
    return np.concatenate([y[:at], sound.astype(np.float32), y[at:]])[: y.size]


def add_at(y: Samples, sound: Samples, at: int) -> None:
    """Add a sound to a signal in place from one sample on; what reaches over the end goes."""
    room = y[at : at + sound.size]
    room += sound[: room.size].astype(np.float32)


def loudness(y: Samples, sr: int) -> float:
    """Active level in dBFS; -23 for silence."""
    level = active_level(y, sr)
    return level if np.isfinite(level) else -23.0


def at_rms(y: Curve | Samples, level_dbfs: float) -> Samples:
    """The sound with another RMS level in dBFS; silence stays silence."""
    rms = float(np.sqrt(np.mean(np.asarray(y, np.float64) ** 2))) if y.size else 0.0
    return np.asarray(y * (10.0 ** (level_dbfs / 20.0) / max(rms, 1e-12)), np.float32)


def seconds(rng: np.random.Generator, low: float, high: float, sr: int) -> int:
    """A number of samples between two times in seconds."""
    return round(float(rng.uniform(low, high)) * sr)
