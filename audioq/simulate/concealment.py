"""What a receiver plays where packets are missing.

Every function takes a signal of shape (n,), its rate and the gaps in seconds, and gives back a signal of the same
length and the truth: `buzz` where the gap is covered up audibly, `dropout` where nothing of the speech is heard.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.noise import colored_noise
from audioq.simulate.spans import Harmed, Samples, Span, Times, sample_ranges, spans_of

CYCLE_SECONDS = (0.0025, 0.015)
"""Shortest and longest pitch cycle (66 to 400 Hz)."""

VOICED_CORRELATION = 0.5
"""Likeness of neighbouring cycles under which sound counts as noise-like."""

SILENCE_DBFS = -90.0
"""A fade ends here, about the last bit of 16, in exact zero."""

PACKET_REPEATS = 6
"""So often a packet is repeated, then there is silence."""

Fill = Callable[[Samples, int], tuple[Samples, int]]
"""From the sound so far and a number of samples: the fill, and how many of its samples can be heard."""


def fill_gaps(y: Samples, sr: int, times: Times, fill: Fill) -> Harmed:
    """Fill every gap from the sound before it, as it was played.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    times : sequence of (float, float)
        The gaps in seconds.
    fill : callable
        Gets the sound so far and the length of the gap in samples.

    Returns
    -------
    y : ndarray, float32, shape (n,)
        The harmed signal; nothing changes outside the gaps.
    truth : list of Span
        `buzz` as long as a fill can be heard, `dropout` in the rest of the gap.
    """
    out = np.array(y, np.float32)
    truth: list[Span] = []
    for start, end in sample_ranges(times, sr, y.size):
        out[start:end], heard = fill(out[:start], end - start)
        truth += spans_of([(start, start + heard)] if heard else [], sr, "buzz")
        truth += spans_of([(start + heard, end)] if start + heard < end else [], sr, "dropout")
    return out, truth


def zero_fill(y: Samples, sr: int, times: Times) -> Harmed:
    """Digital silence in every gap, with hard edges."""
    return fill_gaps(y, sr, times, lambda past, n: (np.zeros(n, np.float32), 0))


def last_cycle(past: Samples, sr: int) -> tuple[Samples, float]:
    """The last pitch cycle of a sound, and how much it resembles the one before.

    Parameters
    ----------
    past : ndarray, float32, shape (n,)
        The sound so far; zeros stand before its beginning.
    sr : int
        Sampling rate in Hz.

    Returns
    -------
    cycle : ndarray, float32, shape (lag,)
        2.5 to 15 ms: the lag at which the last 15 ms resemble most what came before.
    likeness : float
        The normalised cross-correlation at that lag; 0 for silence.
    """
    low, high = (round(seconds * sr) for seconds in CYCLE_SECONDS)
    tail = np.concatenate([np.zeros(2 * high), past[max(0, past.size - 2 * high) :]])[-2 * high :]
    now = tail[high:]
    earlier = np.lib.stride_tricks.sliding_window_view(tail, high)[high - low :: -1]
    norms = np.sqrt(np.sum(earlier**2, axis=1) * np.sum(now**2)) + 1e-12
    likeness = earlier @ now / norms
    best = int(np.argmax(likeness))
    return tail[-(low + best) :].astype(np.float32), float(likeness[best])


def level_of(y: Samples | NDArray[np.float64]) -> float:
    """RMS level in dBFS; -200 for silence."""
    return float(10.0 * np.log10(float(np.mean(y.astype(np.float64) ** 2)) + 1e-20))


def _faded(cycle: Samples, n: int, sr: int, db_per_s: float) -> tuple[Samples, int]:
    """The cycle over and over, falling on a straight line in dB into exact zero."""
    room = max(0.0, level_of(cycle) - SILENCE_DBFS)
    heard = n if db_per_s <= 0.0 and room > 0.0 else min(n, round(room / max(db_per_s, 1e-9) * sr))
    gain = 10.0 ** (-db_per_s / 20.0 * np.arange(heard) / sr)
    filled = np.zeros(n, np.float32)
    filled[:heard] = np.resize(cycle, heard) * gain
    return filled, heard


def repetition(y: Samples, sr: int, times: Times, *, decay_db_per_s: float = 60.0) -> Harmed:
    """The last pitch cycle, repeated with a fade; silence once it has sunk to -90 dBFS."""
    return fill_gaps(y, sr, times, lambda past, n: _faded(last_cycle(past, sr)[0], n, sr, decay_db_per_s))


def endless_hold(y: Samples, sr: int, times: Times) -> Harmed:
    """The last pitch cycle, repeated without any fade until the packets come back."""
    return repetition(y, sr, times, decay_db_per_s=0.0)


def packet_repeat(y: Samples, sr: int, times: Times, *, packet_s: float = 0.02) -> Harmed:
    """The last packet over and over: whole at first, then at half the level of the time before, six times in all.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    times : sequence of (float, float)
        The gaps in seconds.
    packet_s : float
        Seconds of sound in a packet.

    Returns
    -------
    y : ndarray, float32, shape (n,)
        Exact zeros after the sixth repetition, or before it once the level is under -90 dBFS.
    truth : list of Span
        `buzz` for the repetitions, `dropout` after them.
    """
    length = max(1, round(packet_s * sr))

    def fill(past: Samples, n: int) -> tuple[Samples, int]:
        packet = np.concatenate([np.zeros(length, np.float32), past[-length:]])[-length:]
        times_heard = sum(level_of(packet) - 20.0 * np.log10(2.0) * k >= SILENCE_DBFS for k in range(PACKET_REPEATS))
        gains = np.repeat(0.5 ** np.arange(times_heard), length)[:n]
        filled = np.zeros(n, np.float32)
        filled[: gains.size] = np.resize(packet, gains.size) * gains
        return filled, gains.size

    return fill_gaps(y, sr, times, fill)


def straight_fade(
    y: Samples, sr: int, times: Times, *, voiced_db_per_s: float = 157.0, noisy_db_per_s: float = 400.0
) -> Harmed:
    """What today's clients play: a frozen pitch cycle on a straight fade to exact zero, then a hard onset.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    times : sequence of (float, float)
        The gaps in seconds.
    voiced_db_per_s, noisy_db_per_s : float
        Slope after voiced and after noise-like sound. The defaults were measured in recordings of real clients.
    """

    def fill(past: Samples, n: int) -> tuple[Samples, int]:
        cycle, likeness = last_cycle(past, sr)
        return _faded(cycle, n, sr, voiced_db_per_s if likeness >= VOICED_CORRELATION else noisy_db_per_s)

    return fill_gaps(y, sr, times, fill)


def comfort_noise(
    y: Samples, sr: int, times: Times, rng: np.random.Generator, *, level_dbfs: float, color: str = "white"
) -> Harmed:
    """Noise of a level and colour in every gap, with hard edges."""
    return fill_gaps(y, sr, times, lambda past, n: (colored_noise(n, sr, rng, level_dbfs=level_dbfs, color=color), 0))
