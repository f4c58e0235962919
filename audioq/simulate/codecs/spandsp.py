"""What soft switches use: G.722, G.726 and the LPC-10 vocoder of spandsp, and its concealment for telephone sound.

Its concealer is the plain one of many gateways: the last pitch cycle over and over, faded to nothing within 50 ms.
It knows 8 kHz only, so that G.722 leaves its gaps to others.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audioq.simulate.codecs.companding import Law, a_law, compress, expand, mu_law
from audioq.simulate.codecs.decoded import Decoded
from audioq.simulate.codecs.library import CHAR_P, INT, SHORT_P, VOID_P, Library, handle, load
from audioq.simulate.codecs.slots import Pcm, Receiver, check_fit, cut, receive
from audioq.simulate.playout import Playout
from audioq.simulate.spans import Samples

LIBRARY = Library(
    "libspandsp2",
    ("libspandsp.so.2",),
    {
        "g722_encode_init": (VOID_P, (VOID_P, INT, INT)),
        "g722_encode": (INT, (VOID_P, VOID_P, SHORT_P, INT)),
        "g722_encode_free": (INT, (VOID_P,)),
        "g722_decode_init": (VOID_P, (VOID_P, INT, INT)),
        "g722_decode": (INT, (VOID_P, SHORT_P, CHAR_P, INT)),
        "g722_decode_free": (INT, (VOID_P,)),
        "g726_init": (VOID_P, (VOID_P, INT, INT, INT)),
        "g726_encode": (INT, (VOID_P, VOID_P, SHORT_P, INT)),
        "g726_decode": (INT, (VOID_P, SHORT_P, CHAR_P, INT)),
        "g726_free": (INT, (VOID_P,)),
        "lpc10_encode_init": (VOID_P, (VOID_P, INT)),
        "lpc10_encode": (INT, (VOID_P, VOID_P, SHORT_P, INT)),
        "lpc10_encode_free": (INT, (VOID_P,)),
        "lpc10_decode_init": (VOID_P, (VOID_P, INT)),
        "lpc10_decode": (INT, (VOID_P, SHORT_P, CHAR_P, INT)),
        "lpc10_decode_free": (INT, (VOID_P,)),
        "plc_init": (VOID_P, (VOID_P,)),
        "plc_rx": (INT, (VOID_P, SHORT_P, INT)),
        "plc_fillin": (INT, (VOID_P, SHORT_P, INT)),
        "plc_free": (INT, (VOID_P,)),
    },
)

LINEAR, PACKED_LEFT = 0, 1
"""Options of g726_init: sound of 16 bits, codes packed from the highest bit on."""

G722_DELAY = 22
LPC10_SLOT, LPC10_DELAY = 180, 900
"""Samples; the vocoder's delay is that of its loudness, for its waveform is another one."""


@dataclass(frozen=True, slots=True)
class Coder:
    """An encoder and a decoder of spandsp.

    Parameters
    ----------
    encoder, decoder : str
        What their functions begin with.
    sides : (str, str)
        What the functions that make and free them begin with.
    arguments : tuple of int
        What both are made with.
    """

    encoder: str
    decoder: str
    sides: tuple[str, str]
    arguments: tuple[int, ...]


G722 = Coder("g722_encode", "g722_decode", ("g722_encode", "g722_decode"), (64000, 0))
LPC10 = Coder("lpc10_encode", "lpc10_decode", ("lpc10_encode", "lpc10_decode"), (0,))


