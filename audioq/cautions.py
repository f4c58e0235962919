"""Cautions: what a report warns of: how its recordings are, and what is to be said of their recorders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audioq.absences import dtx_notes
from audioq.chain import said_of
from audioq.sides import Side
from audioq.table import FeatureTable, Note
from audioq.thresholds import Thresholds

_SHORT_S = 3.0
"""A recording shorter than this gets a warning."""


def numbered(sides: Sequence[Side]) -> Iterator[tuple[Side, int]]:
    """Yield each side with the number of its first channel in the report."""
    first = 0
    for side in sides:
        yield side, first
        first += side.table.channels


def of_recorders(sides: Sequence[Side], legs: Sequence[str], thresholds: Thresholds) -> Iterator[Note]:
    """Yield what is to be said of each recorder; of legs with their names."""
    for i, (side, first) in enumerate(numbered(sides)):
        for note in said_of(side.recording, side.table, thresholds, first):
            yield Note(note.id, (*note.values, ("leg", legs[i]))) if legs else note


def of_recordings(tables: Sequence[FeatureTable], legs: Sequence[str], thresholds: Thresholds) -> list[Note]:
    """Return the warnings of the recordings; those of a leg say of which."""
    notes = [[*table.notes, *dtx_notes(table, thresholds), *_short(table)] for table in tables]
    if not legs:
        return [note for own in notes for note in own]
    return [Note(n.id, (*n.values, ("leg", leg))) for leg, own in zip(legs, notes, strict=True) for n in own]


def _short(table: FeatureTable) -> tuple[Note, ...]:
    seconds = round(table.duration, 2)
    return (Note("short", (("duration", seconds),)),) if seconds < _SHORT_S else ()
