"""find: the curves of a table become events in time, each with the numbers that speak for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.absences import MARK, gaps_of
from audioq.copies import long_copies
from audioq.joints import least_contrast
from audioq.kinds import KINDS, Kind, Span
from audioq.masks import bridged, hysteresis, long_enough, runs
from audioq.table import HOP_SECONDS, MARK_DTYPE, FeatureTable
from audioq.thresholds import DEFAULT_THRESHOLDS


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number that speaks for an event and can be checked by eye on its curve."""

    curve: str
    value: float
    unit: str
    limit: float | None


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """A half-open stretch ``start <= t < end`` in seconds on one channel.

    A point in time (a `splice`, a `click`) spans 5 ms to either side.
    """

    start: float
    end: float
    kind: str
    channel: int
    confidence: float
    severity: float
    affects_verdict: bool
    evidence: tuple[Evidence, ...] = ()


def find(
    table: FeatureTable,
    thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS,
    kinds: Sequence[Kind] = KINDS,
) -> tuple[Event, ...]:
    """Find the events of every kind in every channel.

    Parameters
    ----------
    table : FeatureTable
    thresholds : mapping of str to float
    kinds : sequence of Kind
        ``(*KINDS, mine)`` adds your own; kinds that others yield to come first.

    Returns
    -------
    tuple of Event
        Sorted by start, end, kind and channel.

    Raises
    ------
    TableError
        The table lacks a curve that a kind needs.
    """
    events = [event for channel in range(table.channels) for event in _channel(table, channel, thresholds, kinds)]
    return tuple(sorted(events))


def _channel(table: FeatureTable, channel: int, limits: Mapping[str, float], kinds: Sequence[Kind]) -> Iterable[Event]:
    claimed: dict[str, NDArray[np.bool_]] = {}
    for kind in kinds:
        curve = kind.trigger(table, channel, limits)
        mask = hysteresis(curve, limits[f"{kind.name}.onset"], limits[f"{kind.name}.offset"])
        if kind.widen is not None:
            mask = kind.widen(mask, table, channel, limits)
        for other in kind.yields_to:
            mask &= ~claimed.get(other, np.zeros_like(mask))
        mask = bridged(mask, round(limits[f"{kind.name}.merge"] * 100))
        mask = long_enough(mask, max(1, round(limits[f"{kind.name}.shortest"] * 100)))
        spans = [(int(a), int(b)) for a, b in zip(*runs(mask), strict=True)]
        if kind.keep is not None:
            spans = [span for span in spans if kind.keep(table, channel, span, limits)]
        claimed[kind.name] = np.zeros_like(mask)
        for span in spans:
            claimed[kind.name][slice(*span)] = True
            yield _event(kind, curve, table, channel, span, limits)


def _event(
    kind: Kind, curve: NDArray[np.float32], table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]
) -> Event:
    onset = limits[f"{kind.name}.onset"]
    peak = float(np.nanmax(curve[slice(*span)]))
    start, end = _edges(kind, curve, table, channel, span, limits)
    return Event(
        start=start,
        end=end,
        kind=kind.name,
        channel=channel,
        confidence=_confidence(kind, peak, onset),
        severity=float(min(1.0, kind.weight * (0.25 + 0.75 * min(1.0, end - start)))),
        affects_verdict=_affects(kind, table, channel, span, limits),
        evidence=(*_shown(kind, table, channel, span, peak, onset), *_marked(kind, table, channel, span, limits)),
    )


def _affects(kind: Kind, table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]) -> bool:
    affects = kind.affects_verdict
    return affects if isinstance(affects, bool) else affects(table, channel, span, limits)


def _confidence(kind: Kind, peak: float, onset: float) -> float:
    """A probability stands for itself; other curves reach 0.9 at twice their onset, and masks of 0 and 1 at once."""
    if kind.probability:
        return float(np.clip(peak, 0, 0.99))
    excess = abs(peak - onset) / max(abs(onset), 1e-9)
    return float(1 - 0.5 * np.exp(-1.6 * excess))


