"""Talkers: who speaks in a recording, in which language, how high, as far as its label tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

LOW_BELOW_HZ = 140.0
HIGH_ABOVE_HZ = 190.0
"""Limits of a low and a high voice."""

COLLECTIONS = frozenset({"fil", "gcin", "kl", "kt"})
"""Words for a collection of voices that may stand before the language in a voice's name (``kt_de``)."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")


def _source(facts: Mapping[str, Any], key: str) -> object:
    source = facts.get("source")
    return source.get(key) if isinstance(source, Mapping) else None


def _voices(facts: Mapping[str, Any]) -> Iterator[str]:
    listed = facts.get("voices")
    first = listed[:1] if isinstance(listed, list) else [listed]
    yield from (str(one) for one in (*first, _source(facts, "voice"), facts.get("voice")) if one)


def talker(facts: Mapping[str, Any]) -> str | None:
    """Return the talker: the first of ``voices``, or ``source.voice``, ``voice``, ``talker``; None if none is named.

    A ``talker`` that is no text is not a name: it may be a list of what was done to the voice.
    """
    named = facts.get("talker")
    return next(_voices(facts), named if named and isinstance(named, str) else None)


def language(facts: Mapping[str, Any]) -> str | None:
    """Return the language without its country: as the label says (``es-MX``), or by a voice's name (``en_anna_f``)."""
    said = facts.get("language") or _source(facts, "lang")
    if said:
        return re.split("[-_]", str(said))[0].lower()
    return next((found for found in map(_language_of, _voices(facts)) if found), None)


def _language_of(voice: str) -> str | None:
    parts = voice.split("_")
    if parts[0] in COLLECTIONS:
        parts = parts[1:]
    elif len(parts) == 1:  # a bare name, not a language with a name behind it
        return None
    return parts[0] if parts and _LANGUAGE.fullmatch(parts[0]) else None


def pitch(facts: Mapping[str, Any]) -> str | None:
    """Return whether the voice is low, middle or high by ``pitch_hz``; None where the label has none."""
    hertz = facts.get("pitch_hz")
    if not isinstance(hertz, int | float) or not hertz > 0:
        return None
    if hertz < LOW_BELOW_HZ:
        return "low"
    return "high" if hertz > HIGH_ABOVE_HZ else "middle"
