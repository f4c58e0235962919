"""The recordings that make_hearing.py tries for each picture, in order, and the curves that it draws below."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

import numpy as np

from audioq.audio import read
from audioq.kinds import KINDS
from audioq.silences import interrupted, outage_zeros
from audioq.simulate import add_clicks, add_hum, clip, colored_noise, cut_out, zero_fill
from audioq.simulate.keypads import touch_tone
from audioq.table import FeatureTable
from benchmarks.trapping.changed import vocoder
from benchmarks.trapping.places import loudness, pauses

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
Truth = tuple[tuple[str, float, float], ...]
Values = Callable[[FeatureTable, Mapping[str, float]], np.ndarray]
SEED = 5


@dataclass(frozen=True, slots=True)
class Made:
    """A recording: its first channel, and (kind, start, end) of what is known to have been done to it."""

    caption: str
    y: np.ndarray
    sr: int
    truth: Truth = ()
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """One row: curves of one unit by name or as (name, function), and limits as a threshold's or a number's name."""

    unit: str
    names: tuple[str | tuple[str, Values], ...]
    lines: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    clip: tuple[float | None, float | None] = (None, None)

    def values(self, table: FeatureTable, limits: Mapping[str, float]) -> Iterator[tuple[str, np.ndarray]]:
        """Give name and values of each curve."""
        for name in self.names:
            yield (name, table[name][0]) if isinstance(name, str) else (name[0], name[1](table, limits))

    def limits(self, table: FeatureTable, limits: Mapping[str, float]) -> Iterator[tuple[str, float, str]]:
        """Give name, value and style of each limit; a minus turns its sign."""
        for line in self.lines:
            name = line.lstrip("-")
            value = limits[name] if name in limits else table.number(name, 0)
            style = ":" if name.endswith("_dbfs") else "--"
            yield name, -value if line != name else value, style


@dataclass(frozen=True, slots=True)
class Case:
    """One picture."""

    name: str
    kind: str
    candidates: tuple[Callable[[], Made], ...]
    curves: tuple[Curve, ...]
    least: float = 0.0
    most: float = 1e9
    """Shortest and longest event that is shown, in seconds."""
    highest_hz: float = 8000.0
    window_s: float = 0.02
    hidden: bool = field(default=False)
    """Whether the picture is of harm that this recording could not reveal."""


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


def _interrupted(table: FeatureTable, limits: Mapping[str, float]) -> np.ndarray:
    return interrupted(table, 0, limits)


def _by_rule(table: FeatureTable, limits: Mapping[str, float]) -> np.ndarray:
    return 0.9 * outage_zeros(table, 0, limits)


def _network(table: FeatureTable, limits: Mapping[str, float]) -> np.ndarray:
    return np.minimum(table["muted"][0] + table["pause_lost"][0], 1)


def _trigger(kind: str) -> Values:
    one = next(k for k in KINDS if k.name == kind)
    return lambda table, limits: one.trigger(table, 0, limits)


CALL = "intact_telegram_call.flac"
CLEAN = (CALL, "intact_two_way_stereo.opus", "intact_quiet_call.flac")
P = (-0.05, 1.05)
LEVEL = Curve("dBFS", ("level",), ("active_level_dbfs", "noise_floor_dbfs"), (-105, 0), (-100, None))
EDGES = Curve("dB", ("fall_10", "rise_10"), ("dropout.cliff",))


def _samples(*names: str) -> tuple[Callable[[], Made], ...]:
    return tuple(partial(sample, name) for name in names)


def _each(make: Callable[[str], Made], names: tuple[str, ...] = CLEAN) -> tuple[Callable[[], Made], ...]:
    return tuple(partial(make, name) for name in names)


CASES: tuple[Case, ...] = (
    Case(
        "dropout",
        "dropout",
        _samples("degraded_stalls.flac", "degraded_throttled.m4a", "degraded_bursty_loss.flac"),
        (
            Curve("probability", (("interrupted", _interrupted),), ("dropout.onset", "dropout.offset"), P),
            LEVEL,
            EDGES,
        ),
        least=0.1,
        most=2.5,
    ),
    Case(
        "dropout-zeros",
        "dropout",
        _each(zeros_in_pauses, ("intact_noisy_line.wav", "intact_quiet_call.flac", CALL)),
        (
            Curve("share", ("zero_share",), (), P),
            LEVEL,
            Curve("probability", (("rule of zeros", _by_rule), ("network", _network)), ("dropout.onset",), P),
        ),
    ),
    Case(
        "buzz",
        "buzz",
        _samples("degraded_telegram_metallic.flac", "degraded_random_loss.wav", "blocked_metallic_bursts.flac"),
        (
            Curve("probability", ("concealed",), ("buzz.onset", "buzz.offset"), P),
            Curve("similarity, 1", ("packet_similarity",), (), (0, 1.05)),
            Curve("dB", ("shape_flux",), ()),
        ),
    ),
    Case(
        "stutter",
        "stutter",
        _samples("degraded_stutter.flac"),
        (
            Curve("probability", ("stuttered",), ("stutter.onset", "stutter.offset"), P),
            Curve("similarity, 1", ("stutter_similarity",), (), (0, 1.05)),
            Curve("ms", ("stutter_lag",), ()),
        ),
    ),
    Case(
        "splice",
        "splice",
        _each(cut),
        (
            Curve("probability", ("spliced",), ("splice.onset", "splice.offset"), P),
            Curve("dB", ("jump",), ()),
            Curve("1", ("phase_jump",), ()),
        ),
    ),
    Case(
        "dead_air",
        "dead_air",
        (*_each(silent_end, ("intact_natural_end.m4a",)), *_samples("blocked_one_way_stereo.flac")),
        (LEVEL, EDGES, Curve("probability", (("interrupted", _interrupted),), ("dropout.cut",), P)),
    ),
    Case(
        "tone",
        "tone",
        _samples("intact_ringback.wav"),
        (
            Curve("bins", ("spectral_lines",), ("-tone.onset", "-tone.offset"), (0, 20), (None, 20)),
            Curve("Hz", ("peak_hz",), ("tone.lowest",), (0, 1500)),
            Curve("dBFS", ("level",), ("tone.loud",), (-105, 0), (-100, None)),
        ),
        highest_hz=2000,
    ),
    Case(
        "tone-keys",
        "tone",
        _each(keyed),
        (
            Curve("bins", ("spectral_lines",), ("-tone.onset", "-tone.offset"), (0, 40), (None, 40)),
            Curve("Hz", ("peak_hz",), ("tone.lowest",), (0, 2000)),
            LEVEL,
        ),
        most=1.5,
        highest_hz=4000,
    ),
    Case(
        "music",
        "music",
        _samples("intact_hold_music.mp3"),
        (
            Curve("dBFS", ("level",), ("active_level_dbfs", "noise_floor_dbfs"), (-40, 0)),
            Curve("bins", ("spectral_lines",), ("music.lines",), (0, 60), (None, 60)),
            Curve("similarity, 1", ("periodicity",), ("music.periodicity",), (0, 1.05)),
        ),
        highest_hz=4000,
        window_s=0.04,
    ),
    Case(
        "clipping",
        "clipping",
        _each(overdriven),
        (
            Curve("share", ("clipped_share",), ("clipping.onset", "clipping.offset")),
            Curve("dBFS", ("peak", "level"), (), (-60, 3), (-60, None)),
        ),
        most=2.5,
    ),
    Case("click", "click", _each(clicked), (Curve("dB", ("jump",), ("click.onset",)), LEVEL)),
    Case(
        "hum",
        "hum",
        _each(humming),
        (Curve("dB", ("hum",), ("hum.onset", "hum.offset")), LEVEL),
        highest_hz=800,
        window_s=0.1,
    ),
    Case(
        "processed_voice",
        "processed_voice",
        _each(robotic),
        (
            Curve("processing, 1", (("processing", _trigger("processed_voice")),), ("processed_voice.onset",), P),
            Curve("ms", ("pitch_lag",), (), (0, 16)),
            Curve("similarity, 1", ("periodicity",), (), (0, 1.05)),
        ),
        highest_hz=4000,
        window_s=0.032,
    ),
    Case(
        "assessable",
        "buzz",
        tuple(partial(drowned, "degraded_telegram_metallic.flac", under) for under in (12.0, 8.0, 5.0)),
        (
            LEVEL,
            Curve("probability", ("concealed",), ("buzz.onset",), P),
            Curve("similarity, 1", ("packet_similarity",), (), (0, 1.05)),
            Curve("dB", ("shape_flux",), ()),
        ),
        least=0.2,
        most=0.5,
        hidden=True,
    ),
)
"""All pictures, in the order of the page."""
