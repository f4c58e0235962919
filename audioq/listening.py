"""Listening: which frames of a channel hold speech, tones or nothing, by the call's own levels.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.masks import bridged, filled, hysteresis, long_enough, quantiles, runs
from audioq.table import FeatureTable


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard in each frame of one channel; masks of shape (n_frames,)."""

    speech: NDArray[np.bool_]
    """Sound that stands out of the background and is no tone."""
    tone: NDArray[np.bool_]
    """Call-progress tones, dialling tones."""
    music: NDArray[np.bool_]
    """Hold music: a channel that never pauses and has no single voice."""
    quiet: NDArray[np.bool_]
    """Nothing that stands out: pause, gap or digital silence."""


def listen(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> Heard:
    """Tell speech, tones and quiet apart in one channel."""
    level = table["level"][channel]
    active = _finite(table.number("active_level_dbfs", channel), -100.0)
    floor = table.number("noise_floor_dbfs", channel)
    loud = level >= speech_edge(table, channel, limits)
    audible = level >= limits["speech.lowest"]
    tone = _tones(table, channel, limits)
    music = audible & ~tone & _is_music(table, channel, limits)
    bottom = min(max(floor + limits["speech.above_floor"], active - limits["quiet.below_active"]), active - 12)
    quiet = (level < bottom) | (table["zero_share"][channel] > 0.5)
    return Heard(loud & ~tone & ~music, tone, music, quiet & ~tone)


def speech_edge(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> float:
    """Level in dBFS from which a frame may be speech; infinite where none stands out of the noise."""
    active = _finite(table.number("active_level_dbfs", channel), -100.0)
    floor = table.number("noise_floor_dbfs", channel)
    if active - floor < limits["speech.least_snr"]:
        return np.inf
    edge = max(active - limits["speech.below_active"], floor + limits["speech.above_floor"], limits["speech.lowest"])
    return min(edge, max(active - 3.0, limits["speech.lowest"]))


def bell(
    table: FeatureTable, channel: int, limits: Mapping[str, float], frames: slice = slice(None)
) -> NDArray[np.bool_]:
    """Frames of a bell or an alarm: few spectral lines, which lie higher than those that lead in a voice.

    A bell that is struck many times a second is as alike as a stutter from stroke to stroke.
    """
    lines, peak = (_smooth(table[name][channel, frames], 11) for name in ("spectral_lines", "peak_hz"))
    return (lines <= limits["bell.lines"]) & (peak >= limits["bell.peak"])


def _smooth(x: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    """Mean over `n` frames, an odd number; undefined frames count as many lines."""
    padded = np.pad(np.nan_to_num(x, nan=1000), n // 2, mode="edge")
    return np.convolve(padded, np.full(n, 1 / n), "valid").astype(np.float32)


def _tones(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Few spectral lines above the mains that stay where they are.

    A short tone must also be as steady in level as no vowel is; two tones that beat against each other are not,
    but last longer than a vowel.
    """
    few = hysteresis(-table["spectral_lines"][channel], limits["tone.onset"], limits["tone.offset"])
    peak, level = table["peak_hz"][channel], table["level"][channel]
    few &= np.abs(np.diff(peak, prepend=peak[:1])) <= limits["tone.steady"]
    few &= (peak >= limits["tone.lowest"]) & (level >= limits["tone.loud"])
    level_steps = np.abs(np.diff(level, prepend=level[:1]))
    steady = bridged(few & (level_steps <= limits["tone.level"]), 1)
    beating = bridged(few & (level_steps <= limits["tone.beat"]), 1)
    return bridged(
        long_enough(steady, round(limits["tone.shortest"] * 100))
        | long_enough(beating, round(limits["tone.shortest_beating"] * 100))
        | _keys(few & (level_steps <= limits["tone.key_level"]), level, limits),
        4,
    )


def _keys(
    steady: NDArray[np.bool_], level: NDArray[np.float32], limits: Mapping[str, float], reach: int = 4
) -> NDArray[np.bool_]:
    """Short steady tones that start out of quiet and end in it, as keys of a telephone do and hardly a vowel does."""
    starts, ends = runs(long_enough(steady, round(limits["tone.key"] * 100)))
    padded = np.pad(level, reach, mode="edge")
    loud = np.array([level[a:b].max() for a, b in zip(starts, ends, strict=True)], np.float32)
    before, after = padded[starts], padded[np.minimum(ends - 1 + 2 * reach, len(padded) - 1)]
    apart = np.maximum(before, after) <= loud - limits["tone.key_edge"]
    if apart.sum() < limits["tone.least_keys"]:
        return np.zeros_like(steady)
    # The whole burst from quiet to quiet is the key's, with its blurred ends.
    return filled(len(steady), np.maximum(starts - reach, 0)[apart], np.minimum(ends + reach, len(steady))[apart])


def _is_music(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> bool:
    """Sound without pauses, of few lines, in which no single voice leads."""
    snr = table.number("active_level_dbfs", channel) - table.number("noise_floor_dbfs", channel)
    never_pauses = table.number("activity_factor", channel) >= limits["music.activity"]
    loud = table.number("active_level_dbfs", channel) >= limits["music.loud"]
    heard = table["level"][channel] >= limits["speech.lowest"]
    if not (never_pauses and loud and snr < limits["music.range"] and heard.any()):
        return False
    level = table["level"][channel][heard]
    low, middle, high, highest = quantiles(level, 0.1, 0.5, 0.8, 0.9)
    if highest - middle > limits["music.lean"] * (middle - low):
        return False  # it keeps to its lower levels, as noise does in the pauses of a voice
    (lines,) = quantiles(np.nan_to_num(table["spectral_lines"][channel][heard], nan=1000), 0.5)
    (leading,) = quantiles(table["periodicity"][channel][heard], 0.9)
    varied = high - low >= limits["music.least_range"] and lines < limits["music.lines"]
    # A voice has pauses: what never sinks is led by an instrument, however periodic.
    led_by_a_voice = leading >= limits["music.periodicity"] and snr >= limits["speech.least_snr"]
    even = snr < limits["speech.least_snr"] and _is_coloured(table, channel, heard, limits)
    return (varied or even) and not led_by_a_voice


def _is_coloured(table: FeatureTable, channel: int, heard: NDArray[np.bool_], limits: Mapping[str, float]) -> bool:
    """Whether harmonics and a shaped spectrum tell it from the noise of a room or a line, however even its level."""
    (ripple,) = quantiles(table["harmonic_contrast"][channel][heard], 0.95)
    (spread,) = quantiles(table["spread"][channel][heard], 0.5)
    return ripple >= limits["music.harmonics"] and spread >= limits["music.spread"]


def _finite(value: float, otherwise: float) -> float:
    return float(value) if np.isfinite(value) else otherwise
