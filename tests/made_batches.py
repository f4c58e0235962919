"""Small recordings for batches, batches of them in processes of their own, and what they left."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from audioq.simulate import speechlike

SR = 8000
ROOT = Path(__file__).resolve().parents[1]
TABLES = ("recordings.csv", "channels.csv", "events.csv", "commit.json", "summary.json")


def speech(path: Path, seconds: float = 0.4, seed: int = 1, holes: bool = False) -> Path:
    """Write a recording of something like speech, with pieces missing on request."""
    y = speechlike(seconds, SR, np.random.default_rng(seed))
    for start in range(SR, y.size - SR, SR) if holes else ():
        y[start : start + SR // 4] = 0.0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        soundfile.write(file, y, SR, format="WAV" if path.suffix == ".wav" else "FLAC")
    return path


def write_long(path: Path, seconds: float, piece: np.ndarray, sr: int = SR) -> Path:
    """Write a recording in which a piece comes again and again, without ever holding it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(path, "w", sr, 1) as file:
        for _ in range(int(seconds * sr / piece.size)):
            file.write(piece)
    return path


def folder(path: Path, count: int, seconds: float = 0.4, ending: str = "wav") -> Path:
    """Fill a folder with so many recordings."""
    for number in range(count):
        speech(path / f"{number:03d}.{ending}", seconds, number + 1)
    return path


def tables(results: Path) -> dict[str, bytes]:
    """Return everything that a finished batch leaves but for its log, by name."""
    return {name: (results / name).read_bytes() for name in TABLES}


def rows(results: Path) -> list[dict[str, Any]]:
    """Return the rows of a log, in the order in which they were finished."""
    found = [json.loads(line) for line in (results / "log.jsonl").read_bytes().splitlines()]
    return [row for row in found if "row" in row]


def by_file(results: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of a log by the names of their recordings; none may have two."""
    found = rows(results)
    named = {row["item"]["file"]: row for row in found}
    assert len(named) == len(found)
    return named


def environment() -> dict[str, str]:
    """Return the environment of a command that runs this checkout."""
    return os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}


def command(*arguments: object, **how: Any) -> subprocess.Popen[bytes]:
    """Start ``audioq`` in a process of its own."""
    line = [sys.executable, "-m", "audioq", *(os.fspath(one) if hasattr(one, "__fspath__") else str(one)
                                              for one in arguments)]  # fmt: skip
    how = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **how}
    return subprocess.Popen(line, env=environment() | how.pop("env", {}), **how)


def finish(process: subprocess.Popen[bytes], seconds: float = 120.0) -> tuple[int, str, str]:
    """Wait for a command and return its exit status, output and complaints."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out.decode(), err.decode()


def on_terminal(*arguments: object) -> tuple[int | None, bytes, bytes]:
    """Run ``audioq`` with its standard error on a terminal: exit status, standard output, what the terminal got."""
    import pty  # which Windows lacks

    ours, theirs = pty.openpty()
    with command(*arguments, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while select.select([ours], [], [], 60)[0]:
            try:
                shown += os.read(ours, 4096)
            except OSError:  # the terminal's other end is closed
                break
        assert process.stdout is not None
        out = process.stdout.read()
    os.close(ours)
    return process.returncode, out, shown
