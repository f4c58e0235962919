"""Label: what is known to be true of one recording, read from a folder's ``labels.jsonl``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.scoring.lengths import seconds_of
from benchmarks.scoring.lines import Line, read_lines
from benchmarks.scoring.problems import ScoringError
from benchmarks.scoring.stretches import Stretch
from benchmarks.scoring.true_events import read_events

CLASSES = ("intact", "degraded", "blocked")

NUMBERS = ("dur", "duration", "rms_dbfs", "delivered")
"""Facts that must be numbers where they are given: figures are counted with them."""

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
    def seconds(self) -> float:
        """Length; 0 where it is not known."""
        return seconds_of(self.facts)

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

        Where the label itself says so in ``events_known``, that decides. Else vocoders sound like buzz by nature, and
        a noise gate's holes may not be listed.
        """
        said = self.facts.get("events_known")
        if isinstance(said, bool):
            return said
        return not self._vocoder and self.facts.get("artefact") != "gate"

    @property
    def _vocoder(self) -> bool:
        return bool(self.facts.get("vocoder")) or self.distractor == "vocoder" or self.facts.get("codec") in _VOCODERS


def base_name(file: str) -> str:
    """Return a file's name without folders, whichever way the slashes lean."""
    return file.replace("\\", "/").rsplit("/", 1)[-1]


def read_labels(folder: Path) -> list[Label]:
    """Read the labels of a folder, or of a labels file itself.

    Raises
    ------
    ScoringError
        There are no labels, or a line cannot be understood.
    """
    file = folder if folder.is_file() else folder / "labels.jsonl"
    if not file.is_file():
        raise ScoringError(f"there are no labels: {folder} is no labels file and no folder with labels.jsonl")
    labels = [_label(line, file) for line in read_lines(file)]
    if not labels:
        raise ScoringError(f"{file} is empty: there must be one line a recording")
    return labels


def _label(line: Line, file: Path) -> Label:
    number, facts = line
    place = f"{file}, line {number}"
    for key in NUMBERS:
        if not isinstance(facts.get(key, 0) or 0, int | float):
            raise ScoringError(f"{place}, has no number in `{key}`: write one, or leave it out")
    try:
        events = read_events(facts)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as problem:
        raise ScoringError(f"{place}, has an event without start, end or kind: each must have all three") from problem
    return Label(facts["file"], file.parent, _verdict(facts, place), bool(facts.get("grey", False)), events, facts)


def _verdict(facts: Mapping[str, Any], place: str) -> str | None:
    # A label with a basis of its own is an opinion of the sound: another question than damage by the network.
    if "label_basis" in facts or facts.get("label") is None:
        return None
    if facts["label"] not in CLASSES:
        raise ScoringError(f"{place}, has the label '{facts['label']}': it must be one of {', '.join(CLASSES)}")
    return str(facts["label"])
