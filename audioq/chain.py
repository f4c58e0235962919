"""Chain: what lay between the call and the file, and the limits that fit it.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from audioq.listening import listen
from audioq.masks import bridged, runs
from audioq.recorder import LOSSY, Fault, recorder_faults
from audioq.table import HOP_SECONDS, FeatureTable, Note
from audioq.verdict import Verdict, less_sure

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
        codec; ``direct``: neither; ``unknown``: too little is heard, in a codec that loses nothing, or it sounds like a
        room and like a poor line.
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
    unknown = np.full(table.channels, np.nan)  # tables made before they were measured lack these numbers
    known = table.numbers.get("loudspeaker", unknown)
    # A room's own noise holds bass. Where the bass was not measured, nothing speaks against one.
    bass = ~(table.numbers.get("pause_bass", unknown) < thresholds["chain.pause_bass"])
    rooms = (known >= thresholds["chain.loudspeaker"]) & bass  # of each channel; NaN is none
    heard = np.isfinite(known)
    # A microphone hears all channels that hold anything, or the channels came by wire.
    played = float(known[heard].min()) if heard.any() else math.nan
    lossy = table.format.codec in LOSSY
    if heard.any() and rooms[heard].all():
        chain, confidence = "loudspeaker", played
    elif played < thresholds["chain.direct"] or (lossy and not heard.any()):
        chain, confidence = "lossy" if lossy else "direct", 1.0 if math.isnan(played) else 1 - played
    else:
        chain, confidence = "unknown", math.nan
    # A mute or an overload takes from a room what it is told by, so that its faults must make do with less.
    likely = np.flatnonzero((known >= thresholds["assessable.room"]) & bass).tolist()
    return Recording(chain, confidence, recorder_faults(table, thresholds, likely), side)


def fitted(thresholds: Mapping[str, float], recording: Recording) -> Mapping[str, float]:
    """Return the thresholds with those that the chain and the side put in their place."""
    changes = {**LIMITS.get(recording.chain, {}), **LIMITS.get(recording.side or "", {})}
    if not changes:
        return thresholds
    return {**thresholds, **{name: thresholds[instead] for name, instead in changes.items()}}


def said_of(
    recording: Recording, table: FeatureTable, thresholds: Mapping[str, float], first: int = 0
) -> tuple[Note, ...]:
    """Return what people should know of a recorder: its faults, and what a verdict on this side can mean.

    Parameters
    ----------
    recording : Recording
        What `recognise` made of the table.
    table : FeatureTable
    thresholds : mapping of str to float
    first : int
        Number of the first channel of the table in the report.
    """
    notes = [
        Note(one.id, (*_where(one, first), ("count", len(one.spans)), *_when(one)))
        for one in recording.faults
        if one.id != "file_cut_off"  # the reader's own note says it
    ]
    for channel in range(table.channels) if recording.side == "both" else ():
        notes += _unanswered(table, channel, first, thresholds)
    return tuple(notes)


def said_of_side(side: str | None) -> tuple[Note, ...]:
    """Return what is to be said of whose voice a channel holds, once a report."""
    return {"near": (Note("near_side"),), "both": (Note("both_sides"),)}.get(side or "", ())


def renumbered(recording: Recording, first: int) -> Recording:
    """Return a recording whose channels are numbered on from `first`."""
    return replace(recording, faults=tuple(_moved(one, first) for one in recording.faults))


def doubted(verdict: Verdict, recording: Recording, table: FeatureTable, thresholds: Mapping[str, float]) -> Verdict:
    """Return a verdict that is less sure where the recorder failed or the bytes may be in another format.

    A file that is cut off holds up to there what it should.
    """
    failed = any(one.id != "file_cut_off" for one in recording.faults)
    if not failed and not any(map(misread, table.notes)):
        return verdict
    return less_sure(verdict, thresholds["recorder.doubt"])


MISREAD = ("looks_like_noise", "looks_like_other_law")
"""Ids of the notes that say that the bytes of a recording are probably in another format."""


def misread(note: Note) -> bool:
    """Return whether a note says that the bytes of a recording are probably in another format."""
    return note.id in MISREAD


def _moved(fault: Fault, first: int) -> Fault:
    return fault if fault.channel is None else replace(fault, channel=fault.channel + first)


def _where(fault: Fault, first: int) -> tuple[tuple[str, float], ...]:
    return () if fault.channel is None else (("channel", fault.channel + first),)


def _when(fault: Fault) -> tuple[tuple[str, float], ...]:
    return (("start", round(fault.spans[0][0], 2)), ("value", round(fault.value, 3)))


def _unanswered(table: FeatureTable, channel: int, first: int, thresholds: Mapping[str, float]) -> list[Note]:
    """Long silences after somebody spoke: an answer may have been lost there, or nobody gave one."""
    heard = listen(table, channel, thresholds)
    speech = np.flatnonzero(heard.speech)
    sound = bridged(heard.speech | heard.tone | heard.music, round(thresholds["both.breath"] * 100))
    starts, ends = runs(~sound)
    long = (ends - starts) * HOP_SECONDS >= thresholds["both.unanswered"]
    return [
        Note("unanswered", (("channel", channel + first), ("start", round(a / 100, 2)), ("end", round(b / 100, 2))))
        for a, b in zip(starts[long].tolist(), ends[long].tolist(), strict=True)
        if len(speech) and a > speech[0]
    ]
