"""Codecs without a memory: G.711 in both its laws, and 16-bit sound as it is.

G.711 (ITU-T, 11/1988) quantises 14 bits (mu-law) or 13 bits (A-law) in segments whose steps double. Which code a value
on the border of two steps gets is as in the reference software, ITU-T G.191.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.codecs.decoded import MISSING, RECEIVED, Decoded
from audioq.simulate.codecs.slots import FULL_SCALE, Pcm, check_fit, cut
from audioq.simulate.playout import Playout
from audioq.simulate.spans import Samples

Codes = NDArray[np.uint8]

TELEPHONE_RATE = 8000

MU_BIAS = 33
"""Added to a 14-bit magnitude, it puts the borders of mu-law's segments on powers of two."""


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """One of G.711's two laws.

    Parameters
    ----------
    borders : ndarray, int32, shape (127,)
        Magnitudes at which the codes 1 to 127 begin, in steps of the law.
    bits : int
        How many of the lowest bits of 16 the law does not see.
    positive, negative : int
        What a code is combined with (exclusive or), by its sign.
    values : ndarray, int16, shape (256,)
        What each byte is decoded to.
    """

    borders: NDArray[np.int32]
    bits: int
    positive: int
    negative: int
    values: Pcm


@cache
def mu_law() -> Law:
    """G.711 table 2: eight segments of 16 steps over 8159, the smallest step 2; all bits inverted."""
    code = np.arange(129)
    edge = ((32 + 2 * (code % 16)) << (code // 16)) - MU_BIAS
    edge[0] = -1  # the lowest step lies on both sides of zero, so that its middle is zero itself
    return _law(edge, 2, 0xFF, 0x7F)


@cache
def a_law() -> Law:
    """G.711 table 1: segments of 16 steps over 4096, the first two of the same step; every second bit inverted."""
    code = np.arange(129)
    segment = np.maximum(code // 16, 1)
    edge = np.where(code < 16, code, 16 + code % 16) << (segment - 1)
    return _law(edge, 4, 0xD5, 0x55)


def _law(edge: NDArray[np.int64], bits: int, positive: int, negative: int) -> Law:
    """A law from its 129 borders: a code is decoded to the middle of its step."""
    middle = (edge[:-1] + edge[1:]) << bits >> 1
    values = np.zeros(256, np.int16)
    values[np.arange(128) ^ positive] = middle
    values[np.arange(128) ^ negative] = -middle
    return Law(edge[1:-1].astype(np.int32), bits, positive, negative, values)


def compress(pcm: Pcm, law: Law) -> Codes:
    """Code 16-bit sound, one byte a sample."""
    below = pcm < 0
    magnitude = np.where(below, ~pcm, pcm).astype(np.int32) >> law.bits
    code = np.searchsorted(law.borders, magnitude, side="right")
    return (code ^ np.where(below, law.negative, law.positive)).astype(np.uint8)


def expand(codes: Codes, law: Law) -> Pcm:
    """Decode bytes to 16-bit sound."""
    return law.values[codes]


@dataclass(frozen=True, slots=True, eq=False)
class SampleCodec:
    """A codec that keeps every sample apart: G.711, or 16-bit sound where `law` is None."""

    name: str
    sr: int
    seconds: float
    law: Law | None = None
    own_concealment: bool = False
    delay: int = 0

    @property
    def slot(self) -> int:
        """Samples in a packet."""
        return round(self.sr * self.seconds)

    def encode(self, y: Samples) -> list[bytes]:
        """See `Codec.encode`."""
        pcm = cut(y, self.slot)
        return [row.tobytes() for row in (pcm if self.law is None else compress(pcm, self.law))]

    def decode(self, packets: Sequence[bytes], playout: Playout) -> Decoded:
        """See `Codec.decode`: a lost packet leaves zeros."""
        check_fit(packets, playout, self.seconds)
        here = ~playout.lost
        heard = b"".join(packets[packet] for packet in playout.packet[here].tolist())
        law = self.law
        pcm = np.frombuffer(heard, np.int16) if law is None else expand(np.frombuffer(heard, np.uint8), law)
        y = np.zeros((playout.n_slots, self.slot), np.float32)
        y[here] = (pcm / np.float32(FULL_SCALE)).reshape(-1, self.slot)
        return Decoded(y.reshape(-1), np.where(here, RECEIVED, MISSING).astype(np.uint8))


def make_pcm(sr: str, frame: str) -> SampleCodec:
    """No coding: 16 bits a sample, packets of `frame` milliseconds."""
    return SampleCodec("pcm", int(sr), int(frame) / 1000.0)


def make_mu_law(frame: str) -> SampleCodec:
    """G.711 mu-law, packets of `frame` milliseconds."""
    return SampleCodec("g711-mulaw", TELEPHONE_RATE, int(frame) / 1000.0, mu_law())


def make_a_law(frame: str) -> SampleCodec:
    """G.711 A-law, packets of `frame` milliseconds."""
    return SampleCodec("g711-alaw", TELEPHONE_RATE, int(frame) / 1000.0, a_law())
