"""Recipes of what audioq must call intact."""

from __future__ import annotations

import numpy as np

from audioq.simulate import (
    RINGBACK_EU,
    add_noise,
    call_progress,
)
from benchmarks.sampling.calls import Call
from benchmarks.sampling.making import Made, at_level, band_pass, part, resampled


def noisy_line(calls: list[Call]) -> Made:
    """300 to 3400 Hz, pink noise 12 dB under the speech."""
    y, sr = part(calls[0], 2.0, 16.0, 8000)
    noisy, _ = add_noise(band_pass(y, sr, 300, 3400), sr, np.random.default_rng(11), snr_db=12.0, color="pink")
    return Made(band_pass(noisy, sr, 300, 3400)[np.newaxis], sr, [])


def quiet_call(calls: list[Call]) -> Made:
    """Speech at -45 dBFS."""
    y, sr = part(calls[0], 0.0, 13.0)
    return Made(at_level(y, sr, -45.0)[np.newaxis], sr, [])


def natural_end(calls: list[Call]) -> Made:
    """Up to the pause after a sentence, then 4 s of digital silence."""
    y, sr = part(calls[0], 8.7, 16.6)
    return Made(np.concatenate([y, np.zeros(4 * sr, np.float32)])[np.newaxis], sr, [])


def two_way(calls: list[Call]) -> Made:
    """Both directions of one call side by side, at about one level."""
    sides = [at_level(resampled(*call.samples, 48_000), 48_000, -23.0) for call in calls]
    n = min(side.size for side in sides)
    return Made(np.stack([side[:n] for side in sides]), 48_000, [])


def mobile(calls: list[Call]) -> Made:
    """A clean call, recorded by a mobile telephone."""
    y, sr = part(calls[0], sr=8000)
    return Made(y[np.newaxis], sr, [])


def ringback(calls: list[Call]) -> Made:
    """Five rings, each with its full pause."""
    y, truth = call_progress(RINGBACK_EU, 25.0, 8000, level_dbfs=-18.0)
    return Made(y[np.newaxis], 8000, truth)
