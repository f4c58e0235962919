"""True events: the events of a label's line as stretches.

Two spellings are read: objects with named fields, and lists ``[start, end, kind, ...]`` with the words of a call
client (``mute``, ``conceal``, ...).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.lengths import seconds_of
from benchmarks.scoring.stretches import Stretch

AUDIOQ_KIND = {"repeat": "stutter"}
"""Kinds that labels call otherwise than audioq does."""

CLIENT_KIND: dict[str, tuple[str, tuple[str, ...]]] = {
    "mute": ("dropout", ()),
    "no_media": ("dropout", ()),
    "no_output": ("dropout", ()),
    "conceal": ("buzz", ("dropout",)),
    "conceal_sig": ("buzz", ("dropout",)),
}
"""A call client's word -> kind, and the kinds that are accepted instead."""

SHORTEST_BUZZ = 0.04
LEAST_CONCEALED = 0.3
_HOP = 100
"""Frames a second of the grid on which the source's speech is listed."""
_REACH = 8
_TOUCH = 4
"""An event that touches fewer frames of speech than `_TOUCH`, widened by `_REACH`, is minor."""


def read_events(line: Mapping[str, Any]) -> tuple[Stretch, ...]:
    """Return the events of a line; where it lists the source's speech, edges are free in the pauses."""
    events = [event for event in map(_event, line.get("events") or ()) if _has_extent(event)]
    if line.get("speech") is not None:
        events = _freed_in_pauses(events, line["speech"], seconds_of(line))
    return tuple(events)


def _has_extent(event: Stretch) -> bool:
    return event.end > event.start or event.kind == "delete"


def _event(event: Mapping[str, Any] | Sequence[Any]) -> Stretch:
    return _named_event(event) if isinstance(event, Mapping) else _client_event(event)


def _named_event(event: Mapping[str, Any]) -> Stretch:
    start, end = float(event["start"]), float(event["end"])
    low, high = event.get("outer") or (start, end)
    alt = tuple(AUDIOQ_KIND.get(kind, kind) for kind in event.get("alt") or ())
    kind = AUDIOQ_KIND.get(event["kind"], event["kind"])
    return Stretch(start, end, kind, (float(low), float(high)), bool(event.get("minor")), alt)


def _client_event(event: Sequence[Any]) -> Stretch:
    start, end, word = float(event[0]), float(event[1]), str(event[2])
    kind, alt = CLIENT_KIND.get(word, (AUDIOQ_KIND.get(word, word), ()))
    mostly_real = len(event) > 3 and event[3] < LEAST_CONCEALED
    minor = kind == "buzz" and (end - start < SHORTEST_BUZZ or mostly_real)
    return Stretch(start, end, kind, (start, end), minor, alt)


def _speech_frames(speech: Sequence[Sequence[float]], n_frames: int, reach: int) -> NDArray[np.bool_]:
    frames = np.zeros(n_frames, dtype=bool)
    for start, end in speech:
        first, last = round(start * _HOP), round(end * _HOP)
        frames[max(0, first - reach) : last + reach] = True
    return frames


def _freed_in_pauses(events: Sequence[Stretch], speech: Sequence[Sequence[float]], seconds: float) -> list[Stretch]:
    # Where nothing was said nobody can hear an edge: it may lie anywhere up to the next speech.
    n_frames = int(seconds * _HOP) + 2 * _HOP
    frames = _speech_frames(speech, n_frames, 0)
    wide = _speech_frames(speech, n_frames, _REACH)
    return [_freed(event, frames, wide) for event in events]


def _freed(event: Stretch, frames: NDArray[np.bool_], wide: NDArray[np.bool_]) -> Stretch:
    last = len(frames) - 1
    start, end = round(event.start * _HOP), min(round(event.end * _HOP), last)
    minor = event.minor or int(wide[start:end].sum()) < _TOUCH
    before, after = np.flatnonzero(frames[:start]), np.flatnonzero(frames[end:last])
    low = int(before[-1]) + 1 if before.size else 0
    high = end + int(after[0]) if after.size else last
    return replace(event, minor=minor, outer=(low / _HOP, high / _HOP))
