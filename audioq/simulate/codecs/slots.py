"""Slots: sound cut into packets, and the loop of a receiver over the slots that it plays."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.codecs.decoded import CONCEALED, MISSING, QUIET, RECEIVED, REPAIRED, Decoded
from audioq.simulate.playout import WAITING, Playout
from audioq.simulate.spans import Samples

Pcm = NDArray[np.int16]
Sound = NDArray[np.int16] | NDArray[np.float32]

FULL_SCALE = 32768.0


def quantised(y: Samples) -> Pcm:
    """Sound in 16 bits, cut off at full scale."""
    steps = np.clip(np.rint(y * np.float32(FULL_SCALE)), -FULL_SCALE, FULL_SCALE - 1.0)
    return np.asarray(steps.astype(np.int16))


def cut(y: Samples, slot: int, delay: int = 0) -> Pcm:
    """Sound in 16 bits, packet by packet, shape (n_packets, slot).

    Silence is added at the end, as much as a decoder that is `delay` samples late needs to give all of the sound.
    """
    n_packets = math.ceil((y.size + delay) / slot) if y.size else 0
    pcm = np.zeros(n_packets * slot, np.int16)
    pcm[: y.size] = quantised(y)
    return pcm.reshape(n_packets, slot)


def check_fit(packets: Sequence[bytes], playout: Playout, seconds: float) -> None:
    """Refuse a playout for other packets.

    Raises
    ------
    ValueError
        If it has another number or length of packets.
    """
    if playout.n_packets != len(packets):
        raise ValueError(f"the playout is one for {playout.n_packets} packets, not for {len(packets)}")
    if not math.isclose(playout.seconds, seconds):
        raise ValueError(f"the playout has slots of {playout.seconds} s, the packets have {seconds} s")


class Receiver(ABC):
    """A decoder with a memory, told slot by slot what came."""

    @abstractmethod
    def hear(self, packet: bytes) -> Sound | None:
        """Decode a packet; None where it cannot be decoded."""

    @abstractmethod
    def conceal(self) -> Sound | None:
        """Say that a packet is missing; None from a decoder that leaves the gap to others."""

    def quiet(self) -> Sound | None:
        """Say that nothing was sent. Most decoders take that as a loss."""
        return self.conceal()

    def repair(self, following: bytes) -> Sound | None:
        """Decode the missing packet from what the one after it carries of it; None where it carries nothing."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Give back the memory of the decoder."""


def receive(receiver: Receiver, packets: Sequence[bytes], playout: Playout, slot: int) -> Decoded:
    """Play all slots through a receiver and close it.

    Parameters
    ----------
    receiver : Receiver
        A fresh decoder.
    packets : sequence of bytes
        All that were sent; an empty one was not.
    playout : Playout
        What is played when.
    slot : int
        Samples in a slot; what a decoder gives is cut or filled up with zeros to this length.
    """
    y = np.zeros((playout.n_slots, slot), np.float32)
    origin = np.full(playout.n_slots, MISSING, np.uint8)
    with closing(receiver):
        for place in range(playout.n_slots):
            origin[place], sound = _play(receiver, packets, playout, place)
            if sound is not None:
                heard = sound[:slot]
                y[place, : heard.size] = heard / np.float32(FULL_SCALE) if heard.dtype == np.int16 else heard
    return Decoded(y.reshape(-1), origin)


def _play(receiver: Receiver, packets: Sequence[bytes], playout: Playout, place: int) -> tuple[int, Sound | None]:
    """Origin and sound of one slot."""
    packet = int(playout.packet[place])
    if packet != WAITING and not packets[packet]:
        sound = receiver.quiet()
        return (MISSING if sound is None else QUIET), sound
    if not playout.lost[place]:
        sound = receiver.hear(packets[packet])
        return (MISSING if sound is None else RECEIVED), sound
    if (following := _following(packets, playout, place)) is not None:
        sound = receiver.repair(following)
        if sound is not None:
            return REPAIRED, sound
    sound = receiver.conceal()
    return (MISSING if sound is None else CONCEALED), sound


def _following(packets: Sequence[bytes], playout: Playout, place: int) -> bytes | None:
    """The packet after a lost one, if it is there in time."""
    if playout.packet[place] == WAITING or place + 1 >= playout.n_slots or playout.lost[place + 1]:
        return None
    return packets[int(playout.packet[place + 1])] or None
