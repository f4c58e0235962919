"""Rows of a log as batches make them: real reports of small generated calls, failures, and names from strangers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np

from audioq import analyze, analyze_legs
from audioq.batches.items import Item
from audioq.batches.rows import failed_row, row_of
from audioq.report import Report
from audioq.simulate import speechlike

HOSTILE = (
    *("a,b.wav", 'quo"te.wav', "new\nline.wav", "=cmd|' /C calc'!A0.wav", "<script>alert(1)</script>.wav"),
    *("\N{PILE OF POO}.wav", "caf\udce9.wav", "\x1b[31mred.wav", "-dash.wav", "nul\0.wav", "tab\t.wav", "\rreturn.wav"),
)
"""Names of files that try to be more than a name."""


@cache
def reports() -> tuple[Report, ...]:
    """Return reports of: clean speech, speech with holes, silence, a call of two legs, and a part of a call."""
    sr = 8000
    y = speechlike(6.0, sr, np.random.default_rng(1))
    holes = y.copy()
    for start in range(sr, y.size - sr, sr):
        holes[start : start + sr // 4] = 0.0
    two = analyze_legs({"agent": (y, sr), "caller": (holes, sr)}, call_id="call-7")
    return (
        *(analyze(one, sr=sr) for one in (y, holes, np.zeros(3 * sr, np.float32))),
        two,
        analyze(holes, sr=sr, start=1.5),
    )


def a_row(item: Item, which: int) -> dict[str, Any]:
    """Return the row of an item with one of `reports`, as it is read from a log."""
    return json.loads(json.dumps(row_of(item, reports()[which])))


def a_failure(item: Item, cause: str = "unreadable") -> dict[str, Any]:
    """Return the row of an item that failed, as it is read from a log."""
    return json.loads(json.dumps(failed_row(item, cause, "AudioError", f"{item.file}: {cause}; try another")))


def rows(count: int = 6) -> list[dict[str, Any]]:
    """Return rows of everything: `count` calls of two operators, hostile names, a failure, legs, no recording."""
    zoned = [f"2025-08-{11 + i // 2:02d}T{10 + i % 10}:00:00+03:30" for i in range(count)]
    carried = [{"operator": "AB"[i % 2], "app": "x", "sr": "8 kHz", "started_at": zoned[i]} for i in range(count)]
    items = [Item(f"calls/{i}.wav", columns=carried[i]) for i in range(count)]
    return [
        *(a_row(item, i % 3) for i, item in enumerate(items)),
        *(a_row(Item(name, columns={"operator": name, "started_at": "2025-08-11 09:00"}), 1) for name in HOSTILE),
        a_failure(Item("broken\n.wav", columns={"operator": "B"})),
        a_failure(Item("slow.wav", columns={"operator": "B"}), "timeout"),
        a_row(Item("call-7", legs=(Item("a.wav"), Item("b.wav")), options={"call_id": "call-7"}), 3),
        json.loads(json.dumps(row_of(Item("", outcome="never connected", options={"call_id": "c9"}), None))),
    ]


MANIFEST = ("file", "operator", "app", "sr", "started_at", "call_id")
"""The columns of the manifest from which `rows` come."""
