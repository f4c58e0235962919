"""Call-progress tones, by the plans of Europe (ETSI TR 101 041) and North America (ITU-T E.180 Supplement 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audioq.simulate.spans import Harmed, Span

EDGE_SECONDS = 0.005
"""Rise and fall of a tone, within its stretch."""


@dataclass(frozen=True, slots=True)
class TonePlan:
    """Frequencies in Hz that sound together, and the seconds of sound and of silence in turn (`off` 0: for ever)."""

    frequencies: tuple[float, ...]
    on: float = 1.0
    off: float = 0.0


RINGBACK_EU = TonePlan((425.0,), 1.0, 4.0)
RINGBACK_US = TonePlan((440.0, 480.0), 2.0, 4.0)
BUSY_EU = TonePlan((425.0,), 0.5, 0.5)
BUSY_US = TonePlan((480.0, 620.0), 0.5, 0.5)
DIAL_EU = TonePlan((425.0,))
DIAL_US = TonePlan((350.0, 440.0))


def call_progress(plan: TonePlan, duration: float, sr: int, *, level_dbfs: float = -20.0) -> Harmed:
    """A tone in its cadence, from its first sound on; exact zeros between.

    Parameters
    ----------
    plan : TonePlan
        Such as `RINGBACK_EU`.
    duration : float
        Seconds in all; a last sound is cut there.
    sr : int
        Sampling rate in Hz.
    level_dbfs : float
        RMS level while the tone sounds.

    Returns
    -------
    y : ndarray, float32, shape (n,)
        The tone.
    truth : list of Span
        A `tone` for every sound.
    """
    n = round(duration * sr)
    t = np.arange(n) / sr
    wave = np.sum([np.sin(2.0 * np.pi * f * t) for f in plan.frequencies], axis=0)
    wave *= 10.0 ** (level_dbfs / 20.0) * np.sqrt(2.0 / len(plan.frequencies))
    on = plan.on if plan.off else duration
    phase = np.mod(np.arange(n), round((on + plan.off) * sr) or 1) / sr
    gain = np.clip(np.minimum(phase, on - phase) / EDGE_SECONDS, 0.0, 1.0)
    starts = np.arange(0.0, duration, on + plan.off).tolist() if n else []
    spans = [Span(start, min(start + on, duration), "tone") for start in starts]
    return (wave * gain).astype(np.float32), spans
