"""Parts of a report as sentences. What a researcher added and no table knows still gets words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from audioq import messages
from audioq.scores import METRICS
from audioq.table import Note
from audioq.verdict import Reason

_METRICS = {metric.name: metric for metric in METRICS}


def say_reason(reason: Reason, scores: Mapping[str, float], language: str = "en") -> str:
    """Return the sentence for one reason of a verdict, from the scores on which it was judged."""
    id = f"because.{reason.rule}.{reason.score}"
    if id not in messages.MESSAGES[language]:
        id = f"fact.{reason.score}"
    if id in messages.MESSAGES[language]:
        own = {"value": reason.value, "unit": reason.unit, "limit": reason.limit}
        return messages.text(id, {**scores, **own}, language)
    shown = {"rule": reason.rule, "score": reason.score, "value": _quantity(reason, reason.value, language)}
    if reason.limit is None:
        return messages.text("reason.generic", shown, language)
    shown["limit"] = _quantity(reason, reason.limit, language)
    return messages.text("reason.generic_limit", shown, language)


def _quantity(reason: Reason, value: float, language: str) -> str:
    known = reason.score in _METRICS or not math.isfinite(value)
    return say_score(reason.score, value, language) if known else f"{value:g} {reason.unit}".rstrip()


def say_note(note: Note, language: str = "en") -> str:
    """Return the sentence for one warning."""
    if f"note.{note.id}" in messages.MESSAGES[language]:
        return messages.text(f"note.{note.id}", dict(note.values), language)
    values = ", ".join(f"{name} {value}" for name, value in note.values)
    return messages.text("note.generic", {"id": note.id, "values": values}, language)


def say_hindrance(note: Note, language: str = "en") -> str:
    """Return the sentence for what keeps a kind of event from being seen."""
    if f"assessable.{note.id}" in messages.MESSAGES[language]:
        return messages.text(f"assessable.{note.id}", dict(note.values), language)
    return say_note(note, language)


def say_channel(channel: int, language: str = "en") -> str:
    """Return the name of a channel; data count from 0, people from 1."""
    return messages.text("channel", {"number": channel + 1}, language)


def say_score(name: str, value: float | None, language: str = "en") -> str:
    """Return a score's value with its unit, in words where the unit is one of ours."""
    if value is None or not math.isfinite(value):
        return messages.text("value.undefined", language=language)
    metric = _METRICS.get(name)
    if metric is None:
        return f"{value:g}"
    if metric.unit == "ratio":
        return messages.text("value.ratio", {"percent": f"{100 * value:.{max(metric.decimals - 2, 0)}f}"}, language)
    number = f"{value:.{metric.decimals}f}"
    if f"value.{metric.unit}" in messages.MESSAGES[language]:
        return messages.text(f"value.{metric.unit}", {"value": number}, language)
    return f"{number} {metric.unit}"
