"""Label: what is known to be true of one recording, read from a folder's ``labels.jsonl``.

Two spellings of events are read: objects with named fields, and lists ``[start, end, kind, ...]``
with the words of a call client (``mute``, ``conceal``, ...).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.scoring.stretches import Stretch

CLASSES = ("intact", "degraded", "blocked")

AUDIOQ_KIND = {"repeat": "stutter"}
"""Kinds that labels call otherwise than audioq does."""

CLIENT_KIND: dict[str, tuple[str, tuple[str, ...]]] = {
    "mute": ("dropout", ()),
    "no_media": ("dropout", ()),
    "no_output": ("dropout", ()),
    "conceal": ("buzz", ("dropout",)),
    "conceal_sig": ("buzz", ("dropout",)),
}
"""A call client's word -> kind, and the kinds that are accepted instead."""

SHORTEST_BUZZ = 0.04
LEAST_CONCEALED = 0.3
_HOP = 100
"""Frames a second of the grid on which the source's speech is listed."""
_REACH = 8
_TOUCH = 4
"""An event that touches fewer frames of speech than `_TOUCH`, widened by `_REACH`, is minor."""

SILENT_DBFS = -100.0
_VOCODERS = ("codec2", "lpc10")


@dataclass(frozen=True, slots=True)
class Label:
    """The truth about one recording.

    Parameters
    ----------
    file : str
        Name below `folder`.
    folder : Path
        Where ``labels.jsonl`` lies.
    verdict : str or None
        The true verdict; None where people's opinion or nothing is known.
    grey : bool
        On a border: left out of the figures for verdicts.
    events : tuple of Stretch
        What happened when.
    facts : mapping
        The line as it stands in the file.
    """

    file: str
    folder: Path
    verdict: str | None
    grey: bool
    events: tuple[Stretch, ...]
    facts: Mapping[str, Any]

    @property
    def name(self) -> str:
        """File name without folders."""
        return base_name(self.file)

    @property
    def path(self) -> Path:
        """Where the recording lies."""
        return self.folder / self.file

    @property
    def call(self) -> str:
        """The call that a recording belongs to: recordings of one call are not independent."""
        return str(self.facts.get("call") or self.file)

    @property
    def distractor(self) -> str | None:
        """What makes an intact recording look damaged, if anything does."""
        value = self.facts.get("distractor")
        return str(value) if value else None

    @property
    def blocked(self) -> bool:
        """Whether the true verdict is `blocked`."""
        return self.verdict == "blocked"

    @property
    def silent(self) -> bool:
        """Whether nothing at all is there to be heard: no speech, no tone.

        Where the level of the recording is known, it decides; else that nothing was delivered.
        """
        if not self.blocked:
            return False
        if self.facts.get("rms_dbfs") is not None:
            return float(self.facts["rms_dbfs"]) <= SILENT_DBFS
        return self.facts.get("delivered") == 0 and self.facts.get("content", "speech") == "speech"

    @property
    def events_known(self) -> bool:
        """Whether the listed events are the whole truth.

        Vocoders sound like buzz by nature, and a noise gate's holes are not listed.
        """
        vocoder = self.distractor == "vocoder" or self.facts.get("codec") in _VOCODERS
        return not vocoder and self.facts.get("artefact") != "gate"

    def group(self, key: str) -> str | None:
        """Return the group that a recording belongs to: its loss, codec, concealer or variant."""
        value = self.facts.get(key)
        if key == "loss":
            value = _loss(self.facts)
        return value if isinstance(value, str) else None


def base_name(file: str) -> str:
    """Return a file's name without folders, whichever way the slashes lean."""
    return file.replace("\\", "/").rsplit("/", 1)[-1]


def read_lines(file: Path) -> list[dict[str, Any]]:
    """Read a file of JSON objects, one a line."""
    with file.open(encoding="utf-8") as handle:
        return [json.loads(line) for line in handle if line.strip()]


def read_labels(folder: Path) -> list[Label]:
    """Read the labels of a folder, or of a labels file itself."""
    file = folder if folder.is_file() else folder / "labels.jsonl"
    return [_label(line, file.parent) for line in read_lines(file)]


def _label(line: dict[str, Any], folder: Path) -> Label:
    events = [event for event in map(_event, line.get("events") or ()) if _has_extent(event)]
    if line.get("speech") is not None:
        events = _freed_in_pauses(events, line["speech"], float(line.get("dur") or 0))
    return Label(line["file"], folder, _verdict(line), bool(line.get("grey", False)), tuple(events), line)


def _verdict(line: Mapping[str, Any]) -> str | None:
    # A label with a basis of its own is an opinion of the sound: another question than damage by the network.
    label = None if "label_basis" in line else line.get("label")
    return label if label in CLASSES else None


def _loss(facts: Mapping[str, Any]) -> object:
    if "loss" in facts:
        loss = facts["loss"]
        return loss.get("kind") if isinstance(loss, dict) else loss
    impairment = facts.get("impairment")
    if not isinstance(impairment, dict):
        return None
    return impairment.get("kind") or ("stack" if "stack" in impairment else "other")


def _has_extent(event: Stretch) -> bool:
    return event.end > event.start or event.kind == "delete"


def _event(event: Mapping[str, Any] | Sequence[Any]) -> Stretch:
    return _named_event(event) if isinstance(event, Mapping) else _client_event(event)


def _named_event(event: Mapping[str, Any]) -> Stretch:
    start, end = float(event["start"]), float(event["end"])
    low, high = event.get("outer") or (start, end)
    alt = tuple(AUDIOQ_KIND.get(kind, kind) for kind in event.get("alt") or ())
    kind = AUDIOQ_KIND.get(event["kind"], event["kind"])
    return Stretch(start, end, kind, (float(low), float(high)), bool(event.get("minor")), alt)


def _client_event(event: Sequence[Any]) -> Stretch:
    start, end, word = float(event[0]), float(event[1]), str(event[2])
    kind, alt = CLIENT_KIND.get(word, (AUDIOQ_KIND.get(word, word), ()))
    mostly_real = len(event) > 3 and event[3] < LEAST_CONCEALED
    minor = kind == "buzz" and (end - start < SHORTEST_BUZZ or mostly_real)
    return Stretch(start, end, kind, (start, end), minor, alt)


def _speech_frames(speech: Sequence[Sequence[float]], n_frames: int, reach: int) -> NDArray[np.bool_]:
    frames = np.zeros(n_frames, dtype=bool)
    for start, end in speech:
        first, last = round(start * _HOP), round(end * _HOP)
        frames[max(0, first - reach) : last + reach] = True
    return frames


def _freed_in_pauses(events: Sequence[Stretch], speech: Sequence[Sequence[float]], seconds: float) -> list[Stretch]:
    # Where nothing was said nobody can hear an edge: it may lie anywhere up to the next speech.
    n_frames = int(seconds * _HOP) + 2 * _HOP
    frames = _speech_frames(speech, n_frames, 0)
    wide = _speech_frames(speech, n_frames, _REACH)
    return [_freed(event, frames, wide) for event in events]


def _freed(event: Stretch, frames: NDArray[np.bool_], wide: NDArray[np.bool_]) -> Stretch:
    last = len(frames) - 1
    start, end = round(event.start * _HOP), min(round(event.end * _HOP), last)
    minor = event.minor or int(wide[start:end].sum()) < _TOUCH
    before, after = np.flatnonzero(frames[:start]), np.flatnonzero(frames[end:last])
    low = int(before[-1]) + 1 if before.size else 0
    high = end + int(after[0]) if after.size else last
    return replace(event, minor=minor, outer=(low / _HOP, high / _HOP))
