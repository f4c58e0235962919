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

from audioq.fft import rfft, scratch

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

_ROWS = 68
"""Windows transformed at once: half a tile with its margins, so that what is worked on stays in the cache."""

_POWER_FLOOR = 1e-12
"""Added to mean squares before the logarithm: -120 dBFS, 30 dB under one step of 16 bit."""


@dataclass(frozen=True, slots=True)
class Frames:
    """One tile of the time grid, or several of them as further rows, with what all features share.

    Rows are called channels below. `measure` stacks the channels of consecutive tiles, so a feature must take
    each row for itself.

    Attributes
    ----------
    y : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * hop_length)
        The signal at `sr`, `MARGIN` hops before and after the tile included.
    steps : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * STEPS_PER_HOP)
        Mean square of each 2.5 ms of `y`.
    low : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * 80)
        `y` at 8 kHz.
    lowest : ndarray, float32, shape (channels, (TILE + 2 * MARGIN) * 40)
        `y` at 4 kHz.
    S : ndarray, float32, shape (channels, n_bins, TILE + 2 * SPECTRUM_MARGIN)
        Power spectrum of 32 ms Hann windows centred on the frames, bins 31.25 Hz apart; a sine of
        full scale has about 0.25 in its bin.
    mel_db : ndarray, float32, shape (channels, n_bands, TILE + 2 * SPECTRUM_MARGIN)
        Power in mel bands in dB; only bands that the source can hold.
    sr : int
        Rate of `y` in Hz, 8000 or 16000.
    hop_length : int
        Samples of `y` a frame.
    band_hz : float
        Upper edge of the band that the source can hold, in Hz.
    first : int
        Number of the first frame of the first tile.
    """

    y: NDArray[np.float32]
    steps: NDArray[np.float32]
    low: NDArray[np.float32]
    lowest: NDArray[np.float32]
    S: NDArray[np.float32]
    mel_db: NDArray[np.float32]
    sr: int
    hop_length: int
    band_hz: float
    first: int

    @property
    def S_db(self) -> NDArray[np.float32]:
        """`S` in dB, floored at -120 dB; made when asked for, because most features need a part of it or none."""
        return decibel(self.S)

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
    low = halve(y) if sr == 2 * LOW_SR else y
    return Frames(
        y=y,
        steps=_mean_square(y, hop // STEPS_PER_HOP),
        low=low,
        lowest=halve(low),
        S=S,
        mel_db=decibel(mel),
        sr=sr,
        hop_length=hop,
        band_hz=band_hz,
        first=first,
    )


def decibel(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``10 log10(power)``, floored at -120 dB; the natural logarithm is several times cheaper in NumPy."""
    db: NDArray[np.float32] = power + np.float32(_POWER_FLOOR)
    np.log(db, out=db)
    db *= np.float32(10 / np.log(10))
    return db


def _mean_square(y: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    rows = y.reshape(len(y), -1, length)
    energy: NDArray[np.float32] = np.einsum("cij,cij->ci", rows, rows)
    energy *= np.float32(1 / length)
    return energy


def _power(y: NDArray[np.float32], sr: int) -> NDArray[np.float32]:
    """Power spectrum of windows centred on each frame, shape (channels, n_bins, n_frames)."""
    hop, n_fft = sr // 100, 32 * sr // 1000
    start = (MARGIN - SPECTRUM_MARGIN) * hop + hop // 2 - n_fft // 2
    n, n_bins = TILE + 2 * SPECTRUM_MARGIN, n_fft // 2 + 1
    strides = (y.strides[0], hop * y.strides[1], y.strides[1])
    windows = np.lib.stride_tricks.as_strided(y[:, start:], (len(y), n, n_fft), strides, writeable=False)
    power = np.empty((len(y), n, n_bins), np.float32)
    weighted = scratch("weighted", (_ROWS, n_fft))
    spectrum = scratch("window spectrum", (_ROWS, n_bins), np.complex64)
    parts = spectrum.view(np.float32)
    for channel, first in np.ndindex(len(y), n // _ROWS):
        rows = np.s_[channel, first * _ROWS : (first + 1) * _ROWS]
        rfft(np.multiply(windows[rows], _hann(n_fft), out=weighted), out=spectrum)
        np.square(parts, out=parts)
        np.add(parts[:, ::2], parts[:, 1::2], out=power[rows])
    return power.swapaxes(1, 2)


@cache
def _hann(n: int) -> NDArray[np.float32]:
    """Periodic Hann window scaled so that a sine of full scale has power 0.25 in its bin."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    scaled: NDArray[np.float32] = (window / window.sum()).astype(np.float32)
    return scaled


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


_BLOCK = 64
"""Samples of which one product makes half as many."""
_TAPS = 32
_OVER = _TAPS // 2 - 1
"""Samples before and after a block that its half has to do with."""


@cache
def _halfband() -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Low pass at 3.6 kHz for 16 kHz, as matrices from the samples before, of and after a block to half as many.

    Thirty-two taps of a windowed sinc; as products a block it is several times cheaper than as a filter.
    """
    n = np.arange(_TAPS) - (_TAPS - 1) / 2
    taps = np.sinc(n * 0.45) * np.hamming(_TAPS)
    matrix = np.zeros((_OVER + _BLOCK + _OVER, _BLOCK // 2), np.float32)
    for column in range(_BLOCK // 2):
        matrix[2 * column : 2 * column + _TAPS, column] = taps / taps.sum()
    return matrix[:_OVER], matrix[_OVER:-_OVER], matrix[-_OVER:]


def halve(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Halve the rate of (channels, n) samples, `n` a multiple of 64; the delay is half a sample at 16 kHz."""
    before, inside, after = _halfband()
    blocks = y.reshape(len(y), -1, _BLOCK)
    low: NDArray[np.float32] = np.matmul(blocks, inside)
    low[:, 1:] += np.matmul(blocks[:, :-1, -_OVER:], before)
    low[:, :-1] += np.matmul(blocks[:, 1:, :_OVER], after)
    return low.reshape(len(y), -1)