def _shown(kind: Kind, table: FeatureTable, channel: int, span: Span, peak: float, onset: float) -> Iterable[Evidence]:
    if kind.reported is None and isinstance(kind.curve, str):
        yield Evidence(kind.curve, peak, _unit(table, kind.curve), onset)
    for curve, how in (*((kind.reported,) if kind.reported else ()), *kind.shown):
        part = table[curve][channel, slice(*span)]
        if np.isfinite(part).any():
            yield Evidence(curve, float(getattr(np, f"nan{how}")(part)), _unit(table, curve), None)


def _marked(
    kind: Kind, table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]
) -> Iterable[Evidence]:
    """Missing packets, the lag of a copy to the sample, the contrast of a break, where the event holds such marks."""
    missing = gaps_of(table, channel).seconds(span[0] * HOP_SECONDS, span[1] * HOP_SECONDS)
    if missing:
        yield Evidence(MARK, missing, "s", None)
    if kind.mark not in ("repeat", "discontinuity"):
        return
    marks = _within(_marks(table, kind.mark, channel, limits), table, span)
    if len(marks) and kind.mark == "repeat":
        yield Evidence("repeat", 1000 * float(marks["value"].max()) / table.format.sr, "ms", None)
    elif len(marks):
        yield Evidence("discontinuity", float(marks["value"].max()), "dB", least_contrast(table, limits))


def _within(marks: NDArray[np.void], table: FeatureTable, span: Span) -> NDArray[np.void]:
    """Marks that touch a span of frames."""
    first, last = marks["start"] * 100 // table.format.sr, (marks["end"] - 1) * 100 // table.format.sr
    touching: NDArray[np.void] = marks[(first < span[1]) & (last >= span[0])]
    return touching


def _unit(table: FeatureTable, curve: str) -> str:
    return table.quantities[curve].unit if curve in table.quantities else "1"


def _edges(
    kind: Kind,
    curve: NDArray[np.float32],
    table: FeatureTable,
    channel: int,
    span: Span,
    limits: Mapping[str, float],
) -> tuple[float, float]:
    marks = None if kind.mark is None else _marks(table, kind.mark, channel, limits)
    if kind.point_at is not None:
        at = _point(kind, curve, table, channel, span, marks)
        return max(0.0, at - 0.005), min(at + 0.005, table.duration)
    start, end = span[0] * HOP_SECONDS, min(span[1] * HOP_SECONDS, table.duration)
    if marks is not None and len(marks):
        start, end = _snapped(marks, table.format.sr, start, end)
    return start, max(end, start + HOP_SECONDS / 2)


def _point(
    kind: Kind,
    curve: NDArray[np.float32],
    table: FeatureTable,
    channel: int,
    span: Span,
    marks: NDArray[np.void] | None,
) -> float:
    """Time of the mark with the largest value in a point event, else of the largest jump."""
    inside = _within(marks, table, span) if marks is not None else ()
    if len(inside):
        return float(inside["start"][inside["value"].argmax()] / table.format.sr)  # type: ignore[call-overload]
    jump = table[kind.reported[0]][channel] if kind.reported else curve
    frame = span[0] + int(np.nanargmax(jump[slice(*span)]))
    return frame * HOP_SECONDS + float(table[str(kind.point_at)][channel, frame]) / 1000


def _marks(table: FeatureTable, mark: str, channel: int, limits: Mapping[str, float]) -> NDArray[np.void]:
    """Marks of a channel by which an event may be placed; those that the judgement makes nothing of move nothing."""
    if mark == "repeat":
        return long_copies(table, channel, limits)
    marks = table.marks.get(mark, np.zeros(0, MARK_DTYPE))  # tables made before there were such marks lack it
    own: NDArray[np.void] = marks[marks["channel"] == channel]
    return own[own["value"] >= least_contrast(table, limits)] if mark == "discontinuity" else own


def _snapped(marks: NDArray[np.void], sr: int, start: float, end: float, reach: float = 0.02) -> tuple[float, float]:
    """Move edges to those of sample-exact marks close by."""
    starts, ends = marks["start"] / sr, marks["end"] / sr
    first, last = starts[np.argmin(np.abs(starts - start))], ends[np.argmin(np.abs(ends - end))]
    start = float(first) if abs(first - start) <= reach else start
    end = float(last) if abs(last - end) <= reach else end
    return start, end
