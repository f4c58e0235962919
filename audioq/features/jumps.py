"""Jumps: places where the waveform does not go on as it began, as clicks and splices leave them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from audioq.fft import room, scratch
from audioq.frames import MARGIN, TILE, Frames, decibel
from audioq.table import MARK_DTYPE


def waveform_jumps(frames: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how far the third difference of the samples stands out of its surroundings, and where.

    The third difference is a fixed predictor of order 3: speech leaves a small residual, a step or a
    kink of the waveform a large one that lasts a few samples.

    Parameters
    ----------
    frames : Frames

    Returns
    -------
    jump : ndarray, float32, shape (channels, TILE)
        Largest residual of the frame against the RMS residual of 50 ms around it, itself left out, in dB.
    jump_at : ndarray, float32, shape (channels, TILE)
        Place of that residual in ms after the start of the frame.
    """
    hop = frames.hop_length
    first, last = (MARGIN - 2) * hop, (MARGIN + TILE + 2) * hop
    y = frames.y[:, first - 3 : last]
    for order in range(1, 4):
        y = np.subtract(y[:, 1:], y[:, :-1], out=scratch(f"difference {order}", (len(y), last - first + 3 - order)))
    square = np.square(y, out=y).reshape(len(y), TILE + 4, hop)
    at = square.argmax(axis=2)
    peak = np.take_along_axis(square, at[..., None], axis=2)[..., 0]
    energy = np.einsum("cth->ct", square)
    n = energy.shape[1]
    around = sum(energy[:, i : n - 4 + i] for i in range(5)) - peak[:, 2:-2]
    mean = np.maximum(around / (5 * hop - 1), np.float32(1e-12))
    return decibel(peak[:, 2:-2]) - decibel(mean), (at[:, 2:-2] * (10 / hop)).astype(np.float32)


AROUND_S = 0.01
"""Seconds of sound before and behind a block that `discontinuities` needs."""
_BIN_S = 0.0005
_FAR = 8
"""Bins to either side that a discontinuity must stand out of, the two next to it left out."""
_WIDTH = 4
"""Samples to either side that the residual of a cut fills; a click with a body, such as that of a key, fills more."""
_RINGING_S, _RINGING_DB = 0.0015, 6.0
"""A thing that was struck rings on: so much more of high frequencies for so long after the place than before it."""
_LEAST_DB = 9.0
"""Contrast from which a place is marked; what is a splice is judged later, and stricter."""
_SMALLEST = 4e-4
"""Smallest fourth difference of full scale 1 that is marked: some steps of 16 bit."""


def discontinuities(
    y: NDArray[np.float32], first: int, shortest: int, sr: int, inner: tuple[int, int]
) -> NDArray[np.void]:
    """Return single places where the fourth difference stands far out of the 4 ms to either side of it.

    A fixed predictor of order 4 at the native rate: where the rate is well above what the sound fills, its
    residual is small for every voice and huge where the waveform was cut, whatever the voice does.

    Parameters
    ----------
    y : ndarray, float32, shape (channels, n)
        A block of samples at the native rate with up to `AROUND_S` before and behind it.
    first : int
        Number of the first sample of `y` in the recording.
    shortest : int
        Not used: a discontinuity is one sample long.
    sr : int
        Samples a second.
    inner : (int, int)
        First and one past last sample of the block in `y`.

    Returns
    -------
    ndarray of MARK_DTYPE, shape (n_marks,)
        `value` is the contrast in dB; where something struck rings on, the least that is marked.
    """
    width = max(4, round(_BIN_S * sr))
    skipped = -first % width  # bins lie where they do in the recording, wherever the block begins
    n = (y.shape[1] - skipped - 4) // width
    if n <= 2 * _FAR:
        return np.zeros(0, MARK_DTYPE)
    residual = _fourth_difference(y[:, skipped : skipped + n * width + 4])
    peak = _largest([residual[:, k::width] for k in range(width)])  # far faster than along a short last axis
    around = _largest_aside(peak)
    stands_out = peak > np.maximum(around * np.float32(10 ** (_LEAST_DB / 20)), np.float32(_SMALLEST))
    channel, at = np.nonzero(stands_out)
    places = at * width + residual.reshape(len(y), n, width)[channel, at].argmax(axis=1)
    offsets = np.arange(-width, width + 1)
    near = residual[channel[:, None], np.clip(places[:, None] + offsets, 0, n * width - 1)]
    own = np.abs(offsets) <= _WIDTH
    first_of_own = near[:, own].argmax(axis=1) == _WIDTH  # a residual may fill parts of two bins
    rest = np.maximum(around[channel, at], near[:, ~own].max(axis=1, initial=0))
    contrast = 20 * np.log10(peak[channel, at] / np.maximum(rest, np.float32(1e-6)))
    places += skipped + 2
    kept = (places >= inner[0]) & (places < inner[1]) & (contrast >= _LEAST_DB) & first_of_own
    channel, places, contrast = channel[kept], places[kept], contrast[kept]
    contrast[_rings(y, channel, places, round(_RINGING_S * sr))] = _LEAST_DB  # no cut, but a sign of what is beside it
    marks = np.zeros(len(places), MARK_DTYPE)
    marks["channel"], marks["start"], marks["end"] = channel, places + first, places + first + 1
    marks["value"] = contrast
    return marks


def _fourth_difference(y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Magnitude of the fourth difference along time, in memory that the next call writes again."""
    n = y.shape[1]
    for order in range(1, 5):
        y = np.subtract(y[:, 1:], y[:, :-1], out=room(f"difference {order % 2}", (len(y), n - order)))
    return np.abs(y, out=y)


def _rings(y: NDArray[np.float32], channel: NDArray[np.int64], places: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    """Whether the third difference is much larger for `n` samples after each place; behind digital silence all is."""
    reach = n + 3 + _WIDTH
    stretches = np.lib.stride_tricks.sliding_window_view(y, 2 * reach, axis=1)
    near = stretches[channel, np.clip(places - reach, 0, stretches.shape[1] - 1)]
    before, after = (
        np.square(np.diff(side, n=3)).sum(axis=1) for side in (near[:, : n + 3], near[:, reach + _WIDTH :])
    )
    louder: NDArray[np.bool_] = (before > 0) & (after > before * np.float32(10 ** (_RINGING_DB / 10)))
    return louder


def _largest_aside(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Largest of the values up to `_FAR` places away on either side, the two neighbours left out."""
    n = x.shape[1]
    wide = np.zeros((len(x), n + 2 * _FAR), np.float32)
    wide[:, _FAR:-_FAR] = x
    seven = _largest([wide[:, k : k + n + _FAR + 2] for k in range(_FAR - 1)])
    return np.maximum(seven[:, :n], seven[:, _FAR + 2 :])


def _largest(rows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Largest value at each place of arrays of one shape, without a copy of them all."""
    largest = rows[0].copy()
    for row in rows[1:]:
        np.maximum(largest, row, out=largest)
    return largest
