"""Opus as clients use it: libopus with its modes, forward error correction, silence that is not sent, concealment."""

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
    "libopus0",
    ("libopus.so.0",),
    {
        "opus_encoder_create": (VOID_P, (ctypes.c_int32, INT, INT, ctypes.POINTER(INT))),
        "opus_encoder_ctl": (INT, (VOID_P, INT)),
        "opus_encode": (ctypes.c_int32, (VOID_P, SHORT_P, INT, VOID_P, ctypes.c_int32)),
        "opus_encoder_destroy": (None, (VOID_P,)),
        "opus_decoder_create": (VOID_P, (ctypes.c_int32, INT, ctypes.POINTER(INT))),
        "opus_decode": (INT, (VOID_P, CHAR_P, ctypes.c_int32, SHORT_P, INT, INT)),
        "opus_decoder_destroy": (None, (VOID_P,)),
        "opus_packet_parse": (INT, (CHAR_P, ctypes.c_int32, VOID_P, VOID_P, VOID_P, ctypes.POINTER(INT))),
    },
)

VOIP = 2048
SET_BITRATE, SET_VBR, SET_BANDWIDTH, SET_COMPLEXITY = 4002, 4006, 4008, 4010
SET_FEC, SET_EXPECTED_LOSS, SET_DTX, SET_SIGNAL, SET_FORCE_MODE = 4012, 4014, 4016, 4024, 11002
VOICE = 3001
"""Constants of opus_defines.h; that of the mode is one of the library's private ones."""

MODES = {"auto": None, "silk": 1000, "hybrid": 1001, "celt": 1002}
BANDWIDTHS = {"auto": None, "nb": 1101, "mb": 1102, "wb": 1103, "swb": 1104, "fb": 1105}
RATES = ("8000", "12000", "16000", "24000", "48000")
FRAMES = ("10", "20", "40", "60")

COMPLEXITY = 5
"""What phones can afford; of 0 to 10."""

DELAY_SECONDS = 0.0065
MOST_BYTES = 4000
LONGEST_UNSENT = 2
"""A packet of this many bytes or fewer need not be sent, says the library."""


@dataclass(frozen=True, slots=True)
class OpusCodec:
    """Opus through libopus.

    Parameters
    ----------
    sr : int
        Rate on both sides in Hz, one of `RATES`.
    milliseconds : int
        Length of a packet, one of `FRAMES`.
    kbps : float
        Bit rate.
    mode, bandwidth : str
        Of `MODES` and `BANDWIDTHS`.
    fec : bool
        Whether packets carry a coarse copy of the one before (LBRR), and whether the receiver uses it.
    expected_loss : int
        Per cent of loss that the encoder reckons with; decides how much it spends on copies.
    dtx : bool
        Whether nothing is sent while nobody speaks.
    constant : bool
        Whether all packets have one size.
    """

    sr: int
    milliseconds: int
    kbps: float
    mode: str
    bandwidth: str
    fec: bool
    expected_loss: int
    dtx: bool
    constant: bool
    name: str = "libopus"
    own_concealment: bool = True

    def __post_init__(self) -> None:
        """Refuse modes that the encoder would quietly change, and a library that is not there."""
        if self.mode == "hybrid" and (self.sr < 24000 or self.bandwidth in ("nb", "mb", "wb")):
            raise SimulationError("the codec libopus is hybrid only above wb and from sr 24000; use mode silk")
        if self.mode == "silk" and self.bandwidth in ("swb", "fb"):
            raise SimulationError("the codec libopus has no silk above bandwidth wb; use mode hybrid or celt")
        load(LIBRARY)

    @property
    def seconds(self) -> float:
        """Length of a packet."""
        return self.milliseconds / 1000.0

    @property
    def slot(self) -> int:
        """Samples in a packet."""
        return self.sr * self.milliseconds // 1000

    @property
    def delay(self) -> int:
        """See `Codec.delay`."""
        return round(self.sr * DELAY_SECONDS)

    def encode(self, y: Samples) -> list[bytes]:
        """See `Codec.encode`: a packet of no bytes is one that DTX does not send."""
        library, error = load(LIBRARY), INT()
        encoder = handle(library.opus_encoder_create(self.sr, 1, VOIP, ctypes.byref(error)), LIBRARY)
        room = ctypes.create_string_buffer(MOST_BYTES)
        packets = []
        try:
            for what, value in self._controls():
                if library.opus_encoder_ctl(encoder, what, INT(value)) != 0:
                    raise SimulationError(f"{LIBRARY.files[0]} refuses control {what} = {value}; use other settings")
            for row in cut(y, self.slot, self.delay):
                size = library.opus_encode(encoder, row.ctypes.data, self.slot, room, MOST_BYTES)
                if size <= 0:
                    raise SimulationError(f"{LIBRARY.files[0]} cannot encode (error {size}); use other settings")
                packets.append(room.raw[:size] if size > LONGEST_UNSENT or not self.dtx else b"")
        finally:
            library.opus_encoder_destroy(encoder)
        return packets

    def decode(self, packets: Sequence[bytes], playout: Playout) -> Decoded:
        """See `Codec.decode`."""
        check_fit(packets, playout, self.seconds)
        return receive(_Decoder(self), packets, playout, self.slot)

    def _controls(self) -> list[tuple[int, int]]:
        controls = [
            (SET_BITRATE, round(1000 * self.kbps)),
            (SET_COMPLEXITY, COMPLEXITY),
            (SET_SIGNAL, VOICE),
            (SET_VBR, int(not self.constant)),
            (SET_FEC, int(self.fec)),
            (SET_EXPECTED_LOSS, self.expected_loss if self.fec else 0),
            (SET_DTX, int(self.dtx)),
        ]
        mode, bandwidth = MODES[self.mode], BANDWIDTHS[self.bandwidth]
        if bandwidth is None and self.sr > 16000:
            # Left to itself the encoder would go to a bandwidth that the mode lacks, and so change the mode.
            bandwidth = BANDWIDTHS[{"silk": "wb", "hybrid": "swb"}.get(self.mode, "auto")]
        controls += [(SET_FORCE_MODE, mode)] if mode is not None else []
        controls += [(SET_BANDWIDTH, bandwidth)] if bandwidth is not None else []
        return controls


