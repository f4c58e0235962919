"""Noise in the colour of the last sound, as low-rate vocoders play it where packets are missing.

The spectrum of the last 20 ms is kept as an all-pole filter (linear prediction, order 10; Makhoul 1975), and white
noise runs through it. The fine structure is gone: after voiced sound a hoarse whisper is heard.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.concealment import SILENCE_DBFS, fill_gaps
from audioq.simulate.spans import Harmed, Samples, Times

ORDER = 10
FRAME_SECONDS = 0.02
DECAY = 0.7
"""Each frame has this share of the amplitude of the one before."""

FLOOR = 1e-6
"""White noise under the analysed sound (power, relative): keeps the filter stable, whatever the sound."""

Wave = NDArray[np.float64]


def predictor(power: Wave) -> tuple[Wave, float]:
    """The all-pole filter to an autocorrelation, by the recursion of Levinson and Durbin.

    Parameters
    ----------
    power : ndarray, float64, shape (order + 1,)
        Autocorrelation at the lags 0 to order; the first value must be above 0.

    Returns
    -------
    a : ndarray, float64, shape (order + 1,)
        The filter 1 / (1 + a[1] z^-1 + ...); a[0] is 1.
    error : float
        Power of the white noise that gives `power[0]` behind the filter.
    """
    a = np.zeros(power.size)
    a[0], error = 1.0, float(power[0])
    for k in range(1, power.size):
        reflection = -float(a[:k] @ power[k:0:-1]) / error
        a[1 : k + 1] += reflection * a[k - 1 :: -1][:k]
        error *= 1.0 - reflection**2
    return a, error


def _spectrum(past: Samples, length: int) -> tuple[Wave, float, float]:
    """Filter and noise power that sound like the last `length` samples, and their level in dBFS."""
    frame = np.concatenate([np.zeros(length), past[max(0, past.size - length) :]])[-length:]
    window = np.hanning(length + 2)[1:-1]
    shaped = frame * window
    power = np.array([shaped[: length - lag] @ shaped[lag:] for lag in range(ORDER + 1)]) / (window @ window)
    level = float(10.0 * np.log10(power[0] + 1e-20))
    power[0] = power[0] * (1.0 + FLOOR) + 1e-20
    return *predictor(power), level


def fill_with_noise(y: Samples, sr: int, times: Times, rng: np.random.Generator) -> Harmed:
    """Fill gaps with noise that has spectrum and level of the last 20 ms, and falls by a factor of 0.7 each 20 ms.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    times : sequence of (float, float)
        The gaps in seconds.
    rng : numpy.random.Generator
        Source of the noise.

    Returns
    -------
    y : ndarray, float32, shape (n,)
        The harmed signal; nothing changes outside the gaps, whose edges are hard.
    truth : list of Span
        `buzz` for the noise; `dropout` for the exact zeros from the first frame whose level is under -90 dBFS.
    """
    from scipy.signal import lfilter

    length = round(FRAME_SECONDS * sr)

    def fill(past: Samples, n: int) -> tuple[Samples, int]:
        a, error, level = _spectrum(past, length)
        # The level of frame k is level + k * step; frames down to the level of silence are heard.
        step = 20.0 * np.log10(DECAY)
        n_frames = max(0, 1 + int((SILENCE_DBFS - level) // step))
        gain = np.repeat(DECAY ** np.arange(n_frames), length)[:n]
        # One frame goes before, so that the filter has come into swing.
        noise = lfilter([np.sqrt(error)], a, rng.standard_normal(length + gain.size))[length:]
        filled = np.zeros(n, np.float32)
        filled[: gain.size] = noise * gain
        return filled, gain.size

    return fill_gaps(y, sr, times, fill)
