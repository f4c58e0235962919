"""Decoding: any recording as mono samples, through the program ffmpeg.

Imported by the peers' own Python: standard library, and numpy inside.
"""

from __future__ import annotations

import struct
import subprocess
from typing import Any


def decoded(path: str, rate: int) -> Any:
    """Return the mean of all channels at `rate` Hz: float32, shape (n,), within -1 to 1.

    The mean is taken here, because ffmpeg's own way to mono is 3 dB louder in some formats than in others.
    """
    import numpy as np

    wav = _wav(path, rate)
    channels, data = _samples_of(wav)
    samples = np.frombuffer(data[: len(data) // (4 * channels) * 4 * channels], dtype="<f4")
    mono = samples.reshape(-1, channels).mean(axis=1, dtype=np.float32)
    return np.clip(mono, -1.0, 1.0)


def _wav(path: str, rate: int) -> bytes:
    command = ["ffmpeg", "-nostdin", "-v", "error", "-threads", "1", "-i", "file:" + path, "-map", "0:a:0"]
    command += ["-ar", str(rate), "-c:a", "pcm_f32le", "-bitexact", "-f", "wav", "pipe:1"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise ValueError(f"ffmpeg cannot decode it: {last_line(done.stderr)}")
    return done.stdout


def last_line(text: bytes) -> str:
    """Return the last line of what a program said."""
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else "no reason given"


def _samples_of(wav: bytes) -> tuple[int, bytes]:
    # Through a pipe the sizes in the header are not known, so the data reach to the end.
    position, channels = 12, 1
    while position + 8 <= len(wav):
        name, size = struct.unpack_from("<4sI", wav, position)
        if name == b"fmt ":
            channels = struct.unpack_from("<H", wav, position + 10)[0]
        if name == b"data":
            return channels, wav[position + 8 :]
        position += 8 + size + size % 2
    raise ValueError("ffmpeg gave no samples")
