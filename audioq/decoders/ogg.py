"""Pages of an Ogg file with Opus: where their granule positions say that packets are missing.

libsndfile plays packets one after the other and FFmpeg looks at the clock once a page, so the pages are read here.
A page states the time at its end only (RFC 3533, RFC 7845), from which the times of its packets are counted back: with
several packets to a page, it is known in which page some are missing and not before which packet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from audioq.decoders.clock import BACK_SECONDS, GAP_SECONDS, MAX_GAP_SECONDS, OVERLAP_SECONDS, Moment, Placed, Sound
from audioq.decoders.files import FileView
from audioq.decoders.headers import OGG_PAGE_BYTES
from audioq.decoders.stream import OPUS_RATE, Found

_HEAD_BYTES = 27
_READ_BYTES = 1 << 18
_NO_SOUND_BYTES = 2
"""Packets up to this size hold no sound: with them, an encoder stops sending (RFC 6716, 2.1.9)."""
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_FRAME_MS = (*(10, 20, 40, 60) * 3, *(10, 20) * 2, *(2.5, 5, 10, 20) * 4)
"""Length of a frame by the upper five bits of a packet's first byte (RFC 6716, table 2)."""


class PageGap(NamedTuple):
    """Missing packets."""

    before: int
    """Number of the packet that they precede, headers not counted."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages say of time.

    Attributes
    ----------
    tracks : int
        Number of streams side by side.
    gaps : tuple of PageGap
    loose_s : float
        The longest page, in seconds of sound, in which it is not known before which packet others are missing.
    overlap_s : float
        Seconds of sound more than the pages have time for.
    jumps : int
        How often the clock jumped further than any loss is long, or back.
    """

    tracks: int
    gaps: tuple[PageGap, ...]
    loose_s: float
    overlap_s: float
    jumps: int


def in_pages(moments: Iterator[Moment[Sound]], pages: Pages, found: Found) -> Iterator[Placed[Sound]]:
    """Put packets in their places by the times of their pages; overlaps and jumps are added to `found`."""
    found.overlap_s, found.jumps, found.loose_s = pages.overlap_s, pages.jumps, pages.loose_s
    gaps = deque(pages.gaps)
    size = 0
    for moment in moments:
        missing = moment.lost_s
        while gaps and gaps[0].before <= moment.number:
            missing += gaps.popleft().seconds
        yield Placed(missing, size, moment.sound)
        size = moment.size


class _Page(NamedTuple):
    flags: int
    granule: int
    serial: int
    sequence: int
    packets: tuple[bytes, ...]
    """First three bytes of each packet that begins here."""
    ended: int
    """Number of packets that end here."""
    open: bool
    """Whether the last packet goes on in the next page."""


def scan(view: FileView) -> Pages:
    """Read the pages of the first stream with Opus, up to the next recording in the same file."""
    serials: set[int] = set()
    own: int | None = None
    time = _Time()
    for page in _pages(view):
        if page.flags & _FIRST:
            if own is not None and time.sequence is not None:
                break  # another recording follows
            serials.add(page.serial)
            own = page.serial if own is None and page.packets[:1] == (b"Opu",) else own
        elif own is None:
            break  # no Opus here: the streams are counted, that is all
        elif page.serial == own:
            time.take(page)
    return Pages(len(serials), tuple(time.gaps), time.loose_s, time.overlap_s, time.jumps)


