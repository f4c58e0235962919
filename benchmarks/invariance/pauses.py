"""Pauses: where nobody speaks and nothing was lost, by the sound and its truth, never by what audioq says of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.simulate import active_frames
from audioq.simulate.activity import HOP_SECONDS
from audioq.simulate.spans import runs
from benchmarks.invariance.recordings import Recording, Sound, from_16_bits, has_16_bits, to_16_bits

LEAST_PAUSE = 0.25
"""Seconds; the closure before a p, t or k is shorter."""

LEAST_AT_EDGE = 0.1
"""Seconds of pause at the beginning or end of a recording that make this a place where sound can be added."""

HARM_MARGIN = 0.1
"""Seconds about true harm that are no natural pause."""

RIM = 0.05
"""Seconds at both ends of a pause that are not taken for background: speech dies out there."""

Pause = tuple[float, float]


def _harmed(recording: Recording, n_frames: int, margin: float) -> NDArray[np.bool_]:
    mask = np.zeros(n_frames, bool)
    for span in recording.truth:
        if span.kind not in {"dead_air", "hum"}:
            first, last = max(0.0, span.start - margin) / HOP_SECONDS, (span.end + margin) / HOP_SECONDS
            mask[int(first) : int(np.ceil(last))] = True
    return mask


def _silent(recording: Recording, n_frames: int) -> NDArray[np.bool_]:
    mask = np.zeros(n_frames, bool)
    for span in recording.truth:
        if span.kind == "dead_air":
            mask[int(span.start / HOP_SECONDS) : int(np.ceil(span.end / HOP_SECONDS))] = True
    return mask


def spoken_frames(recording: Recording, channel: int) -> NDArray[np.bool_]:
    """Frames of 10 ms in which a channel is active and unharmed."""
    active = active_frames(recording.y[channel], recording.sr)
    return np.asarray(active & ~_harmed(recording, active.size, 0.0))


def natural_pauses(recording: Recording) -> list[Pause]:
    """Stretches in which no channel is active and nothing is wrong nearby, in seconds; at the edges also short ones."""
    active = np.any([active_frames(channel, recording.sr) for channel in recording.y], axis=0)
    if len(recording.y) == 1:  # dead air of one side says nothing of the other
        active &= ~_silent(recording, active.size)
    still = ~active & ~_harmed(recording, active.size, HARM_MARGIN)
    times = [(start * HOP_SECONDS, end * HOP_SECONDS, end == active.size) for start, end in runs(still)]
    return [
        (start, recording.seconds if at_end else end)
        for start, end, at_end in times
        if end - start >= (LEAST_AT_EDGE if start == 0.0 or at_end else LEAST_PAUSE)
    ]


def opening(recording: Recording) -> float | None:
    """Where sound can be put before: 0 if the call begins with a pause, else amid its first pause, if that comes early.

    None where no pause lies in the first third.
    """
    for start, end in natural_pauses(recording):
        middle = 0.0 if start == 0.0 else (start + end) / 2
        return middle if middle <= recording.seconds / 3 else None
    return None


def ending(recording: Recording) -> float | None:
    """Where sound can be put behind: at the end, or amid the last pause, if that lies in the last third."""
    for start, end in reversed(natural_pauses(recording)):
        middle = recording.seconds if end == recording.seconds else (start + end) / 2
        return middle if middle >= recording.seconds * 2 / 3 else None
    return None


def background(recording: Recording, seconds: float) -> Sound | None:
    """New noise with level and spectrum of the longest pause, shape (channels, n); None if that is digital silence."""
    longest = max(natural_pauses(recording), key=lambda pause: pause[1] - pause[0], default=None)
    if longest is None:
        return None
    first, last = (round(time * recording.sr) for time in (longest[0] + RIM, longest[1] - RIM))
    still = recording.y[:, first:last]
    if still.shape[1] < RIM * recording.sr or not still.any():
        return None
    rng = recording.rng("background")
    n = round(seconds * recording.sr)
    noise = np.stack([_like(channel, n, rng) for channel in still])
    return from_16_bits(to_16_bits(noise)) if has_16_bits(recording.y) else noise


def _like(still: NDArray[np.float32], n: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Gaussian noise of `n` samples with the spectrum and the power of a stretch."""
    power = float(np.mean(still.astype(np.float64) ** 2))
    shape = np.abs(np.fft.rfft(still * np.hanning(still.size)))
    spectrum = np.fft.rfft(rng.standard_normal(n))
    spectrum *= np.interp(np.linspace(0, 1, spectrum.size), np.linspace(0, 1, shape.size), shape)
    noise = np.fft.irfft(spectrum, n)
    return np.asarray(noise * np.sqrt(power / max(float(np.mean(noise**2)), 1e-30)), np.float32)
