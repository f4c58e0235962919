"""Clock: the time stamps of packets against the sound that they carry; what is missing shows between them.

Knows no decoder: what is timed here may be anything that lasts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from audioq.decoders.stream import CutShortError, Found

GAP_SECONDS = 0.015
"""A jump of the time stamps beyond this is a lost packet (20 ms and more), below it is jitter."""
MAX_GAP_SECONDS = 600.0
"""A longer jump is a broken clock, not a loss."""
OVERLAP_SECONDS = 0.0195
"""A packet this much before its time overlaps the one before; 20 ms, as stamps in whole milliseconds have it."""
BACK_SECONDS = 1.0
"""A step further back than this is a clock that was set anew."""
AHEAD = 5
"""Packets by which a gap is confirmed: after a late packet, the next ones come early and close it again."""

Sound = TypeVar("Sound")


class Moment(NamedTuple, Generic[Sound]):
    """One decoded packet."""

    at: float | None
    """Its time stamp in seconds; None where it has none."""
    seconds: float
    """How long its sound lasts."""
    number: int
    """Number of the packet in its track, from 0 on."""
    size: int
    """Bytes of the packet."""
    lost_s: float
    """Seconds of sound before it in packets that could not be decoded."""
    sound: Sound


class Placed(NamedTuple, Generic[Sound]):
    """A packet with what is missing before it."""

    gap_s: float
    """Seconds without a packet before this one."""
    size_before: int
    """Bytes of the packet before."""
    sound: Sound


@dataclass(slots=True)
class _Waiting(Generic[Sound]):
    """A packet whose gap is not confirmed yet."""

    moment: Moment[Sound]
    step: float
    """How far its stamp lies behind the end of the packet before it, in seconds."""
    late: float
    """The sum of all steps up to here."""


def in_order(moments: Iterator[Moment[Sound]]) -> Iterator[Placed[Sound]]:
    """Put packets one after the other where there are no stamps; only what could not be decoded is missing."""
    size = 0
    for moment in moments:
        yield Placed(moment.lost_s, size, moment.sound)
        size = moment.size


def on_time(moments: Iterator[Moment[Sound]], found: Found, start: float | None = None) -> Iterator[Placed[Sound]]:
    """Put packets in their places by their stamps.

    A gap must show against the packet before, else slow drift of clocks would add up to holes; against the sound as
    a whole; and against the packets behind it, else a late packet and the early one after it would make one.

    Parameters
    ----------
    moments : iterator of Moment
        May end with `CutShortError`, which is passed on after the last packet.
    found : Found
        A late start, overlaps and jumps of the clock are added.
    start : float, optional
        Time at which the file begins, in seconds, where the sound may begin later.
    """
    waiting: deque[_Waiting[Sound]] = deque()
    clock = _Clock(found, start)
    cut: CutShortError | None = None
    try:
        for moment in moments:
            waiting.append(clock.stamped(moment))
            if len(waiting) > AHEAD:
                yield clock.placed(waiting)
    except CutShortError as error:
        cut = error
    while waiting:
        yield clock.placed(waiting)
    if cut is not None:
        raise cut


_NEAR, _FAR = 10, 500
"""Packets within which one that came late is forgiven, and over which a slow clock is told from jitter."""


class _Clock:
    def __init__(self, found: Found, start: float | None) -> None:
        self._found = found
        self._start = start
        self._due: float | None = None
        """When the next packet is due by the stamp of the last one."""
        self._sum = 0.0
        self._late_before = 0.0
        """Sum of the steps up to the packet that went out last."""
        self._filled = 0.0
        self._size = 0
        self._stamped: deque[float] = deque([0.0], _NEAR)
        self._placed: deque[float] = deque(maxlen=_FAR)
        """Sums of the steps of packets that came, and that went out."""

    def stamped(self, moment: Moment[Sound]) -> _Waiting[Sound]:
        step = 0.0
        if moment.at is not None:
            if self._due is None:
                self._begin(moment.at)
            else:
                step = moment.at - self._due
            self._due = moment.at + moment.seconds
        elif self._due is not None:
            self._due += moment.seconds
        if not -BACK_SECONDS <= step <= MAX_GAP_SECONDS:
            self._found.jumps += 1
            step = 0.0
        self._sum += step
        early = min(self._stamped) - self._sum  # a packet that came late before it makes the next one no overlap
        if early >= OVERLAP_SECONDS:
            self._found.overlap_s += early
        self._stamped.append(self._sum)
        return _Waiting(moment, step, self._sum)

    def _begin(self, at: float) -> None:
        late = 0.0 if self._start is None else at - self._start
        self._found.late_s = late if GAP_SECONDS < late < MAX_GAP_SECONDS else 0.0

    def placed(self, waiting: deque[_Waiting[Sound]]) -> Placed[Sound]:
        first = waiting[0]
        gap = 0.0
        if first.step > GAP_SECONDS:
            stays = min(one.late for one in waiting)
            gap = min(first.step, stays - self._late_before, stays - self._filled)
            gap = gap if gap > GAP_SECONDS else 0.0
        waiting.popleft()
        self._filled += gap
        self._placed.append(first.late)
        # A clock that runs slow sinks below what was filled for good: a gap is held against where it is now.
        self._filled = min(self._filled, max(self._placed)) if len(self._placed) == _FAR else self._filled
        self._late_before = first.late
        placed = Placed(gap, self._size, first.moment.sound)
        self._size = first.moment.size
        return placed
