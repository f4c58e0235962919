"""The small simulated set: one call for every kind of harm and every way to cover it up, always the same ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from audioq.simulate import (
    RINGBACK_EU,
    Harmed,
    Loop,
    Samples,
    add_clicks,
    add_hum,
    call_progress,
    clip,
    comfort_noise,
    count_packets,
    cut_out,
    gaps,
    gilbert_elliott,
    random_loss,
    repetition,
    speechlike,
    straight_fade,
    stutter,
    throttle,
    zero_fill,
)
from audioq.simulate.spans import point
from benchmarks.invariance.recordings import Recording, from_16_bits, to_16_bits

SEED = 20_260

Chance = np.random.Generator
Make = Callable[[Chance], tuple[int, list[Harmed]]]
"""Gives the rate and each channel with its truth."""


def _random_zeros(rng: Chance) -> tuple[int, list[Harmed]]:
    y = speechlike(10.0, 16000, rng)
    lost = random_loss(count_packets(y.size, 16000, 0.06), 0.2, rng)
    return 16000, [zero_fill(y, 16000, gaps(lost, 0.06))]


def _bursts(rng: Chance, sr: int, seconds: float, packet: float = 0.02) -> tuple[Samples, list[tuple[float, float]]]:
    y = speechlike(seconds, sr, rng)
    lost = gilbert_elliott(count_packets(y.size, sr, packet), rng, to_bad=0.04, to_good=0.15)
    return y, gaps(lost, packet)


def _bursty_zeros(rng: Chance) -> tuple[int, list[Harmed]]:
    y, times = _bursts(rng, 8000, 10.0)
    return 8000, [zero_fill(y, 8000, times)]


def _bursty_repetition(rng: Chance) -> tuple[int, list[Harmed]]:
    y, times = _bursts(rng, 16000, 10.0)
    return 16000, [repetition(y, 16000, times)]


def _throttled(rng: Chance, sr: int) -> tuple[Samples, list[tuple[float, float]]]:
    y = speechlike(12.0, sr, rng)
    lost = throttle(count_packets(y.size, sr, 0.06), 0.06, rng, on=(0.5, 1.5), off=(0.4, 1.0), start=1.0)
    return y, gaps(lost, 0.06)


def _throttled_fades(rng: Chance) -> tuple[int, list[Harmed]]:
    y, times = _throttled(rng, 48000)
    return 48000, [straight_fade(y, 48000, times)]


def _throttled_noise(rng: Chance) -> tuple[int, list[Harmed]]:
    y, times = _throttled(rng, 8000)
    return 8000, [comfort_noise(y, 8000, times, rng, level_dbfs=-58.0)]


def _lone_fades(rng: Chance) -> tuple[int, list[Harmed]]:
    y = speechlike(10.0, 16000, rng)
    lost = random_loss(count_packets(y.size, 16000, 0.06), 0.15, rng)
    return 16000, [straight_fade(y, 16000, gaps(lost, 0.06))]


def _stutter(rng: Chance) -> tuple[int, list[Harmed]]:
    y = speechlike(8.0, 16000, rng)
    loops = [Loop(time + rng.uniform(0.0, 0.3), rng.uniform(0.06, 0.15), int(rng.integers(2, 5))) for time in (1, 3, 6)]
    return 16000, [stutter(y, 16000, loops)]


def _splices(rng: Chance) -> tuple[int, list[Harmed]]:
    y = speechlike(10.0, 16000, rng)
    return 16000, [cut_out(y, 16000, [(time, time + rng.uniform(0.1, 0.3)) for time in (1.2, 2.9, 4.4, 6.1, 7.7, 8.8)])]


def _tones(rng: Chance) -> tuple[int, list[Harmed]]:
    rings, truth = call_progress(RINGBACK_EU, 5.0, 8000)
    return 8000, [(np.concatenate([rings, speechlike(7.0, 8000, rng)]), truth)]


def _hum(rng: Chance) -> tuple[int, list[Harmed]]:
    return 48000, [add_hum(speechlike(8.0, 48000, rng), 48000, level_dbfs=-38.0)]


def _clipping(rng: Chance) -> tuple[int, list[Harmed]]:
    return 16000, [clip(speechlike(8.0, 16000, rng), 16000, drive_db=14.0)]


def _clicks(rng: Chance) -> tuple[int, list[Harmed]]:
    y, truth = add_clicks(speechlike(9.0, 48000, rng), 48000, rng.uniform(0.5, 8.5, 4).tolist(), height=0.4)
    decay = 0.4 * np.exp(-np.arange(480) / 96).astype(np.float32)  # a step that dies out within 10 ms, as of a plug
    for place in rng.integers(24000, 400000, 4):
        y[place : place + decay.size] += decay
        truth = [*truth, point(int(place), 48000, y.size, "click")]
    return 48000, [(np.clip(y, -1.0, 1.0), truth)]


def _gated(rng: Chance) -> tuple[int, list[Harmed]]:
    return 48000, [(speechlike(10.0, 48000, rng, floor_dbfs=None), [])]


def _one_bad_direction(rng: Chance) -> tuple[int, list[Harmed]]:
    y, times = _throttled(rng, 16000)
    return 16000, [(speechlike(12.0, 16000, rng), []), zero_fill(y, 16000, times)]


CALLS: Mapping[str, Make] = {
    "simulated_gated": _gated,
    "simulated_random_zeros": _random_zeros,
    "simulated_bursty_zeros": _bursty_zeros,
    "simulated_bursty_repetition": _bursty_repetition,
    "simulated_throttled_fades": _throttled_fades,
    "simulated_throttled_noise": _throttled_noise,
    "simulated_lone_fades": _lone_fades,
    "simulated_stutter": _stutter,
    "simulated_splices": _splices,
    "simulated_tones": _tones,
    "simulated_hum": _hum,
    "simulated_clipping": _clipping,
    "simulated_clicks": _clicks,
    "simulated_one_bad_direction": _one_bad_direction,
}


def simulate_call(name: str) -> Recording:
    """One call of the set, rounded to 16 bits as a recorder would."""
    sr, channels = CALLS[name](np.random.default_rng([SEED, list(CALLS).index(name)]))
    y = np.stack([channel for channel, _ in channels])
    truth = sorted(span for _, spans in channels for span in spans)
    return Recording(name, from_16_bits(to_16_bits(y)), sr, tuple(truth))
