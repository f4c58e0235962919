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
from audioq.buffers import SLACK, dropped, last_packets, left_out
from audioq.joints import cut_marks
from audioq.listening import listen
from audioq.table import HOP_SECONDS, FeatureTable

LOSSY = frozenset(
    "aac mp2 mp3 mpeg_layer_i mpeg_layer_ii opus vorbis wmav1 wmav2 wmapro wmavoice amr_nb amr_wb amrnb amrwb "
    "ac3 eac3 gsm g729 g723_1 speex ilbc evs".split()
)
"""Codecs of files that leave out what they take to be inaudible."""

AAC_FRAME = 1024
"""Samples in a frame of AAC as files hold it."""
_CUT_OFF = ("truncated", "broken_off")
"""Notes of a reader that came to the end of a file too early."""
SPEEDS: Mapping[str, float] = {"half_speed": 0.5, "double_speed": 2.0}
"""Numbers of a table that tell of a wrong speed, and that speed."""
_SPARED = ("dropped_buffers", "buffers_left_out", "recorder_muted", "all_muted")
"""Faults that look like loss."""
_LOSSES = ("muted", "pause_lost", "concealed", "stuttered", "spliced", "zero_share")
"""Curves that speak for loss."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that the recorder did; `messages` has the sentence under ``note.<id>``.

    Attributes
    ----------
    id : str
        ``dropped_buffers``, ``buffers_left_out``, ``recorder_muted``, ``all_muted``, ``recorder_clipped``, ``dc_jump``,
        ``wrong_rate`` or ``file_cut_off``.
    channel : int or None
        None where it concerns the whole recording.
    spans : tuple of (float, float)
        When, in seconds.
    value : float
        Length of a buffer in ms, seconds of silence, clipped peaks a minute, size of the jump, full scale 1, times the
        true speed, or seconds that are missing, NaN where nobody knows how many.
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
    found = [*_cut_off(table), *_wrong_rate(table, thresholds), *_all_muted(table, thresholds)]
    for channel in range(table.channels):
        muted = _muted(table, channel, thresholds) if channel in rooms else []
        found += muted or _on_a_grid(table, channel, thresholds)
        found += _dc_jumps(table, channel)
        found += _clipped(table, channel, thresholds) if channel in rooms else []
    return tuple(found)


def spared(table: FeatureTable, faults: Sequence[Fault], thresholds: Mapping[str, float]) -> FeatureTable:
    """Return a table in which nothing speaks for loss where the recorder failed, or its coder padded the end.

    Only little is spared: of what is missing for long, or at the end, nobody knows whether it had arrived.
    """
    most, last_s = thresholds["recorder.most_share"] * table.duration, table.duration - HOP_SECONDS
    little = [f for f in faults if f.id in _SPARED and _missing_s(f) <= most]
    spans = [
        (channel, span)
        for fault in little
        for channel in (range(table.channels) if fault.channel is None else (fault.channel,))
        for span in fault.spans
        if span[1] < last_s
    ] + _padded(table)
    if not spans:
        return table
    curves = {name: table[name].copy() for name in _LOSSES if name in table.curves}
    marks = {name: table.marks[name] for name in ("zero", "discontinuity") if name in table.marks}
    for channel, (start, end) in spans:
        first, last = max(0, int(start / HOP_SECONDS) - 1), int(np.ceil(end / HOP_SECONDS)) + 1
        for curve in curves.values():
            curve[channel, first:last] = 0
        marks = {name: _outside(own, channel, start, end, table.format.sr) for name, own in marks.items()}
    return replace(table, curves={**table.curves, **curves}, marks={**table.marks, **marks})


def _missing_s(fault: Fault) -> float:
    """Seconds that are missing for a fault: a cut leaves no time behind, but at least one buffer is missing there."""
    if fault.id == "buffers_left_out":
        return len(fault.spans) * fault.value / 1000
    return sum(b - a for a, b in fault.spans)


def _outside(marks: NDArray[np.void], channel: int, start: float, end: float, sr: int) -> NDArray[np.void]:
    """Marks that do not lie in a stretch of a channel, in seconds."""
    inside = (marks["start"] >= (start - 0.01) * sr) & (marks["end"] <= (end + 0.01) * sr)
    outside: NDArray[np.void] = marks[~(inside & (marks["channel"] == channel))]
    return outside


def _padded(table: FeatureTable) -> list[tuple[int, tuple[float, float]]]:
    """Zeros that fill the last frame of AAC behind the end of the sound; most containers do not say where it ends."""
    if table.format.codec != "aac" or not table.format.codec_sr:
        return []
    n_samples = round(table.duration * table.format.sr)
    marks = table.marks["zero"]
    marks = marks[(marks["end"] >= n_samples) & (marks["start"] > 0)]
    marks = marks[marks["end"] - marks["start"] < AAC_FRAME * table.format.sr / table.format.codec_sr]
    return list(zip(marks["channel"].tolist(), _spans(table, marks), strict=True))


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


def _on_a_grid(table: FeatureTable, channel: int, thresholds: Mapping[str, float]) -> list[Fault]:
    """Zeros and cuts that lie where buffers of a sound card do.

    A lossy file has a grid of its own: its coder moves the edges of any zeros to those of its frames.
    """
    if table.format.codec in LOSSY:
        return []
    sr = table.format.sr
    found = {
        "dropped_buffers": dropped(_zeros(table, channel), sr, round(table.duration * sr), thresholds),
        "buffers_left_out": left_out(_cuts(table, channel, thresholds), sr, thresholds),
    }
    return [Fault(id, channel, _spans(table, of[0]), 1000 * of[1] / sr) for id, of in found.items() if of is not None]


def _cuts(table: FeatureTable, channel: int, thresholds: Mapping[str, float]) -> NDArray[np.void]:
    """Cuts beside which nothing is played again: a stutter has joints too."""
    cuts = cut_marks(table, channel, thresholds)
    frames = np.minimum(cuts["start"] * 100 // table.format.sr, table.n_frames - 1)
    own: NDArray[np.void] = cuts[table["stuttered"][channel][frames] < thresholds["stutter.offset"]]
    return own


def _cut_off(table: FeatureTable) -> list[Fault]:
    """A file that ends before its sound does, by its own account."""
    for note in table.notes:
        if note.id in _CUT_OFF:
            said = dict(note.values)
            missing = float(said["declared"]) - float(said["decoded"]) if "declared" in said else math.nan
            end = table.duration + (0.0 if math.isnan(missing) else missing)
            return [Fault("file_cut_off", None, ((table.duration, end),), missing)]
    return []


def _wrong_rate(table: FeatureTable, thresholds: Mapping[str, float]) -> list[Fault]:
    """A voice at half or twice its speed in every channel that says enough, and no music and hardly a tone."""
    for name, speed in SPEEDS.items():
        likely = table.numbers.get(name, np.zeros(0))  # tables made before it was measured lack it
        likely = likely[np.isfinite(likely)]
        if len(likely) and likely.min() >= thresholds[f"recorder.{name}"] and _only_voices(table, thresholds):
            return [Fault("wrong_rate", None, ((0.0, table.duration),), speed)]
    return []


def _only_voices(table: FeatureTable, thresholds: Mapping[str, float]) -> bool:
    heard = [listen(table, channel, thresholds) for channel in range(table.channels)]
    other, speech = (
        sum(int(mask.sum()) for mask in masks)
        for masks in ([one.tone | one.music for one in heard], [one.speech for one in heard])
    )
    return other <= thresholds["recorder.other_sound"] * (other + speech)


def _all_muted(table: FeatureTable, thresholds: Mapping[str, float]) -> list[Fault]:
    """Exact zeros that begin on one sample in all channels, and end so, where channels hold different voices.

    Each direction of a call has its own packets and its own clock, so losses do not, but for those at a server that
    both directions pass: these last whole packets.
    """
    if table.channels == 1:
        return []
    sr = table.format.sr
    least = thresholds["recorder.muted"] * sr
    own = [_long(_zeros(table, channel), least) for channel in range(table.channels)]
    shared = own[0]
    for other in own[1:]:
        shared = _alike(shared, other)
    spans = [(a, b) for a, b in shared if a > 0 and b - a >= least and not last_packets(np.array([b - a]), sr)]
    if not spans or not _differ(table, thresholds):
        return []
    seconds = sum(b - a for a, b in spans) / sr
    return [Fault("all_muted", None, tuple((a / sr, b / sr) for a, b in spans), seconds)]


def _long(marks: NDArray[np.void], least: float) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in zip(marks["start"], marks["end"], strict=True) if b - a >= least]


def _alike(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What runs of zeros share whose ends lie on one sample each, or beside it where the sound was zero by itself."""
    return [(max(a, c), min(b, d)) for a, b in one for c, d in other if abs(a - c) <= SLACK and abs(b - d) <= SLACK]


def _differ(table: FeatureTable, thresholds: Mapping[str, float]) -> bool:
    """Whether each channel holds sound of its own: none is a copy of another, at whatever level."""
    level = table["level"]
    heard = bool((level.max(axis=1) > thresholds["speech.lowest"]).all())
    return heard and all(
        _apart(table, one, other, thresholds) for other in range(table.channels) for one in range(other)
    )


def _apart(table: FeatureTable, one: int, other: int, thresholds: Mapping[str, float]) -> bool:
    """Whether the levels of two channels part by more than a gain does, where either is loud."""
    level, both = table["level"], [one, other]
    active = np.array([table.number("active_level_dbfs", channel) for channel in both])
    least = np.maximum(active - thresholds["speech.below_active"], thresholds["speech.lowest"])
    loud = (level[both] >= least[:, None]).any(axis=0)  # soft moments hold noise, which a copy may have of its own
    apart = (level[other] - level[one])[loud]
    if not len(apart):
        return False
    far = np.abs(apart - np.median(apart)) > thresholds["recorder.apart"]
    return bool(far.mean() >= thresholds["recorder.apart_share"])


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
