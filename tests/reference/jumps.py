"""Third difference of the samples against 50 ms around it, sample by sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from reference.grid import Curve, decibel, starts


def residual(x: NDArray[np.float64], i: int) -> float:
    return float(x[i] - 3 * x[i - 1] + 3 * x[i - 2] - x[i - 3])


def waveform_jumps(y: NDArray[np.float32], sr: int) -> tuple[Curve, Curve]:
    hop = sr // 100
    x = y.astype(np.float64)
    rows = []
    for start in starts(sr):
        places = range(start - 2 * hop, start + 3 * hop)
        square = {i: residual(x, i) ** 2 for i in places}
        at = max(range(start, start + hop), key=lambda i, s=square: s[i])  # type: ignore[misc]
        rest = sum(value for i, value in square.items() if i != at) / (5 * hop - 1)
        rows.append((decibel(square[at]) - decibel(max(rest, 1e-12)), (at - start) * 10 / hop))
    jump, jump_at = np.array(rows).T
    return jump, jump_at


def discontinuities(y: NDArray[np.float32], sr: int) -> list[tuple[int, float]]:
    """Place and contrast in dB of each fourth difference that stands 9 dB out of 4 ms to either side."""
    width = max(4, round(0.0005 * sr))
    n = (len(y) - 4) // width
    sizes = [abs(float(y[i] - 4 * y[i + 1] + 6 * y[i + 2] - 4 * y[i + 3] + y[i + 4])) for i in range(n * width)]
    found = []
    for bin_ in range(n):
        own = range(bin_ * width, (bin_ + 1) * width)
        at = max(own, key=lambda i: sizes[i])
        others = [i for i in range(n * width) if 1 < abs(i // width - bin_) <= 8]
        others += [i for i in range(max(0, at - width), min(n * width, at + width + 1)) if abs(i - at) > 4]
        rest = max(max((sizes[i] for i in others), default=0.0), 1e-6)
        contrast = 20 * np.log10(max(sizes[at], 1e-12) / rest)
        largest = all(sizes[at] >= sizes[i] for i in range(max(0, at - 4), min(n * width, at + 5)))
        if contrast >= 9 and sizes[at] > 4e-4 and largest:
            struck = rings(y, at + 2, round(0.0015 * sr))
            found.append((at + 2, 9.0 if struck else float(contrast)))
    return found


def rings(y: NDArray[np.float32], place: int, n: int) -> bool:
    def mean_square(start: int) -> float:
        x = [float(y[min(max(i, 0), len(y) - 1)]) for i in range(start, start + n + 3)]
        return sum((x[i] - 3 * x[i + 1] + 3 * x[i + 2] - x[i + 3]) ** 2 for i in range(n)) / n

    before, after = mean_square(place - n - 7), mean_square(place + 4)
    return before > 0 and after > 10**0.6 * before
