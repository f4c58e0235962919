"""Scores: named numbers per channel and for the call, each with unit, direction and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """What a score means and how it is shown."""

    name: str
    unit: str
    direction: str
    """``higher is better``, ``lower is better`` or ``neutral``."""
    meaning: str
    decimals: int


_UP, _DOWN, _NEUTRAL = "higher is better", "lower is better", "neutral"

METRICS: tuple[Metric, ...] = (
    Metric("mos", "1-5", _UP, "Estimated mean opinion score of a listener; undefined without speech.", 2),
    Metric("delivered_ratio", "ratio", _UP, "Estimated share of the speech that arrived; undefined without speech.", 3),
    Metric("dropout_ratio", "ratio", _DOWN, "Share of the time in which speech was interrupted.", 4),
    Metric("dropouts_per_minute", "1/min", _DOWN, "Interruptions of speech a minute.", 2),
    Metric("longest_dropout_s", "s", _DOWN, "Length of the longest interruption.", 2),
    Metric("buzz_ratio", "ratio", _DOWN, "Share of the time in which loss was covered up audibly.", 4),
    Metric("buzz_per_minute", "1/min", _DOWN, "Audibly covered losses a minute.", 2),
    Metric("stutter_per_minute", "1/min", _DOWN, "Stretches played at least three times, a minute.", 2),
    Metric("splices_per_minute", "1/min", _DOWN, "Places where time was cut out, a minute.", 2),
    Metric("speech_ratio", "ratio", _NEUTRAL, "Share of the time that holds audible speech.", 4),
    Metric("speech_s", "s", _NEUTRAL, "Audible speech.", 2),
    Metric("zero_ratio", "ratio", _NEUTRAL, "Share of the time in runs of exact digital silence.", 4),
    Metric("active_level_dbfs", "dBFS", _NEUTRAL, "Active speech level by ITU-T P.56, method B.", 1),
    Metric("noise_floor_dbfs", "dBFS", _DOWN, "Level of the background in pauses.", 1),
    Metric("snr_db", "dB", _UP, "Active speech level over the background.", 1),
    Metric("bandwidth_hz", "Hz", _UP, "Upper edge of the band that holds speech; 8000 stands for 8000 or more.", 0),
    Metric("clipping_ratio", "ratio", _DOWN, "Share of the samples that are clipped.", 5),
    Metric("hum_db", "dB", _DOWN, "Mains hum (50 or 60 Hz and harmonics) over its surroundings.", 1),
    Metric("severity", "0-1", _DOWN, "How badly the call was harmed, from 0 (none) to 1 (nothing got through).", 3),
    Metric("duration_s", "s", _NEUTRAL, "Length of the recording.", 2),
)
"""All scores in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Values by the names of `METRICS`, for the call and for each channel; NaN where undefined."""

    call: Mapping[str, float]
    channels: tuple[Mapping[str, float], ...]
