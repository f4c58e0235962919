"""Pitch repetition with a fade, in the manner of ITU-T G.711 Appendix I.

The last pitch cycle is repeated for 10 ms, the last two in the next 10 ms, then the last three, so that long fills
sound less like a machine. The level falls to zero in a straight line from 10 to 60 ms. Where the packets come back,
the fill is faded into the good sound.

Two things differ from the standard. It delays all sound by 3.75 ms, so that it can smooth what lies before the gap;
here the end of the good sound runs backwards into the gap under a falling weight, as in players without such a delay.
And the pitch is searched at the full rate in one step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.concealment import SILENCE_DBFS, level_of
from audioq.simulate.spans import Harmed, Samples, Times, sample_ranges, spans_of

PITCH_HZ = (66.0, 200.0)
"""Lowest and highest pitch that is looked for."""

WINDOW_SECONDS = 0.02
"""So much of the last sound is compared with what came before it."""

STEP_SECONDS = 0.01
"""Every so often another cycle is added, and so much of a fill is heard at full level."""

FADE_PER_STEP = 0.2
SILENT_STEPS = 6
"""After so many steps there is exact zero."""

MOST_CYCLES = 3
RETURN_SECONDS = 0.004
LONGEST_RETURN_SECONDS = 0.01
"""The overlap with the good sound is a quarter cycle, and longer by 4 ms for each further 10 ms; 10 ms at most."""

Wave = NDArray[np.float64]


def find_pitch(past: Samples, sr: int) -> int:
    """The pitch lag at the end of a sound.

    Parameters
    ----------
    past : ndarray, float32, shape (n,)
        The sound so far; zeros stand before its beginning.
    sr : int
        Sampling rate in Hz.

    Returns
    -------
    int
        Samples of a cycle (5 to 15 ms): the lag at which the last 20 ms correlate most with what came before. For
        silence the shortest.
    """
    low, high, window = round(sr / PITCH_HZ[1]), round(sr / PITCH_HZ[0]), round(WINDOW_SECONDS * sr)
    tail = _tail(past, window + high)
    now = tail[high:]
    earlier = np.lib.stride_tricks.sliding_window_view(tail, window)[high - low :: -1]
    powers = np.einsum("ij,ij->i", earlier, earlier)
    return low + int(np.argmax(earlier @ now / np.sqrt(powers * (now @ now) + 1e-20)))


def repeat_pitch(y: Samples, sr: int, times: Times) -> Harmed:
    """Fill gaps with pitch cycles that fade into exact zero within 60 ms.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    times : sequence of (float, float)
        The gaps in seconds.

    Returns
    -------
    y : ndarray, float32, shape (n,)
        The harmed signal. Outside the gaps only the first sound after each changes, where the fill (by then perhaps
        zero) is faded out and the good sound in: 1.25 to 10 ms, by the length of the gap (see `overlap_after`).
    truth : list of Span
        `buzz` for the fill, `dropout` where it is zero: after 60 ms, or all along where the sound before is under
        -90 dBFS. The overlap after the gap belongs to no span.
    """
    out = np.array(y, np.float32)
    ranges = sample_ranges(times, sr, y.size)
    limits = [*[start for start, _ in ranges], y.size][1:]
    step = round(STEP_SECONDS * sr)
    truth = []
    for (start, end), limit in zip(ranges, limits, strict=True):
        lag = find_pitch(out[:start], sr)
        overlap = overlap_after(end - start, lag, sr)
        past = _tail(out[:start], MOST_CYCLES * lag + lag // 4)
        fill = np.zeros(end - start + overlap)
        if level_of(past) >= SILENCE_DBFS:
            fill[: SILENT_STEPS * step] = _cycles(past, lag, step, min(fill.size, SILENT_STEPS * step))
        weight = np.arange(1, overlap + 1) / (overlap + 1)
        back = (1.0 - weight) * fill[end - start :]
        out[start:end] = fill[: end - start]
        room = min(overlap, limit - end)
        out[end : end + room] = (back + weight * _padded(out[end : end + room], overlap))[:room]
        heard = min(end, start + SILENT_STEPS * step) if out[start:end].any() else start
        truth += spans_of([(start, heard)] if heard > start else [], sr, "buzz")
        truth += spans_of([(heard, end)] if heard < end else [], sr, "dropout")
    return out, truth


def overlap_after(gap: int, lag: int, sr: int) -> int:
    """Samples of good sound that a fill is faded into after a gap of `gap` samples, for a pitch cycle of `lag`."""
    steps = -(-gap // round(STEP_SECONDS * sr))
    longer = round(RETURN_SECONDS * sr) * max(0, steps - 1)
    return min(lag // 4 + longer, round(LONGEST_RETURN_SECONDS * sr))


def _tail(past: Samples, n: int) -> Wave:
    """The last n samples, with zeros before the beginning."""
    return np.concatenate([np.zeros(n), past[max(0, past.size - n) :]])[-n:]


def _padded(y: Samples, n: int) -> Wave:
    """The samples, with zeros after them up to n."""
    return np.concatenate([y, np.zeros(n - y.size)])


def _looped(past: Wave, lag: int, cycles: int) -> Wave:
    """The last cycles, with their last quarter cycle faded into what lies before them: their end leads to their start.

    Shape (cycles * lag,).
    """
    length, quarter = cycles * lag, lag // 4
    weight = np.arange(1, quarter + 1) / (quarter + 1)
    loop = past[-length:].copy()
    before = past[past.size - length - quarter : past.size - length]
    loop[length - quarter :] = (1.0 - weight) * loop[length - quarter :] + weight * before
    return loop


def _cycles(past: Wave, lag: int, step: int, n: int) -> Wave:
    """The fill until it is silent: one, two and three cycles in turn, each blended with the one before, and the fade.

    Shape (n,); n is `SILENT_STEPS` steps at most.
    """
    k = np.arange(n)
    quarter = lag // 4
    weight = np.clip((k + 1) / (quarter + 1), 0.0, 1.0)
    fill = (1.0 - weight) * past[np.maximum(past.size - 1 - k, 0)] + weight * np.resize(_looped(past, lag, 1), n)
    for cycles in range(2, MOST_CYCLES + 1):
        begin = (cycles - 1) * step
        # Phase is kept: the place within a cycle is that which the fill has reached by then.
        place = (begin % lag + k - begin) % (cycles * lag)
        weight = np.clip((k - begin + 1) / (quarter + 1), 0.0, 1.0)
        fill = np.where(k < begin, fill, (1.0 - weight) * fill + weight * _looped(past, lag, cycles)[place])
    return fill * (1.0 - FADE_PER_STEP * np.maximum(k - step, 0) / step)
