"""Transmission: a talk is coded, sent through a network, decoded, and its gaps are covered up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.errors import SimulationError
from audioq.simulate.codecs import make_codec
from audioq.simulate.codecs.decoded import MISSING, QUIET, REPAIRED, Codec, Decoded
from audioq.simulate.concealers import CONCEALERS
from audioq.simulate.networks import NETWORKS
from audioq.simulate.playout import Playout, everything
from audioq.simulate.recipes import Part
from audioq.simulate.spans import Samples, runs
from audioq.simulate.tape import LOST, REAL, WAITING, Tape, cut
from audioq.simulate.tape import QUIET as UNSENT
from audioq.simulate.tape import REPAIRED as MENDED

LONGEST_SECONDS = 1800.0
"""A player that waits for late packets may make a call this long."""

FLUSH_SECONDS = 0.3
"""Silence after the talk, so that a codec with a delay gives back its end."""


@dataclass(frozen=True, slots=True)
class Transmitted:
    """What arrived: the tape, the packets' length in seconds, the share that was lost, and what covered up gaps."""

    tape: Tape
    packet: float
    loss: float
    concealer: str


def transmit(
    y: Samples, active: NDArray[np.bool_], codec_part: Part, network: Part, concealer: Part, rng: np.random.Generator
) -> Transmitted:
    """Send a talk.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The talk at the codec's rate.
    active : ndarray of bool, shape (n,)
        Where somebody speaks.
    codec_part, network, concealer : Part
        How it is coded, what the network does, and what covers up gaps if the decoder does not.
    rng : numpy.random.Generator
        Source of chance.

    Raises
    ------
    SimulationError
        The codec is not installed here.
    """
    codec = make_codec(codec_part.name, **codec_part.settings)
    packets = codec.encode(np.pad(y, (0, round(FLUSH_SECONDS * codec.sr))))
    playout = NETWORKS[network.name].make(len(packets), codec.seconds, rng, **network.settings)
    if playout.n_slots * codec.seconds > LONGEST_SECONDS:
        took = f"makes a call of {playout.n_slots * codec.seconds:.0f} s"
        raise SimulationError(f"network {network.name}: {took}, over {LONGEST_SECONDS:g}; let the player wait less")
    clean = codec.decode(packets, everything(len(packets), codec.seconds))
    heard = codec.decode(packets, playout) if playout.lost.any() else clean
    filled = _covered_up(heard, codec, concealer, rng)
    shift = codec.delay
    slot = round(codec.sr * codec.seconds)
    spoken = np.pad(active, (shift, max(0, len(packets) * slot - shift - y.size)))[: len(packets) * slot]
    tape = Tape(
        codec.sr,
        filled,
        _on_slots(clean.y, playout, slot),
        _active_on_slots(spoken, playout, slot),
        np.repeat(_states(heard, playout), slot),
    )
    n = y.size + int(playout.waiting.sum()) * slot
    own = codec.own_concealment or not playout.lost.any()
    part = cut(tape, shift, min(tape.size, shift + n))
    return Transmitted(part, codec.seconds, float(playout.lost.mean()), "own" if own else concealer.name)


def _covered_up(heard: Decoded, codec: Codec, concealer: Part, rng: np.random.Generator) -> Samples:
    missing = runs(heard.origin == MISSING)
    if not missing:
        return heard.y
    times = [(start * codec.seconds, end * codec.seconds) for start, end in missing]
    return CONCEALERS[concealer.name].conceal(heard.y, codec.sr, times, rng, **concealer.settings)[0]


def _on_slots(y: Samples, playout: Playout, slot: int) -> Samples:
    """The loss-free sound on the time line of the slots; where the player waits, what came before it again."""
    packets = y[: playout.n_packets * slot].reshape(-1, slot)
    source = np.where(playout.waiting, -1, playout.packet)
    source = np.maximum(np.maximum.accumulate(source), 0)
    return np.ascontiguousarray(packets[source]).reshape(-1)


def _active_on_slots(active: NDArray[np.bool_], playout: Playout, slot: int) -> NDArray[np.bool_]:
    """Speech on the time line of the slots; the player waits inside speech if both sides of the wait are speech."""
    packets = active.reshape(-1, slot)
    before = np.maximum.accumulate(playout.packet)
    after = np.minimum(before + 1, packets.shape[0] - 1)
    inside = (before >= 0) & packets[before, -1] & packets[after, 0]
    waits = np.repeat(inside[:, np.newaxis], slot, axis=1)
    return np.where(playout.waiting[:, np.newaxis], waits, packets[before]).reshape(-1)


def _states(heard: Decoded, playout: Playout) -> NDArray[np.uint8]:
    states = np.where(playout.lost, LOST, REAL).astype(np.uint8)
    # A slot that came but could not be decoded, as after a loss in MP3, is lost as well.
    states[heard.origin == MISSING] = LOST
    states[heard.origin == QUIET] = UNSENT
    states[heard.origin == REPAIRED] = MENDED
    states[playout.waiting] = WAITING
    return states
