"""Patterns of loss: which packets of a call never came, and the gaps that this leaves.

A pattern is an array of bool, shape (n_packets,), true where the packet was lost.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.spans import runs

Pattern = NDArray[np.bool_]


def count_packets(n: int, sr: int, packet: float) -> int:
    """How many packets of `packet` seconds carry `n` samples."""
    return math.ceil(n / (packet * sr) - 1e-9)


def random_loss(n_packets: int, share: float, rng: np.random.Generator) -> Pattern:
    """Every packet is lost with the probability `share`, whatever happens to the others."""
    return np.asarray(rng.random(n_packets) < share)


def gilbert_elliott(
    n_packets: int,
    rng: np.random.Generator,
    *,
    to_bad: float,
    to_good: float,
    loss_bad: float = 1.0,
    loss_good: float = 0.0,
) -> Pattern:
    """Bursty loss: a channel that changes between a good and a bad state (Gilbert 1960, Elliott 1963).

    Parameters
    ----------
    n_packets : int
        Length of the pattern; it starts in the good state.
    rng : numpy.random.Generator
        Source of chance.
    to_bad, to_good : float
        Probability per packet to leave the good and the bad state. A bad stretch lasts 1 / to_good packets on average.
    loss_bad, loss_good : float
        Probability of loss in the two states.
    """
    bad = np.zeros(n_packets, bool)
    place = 0
    while place < n_packets:
        place += int(rng.geometric(to_bad))
        length = int(rng.geometric(to_good))
        bad[place : place + length] = True
        place += length
    return np.asarray(rng.random(n_packets) < np.where(bad, loss_bad, loss_good))


def throttle(
    n_packets: int,
    packet: float,
    rng: np.random.Generator,
    *,
    on: tuple[float, float],
    off: tuple[float, float],
    start: float = 0.0,
) -> Pattern:
    """On/off throttling: all gets through for a while, then nothing, and so on.

    Parameters
    ----------
    n_packets : int
        Length of the pattern.
    packet : float
        Seconds of sound in a packet.
    rng : numpy.random.Generator
        Source of chance.
    on, off : (float, float)
        Least and greatest length of an open and of a closed stretch in seconds, drawn evenly.
    start : float
        Seconds at the beginning that always get through.
    """
    lost = np.zeros(n_packets, bool)
    time = start
    while time < n_packets * packet:
        time += rng.uniform(*on)
        closed = rng.uniform(*off)
        lost[round(time / packet) : round((time + closed) / packet)] = True
        time += closed
    return lost


def outage(n_packets: int, packet: float, start: float, end: float = math.inf) -> Pattern:
    """Nothing gets through from `start` until `end` (seconds)."""
    times = np.arange(n_packets) * packet
    return np.asarray((times >= start - packet / 2) & (times < end - packet / 2))


def isolated(n_packets: int, rng: np.random.Generator, *, n_runs: int, longest: int = 1, apart: int = 1) -> Pattern:
    """Short runs of loss that never touch.

    Parameters
    ----------
    n_packets : int
        Length of the pattern.
    rng : numpy.random.Generator
        Source of chance.
    n_runs : int
        How many runs; fewer where no more find room.
    longest : int
        A run loses from 1 to this many packets, each length as often.
    apart : int
        At least this many packets get through before every run.
    """
    lengths = rng.integers(1, longest + 1, n_runs)
    lengths = lengths[np.cumsum(lengths + apart) <= n_packets]
    room = n_packets - int(np.sum(lengths + apart))
    ends = np.sort(rng.integers(0, room + 1, lengths.size)) + np.cumsum(lengths + apart)
    steps = np.zeros(n_packets + 1, np.int64)
    steps[ends - lengths] += 1
    steps[ends] -= 1
    return np.cumsum(steps[:-1]) > 0


def police(n_packets: int, rng: np.random.Generator, *, keep: float, bucket: float, unevenness: float = 0.5) -> Pattern:
    """Policing by a token bucket: a packet that finds no token is dropped.

    Parameters
    ----------
    n_packets : int
        Length of the pattern.
    rng : numpy.random.Generator
        Source of chance.
    keep : float
        Tokens that come per packet on average, from 0 to 1: the share that gets through in the long run. A small
        bucket overflows between packets that come late, and then a little less gets through.
    bucket : float
        Most tokens that are saved up; at the beginning there is a chance number of them.
    unevenness : float
        Packets come 1 - unevenness to 1 + unevenness of their length after one another, drawn evenly.
    """
    lost = np.zeros(n_packets, bool)
    tokens = rng.uniform(0.0, bucket)
    for packet, came in enumerate((keep * rng.uniform(1.0 - unevenness, 1.0 + unevenness, n_packets)).tolist()):
        tokens = min(bucket, tokens + came)
        if tokens < 1.0:
            lost[packet] = True
        else:
            tokens -= 1.0
    return lost


def gaps(lost: Pattern, packet: float) -> list[tuple[float, float]]:
    """The gaps in seconds that a pattern leaves; neighbours are one gap."""
    return [(start * packet, end * packet) for start, end in runs(lost)]
