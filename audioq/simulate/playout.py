"""Playout: what a player does slot by slot, each slot as long as a packet.

A slot plays a packet, covers up a packet that never came, or waits for one that is late. Waiting makes the call longer:
what comes after is heard later than it was said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.spans import runs

WAITING = -1
"""Stands in place of a packet where the player waits."""


@dataclass(frozen=True, slots=True, eq=False)
class Playout:
    """The slots of a call in the order in which they are played.

    Parameters
    ----------
    packet : ndarray, int64, shape (n_slots,)
        Index of the packet whose time the slot is; -1 where the player waits for a late one. Every index from 0 on
        occurs once, in order. The array is copied and cannot be written.
    lost : ndarray, bool, shape (n_slots,)
        Where nothing came; true wherever the player waits.
    seconds : float
        Length of a slot, which is that of a packet.

    Raises
    ------
    ValueError
        If the parts do not fit each other.
    """

    packet: NDArray[np.int64]
    lost: NDArray[np.bool_]
    seconds: float

    def __post_init__(self) -> None:
        """Freeze the arrays and refuse what no player could do."""
        for name, dtype in (("packet", np.int64), ("lost", np.bool_)):
            frozen = np.array(getattr(self, name), dtype)
            frozen.flags.writeable = False
            object.__setattr__(self, name, frozen)
        if self.packet.ndim != 1 or self.packet.shape != self.lost.shape:
            raise ValueError(f"slots differ in shape: {self.packet.shape} packets, {self.lost.shape} lost")
        if not (math.isfinite(self.seconds) and self.seconds > 0.0):
            raise ValueError(f"a slot must have a length above 0 seconds, not {self.seconds}")
        heard = self.packet[self.packet != WAITING]
        if not np.array_equal(heard, np.arange(heard.size)):
            raise ValueError("packets must be numbered from 0 and occur once, in order")
        if not self.lost[self.packet == WAITING].all():
            raise ValueError("a slot in which the player waits holds no packet, so it must be lost")

    @property
    def n_slots(self) -> int:
        """Length of what is heard, in slots."""
        return int(self.packet.size)

    @property
    def n_packets(self) -> int:
        """Length of what was sent, in packets."""
        return int(np.count_nonzero(self.packet != WAITING))

    @property
    def waiting(self) -> NDArray[np.bool_]:
        """Slots in which the player waits, shape (n_slots,)."""
        return np.asarray(self.packet == WAITING)

    def gaps(self) -> list[tuple[float, float]]:
        """Seconds of the output in which nothing came; slots beside each other are one gap."""
        return [(start * self.seconds, end * self.seconds) for start, end in runs(self.lost)]


def everything(n_packets: int, seconds: float) -> Playout:
    """Every packet comes in time."""
    return from_pattern(np.zeros(n_packets, bool), seconds)


def from_pattern(lost: NDArray[np.bool_], seconds: float) -> Playout:
    """Packets that come in time or never: `lost` has shape (n_packets,), see `audioq.simulate.losses`."""
    return Playout(np.arange(np.size(lost), dtype=np.int64), lost, seconds)


def with_waits(lost: NDArray[np.bool_], waits: NDArray[np.int64], seconds: float) -> Playout:
    """Packets that come in time, late or never.

    Parameters
    ----------
    lost : ndarray, bool, shape (n_packets,)
        Packets that never came, or were thrown away.
    waits : ndarray, int, shape (n_packets,)
        How many slots the player waits before each packet.
    seconds : float
        Length of a slot.

    Raises
    ------
    ValueError
        If the arrays differ in length, or a wait is negative.
    """
    if np.shape(lost) != np.shape(waits):
        raise ValueError(f"there are {np.size(lost)} packets, but waits before {np.size(waits)}")
    if np.any(np.asarray(waits) < 0):
        raise ValueError("a player cannot wait for less than no time")
    places = np.arange(np.size(lost)) + np.cumsum(waits)
    n_slots = int(places[-1]) + 1 if places.size else 0
    packet = np.full(n_slots, WAITING, np.int64)
    packet[places] = np.arange(places.size)
    missing = np.ones(n_slots, bool)
    missing[places] = lost
    return Playout(packet, missing, seconds)
