"""Noise suppression of the classic kind: a Wiener filter in the short-time spectrum over a tracked noise floor.

The share of speech in every bin is guessed from what was let through before and from what stands there now
(decision-directed, Ephraim and Malah 1984); the floor is the least smoothed power of the last second and a half
(minimum statistics, Martin 2001). It leaves what such filters leave: lone tones that come and go, soft sounds
and word ends thinned out, and noise that breathes with the voice.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.fft import irfft, rfft
from audioq.simulate.spans import Samples

HOP_SECONDS = 0.01
"""Windows have twice this length and overlap by half."""

SMOOTHING = 0.8
"""Share of the last frame in the smoothed power from which the floor is taken."""

FLOOR_SECONDS = 1.5
"""Speech leaves every bin free at some time within this."""

FLOOR_BIAS = 2.45
"""The mean power of noise over the least of its smoothed powers (measured on white noise)."""

MORE = 1.5
"""The gains take the floor for this much higher than it is, or noise would get through wherever it exceeds its mean."""

MEMORY = 0.96
"""Share of what was let through before in the guess. Less leaves more lone tones, more blurs the onsets."""

Spectra = NDArray[np.float32]


def noise_floor(power: Spectra) -> Spectra:
    """Tracked power of the noise, shape (n_frames, n_bins) as the powers, from this frame and earlier ones."""
    from scipy.ndimage import minimum_filter1d
    from scipy.signal import lfilter

    start = power[:1] * SMOOTHING
    smooth = lfilter([1.0 - SMOOTHING], [1.0, -SMOOTHING], power, axis=0, zi=start)[0]
    size = round(FLOOR_SECONDS / HOP_SECONDS)
    least = minimum_filter1d(smooth, size, axis=0, mode="nearest", origin=(size - 1) // 2)
    return np.asarray(least * FLOOR_BIAS, np.float32)


def wiener_gains(power: Spectra, floor: Spectra, least: float) -> Spectra:
    """Gain of every bin, frame by frame, never under `least`; all of shape (n_frames, n_bins)."""
    over = power / np.maximum(np.float32(MORE) * floor, np.float32(1e-12))
    gains = np.empty_like(over)
    let_through = np.ones(over.shape[1], np.float32)
    fresh = (1.0 - MEMORY) * np.maximum(over - 1.0, 0.0)
    for k in range(over.shape[0]):  # what was let through decides what is let through next
        guess = MEMORY * let_through + fresh[k]
        gains[k] = guess / (1.0 + guess)
        let_through = gains[k] ** 2 * over[k]
    return np.asarray(np.maximum(gains, least), np.float32)


def noise_suppression(y: Samples, sr: int, rng: np.random.Generator, *, strength_db: float = 15.0) -> Samples:
    """The signal with its steady noise lowered, and the artefacts of that; nothing is left to chance.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Not used.
    strength_db : float
        By how much a bin is lowered at most: what steady noise loses up to 20 dB, and somewhat more than it loses
        above.

    Returns
    -------
    ndarray, float32, shape (n,)
    """
    if not y.size:
        return np.array(y, np.float32)
    hop = round(HOP_SECONDS * sr)
    n_frames = -(-y.size // hop) + 1
    padded = np.zeros((n_frames + 1) * hop, np.float32)
    padded[hop : hop + y.size] = y
    window = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop)).astype(np.float32)
    spectra = rfft(np.lib.stride_tricks.sliding_window_view(padded, 2 * hop)[::hop] * window)
    power = spectra.real**2 + spectra.imag**2
    spectra *= wiener_gains(power, noise_floor(power), 10.0 ** (-strength_db / 20.0))
    frames = irfft(spectra, 2 * hop) * window
    out = np.zeros((n_frames + 1, hop), np.float32)
    out[:-1] += frames[:, :hop]
    out[1:] += frames[:, hop:]
    return np.ascontiguousarray(out.reshape(-1)[hop : hop + y.size])