class _Decoder(Receiver):
    """libopus, told of every packet that is missing."""

    def __init__(self, codec: OpusCodec) -> None:
        self._library, error = load(LIBRARY), INT()
        self._decoder = handle(self._library.opus_decoder_create(codec.sr, 1, ctypes.byref(error)), LIBRARY)
        self._sound = np.zeros(codec.slot, np.int16)
        self._fec = codec.fec

    def _decode(self, packet: bytes | None, fec: int = 0) -> Pcm | None:
        size = len(packet) if packet is not None else 0
        room = self._sound
        heard = self._library.opus_decode(self._decoder, packet, size, room.ctypes.data, room.size, fec)
        return room[:heard] if heard > 0 else None

    def hear(self, packet: bytes) -> Pcm | None:
        return self._decode(packet)

    def conceal(self) -> Pcm | None:
        return self._decode(None)

    def repair(self, following: bytes) -> Pcm | None:
        return self._decode(following, 1) if self._fec and self._carries_copy(following) else None

    def _carries_copy(self, packet: bytes) -> bool:
        """Whether a packet of one SILK frame holds a copy of the one before (RFC 6716, 4.2.3 and 4.2.4).

        The frame begins with a bit of voice activity for each 20 ms, then comes the bit that tells of the copy. Packets
        of several frames copy only a part of what came before, so they count as none.
        """
        configuration = packet[0] >> 3
        if configuration >= 16:
            return False  # CELT has no copies
        start = INT()
        n_frames = self._library.opus_packet_parse(packet, len(packet), None, None, _sizes(), ctypes.byref(start))
        if n_frames != 1 or len(packet) <= start.value:
            return False
        n_parts = (1, 1, 2, 3)[configuration & 3] if configuration < 12 else 1
        return bool(packet[start.value] >> (7 - n_parts) & 1)

    def close(self) -> None:
        self._library.opus_decoder_destroy(self._decoder)


def _sizes() -> ctypes.Array[ctypes.c_int16]:
    """Room for the sizes of the frames of a packet, of which there are at most 48."""
    return (ctypes.c_int16 * 48)()


def make_libopus(
    kbps: float,
    mode: str,
    bandwidth: str,
    frame: str,
    sr: str,
    fec: int,
    expected_loss: int,
    dtx: int,
    constant: int,
) -> OpusCodec:
    """Opus through libopus; see `OpusCodec`."""
    return OpusCodec(int(sr), int(frame), kbps, mode, bandwidth, bool(fec), expected_loss, bool(dtx), bool(constant))
