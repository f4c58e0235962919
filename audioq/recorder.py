"""Recorder: what went wrong in the recorder and not in the call, where the two can be told apart.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audioq.absences import gaps_of
from audioq.table import HOP_SECONDS, FeatureTable

BUFFERS = (256, 512, 1024, 1152, 2048, 4096)
"""Lengths in samples in which sound cards and coders hand sound on; packets of calls last multiples of 2.5 ms."""
CODER_RATES, CODER_FRAME = (16000, 24000, 32000, 48000), 512
"""Rates in Hz at which AAC-ELD codes calls in frames of so many samples; its frames of 480 are packets like others."""
_CUT_OFF = ("truncated", "broken_off")
"""Notes of a reader that came to the end of a file too early."""
_SLACK = 2
"""Samples by which a dropped buffer may seem longer: its neighbours may be zero by themselves."""
_BY_CHANCE = 0.05
_SILENCES = ("dropped_buffers", "recorder_muted", "all_muted")
"""Faults that leave silence where sound may have arrived."""
_LOSSES = ("muted", "pause_lost", "concealed", "stuttered", "spliced", "zero_share")
"""Curves that speak for loss."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the recorder did; `messages` has the sentence under ``note.<id>``.

    Attributes
    ----------
    id : str
        ``dropped_buffers``, ``recorder_muted``, ``all_muted``, ``recorder_clipped``, ``dc_jump`` or ``file_cut_off``.
    channel : int or None
        None where it concerns the whole recording.
    spans : tuple of (float, float)
        When, in seconds.
    value : float
        Length of a buffer in ms, seconds of silence, clipped peaks a minute, size of the jump, full scale 1, or seconds
        that are missing, NaN where nobody knows how many.
    """

    id: str
    channel: int | None
    spans: tuple[tuple[float, float], ...]
    value: float


def recorder_faults(
    table: FeatureTable, thresholds: Mapping[str, float], rooms: Sequence[int] = ()
) -> tuple[Fault, ...]:
    """Return the faults of the recorder in every channel.

    Parameters
    ----------
    table : FeatureTable
    thresholds : mapping of str to float
    rooms : sequence of int
        Channels that a microphone recorded out of a room: there no call writes exact zeros.
    """
    found = [*_cut_off(table), *_all_muted(table, thresholds)]
    for channel in range(table.channels):
        muted = _muted(table, channel, thresholds) if channel in rooms else []
        found += muted or _dropped_buffers(table, channel, thresholds)
        found += _dc_jumps(table, channel)
        found += _clipped(table, channel, thresholds) if channel in rooms else []
    return tuple(found)


def spared(table: FeatureTable, faults: Sequence[Fault], thresholds: Mapping[str, float]) -> FeatureTable:
    """Return a table in which nothing speaks for loss where the recorder failed.

    Only little is spared: of what is missing for long, or at the end, nobody knows whether it had arrived.
    """
    most, last_s = thresholds["recorder.most_share"] * table.duration, table.duration - HOP_SECONDS
    little = [f for f in faults if f.id in _SILENCES and sum(b - a for a, b in f.spans) <= most]
    spans = [
        (channel, span)
        for fault in little
        for channel in (range(table.channels) if fault.channel is None else (fault.channel,))
        for span in fault.spans
        if span[1] < last_s
    ]
    if not spans:
        return table
    curves = {name: table[name].copy() for name in _LOSSES if name in table.curves}
    marks = table.marks["zero"]
    for channel, (start, end) in spans:
        first, last = max(0, int(start / HOP_SECONDS) - 1), int(np.ceil(end / HOP_SECONDS)) + 1
        for curve in curves.values():
            curve[channel, first:last] = 0
        inside = (marks["channel"] == channel) & (marks["start"] >= (start - 0.01) * table.format.sr)
        marks = marks[~(inside & (marks["end"] <= (end + 0.01) * table.format.sr))]
    return replace(table, curves={**table.curves, **curves}, marks={**table.marks, "zero": marks})


def _zeros(table: FeatureTable, channel: int) -> NDArray[np.void]:
    """Runs of exact zeros of a channel but for those that the container tells of: there packets are missing."""
    marks = table.marks["zero"]
    own: NDArray[np.void] = marks[marks["channel"] == channel]
    gaps = gaps_of(table, channel)
    if not len(gaps):
        return own
    missing = np.array([gaps.seconds(a, b) > 0 for a, b in _spans(table, own)], np.bool_)
    return own[~missing]


def _spans(table: FeatureTable, marks: NDArray[np.void]) -> tuple[tuple[float, float], ...]:
    sr = table.format.sr
    return tuple((int(a) / sr, int(b) / sr) for a, b in zip(marks["start"], marks["end"], strict=True))


def _muted(table: FeatureTable, channel: int, thresholds: Mapping[str, float]) -> list[Fault]:
    """Exact zeros in a recording of a room, whose noise never falls silent."""
    marks = _zeros(table, channel)
    marks = marks[marks["end"] - marks["start"] >= thresholds["recorder.muted"] * table.format.sr]
    if not len(marks):
        return []
    seconds = float((marks["end"] - marks["start"]).sum()) / table.format.sr
    return [Fault("recorder_muted", channel, _spans(table, marks), seconds)]


def _dropped_buffers(table: FeatureTable, channel: int, thresholds: Mapping[str, float]) -> list[Fault]:
    """Zeros whose edges lie on a grid of buffers and not on one of packets.

    All must begin at the same place of the grid and last whole buffers. What fits packets of 2.5 ms as well, or
    touches an end of the recording, says nothing.
    """
    sr, marks = table.format.sr, _zeros(table, channel)
    n_samples = round(table.duration * sr)
    least = thresholds["recorder.least_zeros"] * sr
    marks = marks[(marks["start"] > 0) & (marks["end"] < n_samples) & (marks["end"] - marks["start"] >= least)]
    if len(marks) < thresholds["recorder.least_buffers"]:
        return []
    starts, lengths = marks["start"].astype(np.int64), (marks["end"] - marks["start"]).astype(np.int64)
    if _off_grid(lengths, sr / 400).max() <= _SLACK:
        return []
    for buffer in sorted(BUFFERS, reverse=True):
        if (
            buffer * 400 % sr
            and max(_off_grid(lengths, buffer).max(), _off_grid(np.diff(starts), buffer).max()) <= _SLACK
        ):
            if _frames_of_a_coder(buffer, sr, len(marks)):
                return []
            return [Fault("dropped_buffers", channel, _spans(table, marks), 1000 * buffer / sr)]
    return []


def _frames_of_a_coder(buffer: int, sr: int, count: int) -> bool:
    """Whether lost frames of AAC-ELD, at the rate of the recording, may lie on a grid of buffers by chance.

    All lengths and the places of all but the first must be multiples of the buffer too. Frames that were resampled
    after the loss have no zeros up to their edges and fit no grid to the sample.
    """
    if sr not in CODER_RATES or buffer % CODER_FRAME:
        return False
    return float((buffer // CODER_FRAME) ** -(2.0 * count - 1)) > _BY_CHANCE


def _off_grid(lengths: NDArray[np.int64], step: float) -> NDArray[np.float64]:
    """How far each length lies from a whole number of steps, at least one."""
    whole = np.maximum(np.round(lengths / step), 1)
    return np.asarray(np.abs(lengths - whole * step), np.float64)


def _cut_off(table: FeatureTable) -> list[Fault]:
    """A file that ends before its sound does, by its own account."""
    for note in table.notes:
        if note.id in _CUT_OFF:
            said = dict(note.values)
            missing = float(said["declared"]) - float(said["decoded"]) if "declared" in said else math.nan
            end = table.duration + (0.0 if math.isnan(missing) else missing)
            return [Fault("file_cut_off", None, ((table.duration, end),), missing)]
    return []


def _all_muted(table: FeatureTable, thresholds: Mapping[str, float]) -> list[Fault]:
    """Exact zeros that begin on one sample in all channels, and end so, where channels hold different voices.

    Each direction of a call has its own packets and its own clock, so losses do not.
    """
    if table.channels == 1 or not _differ(table, thresholds):
        return []
    least = thresholds["recorder.muted"] * table.format.sr
    own = [_zeros(table, channel) for channel in range(table.channels)]
    spans = [{(int(a), int(b)) for a, b in zip(m["start"], m["end"], strict=True) if b - a >= least} for m in own]
    shared = [(a, b) for a, b in sorted(set.intersection(*spans)) if a > 0]
    if not shared:
        return []
    sr = table.format.sr
    seconds = sum(b - a for a, b in shared) / sr
    return [Fault("all_muted", None, tuple((a / sr, b / sr) for a, b in shared), seconds)]


def _differ(table: FeatureTable, thresholds: Mapping[str, float]) -> bool:
    """Whether each channel holds sound of its own, so that none is a copy of the first."""
    level, first = table["level"], table["level"][0]
    floor = thresholds["speech.lowest"]
    apart = [np.abs(one - first)[np.maximum(one, first) > floor] > thresholds["recorder.apart"] for one in level[1:]]
    heard = bool((level.max(axis=1) > floor).all())
    return heard and all(len(one) and one.mean() >= thresholds["recorder.apart_share"] for one in apart)


def _clipped(table: FeatureTable, channel: int, thresholds: Mapping[str, float]) -> list[Fault]:
    """Peaks cut off at full scale in the recording of a room: its microphone did that, for no room clips."""
    marks = table.marks["clipped"]
    marks = marks[marks["channel"] == channel]
    a_minute = 60 * len(marks) / max(table.duration, HOP_SECONDS)
    if a_minute < thresholds["recorder.clipped"]:
        return []
    sr = table.format.sr
    return [Fault("recorder_clipped", channel, ((int(marks["start"][0]) / sr, int(marks["end"][-1]) / sr),), a_minute)]


def _dc_jumps(table: FeatureTable, channel: int) -> list[Fault]:
    """Moments at which the sound was moved and stayed there: a stage was switched, no packet does that."""
    marks = table.marks.get("dc_jump")  # tables of recordings without any lack it
    own = [] if marks is None else marks[marks["channel"] == channel].tolist()
    times = [(start / table.format.sr, end / table.format.sr) for _, start, end, _ in own]
    return [Fault("dc_jump", channel, (span,), float(row[3])) for span, row in zip(times, own, strict=True)]
