"""Speex narrowband with the concealment of its decoder: the last pitch, noise, and a fade."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audioq.errors import SimulationError
from audioq.simulate.codecs.decoded import Decoded
from audioq.simulate.codecs.library import CHAR_P, INT, SHORT_P, VOID_P, Library, handle, load
from audioq.simulate.codecs.slots import Pcm, Receiver, check_fit, cut, receive
from audioq.simulate.playout import Playout
from audioq.simulate.spans import Samples

LIBRARY = Library(
    "libspeex1",
    ("libspeex.so.1",),
    {
        "speex_lib_get_mode": (VOID_P, (INT,)),
        "speex_encoder_init": (VOID_P, (VOID_P,)),
        "speex_encoder_ctl": (INT, (VOID_P, INT, VOID_P)),
        "speex_encode_int": (INT, (VOID_P, SHORT_P, VOID_P)),
        "speex_encoder_destroy": (None, (VOID_P,)),
        "speex_decoder_init": (VOID_P, (VOID_P,)),
        "speex_decoder_ctl": (INT, (VOID_P, INT, VOID_P)),
        "speex_decode_int": (INT, (VOID_P, VOID_P, SHORT_P)),
        "speex_decoder_destroy": (None, (VOID_P,)),
        "speex_bits_init": (None, (VOID_P,)),
        "speex_bits_reset": (None, (VOID_P,)),
        "speex_bits_write": (INT, (VOID_P, VOID_P, INT)),
        "speex_bits_read_from": (None, (VOID_P, CHAR_P, INT)),
        "speex_bits_destroy": (None, (VOID_P,)),
    },
)

NARROWBAND = 0
SET_ENHANCEMENT, SET_QUALITY = 0, 4
SLOT = 160
MOST_BYTES = 200
BITS_BYTES = 256
"""Room for the library's structure of bits, whose layout is its own affair; it has about 48 bytes."""


class _Bits:
    """The library's buffer of bits."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.memory = ctypes.create_string_buffer(BITS_BYTES)
        library.speex_bits_init(self.memory)

    def close(self) -> None:
        self._library.speex_bits_destroy(self.memory)


@dataclass(frozen=True, slots=True)
class SpeexCodec:
    """Speex narrowband through libspeex.

    Parameters
    ----------
    quality : int
        0 to 10, about 2 to 25 kbit/s.
    """

    quality: int
    name: str = "libspeex"
    sr: int = 8000
    seconds: float = 0.02
    own_concealment: bool = True
    delay: int = 80

    def __post_init__(self) -> None:
        """Refuse a library that is not there."""
        load(LIBRARY)

    def encode(self, y: Samples) -> list[bytes]:
        """See `Codec.encode`."""
        library, room = load(LIBRARY), ctypes.create_string_buffer(MOST_BYTES)
        encoder = handle(library.speex_encoder_init(library.speex_lib_get_mode(NARROWBAND)), LIBRARY)
        bits, packets = _Bits(library), []
        try:
            if library.speex_encoder_ctl(encoder, SET_QUALITY, ctypes.byref(INT(self.quality))) != 0:
                raise SimulationError(f"libspeex refuses quality {self.quality}; use another one")
            for row in cut(y, SLOT, self.delay):
                library.speex_bits_reset(bits.memory)
                library.speex_encode_int(encoder, row.ctypes.data, bits.memory)
                size = library.speex_bits_write(bits.memory, room, MOST_BYTES)
                packets.append(room.raw[:size])
        finally:
            bits.close()
            library.speex_encoder_destroy(encoder)
        return packets

    def decode(self, packets: Sequence[bytes], playout: Playout) -> Decoded:
        """See `Codec.decode`."""
        check_fit(packets, playout, self.seconds)
        return receive(_Decoder(), packets, playout, SLOT)


class _Decoder(Receiver):
    """libspeex, told of every packet that is missing."""

    def __init__(self) -> None:
        self._library = load(LIBRARY)
        mode = self._library.speex_lib_get_mode(NARROWBAND)
        self._decoder = handle(self._library.speex_decoder_init(mode), LIBRARY)
        self._library.speex_decoder_ctl(self._decoder, SET_ENHANCEMENT, ctypes.byref(INT(1)))
        self._bits = _Bits(self._library)
        self._sound = np.zeros(SLOT, np.int16)

    def hear(self, packet: bytes) -> Pcm | None:
        self._library.speex_bits_read_from(self._bits.memory, packet, len(packet))
        failed = self._library.speex_decode_int(self._decoder, self._bits.memory, self._sound.ctypes.data)
        return None if failed else self._sound

    def conceal(self) -> Pcm:
        self._library.speex_decode_int(self._decoder, None, self._sound.ctypes.data)
        return self._sound

    def close(self) -> None:
        self._bits.close()
        self._library.speex_decoder_destroy(self._decoder)


def make_libspeex(quality: int) -> SpeexCodec:
    """Speex narrowband through libspeex."""
    return SpeexCodec(quality)
