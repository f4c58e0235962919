"""Requests: what the options of the command ask for, refused before any work is done where it cannot be had."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from audioq.endings import refuse

if TYPE_CHECKING:
    from audioq.thresholds import Thresholds


def policy(file: str | None, changes: list[str] | None) -> Thresholds:
    """Return the thresholds of a file with single changes, or refuse them."""
    from audioq.errors import ThresholdError
    from audioq.thresholds import DEFAULT_THRESHOLDS, read_thresholds

    try:
        base = DEFAULT_THRESHOLDS if file is None else read_thresholds(file)
        return base.with_values(dict(_change(text) for text in changes or ()))
    except ThresholdError as error:
        refuse(str(error))


def _change(text: str) -> tuple[str, float]:
    from audioq.errors import ThresholdError

    name, equals, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise ThresholdError(f"--set {text}: write NAME=VALUE with a number, such as dropout.onset=0.5") from None


def check_span(start: float | None, end: float | None) -> None:
    """Refuse a part that ends before it begins."""
    if end is not None and end <= (start or 0.0):
        refuse(f"--end {end:g} does not lie after --start {start or 0.0:g}")


def check_output(output: str | None, sources: Iterable[str]) -> None:
    """Refuse to write where nothing can or should be written."""
    from audioq.render.output import refusal

    problem = refusal(output, sources)
    if problem:
        refuse(f"--output {output}: {problem}")
