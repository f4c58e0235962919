"""Jumps: places where the waveform does not go on as it began, as clicks and splices leave them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
    step = y[:, 1:] - y[:, :-1]
    residual = (step[:, 2:] - step[:, 1:-1]) - (step[:, 1:-1] - step[:, :-2])
    square = np.square(residual).reshape(len(y), TILE + 4, hop)
    at, peak = square.argmax(axis=2), square.max(axis=2)
    energy = square.sum(axis=2)
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
    residual = np.abs(np.diff(y[:, skipped : skipped + n * width + 4], n=4))
    peak = _largest([residual[:, k::width] for k in range(width)])  # far faster than along a short last axis
    wide = np.pad(peak, ((0, 0), (_FAR, _FAR)))
    around = _largest([wide[:, _FAR + k : _FAR + k + n] for k in range(-_FAR, _FAR + 1) if abs(k) > 1])
    stands_out = peak > np.maximum(around * np.float32(10 ** (_LEAST_DB / 20)), np.float32(_SMALLEST))
    channel, at = np.nonzero(stands_out)
    places = at * width + residual.reshape(len(y), n, width)[channel, at].argmax(axis=1)
    offsets = np.arange(-width, width + 1)
    near = residual[channel[:, None], np.clip(places[:, None] + offsets, 0, n * width - 1)]
    own = np.abs(offsets) <= _WIDTH
    first_of_own = near[:, own].argmax(axis=1) == _WIDTH  # a residual may fill parts of two bins
    rest = np.maximum(around[channel, at], near[:, ~own].max(axis=1, initial=0))
    contrast = 20 * np.log10(peak[channel, at] / np.maximum(rest, np.float32(1e-6)))
    rings = _rings(y, channel, places + skipped + 2, round(_RINGING_S * sr))
    places += first + skipped + 2
    kept = (places >= first + inner[0]) & (places < first + inner[1]) & (contrast >= _LEAST_DB)
    kept &= first_of_own
    contrast[rings] = np.minimum(contrast[rings], _LEAST_DB)  # no cut, but a sign of what goes on beside it
    marks = np.zeros(int(kept.sum()), MARK_DTYPE)
    marks["channel"], marks["start"], marks["end"] = channel[kept], places[kept], places[kept] + 1
    marks["value"] = contrast[kept]
    return marks


def _rings(y: NDArray[np.float32], channel: NDArray[np.int64], places: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    """Whether the third difference is much larger for `n` samples after each place; behind digital silence all is."""
    window = np.arange(n + 3)
    before, after = (
        np.square(np.diff(y[channel[:, None], np.clip(places[:, None] + side, 0, y.shape[1] - 1)], n=3)).mean(axis=1)
        for side in (window - n - 3 - _WIDTH, window + _WIDTH)
    )
    louder: NDArray[np.bool_] = (before > 0) & (after > before * np.float32(10 ** (_RINGING_DB / 10)))
    return louder


def _largest(rows: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Largest value at each place of arrays of one shape, without a copy of them all."""
    largest = rows[0].copy()
    for row in rows[1:]:
        np.maximum(largest, row, out=largest)
    return largest
