"""ffmpeg silencedetect: stretches of 20 ms and more below a level, in all channels at once."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from decoding import last_line
from replies import Judge, Reply, answer

LEVELS = {"ffmpeg-50": -50, "ffmpeg-60": -60, "ffmpeg-90": -90}
SHORTEST = 0.02
EDGE = re.compile(r"silence_(start|end): (-?[\d.]+(?:e[-+]?\d+)?)")
LENGTH = re.compile(r"Duration: (\d+):(\d+):([\d.]+)")


def judge(path: str, level: int) -> Reply:
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-threads", "1", "-i", "file:" + path]
    command += ["-map", "0:a:0", "-af", f"silencedetect=noise={level}dB:duration={SHORTEST}", "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise ValueError(f"ffmpeg cannot decode it: {last_line(done.stderr)}")
    return {"events": silences(done.stderr.decode("utf-8", "replace"))}


def silences(log: str) -> list[dict[str, object]]:
    events, start = [], None
    for edge, value in EDGE.findall(log):
        if edge == "start":
            start = max(0.0, float(value))
        elif start is not None:
            events.append({"start": start, "end": float(value), "kind": "silence"})
            start = None
    length = LENGTH.search(log)
    if start is not None and length:
        hours, minutes, seconds = (float(part) for part in length.groups())
        events.append({"start": start, "end": 3600 * hours + 60 * minutes + seconds, "kind": "silence"})
    return events


def prepare() -> Judge:
    level = LEVELS[sys.argv[1]]
    return lambda path: judge(path, level)


if __name__ == "__main__":
    answer(prepare)
