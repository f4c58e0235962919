"""Call: one direction of a real call, as it was heard at the far end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from audioq.simulate import (
    Samples,
    Span,
)

CLIENTS = {"ntgcalls": "Telegram call engine (ntgcalls 3.0.5)", "chromium": "Chromium 156 (WebRTC)"}


KIND_OF_EVENT = {"conceal": "buzz", "mute": "dropout", "no_media": "dropout", "no_output": "dropout"}


@dataclass(frozen=True, slots=True)
class Call:
    """One direction of a real call, as it was heard."""

    path: Path
    row: dict[str, Any]

    @property
    def samples(self) -> tuple[Samples, int]:
        """The sound, shape (n,), and its rate."""
        y, sr = sf.read(self.path, dtype="float32")
        return np.asarray(y, np.float32), int(sr)

    @property
    def origin(self) -> str:
        """Which client played it."""
        return f"{CLIENTS[self.row['client']]}, {self.path.stem}"

    @property
    def spans(self) -> list[Span]:
        """What the client itself knew about concealment and silence, neighbours of one kind joined."""
        spans: list[Span] = []
        for start, end, event in self.row["events"]:
            kind = KIND_OF_EVENT.get(event)
            if kind and spans and spans[-1].kind == kind and start - spans[-1].end < 0.015:
                spans[-1] = Span(spans[-1].start, end, kind)
            elif kind:
                spans.append(Span(start, end, kind))
        return spans


def read_calls(folder: Path) -> dict[str, Call]:
    """Recordings that may be passed on under CC BY-SA 3.0, by name."""
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    free = [row for row in rows if row["licence"] == "CC-BY-SA-3.0" and row["redistributable"] is True]
    return {Path(row["file"]).stem: Call(folder / row["file"], row) for row in free}
