"""Labels made by hand, for tests of the scorer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.scoring.labels import Label


def label_of(name: str, verdict: str | None = "intact", **facts: Any) -> Label:
    """Return a label without events; its facts are what the line would hold besides."""
    return Label(name, Path(), verdict, False, (), facts)


def write_lines(file: Path, rows: Iterable[Any]) -> Path:
    """Write JSON lines; a text goes in as it is."""
    file.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return file
