"""The codecs that come with PyAV (FFmpeg's libraries in its wheel): they encode, and decode packet by packet.

None of these decoders is told of a loss; a lost packet leaves zeros, which a concealer must fill. What follows a loss
is what the decoder makes of it with the memory it has: after a lost packet AAC and MP3 lack the overlap with it, and
MP3 may also lack bits that were in it, so that the next packet sounds wrong or does not decode at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from audioq.errors import SimulationError
from audioq.simulate.codecs.decoded import Decoded
from audioq.simulate.codecs.slots import FULL_SCALE, Receiver, Sound, check_fit, cut, receive
from audioq.simulate.playout import Playout
from audioq.simulate.spans import Samples

if TYPE_CHECKING:
    import av

BITEXACT = 1 << 23
"""AV_CODEC_FLAG_BITEXACT: the same bytes whatever the version of the library."""

MP3_DELAY = 1105
AAC_DELAY = 1024
OPUS_DELAY = 312
AMR_DELAY = 40
G722_DELAY = 22
"""Samples, as measured; the first three are also what the encoders declare."""

RATES = ("8000", "11025", "12000", "16000", "22050", "24000", "32000", "44100", "48000")
"""Hz, of AAC and MP3."""

FRAMES = ("10", "20", "40", "60")
AMR_KBPS = ("4.75", "5.15", "5.9", "6.7", "7.4", "7.95", "10.2", "12.2")
G726_BITS = {"16": 2, "24": 3, "32": 4, "40": 5}
"""kbit/s -> bits a sample."""


@dataclass(frozen=True, slots=True, eq=False)
class PackagedCodec:
    """A codec of PyAV.

    Parameters
    ----------
    name : str
        Key in `CODECS`.
    sr : int
        Sampling rate in Hz.
    slot : int
        Samples in a packet.
    encoder, decoder : str
        What FFmpeg calls them.
    bits_per_second : int
        Bit rate.
    delay : int
        Samples by which sound is heard later than it was said.
    sliced : bool
        Whether the encoder gives a stream of bits that can be cut into packets anywhere, not packets.
    encoding, decoding : mapping of str to str
        Options of FFmpeg.
    """

    name: str
    sr: int
    slot: int
    encoder: str
    decoder: str
    bits_per_second: int
    delay: int = 0
    sliced: bool = False
    encoding: Mapping[str, str] = field(default_factory=dict)
    decoding: Mapping[str, str] = field(default_factory=dict)
    own_concealment: bool = False

    def __post_init__(self) -> None:
        """Refuse what this build of FFmpeg does not have."""
        import av

        try:
            av.Codec(self.encoder, "w")
            av.Codec(self.decoder, "r")
        except ValueError as cause:
            raise SimulationError(
                f"the codec {self.name} needs {self.encoder} and {self.decoder}, and this PyAV lacks one of them; "
                "install its own wheel with pip install av"
            ) from cause

    @property
    def seconds(self) -> float:
        """Length of a packet."""
        return self.slot / self.sr

    def encode(self, y: Samples) -> list[bytes]:
        """See `Codec.encode`."""
        import av

        pcm = cut(y, self.slot, self.delay).reshape(1, -1)
        if not pcm.size:
            return []
        context = self._context()
        kind = context.format.name
        planes = pcm / np.float32(FULL_SCALE) if kind == "fltp" else pcm
        frame = av.AudioFrame.from_ndarray(planes, format=kind, layout="mono")
        frame.sample_rate, frame.pts = self.sr, 0
        packets = [bytes(packet) for packet in (*context.encode(frame), *context.encode(None))]
        if not self.sliced:
            return packets[: pcm.size // self.slot]
        stream = b"".join(packets)
        size = self.bits_per_second * self.slot // (8 * self.sr)
        return [stream[start : start + size] for start in range(0, pcm.size // self.slot * size, size)]

    def decode(self, packets: Sequence[bytes], playout: Playout) -> Decoded:
        """See `Codec.decode`: a lost packet, and one that cannot be decoded after a loss, leaves zeros."""
        check_fit(packets, playout, self.seconds)
        return receive(_Decoder(self), packets, playout, self.slot)

    def _context(self) -> av.AudioCodecContext:
        import av

        context = av.CodecContext.create(self.encoder, "w")
        assert isinstance(context, av.AudioCodecContext)
        formats = [one.name for one in context.codec.audio_formats or ()]
        context.sample_rate, context.layout = self.sr, "mono"
        context.format = "fltp" if "fltp" in formats else "s16"
        context.bit_rate = self.bits_per_second
        context.options = dict(self.encoding)
        context.flags |= BITEXACT
        context.open()
        return context


class _Decoder(Receiver):
    """A decoder of FFmpeg, which leaves gaps to others."""

    def __init__(self, codec: PackagedCodec) -> None:
        import av

        context = av.CodecContext.create(codec.decoder, "r")
        assert isinstance(context, av.AudioCodecContext)
        context.sample_rate, context.layout = codec.sr, "mono"
        context.options = dict(codec.decoding)
        if codec.encoder == "aac":
            # Its packets do not say what rate they have. (Opus has such a header too; it would cut the delay off.)
            context.extradata = codec._context().extradata
        self._context, self._codec = context, codec

    def hear(self, packet: bytes) -> Sound | None:
        import av

        try:
            frames = self._context.decode(av.Packet(packet))
        except av.error.FFmpegError:
            return None  # The player hears nothing, whatever FFmpeg finds wrong with the packet.
        if not frames:
            return None
        heard: Sound = np.concatenate([frame.to_ndarray().reshape(-1) for frame in frames])
        return heard

    def conceal(self) -> None:
        """Nothing is done: the decoder does not know of time."""

    def close(self) -> None:
        """Nothing is done: PyAV frees what nobody refers to."""


def make_opus(kbps: float, frame: str) -> PackagedCodec:
    """Opus as FFmpeg encodes it, fullband, packets of `frame` milliseconds."""
    options = {"application": "voip", "frame_duration": frame}
    bits = round(1000 * kbps)
    return PackagedCodec("opus", 48000, 48 * int(frame), "libopus", "libopus", bits, OPUS_DELAY, encoding=options)


def make_amr_nb(kbps: str) -> PackagedCodec:
    """AMR narrowband, packets of 20 ms."""
    bits = round(1000 * float(kbps))
    return PackagedCodec("amr-nb", 8000, 160, "libopencore_amrnb", "amrnb", bits, AMR_DELAY)


def make_g722(frame: str) -> PackagedCodec:
    """G.722 at 64 kbit/s, packets of `frame` milliseconds."""
    return PackagedCodec("g722", 16000, 16 * int(frame), "g722", "g722", 64000, G722_DELAY, sliced=True)


def make_g726(kbps: str, frame: str) -> PackagedCodec:
    """G.726, packets of `frame` milliseconds."""
    options = {"bits_per_coded_sample": str(G726_BITS[kbps])}
    bits = 1000 * int(kbps)
    return PackagedCodec("g726", 8000, 8 * int(frame), "g726", "g726", bits, sliced=True, decoding=options)


def make_aac(kbps: float, sr: str) -> PackagedCodec:
    """AAC of low complexity, packets of 1024 samples."""
    return PackagedCodec("aac", int(sr), 1024, "aac", "aac", round(1000 * kbps), AAC_DELAY)


def make_mp3(kbps: float, sr: str) -> PackagedCodec:
    """MP3, packets of 1152 samples, below 32 kHz of 576."""
    slot = 1152 if int(sr) >= 32000 else 576
    return PackagedCodec("mp3", int(sr), slot, "libmp3lame", "mp3float", round(1000 * kbps), MP3_DELAY)
