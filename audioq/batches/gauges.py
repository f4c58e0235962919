"""Gauges: what the last run found, as a file for the textfile collector of Prometheus' node exporter."""

from __future__ import annotations

import importlib.util
import math
import os
import time
from typing import TYPE_CHECKING, Any

from audioq.batches.rows import CAUSES
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import printable

if TYPE_CHECKING:
    from audioq.batches.summaries import Summary

_ENDING = ".prom"
_BASES = ("speech", "no_speech", "not_answered")


def check_gauges(file: str) -> None:
    """Refuse what could not be written, or would not be read.

    Raises
    ------
    BatchError
        The collector would pass the file over, or the package is missing.
    """
    if not file.endswith(_ENDING):
        raise BatchError(text("error.gauges.ending", {"file": printable(file)}))
    if importlib.util.find_spec("prometheus_client") is None:
        raise BatchError(text("error.gauges.package"))


def write_gauges(file: str, results: str, summary: Summary, seconds: float) -> None:
    """Write the gauges of a batch that is finished, at one go.

    Every gauge has the label ``results``; other labels have the values of short lists, all of which are always there.
    No gauge names a recording.

    Parameters
    ----------
    file : str
        Ends in ``.prom``.
    results : str
        What tells this batch from others whose gauges lie in the same folder.
    summary : Summary
        With how it fared at its gate and against its baseline.
    seconds : float
        How long the run took.

    Raises
    ------
    BatchError
        It cannot be written.
    """
    from prometheus_client import CollectorRegistry, write_to_textfile

    registry = CollectorRegistry()
    gauges = _Gauges(registry, printable(results))
    _of_summary(gauges, summary)
    _of_checks(gauges, summary)
    gauges.set("run_seconds", "How long the last run took.", seconds)
    gauges.set("finished_timestamp_seconds", "When it was finished, in seconds of Unix.", time.time())
    try:
        write_to_textfile(file, registry)
    except OSError as cause:
        values = {"file": printable(os.fspath(file)), "cause": cause.strerror}
        raise BatchError(text("error.checks.unwritten", values)) from cause


class _Gauges:
    """Makes gauges that begin with ``audioq_batch_``."""

    def __init__(self, registry: Any, results: str) -> None:
        self._registry, self._results = registry, results

    def set(self, name: str, meaning: str, value: float) -> None:
        """Make a gauge of one number; none where it is undefined."""
        if not math.isnan(value):
            self._made(name, meaning, ()).labels(self._results).set(value)

    def each(self, name: str, meaning: str, label: str, values: dict[str, float]) -> None:
        """Make a gauge of several numbers that a label tells apart."""
        gauge = self._made(name, meaning, (label,))
        for key, value in values.items():
            if not math.isnan(value):
                gauge.labels(self._results, key).set(value)

    def _made(self, name: str, meaning: str, labels: tuple[str, ...]) -> Any:
        from prometheus_client import Gauge

        return Gauge(f"audioq_batch_{name}", meaning, ("results", *labels), registry=self._registry)


def _of_summary(gauges: _Gauges, summary: Summary) -> None:
    statuses: dict[str, float] = {name: summary.statuses[name] for name in ("ok", "failed", "no_recording")}
    gauges.each("recordings", "Recordings by what became of them.", "status", statuses)
    gauges.each("verdicts", "Scored recordings by verdict.", "label", dict(summary.labels))
    bases: dict[str, float] = {name: summary.bases[name] for name in _BASES}
    gauges.each("bases", "Scored recordings by what the verdict rests on.", "basis", bases)
    gauges.each("failures", "Recordings that failed.", "cause", {name: summary.causes[name] for name in CAUSES})
    gauges.set("sound_seconds", "Sound of the scored recordings.", float(summary.seconds))
    gauges.set("calls_with_mos", "Calls that have a MOS: those with speech.", summary.with_mos)
    gauges.set("mos_of_calls_with_speech", "Mean MOS of these.", _number(summary.mean_mos))
    gauges.set("blocked_ratio", "Share of the blocked among the scored.", _number(summary.blocked_share))


def _of_checks(gauges: _Gauges, summary: Summary) -> None:
    if (passage := summary.passage) is not None:
        gauges.set("gate_passed", "Whether the gate was passed.", passage.is_open)
        gauges.set("gate_met", "Recordings that meet what is not let through.", passage.met)
    if (comparison := summary.comparison) is None:
        return
    worse = comparison.is_worse if comparison.pairs else math.nan
    gauges.set("baseline_worse", "Whether it is worse than the baseline.", worse)
    gauges.set("baseline_pairs", "Recordings that are scored here and in the baseline.", comparison.pairs)
    for part in ("estimate", "low", "high"):
        changes = {name: getattr(comparison.share(name)[2], part) for name in ("damaged", "blocked")}
        meaning = f"Change of a share of recordings since the baseline: {part} of the interval."
        gauges.each(f"baseline_change_{part}_ratio", meaning, "share", changes)
        gauges.set(f"baseline_change_{part}_mos", f"The same of the mean MOS: {part}.", getattr(comparison.mos, part))


def _number(value: float | None) -> float:
    return math.nan if value is None else value
