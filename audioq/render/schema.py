"""The JSON Schema of the lines that ``render.json`` writes, as it ships in the package."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def report_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a line of JSON output, a report or a failure.

    Within one version keys are only added, so a reader ignores the ones that it does not know.
    """
    schema: dict[str, Any] = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    return schema
