"""The glossary: what every name that audioq prints means, made from the tables that define it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import NamedTuple

from audioq import messages
from audioq.errors import AudioqError
from audioq.kinds import KINDS
from audioq.rules import CALL_RULES, RULES, Label
from audioq.scores import METRICS
from audioq.thresholds import DEFAULT_THRESHOLDS


class Entry(NamedTuple):
    """One name, the group that it belongs to, and what it means."""

    group: str
    name: str
    text: str


def explain(name: str | None = None, language: str = "en") -> str:
    """Say what a name means; a group's name, or no name, gives the names to choose from.

    Parameters
    ----------
    name : str, optional
        A verdict, score, kind of event, threshold, rule, basis, rival, band of severity, warning
        or reason why a kind would not show, or a group of these such as ``thresholds``. Upper and
        lower case are the same.
    language : str
        Language of the sentences.

    Returns
    -------
    str
        Lines without the last one's end. A name with two meanings gets both.

    Raises
    ------
    AudioqError
        Nothing bears the name; the message suggests names that are near.
    """
    entries = list(_entries(language))
    if name is None:
        groups = dict.fromkeys(entry.group for entry in entries)
        return "\n\n".join([*(_listed(group, entries, language) for group in groups), messages.text("explain.hint")])
    wanted = name.strip().lower()
    if wanted in {entry.group for entry in entries}:
        return _listed(wanted, entries, language)
    found = [entry.text for entry in entries if entry.name == wanted]
    if not found:
        raise AudioqError(_unknown(name, [entry.name for entry in entries], language))
    return "\n\n".join(found)


def _unknown(name: str, known: list[str], language: str) -> str:
    # A part of a name, such as "mos" in "mos_low", is near as well, though its letters differ much.
    near = difflib.get_close_matches(name.lower(), known, n=4, cutoff=0.6)
    near += [other for other in known if name.lower() in other and len(name) > 2]
    if not near:
        return messages.text("error.unknown_name", {"name": name}, language)
    names = ", ".join(list(dict.fromkeys(near))[:6])
    return messages.text("error.near_name", {"name": name, "near": names}, language)


def _listed(group: str, entries: list[Entry], language: str) -> str:
    names = [f"  {entry.name}" for entry in entries if entry.group == group]
    return "\n".join([messages.text("explain.group", {"group": group}, language), *names])


def _entries(language: str) -> Iterator[Entry]:
    yield from _worded("verdicts", "label", "label", language, tuple(Label))
    yield from _metrics(language)
    yield from _kinds(language)
    yield from _rules(language)
    yield from _worded("basis", "basis", "basis_meaning", language)
    yield from _worded("rivals", "rival", "rival", language)
    yield from _bands(language)
    yield from _worded("warnings", "note", "note", language)
    yield from _worded("chains", "chain", "chain_meaning", language)
    yield from _worded("sides", "side", "side_meaning", language)
    yield from _worded("faults", "fault", "fault_meaning", language)
    yield from _worded("assessable", "assessable", "assessable", language)
    yield from _thresholds(language)


def _worded(group: str, kind: str, room: str, language: str, names: tuple[str, ...] | None = None) -> Iterator[Entry]:
    """Yield the names of which `messages` is the only table."""
    for name in names or messages.names(room, language):
        # The fields have no values here, outside of any recording.
        meaning = re.sub(r"\{.*?\}", "...", messages.MESSAGES[language][f"{room}.{name}"])
        yield Entry(group, name, messages.text(f"explain.{kind}", {"name": name, "meaning": meaning}, language))


def _metrics(language: str) -> Iterator[Entry]:
    for metric in METRICS:
        values = {name: getattr(metric, name) for name in ("name", "unit", "direction", "meaning", "decimals")}
        yield Entry("scores", metric.name, messages.text("explain.metric", values, language))


def _kinds(language: str) -> Iterator[Entry]:
    for kind in KINDS:
        own = ", ".join(name for name in DEFAULT_THRESHOLDS if name.startswith(f"{kind.name}."))
        affects = "explain.affects" if kind.affects_verdict else "explain.affects_not"
        values: dict[str, object] = {
            "name": kind.name,
            "meaning": messages.text(f"kind.{kind.name}", language=language),
            "affects": messages.text(affects, language=language),
            "thresholds": messages.text("explain.thresholds", {"names": own}, language) if own else "",
        }
        yield Entry("kinds", kind.name, messages.text("explain.kind", values, language))


def _rules(language: str) -> Iterator[Entry]:
    for rule in (*RULES, *CALL_RULES):
        meaning = rule.meaning or messages.text(f"rule.{rule.id}", language=language)
        values = {"name": rule.id, "label": str(rule.label), "meaning": meaning}
        yield Entry("rules", rule.id, messages.text("explain.rule", values, language))


def _bands(language: str) -> Iterator[Entry]:
    low = 0.0
    for high, name in messages.SEVERITY_BANDS:
        meaning = messages.text(f"severity.{name}", language=language)
        id = "explain.severity" if high < 1 else "explain.severity_last"
        values = {"name": name, "meaning": meaning, "low": low, "high": high}
        yield Entry("severity_bands", name, messages.text(id, values, language))
        low = high


def _thresholds(language: str) -> Iterator[Entry]:
    for name in DEFAULT_THRESHOLDS:
        row = DEFAULT_THRESHOLDS.row(name)
        fields = ("name", "value", "unit", "low", "high", "meaning", "source")
        values = {field: getattr(row, field) for field in fields}
        values["unit"] = "" if row.unit == "1" else f" {row.unit}"
        yield Entry("thresholds", name, messages.text("explain.threshold", values, language))
