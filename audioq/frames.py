"""Frames: the one time grid of audioq, cut from a signal tile by tile.

Hops are 10 ms. The spectrum is taken at 8 kHz for audio up to 8 kHz and else at 16 kHz, so that a
feature means the same in every file. Kernels always run on tiles of `TILE` frames aligned to frame
0, the last one padded with zeros: the shape of every product is fixed, and so a recording read in
blocks gives the same bits as one read at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from audioq.fft import rfft

TILE = 128
"""Frames a tile."""
MARGIN = 32
"""Hops of signal kept before and after a tile: 320 ms, enough for lags up to 210 ms."""
SPECTRUM_MARGIN = 4
"""Frames of spectrum kept before and after a tile."""
STEPS_PER_HOP = 4
"""Short-time energies a hop: one each 2.5 ms."""
LOW_SR = 8000
"""Rate of the low band used for self-similarity, in Hz."""

_ROWS = 34
"""Windows transformed at once: their buffers stay under the 128 KiB from which malloc maps fresh pages."""

_POWER_FLOOR = 1e-12
"""Added to mean squares before the logarithm: -120 dBFS, 30 dB under one step of 16 bit."""


@dataclass(frozen=True, slots=True)
class Frames:
    """One tile of the time grid with what all features share.

    Attributes
    ----------
    y : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * hop_length)
        The signal at `sr`, `MARGIN` hops before and after the tile included.
    steps : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * STEPS_PER_HOP)
        Mean square of each 2.5 ms of `y`.
    low : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * 80)
        `y` at 8 kHz.
    S : ndarray, float32, shape (channels, n_bins, TILE + 2 * SPECTRUM_MARGIN)
        Power spectrum of 32 ms Hann windows centred on the frames, bins 31.25 Hz apart; a sine of
        full scale has about 0.25 in its bin.
    S_db : ndarray, float32, same shape
        `S` in dB, floored at -120 dB.
    mel_db : ndarray, float32, shape (channels, n_bands, TILE + 2 * SPECTRUM_MARGIN)
        Power in mel bands in dB; only bands that the source can hold.
    sr : int
        Rate of `y` in Hz, 8000 or 16000.
    hop_length : int
        Samples of `y` a frame.
    band_hz : float
        Upper edge of the band that the source can hold, in Hz.
    first : int
        Number of the first frame of the tile.
    """

    y: NDArray[np.float32]
    steps: NDArray[np.float32]
    low: NDArray[np.float32]
    S: NDArray[np.float32]
    S_db: NDArray[np.float32]
    mel_db: NDArray[np.float32]
    sr: int
    hop_length: int
    band_hz: float
    first: int

    @property
    def tile(self) -> NDArray[np.float32]:
        """The signal of the tile alone, shape (channels, TILE, hop_length)."""
        inner = self.y[:, MARGIN * self.hop_length : (MARGIN + TILE) * self.hop_length]
        return inner.reshape(len(inner), TILE, self.hop_length)

    def around(self, x: NDArray[np.float32], before: int, after: int) -> NDArray[np.float32]:
        """Return the part of a spectrum-like array from `before` frames early to `after` frames late."""
        start, stop = SPECTRUM_MARGIN - before, SPECTRUM_MARGIN + TILE + after
        return x[..., start:stop]


def analysis_sr(sr: int) -> int:
    """Return the rate of the spectrum in Hz for a source of rate `sr`."""
    return 8000 if sr <= 8000 else 16000


def frame(y: NDArray[np.float32], sr: int, *, band_hz: float, first: int = 0) -> Frames:
    """Cut one tile with its margins into frames.

    Parameters
    ----------
    y : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * sr // 100)
        Signal at 8000 or 16000 Hz, zeros where the recording has not begun or has ended.
    sr : int
        Rate of `y` in Hz.
    band_hz : float
        Upper edge of the band that the source can hold, in Hz.
    first : int
        Number of the first frame of the tile.

    Returns
    -------
    Frames
    """
    hop = sr // 100
    S = _power(y, sr)
    mel = np.matmul(mel_basis(sr, band_hz), S)
    return Frames(
        y=y,
        steps=_mean_square(y, hop // STEPS_PER_HOP),
        low=halve(y) if sr == 2 * LOW_SR else y,
        S=S,
        S_db=decibel(S),
        mel_db=decibel(mel),
        sr=sr,
        hop_length=hop,
        band_hz=band_hz,
        first=first,
    )


def decibel(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``10 log10(power)``, floored at -120 dB; the natural logarithm is several times cheaper in NumPy."""
    db: NDArray[np.float32] = np.log(power + np.float32(_POWER_FLOOR))
    db *= np.float32(10 / np.log(10))
    return db


