"""Chain: what lay between the call and the file, and the limits that fit it.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from audioq.recorder import Fault, recorder_faults
from audioq.table import FeatureTable

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

SIDES = ("far", "both", "near")
"""Whose voice a recording may hold: that of the other end, of both, or of the recorder's own end."""

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
        Whose voice it holds, where somebody said so: one of `SIDES`.
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
