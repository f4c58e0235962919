"""Codecs: speech to packets, and what is left of the packets to speech.

    codec = make_codec("libopus", mode="silk", kbps=16)
    packets = codec.encode(y)                                      y at the rate codec.sr
    playout = from_pattern(lost, codec.seconds)                    which of the packets come
    heard = codec.decode(packets, playout)                         heard.y, and where each slot of it comes from

Some come with PyAV and leave gaps to a concealer. Others are libraries of the system, most with a concealment of their
own; where one is not installed, `missing` says so.
"""

from __future__ import annotations

from audioq.simulate.codecs.alignment import lag
from audioq.simulate.codecs.decoded import CONCEALED, MISSING, QUIET, RECEIVED, REPAIRED, Codec, Decoded
from audioq.simulate.codecs.files import FORMS, reencode, write
from audioq.simulate.codecs.table import CODECS, CodecKind, make_codec, missing

__all__ = [
    "CODECS",
    "CONCEALED",
    "FORMS",
    "MISSING",
    "QUIET",
    "RECEIVED",
    "REPAIRED",
    "Codec",
    "CodecKind",
    "Decoded",
    "lag",
    "make_codec",
    "missing",
    "reencode",
    "write",
]
