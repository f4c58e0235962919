"""Which labels of a folder are taken: some voices and decoders are left out on purpose."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

REMEDY = (
    "make calls from clean speech (audioq simulate VOICES -o FOLDER) or traps (benchmarks/traps.py --save FOLDER); "
    "docs/model-card.md lists the voices of the shipped weights and the Debian packages that hold them"
)


def unwanted_values(options: Sequence[str]) -> dict[str, set[str]]:
    """Read ``KEY=V1,V2`` as often as it is given."""
    found: dict[str, set[str]] = {}
    for key, _, values in (option.partition("=") for option in options):
        found.setdefault(key, set()).update(values.split(","))
    return found


def wanted(label: Mapping[str, Any], unwanted: dict[str, set[str]]) -> bool:
    """Whether a label has none of the unwanted values; keys may be nested, as ``source.voice``."""
    for key, values in unwanted.items():
        value: Any = label
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if not values.isdisjoint(map(str, value if isinstance(value, list) else [value])):
            return False
    return True


def read_labels(folder: Path) -> list[dict[str, Any]]:
    """Read the labels of a folder, or end the program and say what to get and from where."""
    try:
        lines = (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    except OSError as problem:
        sys.exit(f"{folder}: no training data, labels.jsonl cannot be read ({problem.strerror}); {REMEDY}")
    try:
        labels = [json.loads(line) for line in lines if line.strip()]
    except ValueError as problem:
        sys.exit(f"{folder / 'labels.jsonl'}: no lines of JSON ({problem}); {REMEDY}")
    if not labels:
        sys.exit(f"{folder / 'labels.jsonl'}: holds no label; {REMEDY}")
    return labels
