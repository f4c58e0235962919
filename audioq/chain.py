"""Chain: what lay between the call and the file, and the limits that fit it.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from audioq.listening import listen
from audioq.masks import bridged, runs
from audioq.recorder import Fault, recorder_faults
from audioq.table import HOP_SECONDS, FeatureTable, Note

LOSSY = frozenset(
    (
        "aac",
        "mp3",
        "opus",
        "vorbis",
        "wmav1",
        "wmav2",
        "wmapro",
        "amr_nb",
        "amr_wb",
        "amrnb",
        "amrwb",
        "ac3",
        "eac3",
        "gsm",
    )
)
"""Codecs of files that leave out what they take to be inaudible."""

LIMITS: Mapping[str, Mapping[str, str]] = {
    "loudspeaker": {"dropout.least_snr": "loudspeaker.least_snr", "dropout.cut": "loudspeaker.cut"},
    "both": {
        "degraded.unsigned": "both.unsigned",
        "degraded.splices": "both.splices",
        "signs.harm": "both.harm",
    },
}
"""For a chain or a side: thresholds, and those that stand in for them there."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recognised of the recorder.

    Attributes
    ----------
    chain : str
        ``loudspeaker``: a loudspeaker played the call and a microphone recorded it; ``lossy``: the file is of a lossy
        codec; ``direct``: neither; ``unknown``: too little is heard, in a codec that loses nothing.
    confidence : float
        Probability of that, 0 to 1; NaN where unknown.
    faults : tuple of Fault
        What the recorder did wrong and the call did not.
    side : str or None
        Whose voice it holds, where somebody said so: ``far``, ``both`` or ``near``.
    """

    chain: str
    confidence: float
    faults: tuple[Fault, ...] = ()
    side: str | None = None


def recognise(table: FeatureTable, thresholds: Mapping[str, float], side: str | None = None) -> Recording:
    """Recognise the chain of a recording and the faults of its recorder.

    Parameters
    ----------
    table : FeatureTable
    thresholds : mapping of str to float
    side : str, optional
        Whose voice it holds; nothing in one channel tells that surely.
    """
    known = table.numbers.get("loudspeaker", np.zeros(0))  # tables made before it was measured lack it
    known = known[np.isfinite(known)]
    played = float(known.mean()) if len(known) else math.nan
    lossy = table.format.codec in LOSSY
    if played >= thresholds["chain.loudspeaker"]:
        chain, confidence = "loudspeaker", played
    elif lossy or len(known):
        chain, confidence = "lossy" if lossy else "direct", 1.0 if math.isnan(played) else 1 - played
    else:
        chain, confidence = "unknown", math.nan
    return Recording(chain, confidence, recorder_faults(table, thresholds, room=chain == "loudspeaker"), side)


def fitted(thresholds: Mapping[str, float], recording: Recording) -> Mapping[str, float]:
    """Return the thresholds with those that the chain and the side put in their place."""
    changes = {**LIMITS.get(recording.chain, {}), **LIMITS.get(recording.side or "", {})}
    if not changes:
        return thresholds
    return {**thresholds, **{name: thresholds[instead] for name, instead in changes.items()}}


def said_of(recording: Recording, table: FeatureTable, thresholds: Mapping[str, float]) -> tuple[Note, ...]:
    """Return what people should know of a recorder: its faults, and what a verdict on this side can mean.

    Parameters
    ----------
    recording : Recording
        What `recognise` made of the table.
    table : FeatureTable
    thresholds : mapping of str to float
    """
    notes = [
        Note(fault.id, (("channel", fault.channel), ("count", len(fault.spans)), *_when(fault)))
        for fault in recording.faults
    ]
    if recording.side == "near":
        notes.append(Note("near_side"))
    if recording.side == "both":
        notes.append(Note("both_sides"))
        for channel in range(table.channels):
            notes += _unanswered(table, channel, thresholds)
    return tuple(notes)


def _when(fault: Fault) -> tuple[tuple[str, float], ...]:
    return (("start", round(fault.spans[0][0], 2)), ("value", round(fault.value, 3)))


def _unanswered(table: FeatureTable, channel: int, thresholds: Mapping[str, float]) -> list[Note]:
    """Long silences after somebody spoke: an answer may have been lost there, or nobody gave one."""
    speech = bridged(listen(table, channel, thresholds).speech, 50)
    starts, ends = runs(~speech)
    long = (ends - starts) * HOP_SECONDS >= thresholds["both.unanswered"]
    return [
        Note("unanswered", (("channel", channel), ("start", float(a) * HOP_SECONDS), ("end", float(b) * HOP_SECONDS)))
        for a, b in zip(starts[long].round(2), ends[long].round(2), strict=True)
        if a > 0
    ]
