"""What the first and last bytes of a file say about its length.

libsndfile believes a WAV header that claims too little and drops the rest; recorders that crash
leave such headers behind. Here the claim is compared with what is there.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from audioq.decoders.files import FileView, Patch
from audioq.decoders.stream import UndecodableError

STREAMING_SIZE = 0x7FFF0000
"""Sizes from here on are what programs write that stream to a pipe and cannot know the length."""

SLACK_SECONDS = 0.1
"""Differences between claimed and decoded length below this are padding and estimates."""

MOST_CHUNKS = 1000
"""More chunks than this before the sound are not looked through."""

OGG_PAGE_BYTES = 65307
"""Longest page that Ogg allows (RFC 3533)."""

ASF_HEAD_BYTES = 65536
"""How far the properties of an ASF file are looked for."""

_ASF_PROPERTIES = bytes.fromhex("A1DCAB8C47A9CF118EE400C00C205365")
"""File Properties Object, by its GUID (ASF specification, 3.2)."""

_CAPTURES = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"M<\xb2\xa1", b"\xa1\xb2<M", b"\n\r\r\n")
"""First bytes of a capture of packets: pcap of both byte orders, in micro- and nanoseconds, and pcapng."""

_JANUS = (b"MJR0", b"MEETECHO")
"""First bytes of a recording of Janus (mjr), of the newer and the older form."""

_CONTAINERS = (
    *(b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff\x2e\x91", b"FORM", b"caff", b".snd", b"dns.", b"NIST_1A"),
    *(b"fLaC", b"OggS", b"ID3", b"#!AMR", b"#!iLBC", b"\x1aE\xdf\xa3", b"0&\xb2u\x8ef\xcf\x11", b"wvpk", b"FLV"),
)
"""First bytes of files that say themselves what they hold."""


@dataclass(frozen=True, slots=True)
class WavLength:
    """Length that a WAV header claims, and what is there.

    Attributes
    ----------
    data_at : int
        Offset of the first sample in bytes.
    declared, present : float
        Seconds of sound that the header claims, and that lie between `data_at` and the end.
    samples : int or None
        Samples a channel that a header of a compressed codec states besides (the chunk "fact").
    problem : {None, "streaming", "truncated", "wrong_length_header"}
        "streaming": the length was unknown when the header was written; "truncated": the rest of
        the file is missing; "wrong_length_header": the claim is wrong but nothing is missing.
    patches : tuple of Patch
        What to replace in the header so that a decoder reads to the end.
    """

    data_at: int
    declared: float
    present: float
    samples: int | None
    problem: str | None
    patches: tuple[Patch, ...]


def has_header(view: FileView) -> bool:
    """Whether the first bytes are those of a container, and not of sound without a header."""
    head = view.at(0, 12)
    return head.startswith((*_CONTAINERS, *_CAPTURES, *_JANUS)) or head[4:8] == b"ftyp"


def refuse_packets(view: FileView) -> None:
    """Raise UndecodableError for files that hold packets as a network carried them."""
    head = view.at(0, 12)
    if head.startswith(_CAPTURES):
        raise UndecodableError(
            "is a capture of network packets and no sound",
            "save its RTP stream as sound first, as Wireshark does under Telephony, RTP, RTP Player",
        )
    if head.startswith(_JANUS):
        raise UndecodableError(
            "holds the packets of a Janus recording", "turn them into sound first: janus-pp-rec call.mjr call.opus"
        )


def wav_length(view: FileView) -> WavLength | None:
    """Compare the length in a WAV header with the file; None where there is no such header."""
    head = view.at(0, 12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    chunks = _find_chunks(view)
    if "data" not in chunks or "fmt " not in chunks:
        return None
    data_at, claimed = chunks["data"]
    rate = int.from_bytes(view.at(chunks["fmt "][0] + 8, 4), "little")
    if rate == 0:
        return None
    present = view.size - data_at
    problem = _wav_problem(view, data_at, claimed, rate)
    mend = problem == "wrong_length_header" and claimed < present
    patches = ((4, _u32(view.size - 8)), (data_at - 4, _u32(present))) if mend else ()
    samples = int.from_bytes(view.at(chunks["fact"][0], 4), "little") if "fact" in chunks else None
    return WavLength(data_at, claimed / rate, present / rate, samples, problem, patches)


def _find_chunks(view: FileView) -> dict[str, tuple[int, int]]:
    """Offset and size of the chunks up to and with "data"."""
    chunks: dict[str, tuple[int, int]] = {}
    at = 12
    for _ in range(MOST_CHUNKS):
        head = view.at(at, 8)
        if "data" in chunks or len(head) < 8:
            break
        name, size = struct.unpack("<4sI", head)
        chunks[name.decode("latin-1")] = (at + 8, size)
        at += 8 + size + size % 2
    return chunks


def _wav_problem(view: FileView, data_at: int, claimed: int, rate: int) -> str | None:
    present = view.size - data_at
    if abs(claimed - present) / rate <= SLACK_SECONDS:
        return None
    if claimed > present:
        riff = int.from_bytes(view.at(4, 4), "little")
        if claimed >= STREAMING_SIZE:
            return "streaming"
        return "wrong_length_header" if riff + 8 <= view.size else "truncated"
    return None if _is_chunk(view, data_at + claimed + claimed % 2) else "wrong_length_header"


def _is_chunk(view: FileView, at: int) -> bool:
    """Whether a chunk of metadata, not sound, follows at this offset."""
    head = view.at(at, 8)
    printable = len(head) == 8 and all(0x20 <= byte < 0x7F for byte in head[:4])
    return printable and at + 8 + int.from_bytes(head[4:], "little") <= view.size


def _u32(value: int) -> bytes:
    return min(value, 0xFFFFFFFF).to_bytes(4, "little")


def logged_share(log: str) -> float | None:
    """Return claimed size over present size from libsndfile's log of a header (AIFF, AU, W64, RF64).

    None where the log reports no difference, or a size that stands for "unknown".
    """
    pairs = [(int(a), int(b)) for a, b in re.findall(r":\s*(\d+) \(should be (\d+)\)", log)]
    shares = [a / b for a, b in pairs if b and a < STREAMING_SIZE]
    return shares[-1] if shares else None


def caf_share(view: FileView) -> float:
    """Claimed size of the sound in a CAF file over what is there; 1 where nothing is claimed or missing."""
    at = 8
    for _ in range(MOST_CHUNKS):
        head = view.at(at, 12)
        size = int.from_bytes(head[4:], "big", signed=True)
        if len(head) < 12 or head[:4] == b"data":
            return max(1.0, size / max(1, view.size - at - 12))
        at += 12 + max(size, 0)
    return 1.0


def asf_seconds(view: FileView) -> float | None:
    """Seconds by the header of an ASF file, WMA too; FFmpeg guesses from the size of one that was cut short."""
    head = view.at(0, ASF_HEAD_BYTES)
    at = head.find(_ASF_PROPERTIES)
    if at < 0 or len(head) < at + 92 or head[at + 88] & 1:  # broadcast: written before the length was known
        return None
    play, _, preroll = struct.unpack_from("<QQQ", head, at + 64)
    return float(play) / 1e7 - float(preroll) / 1e3


def mp3_states_length(view: FileView) -> bool:
    """Whether an MP3 file has a Xing, Info or VBRI frame; without one its length is a guess."""
    head = view.at(0, 10)
    id3 = 0
    if head[:3] == b"ID3" and len(head) == 10:
        id3 = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    frame = view.at(id3, 4096)
    return any(tag in frame for tag in (b"Xing", b"Info", b"VBRI"))


def ogg_is_complete(view: FileView) -> bool:
    """Whether an Ogg file ends with a whole page that is marked as the last one."""
    tail = view.at(max(0, view.size - 2 * OGG_PAGE_BYTES), 2 * OGG_PAGE_BYTES)
    page = tail[max(0, tail.rfind(b"OggS")) :]
    if len(page) < 27 or not page[5] & 4:
        return False
    return len(page) >= 27 + page[26] + sum(page[27 : 27 + page[26]])
