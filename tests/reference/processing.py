"""Slow twins of audioq.features.processing: one frame after the other."""

from __future__ import annotations

import math


def share(values, part):
    ordered = sorted(v for v in values if math.isfinite(v))
    return ordered[round(part * (len(ordered) - 1))] if ordered else 0.0


def voice_statistics(level, zero_share, periodicity, lag, harmonics, spread, correlation, ripple, active, floor):
    n = len(level)
    loud = [level[i] >= max(active - 15, floor + 8) and zero_share[i] < 0.2 for i in range(n)]
    voiced = [loud[i] and periodicity[i] >= 0.7 for i in range(n)]
    octaves = [math.log2(lag[i]) for i in range(n) if voiced[i]]
    middle = share(octaves, 0.5)
    near = [x for x in octaves if abs(x - middle) < 0.5]
    mean = sum(near) / len(near)
    pairs = [lag[i] == lag[i - 1] for i in range(1, n) if voiced[i] and voiced[i - 1]]
    inside = [i for i in range(2, n) if loud[i] and loud[i - 1] and loud[i - 2]]
    first = [abs(spread[i] - spread[i - 1]) for i in inside]
    second = [abs(spread[i] - 2 * spread[i - 1] + spread[i - 2]) for i in inside]
    return {
        "pitch_deviation": math.sqrt(sum((x - mean) ** 2 for x in near) / len(near)),
        "same_lag": sum(pairs) / len(pairs),
        "periodicity_90": share([periodicity[i] for i in range(n) if loud[i]], 0.9),
        "harmonics_25": share([harmonics[i] for i in range(n) if loud[i]], 0.25),
        "roughness": share(second, 0.5) / (share(first, 0.5) + 1e-3),
        "ripple_75": share([ripple[i] for i in range(n) if loud[i]], 0.75),
        "periodicity_step_90": share([abs(periodicity[i] - periodicity[i - 1]) for i in range(1, n) if loud[i]], 0.9),
        "correlation_25": share([correlation[i] for i in range(n) if loud[i]], 0.25),
    }
