"""GSM full rate (GSM 06.10): the last good frame is played again until 320 ms are over, then nothing."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audioq.simulate.codecs.decoded import Decoded
from audioq.simulate.codecs.library import CHAR_P, SHORT_P, VOID_P, Library, handle, load
from audioq.simulate.codecs.slots import Pcm, Receiver, check_fit, cut, receive
from audioq.simulate.playout import Playout
from audioq.simulate.spans import Samples

LIBRARY = Library(
    "libgsm1",
    ("libgsm.so.1",),
    {
        "gsm_create": (VOID_P, ()),
        "gsm_destroy": (None, (VOID_P,)),
        "gsm_encode": (None, (VOID_P, SHORT_P, VOID_P)),
        "gsm_decode": (ctypes.c_int, (VOID_P, CHAR_P, SHORT_P)),
        "gsm_explode": (ctypes.c_int, (VOID_P, CHAR_P, SHORT_P)),
        "gsm_implode": (None, (VOID_P, SHORT_P, VOID_P)),
    },
)

SLOT, BYTES = 160, 33
FRAMES_HELD = 16
"""320 ms, after which GSM 06.11 wants silence."""

N_PARAMETERS = 76
AMPLITUDES = slice(11, N_PARAMETERS, 17)
"""Among the 76 parameters of a frame: the block amplitude of each of its four subframes, 0 to 63."""
MUTING_STEP = 4
"""By which GSM 06.11 lowers them from frame to frame."""

MUTINGS = ("late", "steady")


@dataclass(frozen=True, slots=True)
class GsmCodec:
    """GSM full rate through libgsm.

    Parameters
    ----------
    muting : str
        "late" plays the last frame unchanged, as simple receivers do, "steady" lowers it step by step, as GSM 06.11 has
        it. Both end in silence after 320 ms.
    """

    muting: str
    name: str = "libgsm"
    sr: int = 8000
    seconds: float = 0.02
    own_concealment: bool = True
    delay: int = 0

    def __post_init__(self) -> None:
        """Refuse a library that is not there."""
        load(LIBRARY)

    def encode(self, y: Samples) -> list[bytes]:
        """See `Codec.encode`."""
        library, room = load(LIBRARY), ctypes.create_string_buffer(BYTES)
        coder = handle(library.gsm_create(), LIBRARY)
        packets = []
        try:
            for row in cut(y, SLOT):
                library.gsm_encode(coder, row.ctypes.data, room)
                packets.append(room.raw)
        finally:
            library.gsm_destroy(coder)
        return packets

    def decode(self, packets: Sequence[bytes], playout: Playout) -> Decoded:
        """See `Codec.decode`."""
        check_fit(packets, playout, self.seconds)
        return receive(_Decoder(self.muting == "steady"), packets, playout, SLOT)


class _Decoder(Receiver):
    """libgsm, which knows no loss; what is played instead of a lost frame is decided here."""

    def __init__(self, steady: bool) -> None:
        self._library = load(LIBRARY)
        self._decoder = handle(self._library.gsm_create(), LIBRARY)
        self._sound = np.zeros(SLOT, np.int16)
        self._steady = steady
        self._last: bytes | None = None
        self._lost = 0

    def _decode(self, packet: bytes) -> Pcm:
        self._library.gsm_decode(self._decoder, packet, self._sound.ctypes.data)
        return self._sound

    def hear(self, packet: bytes) -> Pcm:
        self._last, self._lost = packet, 0
        return self._decode(packet)

    def conceal(self) -> Pcm:
        self._lost += 1
        if self._last is None or self._lost > FRAMES_HELD:
            return np.zeros(SLOT, np.int16)
        if self._steady and self._lost > 1:
            self._last = self._lowered(self._last)
        return self._decode(self._last)

    def _lowered(self, packet: bytes) -> bytes:
        """The frame with its block amplitudes one step lower."""
        parameters, room = np.zeros(N_PARAMETERS, np.int16), ctypes.create_string_buffer(BYTES)
        self._library.gsm_explode(self._decoder, packet, parameters.ctypes.data)
        parameters[AMPLITUDES] = np.maximum(parameters[AMPLITUDES] - MUTING_STEP, 0)
        self._library.gsm_implode(self._decoder, parameters.ctypes.data, room)
        return room.raw

    def close(self) -> None:
        self._library.gsm_destroy(self._decoder)


def make_libgsm(muting: str) -> GsmCodec:
    """GSM full rate through libgsm."""
    return GsmCodec(muting)
