"""The contents of a file for people and as a line of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from audioq import messages
from audioq.render.escape import printable, undecoded
from audioq.render.json import SCHEMA_VERSION, file_names, number, to_line, warning
from audioq.render.wording import say_note
from audioq.report import Failure
from audioq.tracks import Info, Sound, Track


def to_page(info: Info, language: str = "en") -> str:
    """Return the contents of a file as lines for people, without the last one's end."""
    length = _say("info.header", language, seconds=info.seconds) if math.isfinite(info.seconds) else ""
    lines = [printable(info.file), _say("info.container", language, container=info.container) + length]
    for track in info.tracks:
        lines += ["  " + printable(line) for line in _track(track, language)]
    lines += [f"  {printable(name)}: {printable(value)}" for name, value in (*info.dates, *info.encoder)]
    return "\n".join(lines)


def _track(track: Track, language: str) -> Iterator[str]:
    head = track.header
    name = head.kind if head.number is None else f"{head.kind} {head.number}"
    words = [head.codec, head.language, "default" if head.default else None, "encrypted" if head.encrypted else None]
    said = ", ".join(word for word in words if word)
    if head.sr is not None and head.channels is not None:
        said += _say("info.rate", language, sr=head.sr, channels=head.channels)
    if math.isfinite(head.seconds):
        said += _say("info.header", language, seconds=head.seconds)
    yield f"{name}: {said}"
    if track.problem is not None:
        yield _say("info.problem", language, problem=track.problem)
    if track.sound is not None:
        yield from _sound(track.sound, language)


def _sound(sound: Sound, language: str) -> Iterator[str]:
    yield _say("info.sound", language, seconds=sound.seconds, sr=sound.sr, channels=sound.channels)
    if sound.gaps is None:
        yield _say("info.no_clock", language)
    else:
        yield _say("info.gaps", language, count=sound.gaps, seconds=sound.gap_seconds)
    yield from (f"  {say_note(note, language)}" for note in sound.notes if note.id != "missing_packets")


def _say(id: str, language: str, **values: object) -> str:
    return messages.text(id, values, language)


def to_json(item: Info | Failure, language: str = "en") -> str:
    """Return the contents of a file, or why it cannot be read, as one line of JSON without the line's end."""
    if isinstance(item, Failure):
        return to_line(item, language)
    from audioq import __version__

    row = {
        "schema": SCHEMA_VERSION,
        "audioq": __version__,
        **file_names(item.file),
        "container": item.container,
        "duration": number(item.seconds),
        "tracks": [_track_row(track, language) for track in item.tracks],
        "dates": {undecoded(name): undecoded(value) for name, value in item.dates},
        "encoder": {undecoded(name): undecoded(value) for name, value in item.encoder},
    }
    return json.dumps(row, allow_nan=False, separators=(", ", ": "))


def _track_row(track: Track, language: str) -> dict[str, Any]:
    head = track.header
    row: dict[str, Any] = {name: getattr(head, name) for name in ("kind", "number", "codec", "language", "default")}
    row |= {"encrypted": head.encrypted, "sr": head.sr, "channels": head.channels, "duration": number(head.seconds)}
    return row | {"problem": track.problem, "decoded": _sound_row(track.sound, language)}


def _sound_row(sound: Sound | None, language: str) -> dict[str, Any] | None:
    if sound is None:
        return None
    return {
        "sr": sound.sr,
        "channels": sound.channels,
        "duration": round(sound.seconds, 4),
        "gaps": sound.gaps,
        "gap_seconds": None if sound.gaps is None else round(sound.gap_seconds, 4),
        "warnings": [warning(note, language) for note in sound.notes],
    }
