"""Event counts: hits, misses and false alarms of each recording, counted once and summed many ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.events import ASKED, SCOPES, Detection, asked_events, detection, in_scope, match
from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Predictions


@dataclass(frozen=True, slots=True)
class EventCounts:
    """Counts of the recordings whose events are known.

    Parameters
    ----------
    labels : tuple of Label
        The recordings.
    counts : array of int64, shape (recordings, kinds of `ASKED`, 3)
        Hits, misses, false alarms.
    """

    labels: tuple[Label, ...]
    counts: NDArray[np.int64]

    def part(self, places: Sequence[int]) -> EventCounts:
        """Return the counts of some of the recordings, by their places."""
        return EventCounts(tuple(self.labels[i] for i in places), self.counts[list(places)])

    def within(self, scope: str) -> EventCounts:
        """Return the counts of the recordings of a scope."""
        return self.part([i for i, label in enumerate(self.labels) if in_scope(label, scope)])

    def figures(self) -> dict[str, dict[str, Detection]]:
        """Return detection figures by scope and kind."""
        sums = {scope: self.within(scope).counts.sum(axis=0).tolist() for scope in SCOPES}
        return {
            scope: {kind: detection(*counts) for kind, counts in zip(ASKED, rows, strict=True)}
            for scope, rows in sums.items()
        }


def count_events(labels: Iterable[Label], predictions: Predictions) -> EventCounts:
    """Count hits, misses and false alarms of each kind in each recording whose events are known."""
    known = tuple(label for label in labels if label.events_known)
    counts = np.zeros((len(known), len(ASKED), 3), dtype=np.int64)
    for i, label in enumerate(known):
        said = asked_events(predictions[label].events)
        counts[i] = [match(label.events, said, kind) for kind in ASKED]
    return EventCounts(known, counts)
