"""RawFormat: what the bytes of a file without a header are, by its ending or as the user says.

Telephone systems write such files: nothing but coded sound. The names of codecs are those of
FFmpeg's demuxers, which decode them; the endings are those that Asterisk and FreeSWITCH give.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from audioq.decoders.stream import UndecodableError

EXAMPLE = "mulaw,8000,1"
"""What messages show."""

MOST_RAW_CHANNELS = 8
"""More are no interleaved recording of a call."""


@dataclass(frozen=True, slots=True)
class RawFormat:
    """Codec (a key of `CODECS`), rate in Hz and number of interleaved channels of bytes without a header."""

    codec: str
    sr: int
    channels: int


@dataclass(frozen=True, slots=True)
class _Codec:
    sr: int | None
    """Rate in Hz where none is given."""
    free: bool
    """Whether another rate is possible, and more than one channel."""
    unit_bytes: int
    """Bytes of a sample or frame; 0 where frames differ in length."""
    unit_samples: int = 1
    options: tuple[tuple[str, str], ...] = ()
    """What else FFmpeg has to be told."""


_G726 = _Codec(8000, False, 1, 2, (("code_size", "4"),))

CODECS = {
    "mulaw": _Codec(8000, True, 1),
    "alaw": _Codec(8000, True, 1),
    "s8": _Codec(None, True, 1),
    "u8": _Codec(None, True, 1),
    **{f"s{bits}{end}": _Codec(None, True, bits // 8) for bits in (16, 24, 32) for end in ("le", "be")},
    **{f"f32{end}": _Codec(None, True, 4) for end in ("le", "be")},
    "g722": _Codec(16000, False, 1, 2),
    "g726": _G726,
    "g726le": _G726,
    "gsm": _Codec(8000, False, 33, 160),
    "g729": _Codec(8000, False, 10, 80),
    "g723_1": _Codec(8000, False, 0),
    "amrnb": _Codec(8000, False, 0),
    "amrwb": _Codec(16000, False, 0),
}
"""G.726 at 32 kbit/s. G.722 is 16000 Hz, though SDP calls it 8000 (RFC 3551)."""

_ALIASES = {"ulaw": "mulaw", "pcmu": "mulaw", "pcma": "alaw", "g723": "g723_1", "amr": "amrnb"}

ENDINGS = {
    **dict.fromkeys(("ulaw", "ul", "ulw", "mu", "mulaw", "pcmu"), RawFormat("mulaw", 8000, 1)),
    **dict.fromkeys(("alaw", "al", "alw", "pcma"), RawFormat("alaw", 8000, 1)),
    "g722": RawFormat("g722", 16000, 1),
    "g729": RawFormat("g729", 8000, 1),
    "g723": RawFormat("g723_1", 8000, 1),
    "gsm": RawFormat("gsm", 8000, 1),
    "sln": RawFormat("s16le", 8000, 1),
    **{f"sln{kilo}": RawFormat("s16le", kilo * 1000, 1) for kilo in (12, 16, 24, 32, 48, 96, 192)},
    "sln44": RawFormat("s16le", 44100, 1),
}
"""What a file holds by the ending of its name, unless it begins as a container does."""

UNNAMED_ENDINGS = ("raw", "pcm")
"""Endings that say only that there is no header; to Asterisk, .pcm is mu-law, to others 16-bit samples."""


def parse(text: str) -> RawFormat:
    """Read ``codec,rate,channels``; the rate may be left out where the codec has one, and channels are then 1.

    Raises
    ------
    UndecodableError
        It is no such text, or the codec cannot have this rate or these channels.

    Examples
    --------
    >>> parse("mulaw,8000,1"), parse("g722")
    (RawFormat(codec='mulaw', sr=8000, channels=1), RawFormat(codec='g722', sr=16000, channels=1))
    """
    name, *numbers = (part.strip().lower() for part in text.split(","))
    name = _ALIASES.get(name, name)
    if name not in CODECS:
        raise _wrong(text, f"the codec is none of {', '.join(CODECS)}")
    if len(numbers) > 2 or not all(number.isascii() and number.isdigit() for number in numbers):
        raise _wrong(text, "it is not codec,rate,channels")
    codec = CODECS[name]
    sr = int(numbers[0]) if numbers else codec.sr
    channels = int(numbers[1]) if len(numbers) > 1 else 1
    if sr is None:
        raise _wrong(text, "the rate is missing", f"{name},8000,1")
    if not codec.free and (sr, channels) != (codec.sr, 1):
        raise _wrong(text, f"{name} always has {codec.sr} Hz and one channel", name)
    if not 1000 <= sr <= 768_000 or not 1 <= channels <= MOST_RAW_CHANNELS:
        raise _wrong(text, "this rate and number of channels are no recording of a call")
    return RawFormat(name, sr, channels)


def _wrong(text: str, problem: str, example: str = EXAMPLE) -> UndecodableError:
    return UndecodableError(f"raw format '{text}': {problem}", f"write codec,rate,channels, such as {example}")


def named_raw(name: str) -> bool:
    """Whether a name ends as those of files without a header do."""
    return _ending(name) in ENDINGS or _ending(name) in UNNAMED_ENDINGS


def by_name(name: str) -> RawFormat:
    """Return what a name that ends so says.

    Raises
    ------
    UndecodableError
        It only says that there is no header.
    """
    if _ending(name) in UNNAMED_ENDINGS:
        problem = "has no header that says what its bytes are"
        raise UndecodableError(
            problem, f"say it with --raw-format, such as s16le,8000,1 or {EXAMPLE} (raw_format= in Python)"
        )
    return ENDINGS[_ending(name)]


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower().removeprefix(".")


def demuxer_options(how: RawFormat) -> dict[str, str]:
    """Return what FFmpeg's demuxer of the codec's name has to be told."""
    codec = CODECS[how.codec]
    shape = {"sample_rate": str(how.sr), "ch_layout": f"{how.channels}c"} if codec.free else {}
    return {"format_whitelist": how.codec, **shape, **dict(codec.options)}


def whole_units(how: RawFormat, size: int) -> tuple[int | None, int]:
    """Return the samples a channel in `size` bytes, None where only decoding tells, and the bytes left over."""
    codec = CODECS[how.codec]
    if not codec.unit_bytes:
        return None, 0
    units, left = divmod(size, codec.unit_bytes * how.channels)
    return units * codec.unit_samples, left