def _mean_square(y: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    rows = y.reshape(len(y), -1, length)
    energy: NDArray[np.float32] = np.einsum("cij,cij->ci", rows, rows)
    return energy * np.float32(1 / length)


def _power(y: NDArray[np.float32], sr: int) -> NDArray[np.float32]:
    """Power spectrum of windows centred on each frame, shape (channels, n_bins, n_frames)."""
    hop, n_fft = sr // 100, 32 * sr // 1000
    start = (MARGIN - SPECTRUM_MARGIN) * hop + hop // 2 - n_fft // 2
    n = TILE + 2 * SPECTRUM_MARGIN
    windows = np.lib.stride_tricks.sliding_window_view(y[:, start:], n_fft, axis=1)[:, : n * hop : hop]
    power = np.empty((len(y), n, n_fft // 2 + 1), np.float32)
    for rows in range(0, n, _ROWS):
        spectrum = rfft(windows[:, rows : rows + _ROWS] * _hann(n_fft))
        np.square(spectrum.real, out=power[:, rows : rows + _ROWS])
        power[:, rows : rows + _ROWS] += np.square(spectrum.imag)
    return power.swapaxes(1, 2)


@cache
def _hann(n: int) -> NDArray[np.float32]:
    """Periodic Hann window scaled so that a sine of full scale has power 0.25 in its bin."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    return (window / window.sum()).astype(np.float32)


@cache
def mel_centres(n_bands: int = 24, low: float = 100.0, high: float = 8000.0) -> NDArray[np.float64]:
    """Return the corner frequencies of triangular mel bands in Hz, shape (n_bands + 2,).

    Mel scale of O'Shaughnessy (``htk=True`` in librosa): ``2595 log10(1 + f / 700)``.
    """
    mel = np.linspace(2595 * np.log10(1 + low / 700), 2595 * np.log10(1 + high / 700), n_bands + 2)
    return np.asarray(700 * (10 ** (mel / 2595) - 1))


@cache
def mel_basis(sr: int, band_hz: float) -> NDArray[np.float32]:
    """Return triangular mel weights of unit height, shape (n_bands, n_bins).

    The 24 bands span 100 Hz to 8 kHz whatever `sr` is; those that reach above `band_hz` are left out.
    """
    corners = mel_centres()
    bins = np.arange(16 * sr // 1000 + 1) * 31.25
    rise = (bins - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    fall = (corners[2:, None] - bins) / (corners[2:] - corners[1:-1])[:, None]
    weights = np.maximum(0, np.minimum(rise, fall))
    return weights[corners[2:] <= band_hz * 1.001].astype(np.float32)


_BLOCK = 32
_TAPS = 32


@cache
def _halfband() -> NDArray[np.float32]:
    """Low pass at 3.6 kHz for 16 kHz as a matrix from 96 samples to 32 samples at half the rate.

    Thirty-two taps of a windowed sinc; as one product a block it is seven times cheaper than as a filter.
    """
    n = np.arange(_TAPS) - (_TAPS - 1) / 2
    taps = np.sinc(n * 0.45) * np.hamming(_TAPS)
    matrix = np.zeros((3 * _BLOCK, _BLOCK))
    for column in range(_BLOCK):
        matrix[2 * column : 2 * column + _TAPS, column] = taps / taps.sum()
    return matrix.astype(np.float32)


def halve(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Halve the rate; the delay of half a sample at 16 kHz is the same everywhere."""
    padded = np.pad(y, ((0, 0), (_TAPS // 2 - 1, 3 * _BLOCK)))
    blocks = np.lib.stride_tricks.sliding_window_view(padded, 3 * _BLOCK, axis=1)[:, : y.shape[1] : 2 * _BLOCK]
    low = np.matmul(np.ascontiguousarray(blocks), _halfband())
    return low.reshape(len(y), -1)
