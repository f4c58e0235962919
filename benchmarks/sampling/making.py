"""Made: a sample before it is written, and the tools of the recipes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, resample_poly, sosfiltfilt

from audioq.simulate import (
    Samples,
    Span,
    active_frames,
    active_level,
    delivered_share,
    in_activity,
)
from benchmarks.sampling.calls import Call


@dataclass(frozen=True, slots=True)
class Made:
    """A sample before it is written; `y` has the shape (channels, n)."""

    y: NDArray[np.float32]
    sr: int
    spans: list[Span]
    delivered: float = 1.0


Recipe = Callable[[list[Call]], Made]


def resampled(y: Samples, sr: int, new_sr: int) -> Samples:
    """The signal at another rate."""
    return np.asarray(resample_poly(y.astype(np.float64), new_sr, sr), np.float32) if new_sr != sr else y


def part(call: Call, start: float = 0.0, end: float | None = None, sr: int | None = None) -> tuple[Samples, int]:
    """A stretch of a call, at its own or another rate."""
    y, own = call.samples
    y = y[round(start * own) : None if end is None else round(end * own)]
    return resampled(y, own, sr or own), sr or own


def harmed(clean: Samples, sr: int, result: tuple[Samples, list[Span]]) -> Made:
    """What a simulation gave, with the share of the speech that it left, by the activity of the clean signal."""
    y, truth = result
    return Made(y[np.newaxis], sr, in_activity(clean, sr, truth), delivered_share(clean, sr, truth))


def at_level(y: Samples, sr: int, level_dbfs: float) -> Samples:
    """The signal with another active level."""
    return np.asarray(y * 10.0 ** ((level_dbfs - active_level(y, sr)) / 20.0), np.float32)


def band_pass(y: Samples, sr: int, low: float, high: float) -> Samples:
    """What an old telephone line lets through."""
    sos = butter(4, [low, high], "bandpass", fs=sr, output="sos")
    return np.asarray(sosfiltfilt(sos, y.astype(np.float64)), np.float32)


def speech_runs(y: Samples, sr: int, least: float) -> list[tuple[float, float]]:
    """Stretches of activity of at least `least` seconds; dips of under 0.15 s do not end one."""
    times = np.flatnonzero(active_frames(y, sr)) * 0.01
    breaks = np.flatnonzero(np.diff(times) > 0.15)
    starts = times[np.concatenate(([0], breaks + 1))]
    ends = times[np.concatenate((breaks, [times.size - 1]))] + 0.01
    return [(float(a), float(b)) for a, b in zip(starts, ends, strict=True) if b - a >= least]
