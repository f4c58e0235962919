"""AMR, the codec of mobile calls, narrowband and wideband, with the concealment of 3GPP's decoders."""

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

NARROW = Library(
    "libopencore-amrnb0",
    ("libopencore-amrnb.so.0",),
    {
        "Encoder_Interface_init": (VOID_P, (INT,)),
        "Encoder_Interface_Encode": (INT, (VOID_P, INT, SHORT_P, VOID_P, INT)),
        "Encoder_Interface_exit": (None, (VOID_P,)),
        "Decoder_Interface_init": (VOID_P, ()),
        "Decoder_Interface_Decode": (None, (VOID_P, CHAR_P, SHORT_P, INT)),
        "Decoder_Interface_exit": (None, (VOID_P,)),
    },
)
WIDE_ENCODER = Library(
    "libvo-amrwbenc0",
    ("libvo-amrwbenc.so.0",),
    {
        "E_IF_init": (VOID_P, ()),
        "E_IF_encode": (INT, (VOID_P, INT, SHORT_P, VOID_P, INT)),
        "E_IF_exit": (None, (VOID_P,)),
    },
)
WIDE_DECODER = Library(
    "libopencore-amrwb0",
    ("libopencore-amrwb.so.0",),
    {
        "D_IF_init": (VOID_P, ()),
        "D_IF_decode": (None, (VOID_P, CHAR_P, SHORT_P, INT)),
        "D_IF_exit": (None, (VOID_P,)),
    },
)

NARROW_KBPS = ("4.75", "5.15", "5.9", "6.7", "7.4", "7.95", "10.2", "12.2")
WIDE_KBPS = ("6.6", "8.85", "12.65", "14.25", "15.85", "18.25", "19.85", "23.05", "23.85")

SPEECH_LOST, NO_DATA = 14, 15
"""Frame types of 3GPP TS 26.101 and 26.201; the narrowband has no type of its own for a lost frame."""

SECONDS = 0.02
ROOM = 128
"""Bytes; the decoders read as many as the longest frame has, whatever the length of this one."""


@dataclass(frozen=True, slots=True)
class AmrCodec:
    """AMR through opencore-amr and vo-amrwbenc.

    Parameters
    ----------
    wide : bool
        16 kHz instead of 8.
    kbps : str
        Bit rate, one of `NARROW_KBPS` or `WIDE_KBPS`.
    dtx : bool
        Whether only a frame of comfort noise is sent now and then while nobody speaks.
    """

    wide: bool
    kbps: str
    dtx: bool
    seconds: float = SECONDS
    own_concealment: bool = True

    def __post_init__(self) -> None:
        """Refuse libraries that are not there."""
        for library in (WIDE_ENCODER, WIDE_DECODER) if self.wide else (NARROW,):
            load(library)

    @property
    def name(self) -> str:
        """Key in `CODECS`."""
        return "libamr-wb" if self.wide else "libamr-nb"

    @property
    def sr(self) -> int:
        """Sampling rate in Hz."""
        return 16000 if self.wide else 8000

    @property
    def slot(self) -> int:
        """Samples in a packet."""
        return 320 if self.wide else 160

    @property
    def delay(self) -> int:
        """See `Codec.delay`."""
        return 95 if self.wide else 40

    def encode(self, y: Samples) -> list[bytes]:
        """See `Codec.encode`: packets in the form of files (RFC 4867, 5); one of no bytes is not sent."""
        frames = cut(y, self.slot, self.delay)
        packets = self._encode_wide(frames) if self.wide else self._encode_narrow(frames)
        return [packet if frame_type(packet) != NO_DATA else b"" for packet in packets]

    def decode(self, packets: Sequence[bytes], playout: Playout) -> Decoded:
        """See `Codec.decode`."""
        check_fit(packets, playout, self.seconds)
        return receive(_Wide() if self.wide else _Narrow(), packets, playout, self.slot)

    def _encode_narrow(self, frames: Pcm) -> list[bytes]:
        library, room, mode = load(NARROW), ctypes.create_string_buffer(ROOM), NARROW_KBPS.index(self.kbps)
        encoder = handle(library.Encoder_Interface_init(int(self.dtx)), NARROW)
        try:
            sizes = (library.Encoder_Interface_Encode(encoder, mode, row.ctypes.data, room, 0) for row in frames)
            return [_packet(room, size) for size in sizes]
        finally:
            library.Encoder_Interface_exit(encoder)

    def _encode_wide(self, frames: Pcm) -> list[bytes]:
        library, room, mode = load(WIDE_ENCODER), ctypes.create_string_buffer(ROOM), WIDE_KBPS.index(self.kbps)
        encoder = handle(library.E_IF_init(), WIDE_ENCODER)
        try:
            sizes = (library.E_IF_encode(encoder, mode, row.ctypes.data, room, int(self.dtx)) for row in frames)
            return [_packet(room, size) for size in sizes]
        finally:
            library.E_IF_exit(encoder)


def frame_type(packet: bytes) -> int:
    """What a frame is, by its first byte: 0 to 8 speech by mode and comfort noise, 14 lost, 15 nothing."""
    return packet[0] >> 3 & 15


def _packet(room: ctypes.Array[ctypes.c_char], size: int) -> bytes:
    if not 0 < size <= ROOM:
        raise SimulationError(f"an AMR encoder gave {size} bytes for a frame; use another kbps")
    return room.raw[:size]


class _Narrow(Receiver):
    """opencore-amrnb."""

    def __init__(self) -> None:
        self._library = load(NARROW)
        self._decoder = handle(self._library.Decoder_Interface_init(), NARROW)
        self._sound = np.zeros(160, np.int16)

    def hear(self, packet: bytes) -> Pcm:
        self._library.Decoder_Interface_Decode(self._decoder, packet.ljust(ROOM, b"\0"), self._sound.ctypes.data, 0)
        return self._sound

    def conceal(self) -> Pcm:
        return self.hear(bytes([NO_DATA << 3]))

    def close(self) -> None:
        self._library.Decoder_Interface_exit(self._decoder)


class _Wide(Receiver):
    """opencore-amrwb."""

    def __init__(self) -> None:
        self._library = load(WIDE_DECODER)
        self._decoder = handle(self._library.D_IF_init(), WIDE_DECODER)
        self._sound = np.zeros(320, np.int16)

    def hear(self, packet: bytes) -> Pcm:
        self._library.D_IF_decode(self._decoder, packet.ljust(ROOM, b"\0"), self._sound.ctypes.data, 0)
        return self._sound

    def conceal(self) -> Pcm:
        return self.hear(bytes([SPEECH_LOST << 3]))

    def quiet(self) -> Pcm:
        return self.hear(bytes([NO_DATA << 3]))

    def close(self) -> None:
        self._library.D_IF_exit(self._decoder)


def make_libamr_nb(kbps: str, dtx: int) -> AmrCodec:
    """AMR narrowband through opencore-amrnb."""
    return AmrCodec(False, kbps, bool(dtx))


def make_libamr_wb(kbps: str, dtx: int) -> AmrCodec:
    """AMR wideband through vo-amrwbenc and opencore-amrwb."""
    return AmrCodec(True, kbps, bool(dtx))
