"""The recordings that make_hearing.py tries for each picture, in order, and the curves that it draws below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from hearing_calls import (
    Made,
    clicked,
    cut,
    drowned,
    humming,
    keyed,
    overdriven,
    robotic,
    sample,
    silent_end,
    zeros_in_pauses,
)

from audioq.kinds import KINDS
from audioq.silences import faded_to_zeros, interrupted, outage_zeros
from audioq.table import FeatureTable

Values = Callable[[FeatureTable, Mapping[str, float]], np.ndarray]


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


def _interrupted(table: FeatureTable, limits: Mapping[str, float]) -> np.ndarray:
    return interrupted(table, 0, limits)


def _by_rule(table: FeatureTable, limits: Mapping[str, float]) -> np.ndarray:
    return 0.9 * outage_zeros(table, 0, limits)


def _by_fade(table: FeatureTable, limits: Mapping[str, float]) -> np.ndarray:
    return 0.9 * faded_to_zeros(table, 0, limits)


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
        "dropout-fade",
        "dropout",
        _samples("blocked_metallic_bursts.flac", "degraded_throttled.m4a"),
        (
            Curve("dB/s", ("fade_slope",), ("dropout.fade_least", "dropout.fade_most"), (-50, 700)),
            LEVEL,
            Curve("probability", (("rule of fades", _by_fade), ("network", _network)), ("dropout.onset",), P),
        ),
        least=0.65,
        most=0.75,
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
