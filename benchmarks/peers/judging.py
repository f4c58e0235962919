"""Judging: from what a tool says of recordings to verdicts, events and one number, in the scorer's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.peers.catalogue import Peer
from benchmarks.peers.thresholds import cross_validated, grouped_by
from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Prediction, Predictions
from benchmarks.scoring.stretches import said, union

NUMBER = "mos"
"""Name under which a tool's one number is compared with opinion scores."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A tool as it comes to the table.

    Parameters
    ----------
    tool : str
        Name.
    predictions : Predictions
        Verdicts, events and the one number (as score `mos`).
    kinds : frozenset of str
        Kinds of events that the tool can say; empty: it says none.
    judged_by : str
        How its verdict came about.
    cpu_s_per_hour : float or None
        CPU seconds for an hour of sound; None where not measured.
    failed : int
        Recordings for which it gave no number: it failed, or a share was asked for and the label has no length.
    """

    tool: str
    predictions: Predictions
    kinds: frozenset[str]
    judged_by: str
    cpu_s_per_hour: float | None = None
    failed: int = 0


def cpu_per_hour(labels: Sequence[Label], used: Mapping[str, float | None]) -> float | None:
    """Return CPU seconds for an hour of sound, over the labels (by file) for which both are known."""
    known = [(label.seconds, cpu) for label in labels if label.seconds and (cpu := used.get(label.file)) is not None]
    hours = sum(seconds for seconds, _ in known) / 3600
    return sum(cpu for _, cpu in known) / hours if hours else None


def entry_of_peer(peer: Peer, labels: Sequence[Label], replies: Mapping[str, Mapping[str, Any]]) -> Entry:
    """Judge a peer by the best two thresholds on its number, cross-validated."""
    answers = [replies.get(str(label.path.resolve()), {"error": "no reply"}) for label in labels]
    numbers = [number_of(peer, answer, label.seconds) for label, answer in zip(labels, answers, strict=True)]
    rows = zip(labels, cross_validated(labels, numbers), numbers, answers, strict=True)
    predictions = Predictions(
        Prediction(label.file, verdict, None, _scores(number), _events(peer, answer))
        for label, verdict, number, answer in rows
    )
    cpu = cpu_per_hour(labels, {label.file: one.get("cpu_s") for label, one in zip(labels, answers, strict=True)})
    failed = sum(number is None for number in numbers)
    return Entry(peer.name, predictions, frozenset(peer.kinds.values()), thresholds_of(labels), cpu, failed)


def entry_of_numbers(tool: str, labels: Sequence[Label], numbers: Sequence[float | None]) -> Entry:
    """Judge a baseline of one number, larger for better sound, like a peer."""
    rows = zip(labels, cross_validated(labels, numbers), numbers, strict=True)
    predictions = Predictions(Prediction(label.file, verdict, None, _scores(number)) for label, verdict, number in rows)
    failed = sum(number is None for number in numbers)
    return Entry(tool, predictions, frozenset(), thresholds_of(labels), failed=failed)


def thresholds_of(labels: Sequence[Label]) -> str:
    """Return how two thresholds were chosen, in words."""
    return f"two thresholds, cross-validated by {grouped_by(labels)}"


def number_of(peer: Peer, answer: Mapping[str, Any], seconds: float) -> float | None:
    """Return a peer's one number, larger for better sound; None where it failed, or for a share of unknown length."""
    if "error" in answer:
        return None
    if peer.score is not None:
        value = answer["scores"].get(peer.score)
        return None if value is None else float(value)
    spans = [(one["start"], one["end"]) for one in answer["events"] if one["kind"] in peer.share]
    return 1.0 - sum(end - start for start, end in union(spans)) / seconds if seconds else None


def _scores(number: float | None) -> dict[str, float]:
    return {} if number is None else {NUMBER: number}


def _events(peer: Peer, answer: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(
        said(float(one["start"]), float(one["end"]), peer.kinds[one["kind"]])
        for one in answer.get("events", ())
        if one["kind"] in peer.kinds
    )
