"""Floor: the least that any analysis of a recording costs; costs are told as a ratio to it.

Decode to float32, resample to 16 kHz where needed, a spectrum of 512 samples each 10 ms, its power,
the logarithm of it, and four numbers a frame. Run as ``python benchmarks/floor.py FILE``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
import scipy.fft
import soundfile
from numpy.typing import NDArray

RATE = 16000
WINDOW = 512
HOP = 160
BATCH = 256
"""Frames at a time: a batch of this size stays in the cache."""
_TINY = np.float32(1e-12)
_LOG10_E = np.float32(np.log10(np.e))

Floats = NDArray[np.float32]


def at_16_khz(y: Floats, sr: int) -> Floats:
    """Return one channel at 16 kHz."""
    if sr == RATE:
        return y
    import soxr

    return np.asarray(soxr.resample(y, sr, RATE), dtype=np.float32)


class Tiles:
    """Buffers that every batch reuses: fresh ones would cost more in page faults than the arithmetic."""

    def __init__(self) -> None:
        self.window = np.hanning(WINDOW).astype(np.float32)
        self.samples = np.empty((BATCH, WINDOW), dtype=np.float32)
        self.power = np.empty((BATCH, WINDOW // 2 + 1), dtype=np.float32)
        self.scratch = np.empty_like(self.power)

    def fill(self, windows: Floats, rows: Floats) -> None:
        """Write four numbers a frame of a batch of windows into `rows`, shape (4, n_frames)."""
        n = len(windows)
        samples, power, scratch = self.samples[:n], self.power[:n], self.scratch[:n]
        np.multiply(windows, self.window, out=samples)
        spectrum = scipy.fft.rfft(samples)
        np.square(spectrum.real, out=power)
        np.square(spectrum.imag, out=scratch)
        np.add(power, scratch, out=power)
        power.mean(axis=1, out=rows[0])
        power.max(axis=1, out=rows[1])
        # log10 by way of log, which NumPy has in vector form without AVX-512 too: elsewhere 3 times as fast.
        np.log(np.add(power, _TINY, out=scratch), out=scratch)
        np.multiply(scratch, _LOG10_E, out=scratch)
        scratch.mean(axis=1, out=rows[2])
        scratch.max(axis=1, out=rows[3])


def floor(y: Floats) -> Floats:
    """Return four numbers a frame of one channel at 16 kHz; sound shorter than a window has no frame.

    Returns
    -------
    ndarray of float32, shape (4, n_frames)
        Mean and largest power, mean and largest log10 of the power.
    """
    if len(y) < WINDOW:
        return np.empty((4, 0), dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(y, WINDOW)[::HOP]
    rows, tiles = np.empty((4, len(windows)), dtype=np.float32), Tiles()
    for first in range(0, len(windows), BATCH):
        last = first + BATCH
        tiles.fill(windows[first:last], rows[:, first:last])
    return rows


def main(arguments: Sequence[str]) -> int:
    """Run the floor over every channel of a file."""
    samples, sr = soundfile.read(arguments[0], dtype="float32", always_2d=True)
    for channel in range(samples.shape[1]):
        floor(at_16_khz(np.ascontiguousarray(samples[:, channel]), sr))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
