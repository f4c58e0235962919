"""Make chopped speech and filled gaps with exactly known edges, to set limits on: python benchmarks/chopped.py.

    python benchmarks/chopped.py VOICE... -o FOLDER [--seed 1] [--count 160]

A voice is a folder of clean recordings. Each recording of the result holds one sort of harm, or none: pieces of
15 to 60 ms silenced, played twice or cut out, or gaps of 20 to 800 ms filled with zeros, noise or repetition.
``accuracy.py FOLDER --edges`` scores it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import soundfile

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SORTS = ("none", "silence", "repeat", "delete", "zero", "noise50", "noise65", "repetition")
"""What is done to a recording."""
KINDS = {"silence": "silence", "repeat": "repeat", "delete": "delete", "repetition": "buzz"}
SECONDS = 9.0
"""Speech in a recording."""


def speech(voice: Path, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Utterances of a voice in a row, with pauses of digital silence or of a faint background."""
    files = sorted(f for f in voice.rglob("*") if f.suffix in (".wav", ".flac"))
    sr = soundfile.info(files[0]).samplerate
    floor = 10 ** (rng.uniform(-78, -60) / 20) if rng.random() < 0.6 else 0.0
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < SECONDS * sr:
        y, rate = soundfile.read(files[rng.integers(len(files))], always_2d=True)
        if rate == sr:
            pause = np.zeros(round(sr * rng.uniform(0.1, 1.2)))
            parts += [y[:, 0], pause]
    y = np.concatenate(parts)[: round(SECONDS * sr)]
    y *= 10 ** (rng.uniform(-30, -20) / 20) / (np.sqrt(np.mean(y[np.abs(y) > 1e-3] ** 2)) + 1e-9)
    return y + floor * rng.standard_normal(len(y)), sr


def places(y: np.ndarray, sr: int, rng: np.random.Generator, short: bool) -> list[tuple[int, int]]:
    """Stretches in loud speech: many short ones, or three gaps."""
    hop = sr // 100
    n = len(y) // hop
    level = 10 * np.log10(np.square(y[: n * hop].reshape(n, hop)).mean(1) + 1e-12)
    loud = np.flatnonzero(level > np.percentile(level, 95) - 15)
    count = rng.integers(6, 30) if short else 3
    found: list[tuple[int, int]] = []
    for at in sorted(rng.choice(loud, min(count, len(loud)), replace=False) * hop + rng.integers(hop)):
        gap = np.exp(rng.uniform(np.log(0.02), np.log(0.8)))
        length = rng.choice([0.015, 0.02, 0.03, 0.04, 0.06]) if short else gap
        first, last = int(at), int(at + length * sr)
        if first > sr // 4 and last < len(y) - sr // 4 and (not found or first > found[-1][1] + sr // 5):
            found.append((first, last))
    return found


def harmed(y: np.ndarray, sr: int, sort: str, rng: np.random.Generator) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """The recording with one sort of harm, and its edges in seconds."""
    parts, edges, at, length = [], [], 0, 0
    pushes = rng.random() < 0.5  # whether a piece played twice pushes back what follows
    for first, last in [] if sort == "none" else places(y, sr, rng, sort in ("silence", "repeat", "delete")):
        parts.append(y[at:first])
        length += first - at
        piece = filling(y, first, last, sr, sort, rng)
        at = first if sort == "repeat" and pushes else last
        parts.append(piece)
        edges.append((length / sr, (length + len(piece)) / sr))
        length += len(piece)
    return np.concatenate([*parts, y[at:]]), edges


def filling(y: np.ndarray, first: int, last: int, sr: int, sort: str, rng: np.random.Generator) -> np.ndarray:
    """What stands in a stretch."""
    n = last - first
    if sort == "delete":
        return y[:0]
    if sort == "repeat":
        return y[first - n : first]
    if sort == "repetition":
        return np.resize(y[first - round(0.02 * sr) : first], n)
    if sort in ("noise50", "noise65"):
        return rng.standard_normal(n) * 10 ** (-int(sort[-2:]) / 20)
    return np.zeros(n)


def main() -> None:
    """Write recordings and labels."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("voices", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=160, help="recordings")
    args = parser.parse_args()
    (args.output / "audio").mkdir(parents=True, exist_ok=True)
    with open(args.output / "labels.jsonl", "w") as labels:
        for i in range(args.count):
            rng = np.random.default_rng([args.seed, i])
            voice, sort = args.voices[i % len(args.voices)], SORTS[(i // len(args.voices)) % len(SORTS)]
            y, sr = speech(voice, rng)
            y, edges = harmed(y, sr, sort, rng)
            file = f"audio/h{i:04d}_{sort}.wav"
            soundfile.write(args.output / file, y, sr, subtype="PCM_16")
            kind = KINDS.get(sort, "dropout")
            events = [{"start": round(a, 4), "end": round(b, 4), "kind": kind} for a, b in edges]
            row = {"file": file, "dur": len(y) / sr, "fs": sr, "fill": sort, "voice": voice.name}
            labels.write(json.dumps({**row, "glitch": bool(edges), "events": events}) + "\n")


if __name__ == "__main__":
    main()
