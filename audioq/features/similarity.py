"""Similarity: how well 20 ms of sound are found again earlier on, whatever their level.

Repeated pitch cycles, repeated packets and stutter all play the same waveform again. The normalised
cross-correlation is taken at pitch lags (2.5-15 ms), packet lags (10-60 ms) and stutter lags (60-210 ms).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audioq.fft import irfft, rfft, scratch
from audioq.frames import LOW_SR, MARGIN, TILE, Frames, halve


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
    pitch_from, packet_from = int(pitch_ms[0] * per_ms), int(packet_ms[0] * per_ms)
    lags = {"longest": int(packet_ms[1] * per_ms), "shortest": pitch_from}
    ncc = normalised(frames.low, hop=10 * per_ms, window=20 * per_ms, step=1, memory="short lags", **lags)
    pitch = ncc[..., : int(pitch_ms[1] * per_ms) + 1 - pitch_from]
    packet = ncc[..., packet_from - pitch_from :]
    grid = reduce(np.maximum, (ncc[..., int(lag * per_ms) - pitch_from] for lag in grid_ms)).copy()
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
    first, longest = (int(lag * per_ms) for lag in stutter_ms)
    lags = {"longest": longest, "shortest": first}
    ncc = normalised(halve(frames.low), hop=10 * per_ms, window=40 * per_ms, step=2, memory="long lags", **lags)
    value, lag = _peak(ncc, first, per_ms)
    return np.repeat(value, 2, axis=1), np.repeat(lag, 2, axis=1)


def normalised(
    y: NDArray[np.float32],
    *,
    hop: int,
    window: int,
    longest: int,
    step: int,
    shortest: int = 0,
    memory: str | None = None,
) -> NDArray[np.float32]:
    """Return the normalised correlation of a window with the signal before it.

    All windows of a tile are cut from one row of blocks, each as long as the step from window to window. A
    correlation by FFT is circular and does not mind where on the circle both signals begin, so each block has
    one place on it and is transformed once; the spectra of windows and of what lies before them are sums.

    Parameters
    ----------
    y : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * hop)
    hop, window, longest : int
        Samples a frame, samples of the window (centred on `step` frames, a multiple of them), longest lag in
        samples.
    step : int
        Frames from one window to the next.
    shortest : int
        Shortest lag in samples.
    memory : str, optional
        Name of `scratch` memory for the result, for callers that do not hand it out.

    Returns
    -------
    ndarray, float32, shape (channels, TILE // step, longest - shortest + 1)
        Column `k` holds the correlation at a lag of ``shortest + k`` samples.
    """
    n, block = TILE // step, step * hop
    start = MARGIN * hop + (block - window) // 2
    before, after = -(-longest // block), -(-(window - shortest) // block)
    circle, width = before + after, window // block
    norm = _inverse_norm(y[:, start - longest : start + (n - 1) * block + window], window)
    norms = _norms_before(norm, n, block, longest - shortest)
    shape = (len(y), n, longest - shortest + 1)
    ncc = np.empty(shape, np.float32) if memory is None else scratch(memory, shape)
    end = min(longest + 1, circle * block) - shortest
    n_circles = -(-(n + before + max(after, width) - 1) // circle)
    blocks = y[:, start - before * block :][:, : n_circles * circle * block].reshape(len(y), -1, circle, block)
    for channel in range(len(y)):  # one at a time, so that what is worked on stays in the cache
        sums = running_sums(_block_spectra(blocks[channel]))
        correlation = _correlation(sums(width)[before : before + n], sums(circle)[:n])
        # Past its end a circular correlation goes on at its beginning.
        np.multiply(correlation[:, shortest : shortest + end], norms[channel, :, :end], out=ncc[channel, :, :end])
        np.multiply(correlation[:, : shape[2] - end], norms[channel, :, end:], out=ncc[channel, :, end:])
        ncc[channel] *= norm[channel, longest::block, None]
    return ncc


def _block_spectra(blocks: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Spectra of blocks, shape (n, circle, block), each at its own place on the circle and zeros elsewhere."""
    n, circle, block = blocks.shape
    placed = scratch("placed", (n, circle, circle, block))
    # The diagonal as a view; it is the same each time, so what lies beside it stays zero.
    np.einsum("nccb->ncb", placed)[:] = blocks
    n_fft = circle * block
    return rfft(placed.reshape(-1, n_fft), out=scratch("spectra", (n * circle, n_fft // 2 + 1), np.complex64))


def _correlation(windows: NDArray[np.complex64], circles: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Circular correlation of windows with the whole circle about each, by their spectra; lag 0 is column 0."""
    n, n_bins = windows.shape
    product = np.conj(circles, out=scratch("product", (n, n_bins), np.complex64))
    product *= windows
    n_fft = 2 * (n_bins - 1)
    return irfft(product, n_fft, out=scratch("correlation", (n, n_fft)))


def running_sums(rows: NDArray[Any]) -> Callable[[int], NDArray[Any]]:
    """Return a function of `n` that sums each `n` neighbours along the first axis, by doubling; it keeps its finds."""
    known = {1: rows}

    def sums(n: int) -> NDArray[Any]:
        if n not in known:
            half = 1 << (n - 1).bit_length() - 1  # the largest power of two below n
            first, rest = sums(half), sums(n - half)
            length = len(rows) - n + 1
            memory = scratch(f"sums of {n}", (length, *rows.shape[1:]), rows.dtype.type)
            known[n] = np.add(first[:length], rest[half : half + length], out=memory)
        return known[n]

    return sums


def _inverse_norm(y: NDArray[np.float32], window: int, quietest: float = 1e-10) -> NDArray[np.float32]:
    """Return one over the norm of the window that starts at each sample; `quietest` is a mean square."""
    norm = np.empty((len(y), y.shape[1] - window + 1), np.float32)
    for row, samples in zip(norm, y, strict=True):
        np.add(running_sums(np.square(samples))(window), np.float32(quietest * window), out=row)
    np.sqrt(norm, out=norm)
    return np.divide(np.float32(1), norm, out=norm)


def _norms_before(norm: NDArray[np.float32], n: int, block: int, last: int) -> NDArray[np.float32]:
    """Norms at the lags of each window as a view of (channels, n, last + 1), longest lag last.

    Read backwards once, so that all rows run forwards: products with a negative stride are several times slower.
    """
    backwards = np.ascontiguousarray(norm[:, : (n - 1) * block + last + 1][:, ::-1])
    channel, sample = backwards.strides
    newest = backwards[:, (n - 1) * block :]
    strides = (channel, -block * sample, sample)
    return np.lib.stride_tricks.as_strided(newest, (len(norm), n, last + 1), strides, writeable=False)


def _peak(ncc: NDArray[np.float32], first: int, per_ms: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    best = ncc.argmax(axis=2)
    channel, row = np.ogrid[: ncc.shape[0], : ncc.shape[1]]
    return ncc[channel, row, best], ((best + first) / per_ms).astype(np.float32)
