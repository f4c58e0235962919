"""Environments: each peer's own Python, made once from its requirements."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.peers.catalogue import HERE, Peer

HOME = HERE / ".environments"
"""Where environments and stored replies lie, unless told otherwise."""

LONGEST_INSTALL = 3600.0
"""Seconds; torch is large and lines are slow."""

WEIGHTS = "NISQA_WEIGHTS"
"""Environment variable with the file of NISQA's weights."""


class SkippedError(Exception):
    """A peer cannot be run here; the message says why, in one sentence."""


def check(peer: Peer) -> None:
    """Raise `SkippedError` where a peer lacks what no index can give."""
    if shutil.which("ffmpeg") is None:
        raise SkippedError("the program ffmpeg, which decodes for the peers, is not on the path (Debian: ffmpeg).")
    if peer.folder == "nisqa":
        weights = os.environ.get(WEIGHTS)
        if not weights:
            raise SkippedError("its package holds no weights; name a file by --nisqa-weights or NISQA_WEIGHTS.")
        if not Path(weights).is_file():
            raise SkippedError(f"its weights are not there: '{weights}' is no file.")


def pins(peer: Peer) -> list[str]:
    """Return the requirements without comments."""
    lines = (line.strip() for line in peer.requirements.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def python_of(peer: Peer, home: Path) -> Path:
    """Return the Python that runs a peer, installing what it needs at the first time.

    Peers with the same requirements share an environment; one without any needs none.

    Raises
    ------
    SkippedError
        It could not be installed.
    """
    wanted = pins(peer)
    if not wanted:
        return Path(sys.executable)
    digest = hashlib.sha256("\n".join(wanted).encode()).hexdigest()[:10]
    folder = home / "environments" / f"{re.split(r'[=<>~ ]', wanted[0])[0]}-{digest}"
    python = folder / "bin" / "python"
    if not (folder / "complete").is_file():
        _install(peer, folder, python)
    return python


def _install(peer: Peer, folder: Path, python: Path) -> None:
    print(f"{peer.folder}: installing {', '.join(pins(peer))}", file=sys.stderr, flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([*pip, "-r", str(peer.requirements)])
        # Written last: an installation that was cut short is done again.
        (folder / "complete").touch()
    except (OSError, subprocess.SubprocessError) as problem:
        raise SkippedError(f"its environment could not be made: {_reason(problem)}") from problem


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=LONGEST_INSTALL)


def _reason(problem: Exception) -> str:
    text = (getattr(problem, "stderr", None) or str(problem)).strip().splitlines()
    errors = [line for line in text if line.startswith("ERROR")]
    return (errors or text or ["no reason given"])[-1][:200]
