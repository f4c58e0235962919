"""Silences: which of the stretches where nothing is heard are losses, and from where to where.

Part of the judgement: it reads the table and the thresholds and knows no audio.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from audioq.absences import lost, not_sent
from audioq.listening import listen
from audioq.masks import bridged, filled, hysteresis, quantiles, runs
from audioq.table import HOP_SECONDS, FeatureTable

_EDGE = 30
"""Frames at the beginning of a silence that tell whether speech was cut off there."""
_SHORT_EDGE = 4
"""Frames of a silence short enough that the curves can be trusted in all of it."""


_FAINTEST_DBFS = -85.0
"""A background below this is a step of 16 bit here and there."""
_FADED_DBFS = -86.0
"""Below this a fade is too close to the last step of 16 bit to be a line."""
_STEPS = 7
"""A fade takes fewer frames than this from there to the zeros."""
_LONGEST_FADE = 70
"""Frames that a fade takes at most."""
_RIPPLE_DB = 1.0
"""By how much the level may rise from frame to frame in a fade: the pitch and the window beat."""
SURE = 0.9
"""Probability of an outage where a physical rule says so, and not the network."""


def interrupted(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """Probability that nothing was played where something should have been, in speech or in a pause."""
    either: NDArray[np.float32] = np.minimum(table["muted"][channel] + table["pause_lost"][channel], 1)
    either[fading(table, channel, limits)] = 0  # something is heard there: covered up, not interrupted
    either[_not_sent(table, channel, limits)] = 0
    return np.maximum(either, np.float32(SURE) * sure_zeros(table, channel, limits))


def sure_zeros(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Frames of exact zeros that are an outage by themselves, whatever the network makes of them.

    Zeros of the reader's own count where packets are missing in speech, and never where none were sent.
    """
    zeros = outage_zeros(table, channel, limits) | blinks(table, channel, limits)
    zeros |= faded_to_zeros(table, channel, limits)
    return (zeros & ~_not_sent(table, channel, limits)) | lost(table, channel, limits).mask(table.n_frames)


