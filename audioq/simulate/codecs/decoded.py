"""Decoded: what a receiver makes of the packets that reached it, and the form that every codec has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.playout import Playout
from audioq.simulate.spans import Samples

RECEIVED, CONCEALED, MISSING, REPAIRED, QUIET = range(5)
"""Where the sound of a slot comes from: decoded from its packet; made up by the decoder itself; nowhere, it is zeros
that a concealer must fill; the copy that a later packet carries; nothing was sent, because nobody spoke."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What is heard, slot by slot.

    Parameters
    ----------
    y : ndarray, float32, shape (n_slots * slot,)
        The sound; `Codec.delay` samples later than what was said.
    origin : ndarray, uint8, shape (n_slots,)
        `RECEIVED`, `CONCEALED`, `MISSING`, `REPAIRED` or `QUIET`.
    """

    y: Samples
    origin: NDArray[np.uint8]


class Codec(Protocol):
    """Speech to packets, and what is left of the packets to speech.

    Every call of `encode` and `decode` starts anew, so the same input gives the same output.
    """

    @property
    def name(self) -> str:
        """Key in `CODECS`."""

    @property
    def sr(self) -> int:
        """Sampling rate on both sides, in Hz."""

    @property
    def seconds(self) -> float:
        """Length of a packet."""

    @property
    def own_concealment(self) -> bool:
        """Whether the decoder covers up losses itself."""

    @property
    def delay(self) -> int:
        """Samples by which sound is heard later than it was said, to within a few."""

    def encode(self, y: Samples) -> list[bytes]:
        """Encode a sound of shape (n,); silence is added until all of it is in the packets.

        A packet without bytes is one that is not sent, because nobody spoke.
        """

    def decode(self, packets: Sequence[bytes], playout: Playout) -> Decoded:
        """Decode the packets that came in time; the decoder hears of the others as its protocol has it.

        Raises
        ------
        ValueError
            If the playout is one for other packets.
        """