@dataclass(frozen=True, slots=True, eq=False)
class SpandspCodec:
    """A codec of spandsp.

    Parameters
    ----------
    name : str
        Key in `CODECS`.
    sr : int
        Sampling rate in Hz.
    slot : int
        Samples in a packet.
    coder : Coder or Law
        What codes the sound: spandsp, or for G.711 one of its laws.
    own_concealment : bool
        Whether spandsp's concealer fills the gaps.
    delay : int
        See `Codec.delay`.
    """

    name: str
    sr: int
    slot: int
    coder: Coder | Law
    own_concealment: bool
    delay: int = 0

    def __post_init__(self) -> None:
        """Refuse a library that is not there."""
        load(LIBRARY)

    @property
    def seconds(self) -> float:
        """Length of a packet."""
        return self.slot / self.sr

    def encode(self, y: Samples) -> list[bytes]:
        """See `Codec.encode`."""
        rows, coder = cut(y, self.slot, self.delay), self.coder
        if isinstance(coder, Law):
            return [row.tobytes() for row in compress(rows, coder)]
        library, room = load(LIBRARY), ctypes.create_string_buffer(2 * self.slot)
        state, packets = _made(coder, 0), []
        try:
            for row in rows:
                size = getattr(library, coder.encoder)(state, room, row.ctypes.data, self.slot)
                packets.append(room.raw[:size])
        finally:
            _freed(coder, 0, state)
        return packets

    def decode(self, packets: Sequence[bytes], playout: Playout) -> Decoded:
        """See `Codec.decode`."""
        check_fit(packets, playout, self.seconds)
        return receive(_Decoder(self), packets, playout, self.slot)


def _made(coder: Coder, side: int) -> int:
    made: int | None = getattr(load(LIBRARY), f"{coder.sides[side]}_init")(None, *coder.arguments)
    return handle(made, LIBRARY)


def _freed(coder: Coder, side: int, state: int) -> None:
    getattr(load(LIBRARY), f"{coder.sides[side]}_free")(state)


class _Decoder(Receiver):
    """A decoder, and behind it spandsp's concealer, where the codec has it."""

    def __init__(self, codec: SpandspCodec) -> None:
        self._library = load(LIBRARY)
        self._coder = codec.coder
        self._state = 0 if isinstance(codec.coder, Law) else _made(codec.coder, 1)
        self._concealer = handle(self._library.plc_init(None), LIBRARY) if codec.own_concealment else None
        self._sound = np.zeros(codec.slot, np.int16)

    def hear(self, packet: bytes) -> Pcm:
        coder, sound = self._coder, self._sound
        if isinstance(coder, Law):
            sound[:] = expand(np.frombuffer(packet, np.uint8), coder)
        else:
            getattr(self._library, coder.decoder)(self._state, sound.ctypes.data, packet, len(packet))
        if self._concealer is not None:
            # It also fades from what it made up into the first packet after a loss.
            self._library.plc_rx(self._concealer, sound.ctypes.data, sound.size)
        return sound

    def conceal(self) -> Pcm | None:
        if self._concealer is None:
            return None
        self._library.plc_fillin(self._concealer, self._sound.ctypes.data, self._sound.size)
        return self._sound

    def close(self) -> None:
        if not isinstance(self._coder, Law):
            _freed(self._coder, 1, self._state)
        if self._concealer is not None:
            self._library.plc_free(self._concealer)


def make_g711(law: str, frame: str) -> SpandspCodec:
    """G.711 with spandsp's concealment."""
    laws = {"mu": mu_law, "a": a_law}
    return SpandspCodec("spandsp-g711", 8000, 8 * int(frame), laws[law](), True)


def make_g722(frame: str) -> SpandspCodec:
    """G.722 at 64 kbit/s."""
    return SpandspCodec("spandsp-g722", 16000, 16 * int(frame), G722, False, G722_DELAY)


def make_g726(kbps: str, frame: str) -> SpandspCodec:
    """G.726 with spandsp's concealment."""
    coder = Coder("g726_encode", "g726_decode", ("g726", "g726"), (1000 * int(kbps), LINEAR, PACKED_LEFT))
    return SpandspCodec("spandsp-g726", 8000, 8 * int(frame), coder, True)


def make_lpc10() -> SpandspCodec:
    """The vocoder LPC-10 at 2.4 kbit/s."""
    return SpandspCodec("spandsp-lpc10", 8000, LPC10_SLOT, LPC10, False, LPC10_DELAY)
