"""Frames: agreement on each 10 ms of active speech, where the labels give the state of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.events import ASKED, SCOPES, Counts, Detection, asked_events, in_scope, total
from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Predictions
from benchmarks.scoring.problems import ScoringError
from benchmarks.scoring.stretches import KINDS, Stretch

STATES = {"dropout": (2, 9), "buzz": (3,), "stutter": (4,), "any": (2, 3, 4, 9)}
"""States of a frame that count as a kind: muted or cut, concealed, repeated."""
DEFAULT_HOP = 0.01


@dataclass(frozen=True, slots=True)
class FrameTruth:
    """State of each frame, whether the source spoke in it, and seconds a frame."""

    state: NDArray[np.integer]
    active: NDArray[np.bool_]
    hop: float


def read_frames(label: Label) -> FrameTruth | None:
    """Read the frames of a recording; None where the labels have none.

    Raises
    ------
    ScoringError
        The file is there and cannot be read.
    """
    name = label.facts.get("frames")
    if not name or not isinstance(name, str) or not (label.folder / name).is_file():
        return None
    try:
        return _read(label.folder / name)
    # What NumPy and zipfile raise for a file that is cut or no archive.
    except (BadZipFile, EOFError, OSError, TypeError, ValueError) as problem:
        raise ScoringError(f"the frame truth of {label.file} cannot be read: {name} is no whole .npz file") from problem


def _read(file: Path) -> FrameTruth | None:
    with np.load(file) as archive:
        if "state" not in archive or "active" not in archive:
            return None
        state, active = archive["state"], archive["active"].astype(bool)
        if state.shape != active.shape:
            raise ValueError(f"{state.shape} states, {active.shape} active")
        return FrameTruth(state, active, float(archive["hop"]) if "hop" in archive else DEFAULT_HOP)


def _claimed(events: Iterable[Stretch], kind: str, truth: FrameTruth) -> NDArray[np.bool_]:
    frames = np.zeros(len(truth.state), dtype=bool)
    for event in events:
        if event.kind == kind or (kind == "any" and event.kind in KINDS):
            first, last = round(event.start / truth.hop), round(event.end / truth.hop)
            frames[max(0, first) : max(0, last)] = True
    return frames


def _is_undecided(event: Stretch, kind: str) -> bool:
    slight = event.minor and (kind == "any" or event.kind == kind)
    return slight or kind in event.alt or event.kind == "skip"


def _counted(label: Label, kind: str, truth: FrameTruth) -> NDArray[np.bool_]:
    """Return the frames of active speech in which the truth is beyond doubt."""
    counted = truth.active.copy()
    for event in label.events:
        if _is_undecided(event, kind):
            counted[max(0, int(event.start / truth.hop) - 1) : int(event.end / truth.hop) + 2] = False
    return counted


def count_frames(label: Label, said: Sequence[Stretch], kind: str, truth: FrameTruth) -> Counts:
    """Count frames that were hit, missed and claimed without a cause."""
    true = np.isin(truth.state, STATES[kind])
    claimed = _claimed(said, kind, truth)
    counted = _counted(label, kind, truth)
    hits, misses, alarms = true & claimed & counted, true & ~claimed & counted, ~true & claimed & counted
    return int(hits.sum()), int(misses.sum()), int(alarms.sum())


Known = tuple[Label, list[Stretch], FrameTruth]


def _known(labels: Iterable[Label], predictions: Predictions) -> Iterable[Known]:
    for label in labels:
        truth = read_frames(label) if label.events_known else None
        if truth is not None:
            yield label, asked_events(predictions[label].events), truth


def frame_figures(labels: Iterable[Label], predictions: Predictions) -> dict[str, dict[str, Detection]]:
    """Return detection figures by scope and kind, counted in frames; empty without frame labels."""
    known = list(_known(labels, predictions))
    figures = {}
    for scope in SCOPES:
        rows = [row for row in known if in_scope(row[0], scope)]
        if rows:
            figures[scope] = {kind: total(count_frames(*row[:2], kind, row[2]) for row in rows) for kind in ASKED}
    return figures