def _not_sent(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    return not_sent(table, channel, limits).mask(table.n_frames)


def outage_zeros(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Frames of exact zeros in a call whose pauses hold a background: there nothing else writes zeros.

    A gate and a talker with digital pauses leave no pause without zeros, so the background must be heard in whole
    pauses. Zeros before the first sound and up to the end stay out: a recorder that runs on writes them too.
    """
    starts, ends = _zero_runs(table, channel)
    long = ends - starts >= limits["dropout.zero_run"]
    if not long.any() or _background_s(table, channel, limits) < limits["dropout.background"]:
        return np.zeros(table.n_frames, np.bool_)
    return _frames(table, starts[long], ends[long])


def blinks(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Frames of exact zeros too short for any pause, with loud sound and a cliff on either side.

    No mouth falls silent from its full level and is back at it within so short a time. Synthetic voices and gates over
    no background do close with zeros; there an edge must be one of the waveform itself.
    """
    starts, ends = _zero_runs(table, channel)
    length = ends - starts
    short = (length >= limits["dropout.blink_shortest"]) & (length <= limits["dropout.blink_longest"])
    if short.any() and _background_s(table, channel, limits) < limits["dropout.background"]:
        short &= _sharp(table, channel, starts) | _sharp(table, channel, ends)
    starts, ends = starts[short], ends[short]
    if len(starts) == 0:
        return np.zeros(table.n_frames, np.bool_)
    last = table.n_frames - 1
    first, past = (np.minimum((side / HOP_SECONDS).astype(np.int64), last) for side in (starts, ends))
    peak = table["peak"][channel]
    before = np.maximum(peak[first], peak[np.maximum(first - 1, 0)])
    after = np.maximum(peak[past], peak[np.minimum(past + 1, last)])
    falls, rises = (_highest(table[edge][channel], 1) for edge in ("fall_10", "rise_10"))
    loud = np.minimum(before, after) >= table.number("active_level_dbfs", channel)
    cut = loud & (np.minimum(falls[first], rises[past]) >= limits["dropout.blink_cliff"])
    return _frames(table, starts[cut], ends[cut])


def _sharp(table: FeatureTable, channel: int, times: NDArray[np.float64], reach: float = 0.0006) -> NDArray[np.bool_]:
    """Whether the waveform breaks off at each of these times."""
    marks = table.marks.get("discontinuity")  # tables made before there were such marks lack it
    if marks is None:
        return np.zeros(len(times), np.bool_)
    breaks = np.sort(marks["start"][marks["channel"] == channel] / table.format.sr)
    found: NDArray[np.bool_] = np.searchsorted(breaks, times - reach) < np.searchsorted(breaks, times + reach)
    return found


def faded_to_zeros(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Frames of exact zeros into which the sound dies along a straight line in dB, as in the decoders of clients.

    A room and a voice die in a bend, a gate and a cut fall off a cliff: neither comes down in a straight line to
    the last step of 16 bit.
    """
    starts, ends, _ = _straight_fades(table, channel, limits)
    return _frames(table, starts, ends)


def fading(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Frames of the straight fades that end in exact zeros: what is heard there was made up by a decoder."""
    starts, _, first = _straight_fades(table, channel, limits)
    return filled(table.n_frames, first, np.floor(starts / HOP_SECONDS + 1e-6).astype(np.int64))


def _straight_fades(
    table: FeatureTable, channel: int, limits: Mapping[str, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Starts and ends in seconds of the zeros behind straight fades, and the first frame of each fade."""
    starts, ends = _zero_runs(table, channel)
    long = ends - starts >= limits["dropout.fade_zeros"]
    starts, ends = starts[long], ends[long]
    level, n = table["level"][channel], round(limits["dropout.fade_length"] * 100)
    zeros = np.floor(starts / HOP_SECONDS + 1e-6).astype(np.int64)
    faint = np.concatenate([[0], np.cumsum(level < _FADED_DBFS)])
    back = np.arange(1, _STEPS + 1)
    below = faint[zeros, None] - faint[np.maximum(zeros[:, None] - back, 0)] == back
    bottom = zeros - below.sum(axis=1)
    windows = level[np.maximum(bottom[:, None] + np.arange(-n, 0), 0)]
    t = np.arange(n) - (n - 1) / 2
    fall = -(windows @ (t / np.square(t).sum()))
    error = np.sqrt(np.maximum(windows.var(axis=1) - np.square(fall) * np.square(t).mean(), 0))
    fits = (bottom >= n) & below[:, 0] & ~below[:, -1] & (error <= limits["dropout.fade_error"])
    fits &= (100 * fall >= limits["dropout.fade_least"]) & (100 * fall <= limits["dropout.fade_most"])
    earlier = level[np.maximum(bottom[fits, None] - np.arange(1, _LONGEST_FADE + 1), 0)]
    steps = earlier[:, 1:] - earlier[:, :-1]
    falling = (steps > -_RIPPLE_DB) & (steps < 3 * fall[fits, None] + _RIPPLE_DB)
    length = np.logical_and.accumulate(falling, axis=1).sum(axis=1) + 1
    return starts[fits], ends[fits], np.maximum(bottom[fits] - length, 0)


def _zero_runs(table: FeatureTable, channel: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Starts and ends in seconds of the runs of exact zeros inside the recording."""
    zero = table.marks["zero"]
    zero = zero[zero["channel"] == channel]
    starts, ends = (zero[side] / table.format.sr for side in ("start", "end"))
    inside = (starts > 0.05) & (ends < table.duration - 0.05)
    return starts[inside], ends[inside]


def _frames(table: FeatureTable, starts: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Every frame that a stretch touches; the edges of events are moved to those of the marks."""
    first, past = (np.floor(starts / HOP_SECONDS + 1e-6), np.ceil(ends / HOP_SECONDS - 1e-6))
    return filled(table.n_frames, first.astype(np.int64), np.minimum(past.astype(np.int64), table.n_frames))


def _background_s(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> float:
    """Seconds of longer pauses that hold a background throughout."""
    starts, ends = runs(bridged(listen(table, channel, limits).quiet, 2))
    zeros = np.concatenate([[0], np.cumsum(table["zero_share"][channel] > 0.05)])
    whole = (zeros[ends] == zeros[starts]) & (ends - starts >= limits["dropout.background_run"] * 100)
    level, starts, ends = table["level"][channel], starts[whole], ends[whole]
    heard = [quantiles(level[a:b], 0.5)[0] > _FAINTEST_DBFS for a, b in zip(starts, ends, strict=True)]
    return float((ends - starts)[np.array(heard, np.bool_)].sum()) * HOP_SECONDS


def to_the_end_of_silence(
    mask: NDArray[np.bool_], table: FeatureTable, channel: int, limits: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Decide on each longer silence as a whole, by how it begins and ends.

    One that begins with a cut belongs to the cut until sound comes back; less must speak for a cut where speech
    falls off a cliff. In the depth of a silence nothing tells a pause from a loss, so there the curves have no say.
    """
    lost = interrupted(table, channel, limits)
    sure = sure_zeros(table, channel, limits)
    starts, ends = _apart(bridged(listen(table, channel, limits).quiet, 2), sure)
    longer = ends - starts >= _SHORT_EDGE
    starts, ends = starts[longer], ends[longer]
    if len(starts) == 0:
        return mask & ~_not_sent(table, channel, limits)
    total = np.concatenate([[0], np.cumsum(lost, dtype=np.float64)])
    heads = np.minimum(ends, starts + _EDGE)
    begins = (total[heads] - total[starts]) / (heads - starts)
    cliff = _between_cliffs(table, channel, starts, ends, limits)
    cut = np.where(cliff, begins >= limits["dropout.cliff_cut"], begins >= limits["dropout.cut"]) & (starts > 0)
    tails = np.maximum(starts, ends - _EDGE)
    stops = (total[ends] - total[tails]) / (ends - tails) >= limits["dropout.cut"]
    stops &= ends < table.n_frames
    long = ends - starts >= _EDGE
    depth = filled(len(mask), starts[long], np.where(stops, tails, ends)[long])
    belongs = filled(len(mask), starts[cut & (long | cliff)], ends[cut & (long | cliff)])
    other = fading(table, channel, limits) | _not_sent(table, channel, limits)
    return (((mask & ~depth) | belongs) & ~other) | sure


def _apart(quiet: NDArray[np.bool_], sure: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and ends of silences; where sure zeros end and the background is back, another silence begins."""
    back = np.flatnonzero(sure[:-1] & ~sure[1:]) + 1
    back = back[quiet[back]]
    starts, ends = runs(quiet)
    return np.sort(np.append(starts, back)), np.sort(np.append(ends, back))


def _between_cliffs(
    table: FeatureTable, channel: int, starts: NDArray[np.int64], ends: NDArray[np.int64], limits: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Whether speech falls into each silence within 10 ms, and rises out of it as fast or never."""
    falls = _highest(table["fall_10"][channel], 2) >= limits["dropout.cliff"]
    rises = _highest(table["rise_10"][channel], 2) >= limits["dropout.cliff"]
    last = ends >= table.n_frames
    cliffs: NDArray[np.bool_] = falls[starts] & (rises[np.minimum(ends, table.n_frames - 1)] | last)
    return cliffs


def _highest(x: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Largest value within `reach` frames to either side."""
    padded = np.pad(x, reach, mode="edge")
    highest: NDArray[np.float32] = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    return highest


def background_holes(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.bool_]:
    """Frames in which the background of a pause was lost and covered up, in a call where that is a habit.

    Concealment in a pause dives below the call's own floor for some frames and comes back with an edge. Single
    holes are left to gates and to noise suppression.
    """
    lost = np.minimum(table["muted"][channel] + table["pause_lost"][channel], 1)
    starts, ends = runs(hysteresis(lost, limits["hole.onset"], limits["hole.offset"]))
    short = (ends - starts >= 2) & (ends - starts <= limits["hole.longest"] * 100)
    starts, ends = starts[short], ends[short]
    if len(starts) == 0:
        return np.zeros(table.n_frames, np.bool_)
    deepest = np.maximum.reduceat(np.append(table["hole_depth"][channel], 0), np.ravel([starts, ends], "F"))[::2]
    zeros = np.concatenate([[0], np.cumsum(table["zero_share"][channel], dtype=np.float64)])
    digital = zeros[ends] - zeros[starts] >= limits["dropout.zero"] * (ends - starts)  # those are dropouts
    deep = (deepest >= limits["hole.depth"]) & ~digital
    if deep.sum() < max(limits["hole.least"], limits["hole.rate"] * table.duration / 60):
        return np.zeros(table.n_frames, np.bool_)
    return filled(table.n_frames, starts[deep], ends[deep])
