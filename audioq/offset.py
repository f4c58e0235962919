"""Offset: where zero lies in a recording, and the moments at which it is moved.

A constant offset would pass for a background, and one that jumps for a sound that begins. Nothing is filtered:
whole stretches are moved, so that a recording without an offset keeps its bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_OFFSET = 0.002
"""A constant offset smaller than this, full scale 1, is left as it is: -54 dBFS."""
LEAST_JUMP = 0.02
"""A smaller jump is left as it is: decoders of G.711 that cover up a loss move the mean of seconds by 0.012."""
STEADY = 0.25
"""The two seconds behind a jump differ by no more than this share of it."""

Samples = NDArray[np.float32]


class Offset:
    """Takes the offset off a recording that comes in blocks; whole seconds are looked at, wherever blocks begin.

    Parameters
    ----------
    sr : int
        Rate in Hz.
    channels : int
    settling : int
        Samples at the beginning of which the mean is the first offset.
    """

    def __init__(self, sr: int, channels: int, settling: int) -> None:
        self._sr, self._settling = sr, settling
        self.now: Samples | None = None
        """The offset of each channel, shape (channels, 1); None before the first is known."""
        self.largest = 0.0
        self.jumps: list[tuple[int, int, int, float]] = []
        """Channel, first and one past last sample, and size of each jump, full scale 1."""
        self._pending = [np.zeros((channels, 0), np.float32)]
        self._n_pending = 0
        self._n_out = 0

    def take(self, block: Samples) -> Samples:
        """Return what can be said of the sound so far, shape (channels, n); two seconds are held back."""
        self._pending.append(block)
        self._n_pending += block.shape[1]
        if self.now is None and self._n_pending < self._settling:
            return block[:, :0]
        return self._released(max(0, self._n_pending // self._sr - 2) * self._sr)

    def finish(self) -> Samples:
        """Return the rest."""
        return self._released(self._n_pending)

    def _released(self, n: int) -> Samples:
        y = self._pending[0] if len(self._pending) == 1 else np.concatenate(self._pending, axis=1)
        if self.now is None:
            self.now = self._first(y)
        means = _means(y, self._sr)
        out = np.empty((len(y), n), np.float32)
        for channel in range(len(y)):
            self._level(channel, y[channel], means[channel], out[channel])
        self._pending, self._n_pending = [y[:, n:]], y.shape[1] - n
        self._n_out += n
        return out

    def _first(self, y: Samples) -> Samples:
        """Return the mean of the beginning, or that of its first second where it does not stay."""
        head = y[:, : self._settling]
        seconds = _means(head, self._sr)
        mean = head.mean(axis=1, dtype=np.float64) if head.size else np.zeros(len(head))
        if seconds.shape[1]:
            moved = np.ptp(seconds, axis=1) >= LEAST_JUMP
            mean = np.where(moved, seconds[:, 0], mean)
        offset = np.where(np.abs(mean) > LEAST_OFFSET, mean, 0).astype(np.float32)[:, None]
        self.largest = float(np.abs(offset).max(initial=0))
        return offset

    def _level(self, channel: int, y: Samples, means: NDArray[np.float64], out: Samples) -> None:
        """Write a channel without its offset; a jump lies in the second before two that agree with each other."""
        assert self.now is not None
        done = 0
        for second in range(len(out) // self._sr):
            jump = self._jump(channel, means, second)
            if jump:
                start = second * self._sr
                at = start + _split(y[start : start + self._sr] - self.now[channel, 0], jump)
                np.subtract(y[done:at], self.now[channel, 0], out=out[done:at])
                self.now[channel, 0] += np.float32(jump)
                self.largest = max(self.largest, abs(float(self.now[channel, 0])))
                self.jumps.append((channel, self._n_out + at, self._n_out + at + 1, jump))
                done = at
        np.subtract(y[done : len(out)], self.now[channel, 0], out=out[done:])

    def _jump(self, channel: int, means: NDArray[np.float64], second: int) -> float:
        if second + 2 >= len(means):
            return 0.0
        assert self.now is not None
        jump = float(means[second + 1] - self.now[channel, 0])
        stays = abs(means[second + 2] - means[second + 1]) <= STEADY * abs(jump)
        return jump if stays and abs(jump) >= LEAST_JUMP else 0.0


def _means(y: Samples, sr: int) -> NDArray[np.float64]:
    """Mean of each whole second, shape (channels, seconds)."""
    n = y.shape[1] // sr
    sums = np.einsum("cst->cs", y[:, : n * sr].reshape(len(y), n, sr))
    return np.asarray(sums / sr, np.float64)


def _split(x: Samples, jump: float) -> int:
    """Return the sample from which `x` lies nearer to `jump` than to 0, in the sense of least squares."""
    gain = np.cumsum((2 * jump * x.astype(np.float64) - jump * jump)[::-1])[::-1]
    at = int(np.argmax(gain))
    return at if gain[at] > 0 else len(x)
