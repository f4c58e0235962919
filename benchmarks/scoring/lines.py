"""Lines: files of JSON objects, one a line, each with the number that an error names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.scoring.problems import ScoringError

Line = tuple[int, dict[str, Any]]
"""Number of the line, counted from 1, and what stands there."""


def read_lines(file: Path) -> list[Line]:
    """Read a file of JSON objects that all have a ``file``; empty lines are passed over.

    Raises
    ------
    ScoringError
        The file cannot be read, or a line is no such object.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise ScoringError(f"{file} is not UTF-8 text: give a file of JSON lines") from problem
    except OSError as problem:
        raise ScoringError(f"{file} cannot be read: {problem.strerror or problem}") from problem
    # Not splitlines(): a text may hold other signs that Python takes for ends of lines.
    return [(i, _object(line, i, file)) for i, line in enumerate(text.split("\n"), start=1) if line.strip()]


def _object(text: str, number: int, file: Path) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as problem:
        raise ScoringError(f"{file}, line {number}, is not JSON: each line must be one whole object") from problem
    if not isinstance(value, dict):
        raise ScoringError(f"{file}, line {number}, is no JSON object: write {{...}} with at least `file`")
    if not isinstance(value.get("file"), str) or not value["file"]:
        raise ScoringError(f"{file}, line {number}, has no `file`: each line must name its recording")
    return value
