"""Report: everything that audioq says of one recording; `analyze` composes the walk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audioq.events import Event
from audioq.table import Format, Note
from audioq.verdict import Verdict


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """Verdict and scores of one channel."""

    verdict: Verdict
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Report:
    """What happened to the sound of one recording. All numbers are rounded already."""

    file: str
    sha256: str | None
    format: Format
    verdict: Verdict
    severity: float
    scores: Mapping[str, float]
    events: tuple[Event, ...]
    channels: tuple[ChannelReport, ...]
    warnings: tuple[Note, ...]
    thresholds: str
    """Fingerprint of the thresholds."""
    version: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording that could not be judged: the kind of error and one sentence."""

    file: str
    type: str
    message: str
