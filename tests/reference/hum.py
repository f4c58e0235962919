"""Lines of the mains: Goertzel's recursion, sample by sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def goertzel(y: NDArray[np.float64], sr: int, frequencies: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared magnitude of the Fourier sum of `y` at any frequencies in Hz (Goertzel, 1958)."""
    twice = 2 * np.cos(2 * np.pi * frequencies / sr)
    one, two = np.zeros(len(frequencies)), np.zeros(len(frequencies))
    for sample in y:
        one, two = sample + twice * one - two, one
    return np.asarray(one**2 + two**2 - twice * one * two)


def hum_contrast(y: NDArray[np.float32], sr: int, harmonics: int = 6, aside_hz: float = 3.0) -> float:
    """`y` is a tile with its margins; the window has one weight a hop."""
    hop = sr // 100
    window = np.repeat(np.hanning(len(y) // hop), hop)
    windowed = y * window / window.sum()
    best = []
    for mains in (50.0, 60.0):
        lines = np.array([[mains * k + d for d in (0.0, -aside_hz, aside_hz)] for k in range(1, harmonics + 1)])
        power = 10 * np.log10(goertzel(windowed, sr, lines.ravel()) + 1e-12).reshape(harmonics, 3)
        contrast = sorted(line - max(left, right) for line, left, right in power)
        best.append(np.mean(contrast[harmonics // 2 :]))
    return float(max(best))
