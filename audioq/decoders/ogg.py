"""Pages of an Ogg file with Opus: where their granule positions say that packets are missing.

libsndfile plays packets one after the other and FFmpeg looks at the clock once a page, so the pages are read here.
A page states the time at its end only (RFC 3533, RFC 7845): with several packets to a page, it is known in which
page some are missing and not before which packet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from audioq.decoders.clock import BACK_SECONDS, GAP_SECONDS, MAX_GAP_SECONDS, OVERLAP_SECONDS, Moment, Placed, Sound
from audioq.decoders.files import FileView
from audioq.decoders.headers import OGG_PAGE_BYTES
from audioq.decoders.stream import OPUS_RATE, CutShortError, Found

_HEAD_BYTES = 27
_READ_BYTES = 1 << 18
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_FRAME_MS = (*(10, 20, 40, 60) * 3, *(10, 20) * 2, *(2.5, 5, 10, 20) * 4)
"""Length of a frame by the upper five bits of a packet's first byte (RFC 6716, table 2)."""


class PageGap(NamedTuple):
    """Packets missing somewhere in a page."""

    first: int
    """Number of the first packet that they may precede, headers not counted."""
    last: int
    """Number of the last packet that they may precede."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages say of time.

    Attributes
    ----------
    tracks : int
        Number of streams side by side.
    gaps : tuple of PageGap
    overlap_s : float
        Seconds of sound more than the pages have time for.
    jumps : int
        How often the clock jumped further than any loss is long, or back.
    """

    tracks: int
    gaps: tuple[PageGap, ...]
    overlap_s: float
    jumps: int


def in_pages(
    moments: Iterator[Moment[Sound]], pages: Pages, found: Found, contrast: Callable[[Sound, Sound], float]
) -> Iterator[Placed[Sound]]:
    """Put packets in their places by the times of their pages.

    Parameters
    ----------
    moments : iterator of Moment
    pages : Pages
    found : Found
        Overlaps and jumps of the clock are added.
    contrast : callable
        How clearly the sound breaks off between one packet and the next: of the places in a page where packets may
        be missing, the clearest break is taken.
    """
    found.overlap_s, found.jumps = pages.overlap_s, pages.jumps
    gaps = deque(pages.gaps)
    held: list[Moment[Sound]] = []
    size = 0
    cut: CutShortError | None = None
    try:
        for moment in moments:
            held.append(moment)
            if not gaps or moment.number < gaps[0].first - 1:
                yield _placed(held.pop(), 0.0, size)
                size = moment.size
            elif moment.number >= gaps[0].last:
                at = _clearest(held, gaps[0], contrast)
                for n, one in enumerate(held):
                    yield _placed(one, gaps[0].seconds if n == at else 0.0, size)
                    size = one.size
                gaps.popleft()
                held = []
    except CutShortError as error:
        cut = error
    for one in held:
        yield _placed(one, 0.0, size)
        size = one.size
    if cut is not None:
        raise cut


def _placed(moment: Moment[Sound], gap: float, size: int) -> Placed[Sound]:
    return Placed(gap + moment.lost_s, size, moment.sound)


def _clearest(held: list[Moment[Sound]], gap: PageGap, contrast: Callable[[Sound, Sound], float]) -> int:
    """Index of the packet before which the gap most likely lies."""
    places = [n for n, one in enumerate(held) if n and one.number >= gap.first] or [len(held) - 1]
    return max(places, key=lambda n: contrast(held[n - 1].sound, held[n].sound)) if len(places) > 1 else places[0]


class _Page(NamedTuple):
    flags: int
    granule: int
    serial: int
    sequence: int
    packets: tuple[bytes, ...]
    """First two bytes of each packet that begins here."""
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
            own = page.serial if own is None and page.packets[:1] == (b"Op",) else own
        elif page.serial == own:
            time.take(page)
    return Pages(len(serials), tuple(time.gaps), time.overlap_s, time.jumps)


class _Time:
    """The walk over the pages of one stream."""

    def __init__(self) -> None:
        self.gaps: list[PageGap] = []
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

    def take(self, page: _Page) -> None:
        """Add the packets of a page and compare its time with theirs."""
        lost_page = self.sequence is not None and page.sequence != (self.sequence + 1) & 0xFFFFFFFF
        self.sequence = page.sequence
        sound = page.packets[1:] if self._n < 0 else page.packets
        lengths = [self._open_s, *(_seconds(packet) for packet in sound)]
        self._open_s = lengths.pop() if page.open else 0.0
        self._seconds += sum(lengths)
        self._n += page.ended
        if page.granule < 0 or self._n <= self._first:
            return  # no packet ends here, or the tags only
        if self._granule is not None:
            missing = (page.granule - self._granule) / OPUS_RATE - self._seconds
            missing = max(missing, 0.0) if page.flags & _LAST else missing  # its last packet may be cut
            self._judge(missing, self._first if lost_page else self._n - 1)
        self._granule, self._seconds, self._first = page.granule, 0.0, self._n

    def _judge(self, missing: float, last: int) -> None:
        if missing > MAX_GAP_SECONDS or missing < -BACK_SECONDS:
            self.jumps += 1
        elif missing > GAP_SECONDS:
            self.gaps.append(PageGap(self._first, last, missing))
        elif missing <= -OVERLAP_SECONDS:
            self.overlap_s -= missing


def _seconds(packet: bytes) -> float:
    """Length of the sound in a packet, from its first two bytes."""
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
            packets.append(data[at : at + min(2, length)])
        begins = length < 255
        ended += begins
        at += length
    granule = int.from_bytes(head[6:14], "little", signed=True)
    serial, sequence = int.from_bytes(head[14:18], "little"), int.from_bytes(head[18:22], "little")
    return _Page(head[5], granule, serial, sequence, tuple(packets), ended, not begins)
