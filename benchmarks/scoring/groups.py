"""Groups: by what recordings are told apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.scoring.labels import Label
from benchmarks.scoring.recorders import recorder
from benchmarks.scoring.talkers import language, pitch, talker

Facts = Mapping[str, Any]


def _loss(facts: Facts) -> object:
    if "loss" in facts:
        loss = facts["loss"]
        return loss.get("kind") if isinstance(loss, dict) else loss
    impairment = facts.get("impairment")
    if not isinstance(impairment, dict):
        return None
    return impairment.get("kind") or ("stack" if "stack" in impairment else "other")


GROUPS: dict[str, Callable[[Facts], object]] = {
    "loss": _loss,
    "codec": lambda facts: facts.get("codec"),
    "plc": lambda facts: facts.get("plc"),
    "recorder": recorder,
    "language": language,
    "pitch": pitch,
    "variant": lambda facts: facts.get("variant"),
}
"""Key -> the group of a label's facts; what is no text is no group."""


def grouped(labels: Sequence[Label], key: str) -> dict[str, list[int]]:
    """Return which labels, by their places, belong to which group of a key, in the order of the names."""
    groups: dict[str, list[int]] = {}
    for i, label in enumerate(labels):
        name = GROUPS[key](label.facts)
        if isinstance(name, str):
            groups.setdefault(name, []).append(i)
    return {name: groups[name] for name in sorted(groups)}


UNITS: dict[str, Callable[[Label], str]] = {
    "calls": lambda label: label.call,
    "talkers": lambda label: talker(label.facts) or f"nobody in {label.file}",
}
"""What is drawn as a whole -> its name; a recording in which nobody is named stands alone."""
