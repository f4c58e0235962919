"""Comparing: which events of one report are found in another, on the time line of the recording.

Of events of 40 ms and more, and of points in time, both edges must be found again; shorter ones can be found, but are
not asked for. Events that reach over the window that both takes share are compared as far as they lie within it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from audioq.events import Event
from audioq.render.json import to_dict
from audioq.report import Report
from benchmarks.invariance.changes import Take, Window

LEAST = 0.04
"""Seconds; shorter events are not asked for."""

POINTS = frozenset({"splice", "click"})
"""Kinds that are points in time and asked for whatever their length."""

OF_A_LENGTH = frozenset({"dead_air"})
"""Kinds that only silence of some length is: one may come or go where silence is added or cut."""

LEAST_CUT = 0.02
"""Seconds; an event that a window cuts by less is compared as if it were whole."""

EPSILON = 1e-4
"""Seconds; reports round to this."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One event on the time line of the recording."""

    kind: str
    channel: int
    start: float
    end: float
    free: bool = False
    """Whether it may come or go."""

    @property
    def asked(self) -> bool:
        """Whether it must be found again."""
        return not self.free and (self.kind in POINTS or self.end - self.start >= LEAST - EPSILON)


def on_the_recording(report: Report, take: Take) -> list[Seen]:
    """The events of a take, in the times and channels of the recording."""
    return [_seen(event, take) for event in report.events]


def _seen(event: Event, take: Take) -> Seen:
    channel = take.order[event.channel] if take.order else event.channel
    return Seen(event.kind, channel, event.start + take.offset, event.end + take.offset)


def within(events: Iterable[Seen], window: Window) -> list[Seen]:
    """The events as far as they lie in a window; what ends up empty is left out."""
    return [one for one in (_clipped(event, window) for event in events) if one.end > one.start + EPSILON]


def _clipped(event: Seen, window: Window) -> Seen:
    start, end = max(event.start, window[0]), min(event.end, window[1])
    cut = max(start - event.start, event.end - end) > LEAST_CUT
    return replace(event, start=start, end=end, free=cut and event.kind in OF_A_LENGTH)


def outside(events: Iterable[Seen], window: Window) -> list[Seen]:
    """The events that lie wholly outside of a window, but for those that are true of any long silence."""
    beyond = [e for e in events if e.end <= window[0] + EPSILON or e.start >= window[1] - EPSILON]
    return [event for event in beyond if event.kind not in OF_A_LENGTH]


def missing(wanted: Iterable[Seen], given: Iterable[Seen], tolerance: float) -> list[Seen]:
    """The events that are asked for of which none given has kind, channel and, within `tolerance` s, both edges."""
    given = list(given)
    return [one for one in wanted if one.asked and not any(_same(one, other, tolerance) for other in given)]


def _same(one: Seen, other: Seen, tolerance: float) -> bool:
    return (
        (one.kind, one.channel) == (other.kind, other.channel)
        and abs(one.start - other.start) <= tolerance + EPSILON
        and abs(one.end - other.end) <= tolerance + EPSILON
    )


def fate(one: Seen, given: Iterable[Seen]) -> str:
    """What is given in the place of an event that is missing: other edges, another kind, or nothing."""
    there = [e for e in given if e.channel == one.channel and e.start < one.end and e.end > one.start]
    same = [event for event in there if event.kind == one.kind]
    nearest = max(same or there, key=lambda e: min(e.end, one.end) - max(e.start, one.start), default=None)
    if nearest is None:
        return "nothing there"
    times = f"{nearest.start:.3f} to {nearest.end:.3f}"
    return f"other edges: {times}" if same else f"another kind: {nearest.kind} {times}"


def differences(before: Report, after: Report, order: tuple[int, ...]) -> list[str]:
    """Where two reports say anything else at all, but for names and the format of the file, as keys of the report."""
    one, other = _bare(before), _bare(after)
    if order:
        other = _reordered(other, order)
    return [key for key in one if one[key] != other[key]]


def _bare(report: Report) -> dict[str, Any]:
    said = to_dict(report)
    said["format"] = {key: said["format"][key] for key in ("sr", "channels", "duration")}
    return {key: value for key, value in said.items() if not key.startswith("file") and key != "sha256"}


def _reordered(said: Mapping[str, Any], order: tuple[int, ...]) -> dict[str, Any]:
    """A report of moved channels, with each channel back in its place."""
    moved = dict(said)
    moved["events"] = sorted(
        ({**event, "channel": order[event["channel"]]} for event in said["events"]),
        key=lambda event: (event["start"], event["end"], event["kind"], event["channel"]),
    )
    moved["channels"] = [said["channels"][order.index(channel)] for channel in range(len(order))]
    return moved
