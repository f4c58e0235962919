"""Networks: what a path through the Internet does to the packets of a call, as a table of `Playout`s to draw.

One call over such a network: `NETWORKS["throttle"].make(500, 0.02, rng, on_s=1.0, off_s=2.0)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.errors import SimulationError
from audioq.simulate import losses
from audioq.simulate.playout import Playout, everything, from_pattern, with_waits
from audioq.simulate.settings import Setting, checked

SPREAD = 0.3
"""Stretches that are drawn differ from the length asked for by this share at most, up or down."""

Chance = np.random.Generator


@dataclass(frozen=True, slots=True)
class Network:
    """A kind of network.

    Parameters
    ----------
    name : str
        Key in `NETWORKS`.
    draw : callable
        From n_packets, seconds, rng and the settings (all of them, by name) to a `Playout`.
    settings : tuple of Setting
        What can be set.
    meaning : str
        What it does, in one sentence.
    """

    name: str
    draw: Callable[..., Playout]
    settings: tuple[Setting, ...]
    meaning: str

    def make(self, n_packets: int, seconds: float, rng: Chance, **settings: float) -> Playout:
        """Draw what happens to one call.

        Parameters
        ----------
        n_packets : int
            How many packets are sent.
        seconds : float
            Length of a packet.
        rng : numpy.random.Generator
            Source of chance; the same state gives the same call.
        **settings : float
            See `settings`.

        Raises
        ------
        SimulationError
            For a setting that is unknown, missing, out of range, or at odds with another.
        """
        return self.draw(n_packets, seconds, rng, **checked(f"network {self.name}", self.settings, settings))


def _none(n_packets: int, seconds: float, rng: Chance) -> Playout:
    return everything(n_packets, seconds)


def _random(n_packets: int, seconds: float, rng: Chance, share: float) -> Playout:
    return from_pattern(losses.random_loss(n_packets, share, rng), seconds)


def _by_chance(expected: float, rng: Chance) -> int:
    """A whole number next to the expected one, right on average."""
    return math.floor(expected + rng.random())


def _isolated(n_packets: int, seconds: float, rng: Chance, runs_per_minute: float, longest: int, apart: int) -> Playout:
    n_runs = _by_chance(runs_per_minute * n_packets * seconds / 60.0, rng)
    return from_pattern(losses.isolated(n_packets, rng, n_runs=n_runs, longest=longest, apart=apart), seconds)


def _gilbert_elliott(n_packets: int, seconds: float, rng: Chance, share: float, burst_s: float) -> Playout:
    """Good and bad stretches last 1/to_bad and 1/to_good packets, so the share is to_bad / (to_bad + to_good)."""
    if share in (0.0, 1.0):
        return from_pattern(np.full(n_packets, share == 1.0), seconds)
    burst = max(1.0, burst_s / seconds)
    to_bad = share / (1.0 - share) / burst
    if to_bad > 1.0 + 1e-9:
        least = share / (1.0 - share) * seconds
        raise SimulationError(
            f"network gilbert_elliott cannot lose a share of {share:g} in bursts of {burst_s:g} s: between two bursts "
            f"a packet gets through; give bursts of {least:.3g} s or more"
        )
    # The call begins anywhere in the life of the channel. What is left of a bad stretch is as long as a whole one.
    begins = int(rng.geometric(1.0 / burst)) if rng.random() < share else 0
    pattern = losses.gilbert_elliott(n_packets, rng, to_bad=min(1.0, to_bad), to_good=1.0 / burst)
    return from_pattern(np.concatenate([np.ones(begins, bool), pattern])[:n_packets], seconds)


def _throttle(n_packets: int, seconds: float, rng: Chance, on_s: float, off_s: float) -> Playout:
    """The call begins anywhere in a cycle: what lies before is drawn too, and left out."""
    before = round(rng.uniform(0.0, on_s + off_s) / seconds)
    on, off = ((length * (1.0 - SPREAD), length * (1.0 + SPREAD)) for length in (on_s, off_s))
    return from_pattern(losses.throttle(n_packets + before, seconds, rng, on=on, off=off)[before:], seconds)


def _police(n_packets: int, seconds: float, rng: Chance, keep: float, bucket: int) -> Playout:
    return from_pattern(losses.police(n_packets, rng, keep=keep, bucket=bucket), seconds)


def _outage_total(n_packets: int, seconds: float, rng: Chance) -> Playout:
    return from_pattern(np.ones(n_packets, bool), seconds)


def _outage_after(n_packets: int, seconds: float, rng: Chance, start_s: float) -> Playout:
    return from_pattern(losses.outage(n_packets, seconds, start_s), seconds)


def _outage_until(n_packets: int, seconds: float, rng: Chance, end_s: float) -> Playout:
    return from_pattern(losses.outage(n_packets, seconds, 0.0, end_s), seconds)


def _outage_middle(n_packets: int, seconds: float, rng: Chance, start_s: float, length_s: float) -> Playout:
    return from_pattern(losses.outage(n_packets, seconds, start_s, start_s + length_s), seconds)


def _late(n_packets: int, seconds: float, rng: Chance, share: float, late_s: float, thrown: float) -> Playout:
    """Two draws a packet, whatever they say, so that `thrown` changes nothing but what happens to the late ones."""
    late = losses.random_loss(n_packets, share, rng)
    lost = late & losses.random_loss(n_packets, thrown, rng)
    slots = max(1, math.ceil(late_s / seconds - 1e-9))
    return with_waits(lost, np.where(late & ~lost, slots, 0).astype(np.int64), seconds)


def _draw_stalls(n_packets: int, seconds: float, rng: Chance, per_minute: float, stall_s: float) -> NDArray[np.int64]:
    """Slots for which nothing comes before each packet; the first packet always comes."""
    n_stalls = min(max(0, n_packets - 1), _by_chance(per_minute * n_packets * seconds / 60.0, rng))
    lengths = stall_s * rng.uniform(1.0 - SPREAD, 1.0 + SPREAD, n_stalls)
    waits = np.zeros(n_packets, np.int64)
    if n_stalls:
        places = 1 + rng.choice(n_packets - 1, n_stalls, replace=False)
        waits[places] = np.maximum(1, np.rint(lengths / seconds))
    return waits


def _stalls(n_packets: int, seconds: float, rng: Chance, stalls_per_minute: float, stall_s: float) -> Playout:
    waits = _draw_stalls(n_packets, seconds, rng, stalls_per_minute, stall_s)
    return with_waits(np.zeros(n_packets, bool), waits, seconds)


def _stalls_lost(n_packets: int, seconds: float, rng: Chance, stalls_per_minute: float, stall_s: float) -> Playout:
    waits = _draw_stalls(n_packets, seconds, rng, stalls_per_minute, stall_s)
    places = np.flatnonzero(waits)
    steps = np.zeros(n_packets + 1, np.int64)
    steps[places] += 1
    np.subtract.at(steps, np.minimum(places + waits[places], n_packets), 1)
    return from_pattern(np.cumsum(steps[:-1]) > 0, seconds)


_SHARE = Setting("share", "", 0.0, 1.0, "Share of the packets that are lost on average.")
_START = Setting("start_s", "s", 0.0, 86400.0, "When the outage begins; a call that ends before is not harmed.")
_STALLS = (
    Setting("stalls_per_minute", "", 0.0, 120.0, "How often the stream stops, on average."),
    Setting("stall_s", "s", 0.02, 60.0, "How long it stops; each time up to 30 % more or less."),
)


def _table(*networks: Network) -> dict[str, Network]:
    return {network.name: network for network in networks}


NETWORKS: Mapping[str, Network] = _table(
    Network("none", _none, (), "Every packet comes in time."),
    Network("random", _random, (_SHARE,), "Packets are lost independently of each other."),
    Network(
        "isolated",
        _isolated,
        (
            Setting("runs_per_minute", "", 0.0, 1500.0, "How many runs of loss there are, on average."),
            Setting("longest", "packets", 1, 3, "A run loses from one to this many packets.", 1, whole=True),
            Setting("apart", "packets", 1, 500, "At least this many get through before every run.", 5, whole=True),
        ),
        "Single packets or very short runs are lost, with good packets between.",
    ),
    Network(
        "gilbert_elliott",
        _gilbert_elliott,
        (_SHARE, Setting("burst_s", "s", 0.0, 60.0, "Mean length of a burst; never less than one packet.")),
        "Loss comes in bursts, from a channel that changes between a good and a bad state.",
    ),
    Network(
        "throttle",
        _throttle,
        (
            Setting("on_s", "s", 0.05, 600.0, "How long all gets through; each time up to 30 % more or less."),
            Setting("off_s", "s", 0.05, 600.0, "How long nothing gets through; each time up to 30 % more or less."),
        ),
        "All gets through for a while, then nothing, in turn; the call begins anywhere in a cycle.",
    ),
    Network(
        "police",
        _police,
        (
            Setting("keep", "", 0.0, 1.0, "Rate that is allowed, as a share of the rate of the call."),
            Setting("bucket", "packets", 1, 1000, "How many packets may come at once.", 10, whole=True),
        ),
        "A token bucket drops every packet that exceeds the allowed rate.",
    ),
    Network(
        "flashes",
        _throttle,
        (
            Setting("on_s", "s", 0.1, 0.45, "Length of a flash; each time up to 30 % more or less.", 0.25),
            Setting("off_s", "s", 2.0, 7.0, "Time between flashes; each time up to 30 % more or less.", 4.0),
        ),
        "Almost nothing gets through, only short flashes of sound.",
    ),
    Network("outage_total", _outage_total, (), "Nothing gets through at all."),
    Network("outage_after", _outage_after, (_START,), "From some time on nothing gets through."),
    Network(
        "outage_until",
        _outage_until,
        (Setting("end_s", "s", 0.0, 86400.0, "When the outage ends."),),
        "Nothing gets through until some time, then all.",
    ),
    Network(
        "outage_middle",
        _outage_middle,
        (_START, Setting("length_s", "s", 0.0, 86400.0, "How long it lasts.")),
        "Nothing gets through for one stretch.",
    ),
    Network(
        "late",
        _late,
        (
            Setting("share", "", 0.0, 1.0, "Share of the packets that come late on average."),
            Setting("late_s", "s", 0.001, 60.0, "How late they come; the player waits whole slots."),
            Setting("thrown", "", 0.0, 1.0, "Share of the late packets that the player throws away.", 1.0),
        ),
        "Some packets come late: the player throws them away, or waits for them and the call lags.",
    ),
    Network("stalls", _stalls, _STALLS, "The stream stops, then goes on where it stopped: nothing is lost, all lags."),
    Network("stalls_lost", _stalls_lost, _STALLS, "The stream stops, and what was said meanwhile is lost."),
)
"""Every network by its name."""
