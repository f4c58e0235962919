"""Scores: named numbers per channel and for the call, each with unit, direction and meaning."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audioq.absences import lost
from audioq.copies import loops, packets
from audioq.events import Event
from audioq.listening import bell, listen
from audioq.masks import filled, quantiles
from audioq.roles import NO_ROLES, Roles
from audioq.silences import sure_zeros
from audioq.table import HOP_SECONDS, FeatureTable
from audioq.thresholds import DEFAULT_THRESHOLDS


@dataclass(frozen=True, slots=True)
class Metric:
    """What a score means and how it is shown."""

    name: str
    unit: str
    direction: str
    """``higher is better``, ``lower is better`` or ``neutral``."""
    meaning: str
    decimals: int


_UP, _DOWN, _NEUTRAL = "higher is better", "lower is better", "neutral"

METRICS: tuple[Metric, ...] = (
    Metric("mos", "1-5", _UP, "Estimated mean opinion score of a listener; undefined without speech.", 2),
    Metric("delivered_ratio", "ratio", _UP, "Estimated share of the speech that arrived; undefined without speech.", 3),
    Metric("dropout_ratio", "ratio", _DOWN, "Share of the time in which speech was interrupted.", 4),
    Metric("dropouts_per_minute", "1/min", _DOWN, "Interruptions of speech a minute.", 2),
    Metric("longest_dropout_s", "s", _DOWN, "Length of the longest interruption.", 2),
    Metric("buzz_ratio", "ratio", _DOWN, "Share of the time in which loss was covered up audibly.", 4),
    Metric("buzz_per_minute", "1/min", _DOWN, "Audibly covered losses a minute.", 2),
    Metric("stutter_per_minute", "1/min", _DOWN, "Stretches played again, a minute.", 2),
    Metric("splices_per_minute", "1/min", _DOWN, "Places where time was cut out, a minute.", 2),
    Metric(
        "signs_per_minute",
        "1/min",
        _DOWN,
        "Places where a dropout, buzz or stutter is nearly sure (0.8 or more), events or not, a minute of speech.",
        2,
    ),
    Metric("lost_pauses_per_minute", "1/min", _DOWN, "Places where a pause was probably lost, a minute.", 2),
    Metric("speech_ratio", "ratio", _NEUTRAL, "Share of the time that holds audible speech.", 4),
    Metric("speech_s", "s", _NEUTRAL, "Audible speech.", 2),
    Metric("zero_ratio", "ratio", _NEUTRAL, "Share of the time in runs of exact digital silence.", 4),
    Metric("active_level_dbfs", "dBFS", _NEUTRAL, "Active speech level by ITU-T P.56, method B.", 1),
    Metric("noise_floor_dbfs", "dBFS", _DOWN, "Level of the background in pauses.", 1),
    Metric("snr_db", "dB", _UP, "Active speech level over the background.", 1),
    Metric("bandwidth_hz", "Hz", _UP, "Upper edge of the band that holds speech; 8000 stands for 8000 or more.", 0),
    Metric("clipping_ratio", "ratio", _DOWN, "Share of the samples that are clipped.", 5),
    Metric("hum_db", "dB", _DOWN, "Mains hum (50 or 60 Hz and harmonics) over its surroundings.", 1),
    Metric("severity", "0-1", _DOWN, "How badly the call was harmed, from 0 (none) to 1 (nothing got through).", 3),
    Metric("duration_s", "s", _NEUTRAL, "Length of the recording.", 2),
)
"""All scores in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Values by the names of `METRICS`, for the call and for each channel; NaN where undefined."""

    call: Mapping[str, float]
    channels: tuple[Mapping[str, float], ...]


def score(
    table: FeatureTable,
    events: Sequence[Event],
    thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS,
    roles: Roles = NO_ROLES,
) -> Scores:
    """Sum up events and curves as named numbers.

    The numbers of the call are those of its worst channel among those that ought to carry speech: channels with
    speech, and silent ones beside more than ``one_way.speech`` seconds of it.

    Parameters
    ----------
    table : FeatureTable
    events : sequence of Event
        What `find` returned for this table.
    thresholds : mapping of str to float
    roles : Roles

    Returns
    -------
    Scores
    """
    channels = tuple(_channel(table, events, channel, thresholds) for channel in range(table.channels))
    return sum_up(channels, events, thresholds, roles)


def sum_up(
    channels: Sequence[Mapping[str, float]],
    events: Sequence[Event],
    thresholds: Mapping[str, float] = DEFAULT_THRESHOLDS,
    roles: Roles = NO_ROLES,
) -> Scores:
    """Return the scores of a call of which those of all channels are known; parameters as in `score`."""
    sounding = {e.channel for e in events if e.kind in ("tone", "music")}
    toned = [channel in sounding for channel in range(len(channels))]
    counting = [channels[i] for i in due([own["speech_s"] for own in channels], toned, thresholds, roles)]
    return Scores(max(counting, key=badness), tuple(channels))


def badness(own: Mapping[str, float]) -> tuple[float, float]:
    """Return what channels are ranked by: severity, then the opinion score, so that their order plays no part."""
    return own["severity"], -float(np.nan_to_num(own["mos"]))


def due(
    speech_s: Sequence[float], toned: Sequence[bool], limits: Mapping[str, float], roles: Roles = NO_ROLES
) -> list[int]:
    """Return the channels that ought to carry speech.

    Those with speech, and silent ones without tones or music where another carries more than ``one_way.speech``
    seconds of speech; all of them where there is none. Where speech is expected of some, silent ones count if they
    are among these. Ignored channels never count.

    Parameters
    ----------
    speech_s : sequence of float
        Audible speech of each channel in seconds.
    toned : sequence of bool
        Whether tones or music are heard in the channel.
    limits : mapping of str to float
        Thresholds.
    roles : Roles
    """
    judged = roles.judged(len(speech_s))
    spoken = [i for i in judged if speech_s[i] >= limits["speech.least"]]
    silent = [i for i in judged if speech_s[i] < limits["speech.least"] and not toned[i]]
    if roles.expected:
        return sorted([*spoken, *(i for i in silent if i in roles.expected)]) or sorted(roles.expected)
    if max(speech_s[i] for i in judged) > limits["one_way.speech"]:
        return sorted(spoken + silent)
    return spoken or judged


def _channel(
    table: FeatureTable, events: Sequence[Event], channel: int, limits: Mapping[str, float]
) -> Mapping[str, float]:
    own = [event for event in events if event.channel == channel and event.affects_verdict]
    harm = {kind: [e for e in own if e.kind == kind] for kind in ("dropout", "buzz", "stutter", "splice")}
    heard = listen(table, channel, limits)
    covered = {kind: _mask(harm[kind], table.n_frames) for kind in harm}
    arrived = heard.speech & ~covered["dropout"] & ~covered["buzz"] & ~_repeats(harm["stutter"], table.n_frames)
    speech_s = float(arrived.sum()) * HOP_SECONDS
    missing_s = _missing(table, channel, harm["dropout"], arrived, covered, limits) + _seconds(harm["buzz"])
    spoken = speech_s >= limits["speech.least"]
    delivered = speech_s / (speech_s + missing_s) if spoken else math.nan
    minutes = table.duration / 60
    numbers = {name: float(values[channel]) for name, values in table.numbers.items()}
    values = {
        "delivered_ratio": delivered,
        "dropout_ratio": _seconds(harm["dropout"]) / table.duration,
        "dropouts_per_minute": len(harm["dropout"]) / minutes,
        "longest_dropout_s": max((e.end - e.start for e in harm["dropout"]), default=0.0),
        "buzz_ratio": _seconds(harm["buzz"]) / table.duration,
        "buzz_per_minute": len(harm["buzz"]) / minutes,
        "stutter_per_minute": len(harm["stutter"]) / minutes,
        "splices_per_minute": len(harm["splice"]) / minutes,
        "signs_per_minute": _signs(table, channel, speech_s, covered, limits),
        "lost_pauses_per_minute": _places(table["pause_lost"][channel] >= limits["signs.pause"]) / minutes,
        "speech_ratio": min(1.0, speech_s / table.duration),
        "speech_s": speech_s,
        "zero_ratio": float(table["zero_share"][channel].mean()),
        "active_level_dbfs": numbers["active_level_dbfs"],
        "noise_floor_dbfs": numbers["noise_floor_dbfs"],
        "snr_db": numbers["active_level_dbfs"] - numbers["noise_floor_dbfs"] if spoken else math.nan,
        "bandwidth_hz": _bandwidth(table["band_edge"][channel][arrived]),
        "clipping_ratio": float(table["clipped_share"][channel].mean()),
        "hum_db": quantiles(table["hum"][channel], 0.5)[0],
        "duration_s": table.duration,
    }
    values["severity"] = 0.0 if _nothing_due(table, events, channel, limits, speech_s) else _severity(values, limits)
    values["mos"] = _mos(values)
    return {metric.name: values[metric.name] for metric in METRICS}


def _signs(
    table: FeatureTable,
    channel: int,
    speech_s: float,
    covered: Mapping[str, NDArray[np.bool_]],
    limits: Mapping[str, float],
) -> float:
    """Places where damage is nearly sure, a minute of speech; a second of speech is added, so that little says little.

    The network is sure of them, or they are dropouts of speech that rest on exact zeros, or copies to the sample.
    """
    stuttered = np.where(bell(table, channel, limits), 0, table["stuttered"][channel])
    harm = table["muted"][channel] + table["concealed"][channel] + stuttered
    zeros = sure_zeros(table, channel, limits) & covered["dropout"]
    copies = packets(table, channel, limits) & covered["buzz"] | loops(table, channel, limits) & covered["stutter"]
    return _places((harm >= limits["signs.harm"]) | zeros | copies) / ((speech_s + 1.0) / 60)


def _places(mask: NDArray[np.bool_], apart: int = 4) -> int:
    """Number of stretches of a mask, those up to `apart` frames from each other taken as one."""
    at = np.flatnonzero(mask)
    return int(len(at) > 0) + int((np.diff(at) > apart).sum())


def _mask(events: Sequence[Event], n_frames: int) -> NDArray[np.bool_]:
    starts = np.array([round(e.start / HOP_SECONDS) for e in events], np.int64)
    ends = np.array([round(e.end / HOP_SECONDS) for e in events], np.int64)
    return filled(n_frames, np.minimum(starts, n_frames), np.minimum(ends, n_frames))


def _repeats(stutters: Sequence[Event], n_frames: int) -> NDArray[np.bool_]:
    """A stutter but for its first third: what is played again did not arrive again."""
    later = [replace(e, start=e.start + (e.end - e.start) / 3) for e in stutters]
    return _mask(later, n_frames)


def _seconds(events: Sequence[Event]) -> float:
    return math.fsum(e.end - e.start for e in events)


def _missing(
    table: FeatureTable,
    channel: int,
    dropouts: Sequence[Event],
    arrived: NDArray[np.bool_],
    covered: Mapping[str, NDArray[np.bool_]],
    limits: Mapping[str, float],
) -> float:
    """Seconds of speech that were due in the dropouts.

    A short dropout lost what the curves say; in a long one people would have paused as they do in the rest of the call.
    """
    muted, pause = table["muted"][channel], table["pause_lost"][channel]
    share = muted / np.maximum(muted + pause, 1e-6)
    up = ~covered["dropout"] & (np.cumsum(arrived) > 0)
    usual = arrived[up].mean() if up.sum() >= 200 else limits["delivered.usual_activity"]
    usual = float(np.clip(usual, limits["delivered.least_activity"], limits["delivered.most_activity"]))
    share = np.where(lost(table, channel, limits).mask(table.n_frames), np.maximum(share, usual), share)
    head = round(limits["delivered.head"] * 100)
    total = 0.0
    for event in dropouts:
        first, last = round(event.start / HOP_SECONDS), round(event.end / HOP_SECONDS)
        total += float(share[first : min(last, first + head)].sum()) + usual * max(0, last - first - head)
    return total * HOP_SECONDS


def _bandwidth(edges: NDArray[np.float32]) -> float:
    """The edge that one active frame in ten exceeds: fricatives show how far the band goes."""
    edges = edges[np.isfinite(edges)]
    return quantiles(edges, 0.9)[0] if len(edges) else math.nan


def _nothing_due(
    table: FeatureTable, events: Sequence[Event], channel: int, limits: Mapping[str, float], speech_s: float
) -> bool:
    """Whether only tones or music are heard, to the end but for a pause of their cadence."""
    ends = [e.end for e in events if e.channel == channel and e.kind in ("tone", "music")]
    last = max(ends, default=-math.inf)
    return speech_s < limits["speech.least"] and table.duration - last <= limits["tone.cadence"]


def _severity(values: Mapping[str, float], limits: Mapping[str, float]) -> float:
    """Loss and the rate of disturbances, each of which can only add."""
    rate = sum(values[f"{name}_per_minute"] for name in ("dropouts", "buzz", "stutter", "splices"))
    if math.isnan(values["delivered_ratio"]):
        return 1.0
    kept = math.pow(values["delivered_ratio"], limits["severity.loss_power"])
    return 1 - kept * max(math.exp(-rate / limits["severity.rate"]), limits["severity.rate_floor"])


def _mos(values: Mapping[str, float]) -> float:
    """A closed form in the manner of the E-model (ITU-T G.107): impairments add up on the scale R.

    Loss saturates as ``95 p / (p + b)`` does in its equation 7-29; noise and a narrow band take a share each. It is
    no conforming E-model, which knows the network.
    """
    if math.isnan(values["delivered_ratio"]):
        return math.nan
    rate = min(60.0, sum(values[f"{name}_per_minute"] for name in ("dropouts", "buzz", "stutter", "splices")))
    p = 100 * (1 - values["delivered_ratio"]) + 0.6 * rate
    noise = np.clip(45 - values["snr_db"], 0, 45)
    narrow = np.clip((7000 - np.nan_to_num(values["bandwidth_hz"], nan=7000)) / 3600, 0, 1)
    R = 100 - 95 * p / (p + 50) - 0.9 * noise - 5 * narrow
    R = float(np.clip(R, 0, 100))
    return max(1.0, 1 + 0.035 * R + 7e-6 * R * (R - 60) * (100 - R))  # the cubic dips below 1 near R = 0
