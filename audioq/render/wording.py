"""Parts of a report as sentences. What a researcher added and no table knows still gets words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from audioq import messages
from audioq.scores import METRICS
from audioq.table import Format, Note
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
    """Return the sentence for one warning; one on a channel or a leg says of which."""
    values = dict(note.values)
    if "channel" in values:
        values["who"] = say_channel(int(values["channel"]), language, str(values["name"]) if "name" in values else None)
    if f"note.{note.id}" in messages.MESSAGES[language]:
        said = messages.text(f"note.{note.id}", values, language)
    else:
        shown = ", ".join(f"{name} {value}" for name, value in note.values if name != "leg")
        said = messages.text("note.generic", {"id": note.id, "values": shown}, language)
    of_leg = "leg" in values and note.id != "leg_missing"
    return messages.text("line.of_leg", {"leg": values["leg"], "note": said}, language) if of_leg else said


def say_hindrance(note: Note, language: str = "en") -> str:
    """Return the sentence for what keeps a kind of event from being seen."""
    if f"assessable.{note.id}" in messages.MESSAGES[language]:
        return messages.text(f"assessable.{note.id}", dict(note.values), language)
    return say_note(note, language)


def say_channel(channel: int, language: str = "en", name: str | None = None) -> str:
    """Return the name of a channel; without one of its own, data count from 0 and people from 1."""
    return name or messages.text("channel", {"number": channel + 1}, language)


def say_format(form: Format, language: str = "en") -> str:
    """Return what the container says about a recording."""
    values = {"container": form.container, "codec": form.codec, "sr": form.sr, "channels": form.channels}
    return messages.text("page.format", {**values, "duration": form.duration}, language)


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
