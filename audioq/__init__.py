"""audioq: what happened to the sound of a recorded call, when, and how sure.

The walk of the data, one noun and one verb a stage::

    path --read--> Audio --measure--> FeatureTable --find--> events --score--> Scores --judge--> Verdict

`analyze` walks the whole way and returns a `Report`. A table can be saved, loaded and judged again with other
thresholds by `compose`, without decoding the sound.

>>> import numpy as np
>>> import audioq
>>> report = audioq.analyze(np.zeros(16000), sr=16000)
>>> report.verdict.label.value, report.verdict.basis
('blocked', 'no_speech')
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from audioq.assessable import Assessment, assess
    from audioq.audio import Audio, read
    from audioq.batches.describing import manifest
    from audioq.batches.estimates import Estimate, estimate
    from audioq.batches.reading import read_results
    from audioq.batches.running import batch
    from audioq.batches.summaries import Summary
    from audioq.batches.verifying import Verification, verify
    from audioq.errors import (
        AudioError,
        AudioqError,
        BatchError,
        CrashError,
        InstallationError,
        InternalError,
        LimitError,
        RolesError,
        TableError,
        ThresholdError,
    )
    from audioq.events import Event, Evidence, find
    from audioq.features import CALL_FEATURES, FRAME_FEATURES, CallFeature, FrameFeature
    from audioq.glossary import explain
    from audioq.kinds import KINDS, Kind
    from audioq.legs import analyze_legs
    from audioq.measurement import measure
    from audioq.report import ChannelReport, Failure, Leg, Report, analyze, compose
    from audioq.roles import Roles, assign_roles
    from audioq.rules import RULES, Label, Rule
    from audioq.scores import METRICS, Metric, Scores, score
    from audioq.table import FeatureTable, Format, Note, Quantity, load, save
    from audioq.threshold_rows import Threshold
    from audioq.thresholds import DEFAULT_THRESHOLDS, Thresholds, read_thresholds
    from audioq.tracks import Info, Sound, Track, info
    from audioq.verdict import Reason, Verdict, judge

_PLACES = {
    # the walk
    "analyze": "report",
    "analyze_legs": "legs",
    "read": "audio",
    "measure": "measurement",
    "find": "events",
    "score": "scores",
    "assign_roles": "roles",
    "judge": "verdict",
    "assess": "assessable",
    "compose": "report",
    "save": "table",
    "load": "table",
    "explain": "glossary",
    "info": "tracks",
    "read_thresholds": "thresholds",
    "batch": "batches.running",
    "estimate": "batches.estimates",
    "verify": "batches.verifying",
    "manifest": "batches.describing",
    "read_results": "batches.reading",
    # what it makes
    "Audio": "audio",
    "FeatureTable": "table",
    "Format": "table",
    "Note": "table",
    "Quantity": "table",
    "Event": "events",
    "Evidence": "events",
    "Scores": "scores",
    "Metric": "scores",
    "Verdict": "verdict",
    "Reason": "verdict",
    "Assessment": "assessable",
    "Label": "rules",
    "Report": "report",
    "Summary": "batches.summaries",
    "Estimate": "batches.estimates",
    "Verification": "batches.verifying",
    "ChannelReport": "report",
    "Failure": "report",
    "Info": "tracks",
    "Track": "tracks",
    "Sound": "tracks",
    "Leg": "report",
    "Roles": "roles",
    # what can be added to
    "FRAME_FEATURES": "features",
    "CALL_FEATURES": "features",
    "FrameFeature": "features",
    "CallFeature": "features",
    "KINDS": "kinds",
    "Kind": "kinds",
    "METRICS": "scores",
    "RULES": "rules",
    "Rule": "rules",
    "DEFAULT_THRESHOLDS": "thresholds",
    "Threshold": "threshold_rows",
    "Thresholds": "thresholds",
    # what can go wrong
    "AudioqError": "errors",
    "AudioError": "errors",
    "CrashError": "errors",
    "LimitError": "errors",
    "BatchError": "errors",
    "RolesError": "errors",
    "TableError": "errors",
    "ThresholdError": "errors",
    "InstallationError": "errors",
    "InternalError": "errors",
}

__all__ = [
    "Assessment",
    "Audio",
    "AudioError",
    "AudioqError",
    "BatchError",
    "CALL_FEATURES",
    "CallFeature",
    "ChannelReport",
    "CrashError",
    "DEFAULT_THRESHOLDS",
    "Estimate",
    "Event",
    "Evidence",
    "FRAME_FEATURES",
    "Failure",
    "FeatureTable",
    "Format",
    "FrameFeature",
    "Info",
    "InstallationError",
    "InternalError",
    "KINDS",
    "Kind",
    "Label",
    "Leg",
    "LimitError",
    "METRICS",
    "Metric",
    "Note",
    "Quantity",
    "RULES",
    "Reason",
    "Report",
    "Roles",
    "RolesError",
    "Rule",
    "Scores",
    "Sound",
    "Summary",
    "TableError",
    "Threshold",
    "ThresholdError",
    "Thresholds",
    "Track",
    "Verdict",
    "Verification",
    "analyze",
    "analyze_legs",
    "assess",
    "assign_roles",
    "batch",
    "compose",
    "estimate",
    "explain",
    "find",
    "info",
    "judge",
    "load",
    "manifest",
    "measure",
    "read",
    "read_results",
    "read_thresholds",
    "save",
    "score",
    "verify",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562), so that the command starts quickly."""
    if name not in _PLACES:
        raise AttributeError(f"module 'audioq' has no attribute '{name}'")
    value = getattr(importlib.import_module(f"audioq.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
