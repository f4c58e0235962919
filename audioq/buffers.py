"""Buffers: places in a recording that lie on the grid of a sound card's buffers, and not on one of packets.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

BUFFERS = (256, 512, 1024, 1152, 2048, 4096)
"""Lengths in samples in which sound cards and coders hand sound on; packets of calls last multiples of 2.5 ms."""
CODER_RATES, CODER_FRAME = (16000, 24000, 32000, 48000), 512
"""Rates in Hz at which AAC-ELD codes calls in frames of so many samples; its frames of 480 are packets like others."""
_PACKETS = 400
"""Packets begin at multiples of 2.5 ms of each other."""
SLACK = 2
"""Samples by which a dropped buffer may seem longer: its neighbours may be zero by themselves."""


def dropped(
    marks: NDArray[np.void], sr: int, n_samples: int, limits: Mapping[str, float]
) -> tuple[NDArray[np.void], int] | None:
    """Find zeros whose edges lie on a grid of buffers.

    All must begin at the same place of the grid and last whole buffers. What fits packets of 2.5 ms as well, or
    touches an end of the recording, says nothing.

    Parameters
    ----------
    marks : ndarray of MARK_DTYPE, shape (n,)
        Runs of zeros of one channel.
    sr : int
        Rate of the marks in Hz.
    n_samples : int
        Length of the recording.
    limits : mapping of str to float

    Returns
    -------
    (ndarray of MARK_DTYPE, int) or None
        Those that are buffers, and the length of one in samples.
    """
    least = limits["recorder.least_zeros"] * sr
    marks = marks[(marks["start"] > 0) & (marks["end"] < n_samples) & (marks["end"] - marks["start"] >= least)]
    if len(marks) < limits["recorder.least_buffers"]:
        return None
    starts, lengths = marks["start"].astype(np.int64), (marks["end"] - marks["start"]).astype(np.int64)
    if last_packets(lengths, sr):
        return None
    for buffer in sorted(BUFFERS, reverse=True):
        off = max(_off_grid(lengths, buffer).max(), _off_grid(np.diff(starts), buffer).max())
        if buffer * _PACKETS % sr and off <= SLACK:
            coded = frames_of_a_coder(buffer, sr, 2 * len(marks) - 1, limits["recorder.by_chance"])
            return None if coded else (marks, buffer)
    return None


def left_out(marks: NDArray[np.void], sr: int, limits: Mapping[str, float]) -> tuple[NDArray[np.void], int] | None:
    """Find cuts that lie on a grid of buffers: where whole ones are left out, all joints keep to the grid.

    Parameters
    ----------
    marks : ndarray of MARK_DTYPE, shape (n,)
        Cuts of one channel.
    sr : int
        Rate of the marks in Hz.
    limits : mapping of str to float

    Returns
    -------
    (ndarray of MARK_DTYPE, int) or None
        Those on the grid, and the length of a buffer in samples.
    """
    least = max(limits["recorder.least_joints"], limits["recorder.joint_share"] * len(marks))
    best: tuple[NDArray[np.void], int] | None = None
    for buffer in sorted(BUFFERS, reverse=True) if len(marks) >= least else ():
        own = marks[_nearest_grid(marks["start"].astype(np.int64), buffer)]
        if len(own) < max(least, 1 + (len(best[0]) if best else 0)) or not buffer * _PACKETS % sr:
            continue
        steps = np.diff(own["start"])
        looped = len(np.unique(np.round(steps / buffer))) < limits["recorder.least_steps"]
        coded = frames_of_a_coder(buffer, sr, len(own) - 1, limits["recorder.by_chance"])
        if not last_packets(steps, sr) and not looped and not coded:
            best = own, buffer
    return best


def _nearest_grid(places: NDArray[np.int64], buffer: int) -> NDArray[np.bool_]:
    """Which places lie on the grid that holds most of them; the break of the waveform shows a sample to either side."""
    counts = np.bincount(places % buffer, minlength=buffer)
    phase = int(np.argmax(np.roll(counts, 1) + counts + np.roll(counts, -1)))
    on_grid: NDArray[np.bool_] = (places - phase + 1) % buffer <= SLACK
    return on_grid


def frames_of_a_coder(buffer: int, sr: int, count: int, by_chance: float) -> bool:
    """Say whether lost frames of AAC-ELD, at the rate of the recording, may lie on a grid of buffers by chance.

    All of `count` lengths and distances must be multiples of the buffer too, with a probability over `by_chance`.
    Frames that were resampled after the loss have no zeros up to their edges and fit no grid to the sample.

    Examples
    --------
    >>> [frames_of_a_coder(*those, 0.05) for those in ((512, 48000, 5), (1024, 48000, 5), (1024, 44100, 1))]
    [True, False, False]
    """
    if sr not in CODER_RATES or buffer % CODER_FRAME:
        return False
    return float((buffer // CODER_FRAME) ** -float(count)) > by_chance


def last_packets(lengths: NDArray[np.int64], sr: int) -> bool:
    """Say whether all lengths, in samples, are whole packets of a call, give or take `SLACK`.

    Examples
    --------
    >>> last_packets(np.array([320, 801]), 16000), last_packets(np.array([320, 820]), 16000)
    (True, False)
    """
    return bool(_off_grid(lengths, sr / _PACKETS).max() <= SLACK)


def _off_grid(lengths: NDArray[np.int64], step: float) -> NDArray[np.float64]:
    """How far each length lies from a whole number of steps, at least one."""
    whole = np.maximum(np.round(lengths / step), 1)
    return np.asarray(np.abs(lengths - whole * step), np.float64)
