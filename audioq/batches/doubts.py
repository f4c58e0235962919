"""Doubts: results that say nothing of the call, since the bytes are probably in another format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audioq.chain import MISREAD


def is_misread(result: Mapping[str, Any]) -> bool:
    """Return whether a result (`audioq.render.json.to_dict`) rests on bytes that are probably in another format."""
    legs = _misread_legs(result)
    return bool(legs) and _rests_on(result, legs)


def said_labels(result: Mapping[str, Any]) -> tuple[bool, set[str]]:
    """Return whether bytes are probably in another format, and the verdicts that say something of the call.

    Where the verdict rests on such bytes, those are the verdicts on the channels of other legs, without those that are
    ignored or unused.
    """
    legs = _misread_legs(result)
    if not legs or not _rests_on(result, legs):
        return bool(legs), {result["verdict"]["label"]}
    unused = {note["values"].get("channel") for note in result["warnings"] if note["id"] == "silent_channel"}
    others = [one for i, one in enumerate(result["channels"]) if i not in unused and one.get("role") != "ignored"]
    return True, {one["verdict"]["label"] for one in others if one.get("leg") not in legs}


def _misread_legs(result: Mapping[str, Any]) -> list[str | None]:
    return [note["values"].get("leg") for note in result["warnings"] if note["id"] in MISREAD]


def _rests_on(result: Mapping[str, Any], legs: list[str | None]) -> bool:
    channel = result["verdict"].get("channel") or 0
    return result["channels"][channel].get("leg") in legs
