"""Recipes of what audioq must call degraded."""

from __future__ import annotations

import numpy as np

from audioq.simulate import (
    Loop,
    comfort_noise,
    count_packets,
    gaps,
    gilbert_elliott,
    random_loss,
    repetition,
    straight_fade,
    stutter,
    throttle,
    zero_fill,
)
from benchmarks.sampling.calls import Call
from benchmarks.sampling.making import Made, harmed, part, resampled, speech_runs


def random_fades(calls: list[Call]) -> Made:
    """Every fourth packet of 60 ms lost by chance."""
    y, sr = part(calls[0], 2.0, 16.3)
    lost = random_loss(count_packets(y.size, sr, 0.06), 0.25, np.random.default_rng(21))
    return harmed(y, sr, straight_fade(y, sr, gaps(lost, 0.06)))


def bursts_of_zeros(calls: list[Call]) -> Made:
    """Bursts of about seven packets of 20 ms lost, silence instead."""
    y, sr = part(calls[0], 4.0, 16.5, 8000)
    lost = gilbert_elliott(count_packets(y.size, sr, 0.02), np.random.default_rng(22), to_bad=0.05, to_good=0.14)
    return harmed(y, sr, zero_fill(y, sr, gaps(lost, 0.02)))


def stuttering(calls: list[Call]) -> Made:
    """Two loops in every stretch of speech, each heard four to six times."""
    y, sr = part(calls[0], 2.0)
    rng, loops = np.random.default_rng(23), []
    for start, end in speech_runs(y, sr, 1.2):
        for place in (0.35, 0.75):
            time = round(start + place * (end - start), 3)
            loops.append(Loop(time, round(float(rng.uniform(0.06, 0.15)), 3), int(rng.integers(3, 6))))
    y, truth = stutter(y, sr, loops)
    return Made(y[np.newaxis], sr, truth)


def noise_in_gaps(calls: list[Call]) -> Made:
    """Gaps of 0.15 to 0.7 s in the speech, comfort noise at about the level of the line instead."""
    y, sr = part(calls[0], 2.0, 16.0, 8000)
    rng, times = np.random.default_rng(24), []
    time = 1.2
    while time < y.size / sr - 1.0:
        length = float(rng.uniform(0.15, 0.7))
        times.append((round(time, 2), round(time + length, 2)))
        time += length + float(rng.uniform(0.5, 1.3))
    made = harmed(y, sr, comfort_noise(y, sr, times, rng, level_dbfs=-61.0))
    return Made(resampled(made.y[0], sr, 48_000)[np.newaxis], 48_000, made.spans, made.delivered)


def throttled(calls: list[Call]) -> Made:
    """Open for 0.4 to 1.4 s, closed for 0.4 to 1.2 s."""
    y, sr = part(calls[0], 5.8, 16.6)
    rng = np.random.default_rng(25)
    lost = throttle(count_packets(y.size, sr, 0.02), 0.02, rng, on=(0.4, 1.4), off=(0.4, 1.2), start=1.0)
    return harmed(y, sr, straight_fade(y, sr, gaps(lost, 0.02)))


def mobile_bursts(calls: list[Call]) -> Made:
    """Bursts of loss, the last pitch cycle repeated with a fade of 80 dB/s, recorded by a mobile telephone."""
    y, sr = part(calls[0], 0.5, sr=8000)
    lost = gilbert_elliott(count_packets(y.size, sr, 0.06), np.random.default_rng(26), to_bad=0.16, to_good=0.4)
    return harmed(y, sr, repetition(y, sr, gaps(lost, 0.06), decay_db_per_s=80.0))