class _Time:
    """The walk over the pages of one stream."""

    def __init__(self) -> None:
        self.gaps: list[PageGap] = []
        self.loose_s = 0.0
        self.overlap_s = 0.0
        self.jumps = 0
        self.sequence: int | None = None
        self._n = -1  # the packet with the tags comes first
        self._granule: int | None = None
        self._seconds = 0.0
        """Sound in packets that ended since the granule position was last known."""
        self._open_s = 0.0
        """Sound in a packet that goes on in the next page."""
        self._first = 0
        self._silent: list[int] = []
        """Packets behind those without sound, since then."""

    def take(self, page: _Page) -> None:
        """Add the packets of a page and compare its time with theirs."""
        lost_page = self.sequence is not None and page.sequence != (self.sequence + 1) & 0xFFFFFFFF
        self.sequence = page.sequence
        sound = page.packets[1:] if self._n < 0 else page.packets
        begun = max(self._n, 0) + bool(self._open_s)
        self._silent += [begun + n + 1 for n, packet in enumerate(sound) if len(packet) <= _NO_SOUND_BYTES]
        lengths = [self._open_s, *(_seconds(packet) for packet in sound)]
        self._open_s = lengths.pop() if page.open else 0.0
        self._seconds += sum(lengths)
        self._n += page.ended
        if page.granule < 0 or self._n <= self._first:
            return  # no packet ends here, or the tags only
        if self._granule is not None:
            missing = (page.granule - self._granule) / OPUS_RATE - self._seconds
            self._judge(max(missing, 0.0) if page.flags & _LAST else missing, lost_page)  # the last packet may be cut
        self._granule, self._seconds, self._first, self._silent = page.granule, 0.0, self._n, []

    def _judge(self, missing: float, lost_page: bool) -> None:
        if missing > MAX_GAP_SECONDS or missing < -BACK_SECONDS:
            self.jumps += 1
        elif missing > GAP_SECONDS:
            self._place(missing, lost_page)
        elif missing <= -OVERLAP_SECONDS:
            self.overlap_s -= missing

    def _place(self, missing: float, lost_page: bool) -> None:
        """Put a gap behind the packets without sound, else where the page begins, whose time counts from its end."""
        silent = [n for n in self._silent if n < self._n]
        if silent and not lost_page:
            self.gaps += [PageGap(n, missing / len(silent)) for n in silent]
            return
        self.gaps.append(PageGap(self._first, missing))
        if self._n - self._first > 1 and not lost_page:
            self.loose_s = max(self.loose_s, self._seconds)


def _seconds(packet: bytes) -> float:
    """Length of the sound in a packet, from its first bytes."""
    if not packet:
        return 0.0
    code = packet[0] & 3
    frames = (1, 2, 2)[code] if code < 3 else packet[1] & 63 if len(packet) > 1 else 0
    return frames * _FRAME_MS[packet[0] >> 3] / 1000


def _pages(view: FileView) -> Iterator[_Page]:
    at, base, data = 0, 0, b""
    while True:
        if at - base + OGG_PAGE_BYTES > len(data) and base + len(data) < view.size:
            base, data = at, view.at(at, _READ_BYTES)
        here = at - base
        head = data[here : here + _HEAD_BYTES]
        if len(head) < _HEAD_BYTES:
            return
        if head[:4] != b"OggS":
            following = data.find(b"OggS", here + 1)
            at = base + (following if following >= 0 else max(here + 1, len(data) - 3))
            continue
        lacing = data[here + _HEAD_BYTES : here + _HEAD_BYTES + head[26]]
        body = here + _HEAD_BYTES + len(lacing)
        if body + sum(lacing) > len(data):
            return  # the file is cut off in this page
        yield _page(head, lacing, data, body)
        at = base + body + sum(lacing)


def _page(head: bytes, lacing: bytes, data: bytes, body: int) -> _Page:
    packets: list[bytes] = []
    begins = not head[5] & _CONTINUED
    at = body
    ended = 0
    for length in lacing:
        if begins:
            packets.append(data[at : at + min(3, length)])
        begins = length < 255
        ended += begins
        at += length
    granule = int.from_bytes(head[6:14], "little", signed=True)
    serial, sequence = int.from_bytes(head[14:18], "little"), int.from_bytes(head[18:22], "little")
    return _Page(head[5], granule, serial, sequence, tuple(packets), ended, not begins)
