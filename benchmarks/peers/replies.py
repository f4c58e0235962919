"""Replies: how a peer talks with the benchmark: one path a line comes in, one JSON line a path goes out.

Imported by the peers' own Python, which has neither audioq nor much else: standard library alone.
"""

from __future__ import annotations

import json
import math
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

Reply = dict[str, Any]
"""``events``: list of ``{"start", "end", "kind"}`` in seconds and the tool's own words; ``scores``: name -> number."""

Judge = Callable[[str], Reply]
"""Takes the path of a recording."""


def answer(prepare: Callable[[], Judge]) -> None:
    """Load the tool, then reply to every line of standard input, flushed at once.

    A recording that fails gets ``{"file", "error"}``. A tool that cannot be loaded gives one line
    ``{"unusable"}`` and the end. What libraries print goes to standard error, not among the replies.
    """
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        judge = prepare()
    except Exception as problem:
        _write(out, {"unusable": _sentence(problem)})
        raise SystemExit(1) from problem
    for line in sys.stdin:
        _write(out, _reply(judge, line.rstrip("\n")))


def _reply(judge: Judge, path: str) -> Reply:
    started = _cpu_seconds()
    try:
        said = judge(path)
    except Exception as problem:
        return {"file": path, "error": _sentence(problem)}
    scores = {name: _number(value) for name, value in said.get("scores", {}).items()}
    cpu = round(_cpu_seconds() - started, 4)
    return {"file": path, "events": said.get("events", []), "scores": scores, "cpu_s": cpu}


def _write(out: Any, reply: Reply) -> None:
    out.write(json.dumps(reply, ensure_ascii=False, allow_nan=False) + "\n")
    out.flush()


def _sentence(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}".replace("\n", " ")[:300]


def _number(value: Any) -> float | None:
    number = float(value)
    return round(number, 6) if math.isfinite(number) else None


def _cpu_seconds() -> float:
    # With the programs that were started for the recording, ffmpeg above all.
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
