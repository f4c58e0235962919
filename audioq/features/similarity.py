"""Similarity: how well 20 ms of sound are found again earlier on, whatever their level.

Repeated pitch cycles, repeated packets and stutter all play the same waveform again. The normalised
cross-correlation is taken at pitch lags (2.5-15 ms), packet lags (10-60 ms) and stutter lags (60-210 ms).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from audioq.fft import irfft, rfft
from audioq.frames import LOW_SR, MARGIN, TILE, Frames, halve

_ROWS = 32
"""Windows correlated at once: buffers stay under the size from which malloc maps fresh pages."""


def short_lags(
    frames: Frames,
    *,
    pitch_ms: tuple[float, float] = (2.5, 15.0),
    packet_ms: tuple[float, float] = (10.0, 60.0),
    grid_ms: tuple[float, ...] = (10.0, 20.0, 30.0, 40.0, 60.0),
) -> tuple[NDArray[np.float32], ...]:
    """Return self-similarity of a 20 ms window at pitch and packet lags, below 3.6 kHz.

    Parameters
    ----------
    frames : Frames
    pitch_ms, packet_ms : (float, float)
        Shortest and longest lag searched, in ms.
    grid_ms : tuple of float
        Packet lengths in ms, tried exactly.

    Returns
    -------
    periodicity : ndarray, float32, shape (channels, TILE)
        Best normalised correlation at pitch lags, -1 to 1.
    pitch_lag : ndarray, float32, shape (channels, TILE)
        Lag of that peak in ms.
    packet_similarity : ndarray, float32, shape (channels, TILE)
        Best normalised correlation at packet lags.
    packet_lag : ndarray, float32, shape (channels, TILE)
        Lag of that peak in ms.
    grid_similarity : ndarray, float32, shape (channels, TILE)
        Best normalised correlation at the packet lengths themselves.
    """
    per_ms = LOW_SR // 1000
    longest = int(packet_ms[1] * per_ms)
    ncc = normalised(frames.low, hop=10 * per_ms, window=20 * per_ms, longest=longest, step=1)
    pitch_from, packet_from = int(pitch_ms[0] * per_ms), int(packet_ms[0] * per_ms)
    pitch = ncc[..., pitch_from : int(pitch_ms[1] * per_ms) + 1]
    packet = ncc[..., packet_from:]
    grid = ncc[..., [int(lag * per_ms) for lag in grid_ms]].max(axis=2)
    return (*_peak(pitch, pitch_from, per_ms), *_peak(packet, packet_from, per_ms), grid)


def long_lags(frames: Frames, *, stutter_ms: tuple[float, float] = (60.0, 210.0)) -> tuple[NDArray[np.float32], ...]:
    """Return self-similarity of a 40 ms window at stutter lags, below 1.8 kHz, each 20 ms.

    Parameters
    ----------
    frames : Frames
    stutter_ms : (float, float)
        Shortest and longest lag searched, in ms.

    Returns
    -------
    stutter_similarity : ndarray, float32, shape (channels, TILE)
        Best normalised correlation, -1 to 1; equal in each pair of frames.
    stutter_lag : ndarray, float32, shape (channels, TILE)
        Lag of that peak in ms.
    """
    per_ms = LOW_SR // 2000
    ncc = normalised(
        halve(frames.low), hop=10 * per_ms, window=40 * per_ms, longest=int(stutter_ms[1] * per_ms), step=2
    )
    first = int(stutter_ms[0] * per_ms)
    value, lag = _peak(ncc[..., first:], first, per_ms)
    return np.repeat(value, 2, axis=1), np.repeat(lag, 2, axis=1)


def normalised(y: NDArray[np.float32], *, hop: int, window: int, longest: int, step: int) -> NDArray[np.float32]:
    """Return the normalised correlation of a window with the signal before it.

    Parameters
    ----------
    y : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * hop)
    hop, window, longest : int
        Samples a frame, samples of the window (centred on `step` frames), longest lag in samples.
    step : int
        Frames from one window to the next.

    Returns
    -------
    ndarray, float32, shape (channels, TILE // step, longest + 1)
        Column `k` holds the correlation at a lag of `k` samples.
    """
    n_fft = _fast_length(window + longest)
    start = MARGIN * hop + (step * hop - window) // 2
    head = start + window - n_fft
    segments = np.lib.stride_tricks.sliding_window_view(y[:, head:], n_fft, axis=1)[:, :: step * hop][:, : TILE // step]
    scale = _inverse_norm(y, window)[:, start - longest :]
    scales = np.lib.stride_tricks.sliding_window_view(scale, longest + 1, axis=1)[:, :: step * hop][:, : TILE // step]
    ncc = np.empty((len(y), TILE // step, longest + 1), np.float32)
    for rows in range(0, TILE // step, _ROWS):
        part = np.s_[:, rows : rows + _ROWS]
        tail = segments[part].copy()
        tail[..., : n_fft - window] = 0
        spectrum = rfft(tail) * np.conj(rfft(np.ascontiguousarray(segments[part])))
        ncc[part] = irfft(spectrum, n_fft)[..., : longest + 1]
        ncc[part] *= scales[part][..., ::-1]
        ncc[part] *= scales[part][..., -1:]
    return ncc


def _inverse_norm(y: NDArray[np.float32], window: int, quietest: float = 1e-10) -> NDArray[np.float32]:
    """Return one over the norm of the window that starts at each sample; `quietest` is a mean square."""
    total = np.cumsum(np.square(y, dtype=np.float64), axis=1)
    energy = total[:, window - 1 :].copy()
    energy[:, 1:] -= total[:, :-window]
    return (1 / np.sqrt(np.maximum(energy, 0) + quietest * window)).astype(np.float32)


def _peak(ncc: NDArray[np.float32], first: int, per_ms: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    best = ncc.argmax(axis=2)
    value = np.take_along_axis(ncc, best[..., None], axis=2)[..., 0]
    return value, ((best + first) / per_ms).astype(np.float32)


@cache
def _fast_length(n: int) -> int:
    """Return the least product of 2, 3 and 5 that is even and not below `n`."""
    sizes = (2 * 2**a * 3**b * 5**c for a in range(12) for b in range(6) for c in range(4))
    return min(size for size in sizes if size >= n)
