"""Calls for the pictures of how-it-hears.md: recordings of ``samples/``, as they are or harmed from a seed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from audioq.audio import read
from audioq.simulate import add_clicks, add_hum, clip, colored_noise, cut_out, zero_fill
from audioq.simulate.keypads import touch_tone
from benchmarks.trapping.changed import vocoder
from benchmarks.trapping.places import loudness, pauses

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
Truth = tuple[tuple[str, float, float], ...]
SEED = 5


@dataclass(frozen=True, slots=True)
class Made:
    """A recording: its first channel, and (kind, start, end) of what is known to have been done to it."""

    caption: str
    y: np.ndarray
    sr: int
    truth: Truth = ()
    file: Path | None = None


@cache
def _manifest() -> dict[str, dict[str, str]]:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as handle:
        return {row["file"]: row for row in csv.DictReader(handle)}


def _spans(text: str) -> Truth:
    parts = [part.split(":") for part in text.split(";") if part]
    return tuple((kind, *(float(t) for t in times.split("-"))) for kind, times in parts)


@cache
def sample(name: str) -> Made:
    """A recording of ``samples/`` as it is."""
    row = _manifest()[name]
    audio = read(str(SAMPLES / name))
    y = np.concatenate([block[0] for block in audio.blocks(1 << 20)])
    origin = "synthetic" if row["origin"] == "synthetic" else row["origin"].split(" (")[0]
    return Made(f"samples/{name} ({origin})", y, audio.sr, _spans(row["spans"]), SAMPLES / name)


def _harmed(name: str, what: str, y: np.ndarray, truth: list | tuple) -> Made:
    spans = tuple((span.kind, span.start, span.end) for span in truth)
    return Made(f"samples/{name}, {what}", y.astype(np.float32), sample(name).sr, spans)


def zeros_in_pauses(name: str) -> Made:
    """An outage of exact zeros in a pause; the other pauses keep their background."""
    one = sample(name)
    # Companding to 8 bit rounds parts of a faint background to zero; noise of a step or two of 16 bit fills them.
    y = one.y + colored_noise(one.y.size, one.sr, np.random.default_rng(SEED), level_dbfs=-66)
    seconds = one.y.size / one.sr
    quiet = [(a / one.sr, b / one.sr) for a, b in pauses(one.y, one.sr, 0.3) if a > 0.5 * one.sr]
    middles = [(a + b) / 2 for a, b in quiet if b < seconds - 0.5]
    gaps = [(t - 0.12, t + 0.12) for t in middles[1:2]]
    return _harmed(name, "0.24 s of a pause set to exact zeros", *zero_fill(y, one.sr, gaps))


def cut(name: str) -> Made:
    """40 to 120 ms taken out of loud speech at twelve places."""
    one, rng = sample(name), np.random.default_rng(SEED)
    level = np.sqrt(np.convolve(np.square(one.y), np.full(one.sr // 50, 50 / one.sr), "same"))
    loud = np.flatnonzero(level > np.quantile(level, 0.85)) / one.sr
    starts = np.sort(rng.choice(loud, 60))
    apart: list[float] = []
    for start in starts:
        if not apart or start - apart[-1] > 0.5:
            apart.append(float(start))
    times = [(start, start + float(rng.uniform(0.04, 0.12))) for start in apart[:12]]
    return _harmed(name, "40 to 120 ms cut out here and there", *cut_out(one.y, one.sr, times))


def silent_end(name: str) -> Made:
    """The same with its silent end made 12 s longer."""
    one = sample(name)
    return Made(f"samples/{name}, its silent end made 12 s longer", np.pad(one.y, (0, 12 * one.sr)), one.sr)


def keyed(name: str) -> Made:
    """Four keys of a telephone in the longest pause."""
    one = sample(name)
    y = one.y.copy()
    start, end = max(pauses(one.y, one.sr, 0.3), key=lambda span: span[1] - span[0])
    n = one.sr // 10
    places = (start + end) // 2 + np.arange(-4, 4, 2) * n
    for key, place in zip("1470", places, strict=True):
        y[place : place + n] += touch_tone(key, n, one.sr, level_dbfs=loudness(one.y, one.sr))
    truth = tuple(("tone", place / one.sr, (place + n) / one.sr) for place in places.tolist())
    return Made(f"samples/{name}, four keys pressed in a pause", y, one.sr, truth)


def overdriven(name: str) -> Made:
    """Driven against full scale."""
    one = sample(name)
    drive = -20 * np.log10(np.abs(one.y).max()) + 16
    return _harmed(name, "driven 16 dB over full scale", *clip(one.y, one.sr, drive_db=float(drive)))


def clicked(name: str) -> Made:
    """Clicks of one sample."""
    one = sample(name)
    at = np.arange(0.8, one.y.size / one.sr - 0.5, 0.93).tolist()
    return _harmed(name, "with clicks of one sample", *add_clicks(one.y, one.sr, at, height=0.5, length=1 / one.sr))


def humming(name: str) -> Made:
    """The mains 24 dB under the speech."""
    one = sample(name)
    level = loudness(one.y, one.sr) - 24
    made = add_hum(one.y, one.sr, level_dbfs=level)
    return _harmed(name, "with hum of the mains 24 dB under the speech", *made)


def robotic(name: str) -> Made:
    """The same mouth before pulses of one pitch."""
    one = sample(name)
    y = vocoder(one.y, one.sr, np.random.default_rng(SEED))
    return Made(f"samples/{name}, spoken with pulses of one fixed pitch", y, one.sr)


def drowned(name: str, under_db: float) -> Made:
    """A harmed call, and noise that covers it."""
    one = sample(name)
    noise = colored_noise(
        one.y.size, one.sr, np.random.default_rng(SEED), level_dbfs=loudness(one.y, one.sr) - under_db, color="pink"
    )
    made = f"samples/{name}, with noise {under_db:g} dB under the speech"
    return Made(made, (one.y + noise).astype(np.float32), one.sr, one.truth)
