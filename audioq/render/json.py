"""Reports as JSON Lines: one strict JSON object a line, after ``schema.json``.

Conventions
-----------
The order of the keys is fixed. What is undefined is ``null``, never NaN. All output is ASCII, so
that any console and any encoding carries it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from audioq.assessable import Assessment
from audioq.chain import Recording
from audioq.events import Event
from audioq.render.escape import undecoded
from audioq.render.wording import say_hindrance, say_note, say_reason
from audioq.report import ChannelReport, Failure, Leg, Report
from audioq.scores import METRICS
from audioq.table import Note
from audioq.verdict import Reason, Verdict

SCHEMA_VERSION = 1
"""Version of ``schema.json``. Keys are only ever added under one version."""


def to_line(item: Report | Failure, language: str = "en") -> str:
    """Return a report or a failure as one line of JSON without the line's end.

    Parameters
    ----------
    item : Report or Failure
        What was found, or why nothing could be found.
    language : str
        Language of the sentences.

    Returns
    -------
    str
        ASCII only.
    """
    return json.dumps(to_dict(item, language), allow_nan=False, separators=(", ", ": "))


def to_dict(item: Report | Failure, language: str = "en") -> dict[str, Any]:
    """Return a report or a failure as plain dicts, lists, strings, numbers and None."""
    return _failure(item) if isinstance(item, Failure) else _report(item, language)


def _failure(failure: Failure) -> dict[str, Any]:
    from audioq import __version__

    error = {"type": failure.type, "message": undecoded(failure.message)}
    given = {"call_id": failure.call_id, "leg": failure.leg}
    row = {"schema": SCHEMA_VERSION, "audioq": __version__, **file_names(failure.file), "error": error}
    return row | {name: undecoded(value) for name, value in given.items() if value is not None}


def _report(report: Report, language: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA_VERSION,
        "audioq": report.version,
        **file_names(report.file),
        **({} if report.sha256 is None else {"sha256": report.sha256}),
        "format": {name: number(value) for name, value in asdict(report.format).items()},
        "verdict": _verdict(report.verdict, report.scores, language) | _deciding(report),
        "severity": number(report.severity),
        "scores": _scores(report.scores),
        "events": [_event(event) for event in report.events],
        "channels": [_channel(channel, language) for channel in report.channels],
        "warnings": [warning(note, language) for note in report.warnings],
        "thresholds": report.thresholds,
        "assessable": _assessable(report.assessable, language),
        **({} if report.recording is None else {"recording": _recording(report.recording)}),
        **_call(report),
    }


def _recording(recording: Recording) -> dict[str, Any]:
    faults = [
        {"id": one.id, "channel": one.channel, "value": number(one.value), "spans": [list(span) for span in one.spans]}
        for one in recording.faults
    ]
    heard = {"chain": recording.chain, "confidence": number(recording.confidence)}
    return {**heard, "side": recording.side, "faults": faults}


def _deciding(report: Report) -> dict[str, int]:
    """Return the channel on which the verdict of the call rests, where anything was said of the channels."""
    return {"channel": report.verdict.channel} if report.roles_given else {}


def _call(report: Report) -> dict[str, Any]:
    """Return what only a call of several recordings has."""
    if not report.legs:
        return {}
    call_id = None if report.call_id is None else undecoded(report.call_id)
    return {"call_id": call_id, "legs": [*map(_leg, report.legs), *map(_lost, report.missing)]}


def _leg(leg: Leg) -> dict[str, Any]:
    return {
        "leg": undecoded(leg.name),
        **file_names(leg.file),
        **({} if leg.sha256 is None else {"sha256": leg.sha256}),
        "format": {name: number(value) for name, value in asdict(leg.format).items()},
    }


def _lost(failure: Failure) -> dict[str, Any]:
    error = {"type": failure.type, "message": undecoded(failure.message)}
    return {"leg": undecoded(failure.leg or ""), **file_names(failure.file), "error": error}


def file_names(name: str) -> dict[str, str]:
    """Return the name as Unicode; one that is not Unicode comes with its exact bytes as well."""
    shown = undecoded(name)
    # Strict readers refuse lone surrogates, and one such line would cost them the whole file.
    return {"file": shown} if shown == name else {"file": shown, "file_uri": _exact(name)}


def _exact(name: str) -> str:
    try:
        return quote(name, errors="surrogateescape")
    except UnicodeEncodeError:  # a Windows name with half a character
        return quote(name, errors="surrogatepass")


def _verdict(verdict: Verdict, scores: Mapping[str, float], language: str) -> dict[str, Any]:
    return {
        "label": str(verdict.label),
        "confidence": number(verdict.confidence),
        "probabilities": {str(label): number(value) for label, value in verdict.probabilities.items()},
        "basis": verdict.basis,
        "rivals": list(verdict.rivals),
        "rule": verdict.rule,
        "because": [_reason(reason, scores, language) for reason in verdict.because],
    }


def _reason(reason: Reason, scores: Mapping[str, float], language: str) -> dict[str, Any]:
    numbers = {name: number(value) for name, value in asdict(reason).items()}
    return {**numbers, "text": undecoded(say_reason(reason, scores, language))}


def _scores(scores: Mapping[str, float]) -> dict[str, Any]:
    ours = {metric.name: number(scores.get(metric.name)) for metric in METRICS}
    return ours | {name: number(value) for name, value in scores.items() if name not in ours}


def _event(event: Event) -> dict[str, Any]:
    row = {name: number(value) for name, value in asdict(event).items() if name != "evidence"}
    evidence = [{name: number(value) for name, value in asdict(item).items()} for item in event.evidence]
    return {**row, "evidence": evidence}


def _channel(channel: ChannelReport, language: str) -> dict[str, Any]:
    given = {"name": channel.name, "role": channel.role, "leg": channel.leg}
    return {
        **{name: undecoded(value) for name, value in given.items() if value is not None},
        "verdict": _verdict(channel.verdict, channel.scores, language),
        "scores": _scores(channel.scores),
        "assessable": _assessable(channel.assessable, language),
    }


def _assessable(assessments: Sequence[Assessment], language: str) -> dict[str, Any]:
    return {
        one.kind: {"assessable": one.assessable, "because": [_said(n, say_hindrance(n, language)) for n in one.why]}
        for one in assessments
    }


def warning(note: Note, language: str) -> dict[str, Any]:
    """Return a note with its sentence."""
    return _said(note, say_note(note, language))


def _said(note: Note, sentence: str) -> dict[str, Any]:
    values = {name: undecoded(value) if isinstance(value, str) else number(value) for name, value in note.values}
    return {"id": note.id, "values": values, "text": undecoded(sentence)}


def number(value: Any) -> Any:
    """Return None in place of a number that JSON cannot hold, else the value as plain Python."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
