"""Voices made faster, higher or smaller: speed, pitch and formants, each without the others.

Speed by overlapping stretches that are laid where they fit best (WSOLA, Verhelst and Roelands 1993); pitch by speed
and resampling; formants by moving the smooth envelope of the short-time spectrum (the cepstral envelope) along the
frequency axis under the harmonics, which stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.errors import SimulationError
from audioq.fft import irfft, rfft
from audioq.simulate.spans import Samples

OVERLAP_SECONDS = 0.015
"""Stretches overlap by this much, a cycle of a low voice."""

SEARCH_SECONDS = 0.008
"""How far a stretch may lie from its due place: half a cycle of a low voice to both sides."""

SEARCH_HZ = 8000
"""The fit is sought at about this rate, then to the sample."""

RATIOS = (0.25, 4.0)
"""Greatest change of speed, pitch or formants."""

WINDOW_SECONDS = 0.032
CYCLE_SECONDS = (0.0022, 0.0125)
"""Shortest and longest pitch cycle that is looked for (80 to 450 Hz)."""

ROUNDS = 3
"""How often the envelope is drawn up to the harmonics."""

MOST_CHANGE = 100.0
"""A bin's amplitude changes by this factor at most, so that noise between formants is not blown up."""


def _possible(ratio: float, what: str) -> float:
    """The ratio, unless it cannot be made."""
    if not RATIOS[0] <= ratio <= RATIOS[1]:
        raise SimulationError(f"{what} cannot change by a factor of {ratio:g}; use {RATIOS[0]:g} to {RATIOS[1]:g}")
    return float(ratio)


def _best_fit(x: NDArray[np.float32], due: int, reach: int, wanted: NDArray[np.float32], step: int) -> int:
    """Where in `x`, up to `reach` samples from `due`, a stretch resembles `wanted` most (normalised correlation)."""
    size = wanted.size

    def seek(low: int, high: int, step: int) -> int:
        part = x[low : high + size : step].astype(np.float64)
        short = wanted[::step].astype(np.float64)
        short = short[: part.size]
        likeness = np.correlate(part, short, "valid")
        sums = np.concatenate(([0.0], np.cumsum(part**2)))
        norms = np.sqrt(sums[short.size :] - sums[: likeness.size]) + 1e-6
        return low + step * int(np.argmax(likeness / norms))

    low, high = max(0, due - reach), min(x.size - size, due + reach)
    if high <= low or not np.any(wanted):
        return min(max(due, 0), x.size - size)
    rough = seek(low, high, step)
    return seek(max(low, rough - step), min(high, rough + step), 1) if step > 1 else rough


@dataclass(frozen=True, slots=True)
class SpeedPlan:
    """Where every stretch of a faster or slower signal is taken from, so that tracks can change together.

    Parameters
    ----------
    size, sized : int
        Number of samples before and after.
    hop : int
        Every stretch begins `hop` samples after the one before, fades in, and fades out under the next.
    places : ndarray, int64, shape (n_stretches,)
        The sample of the source at which each stretch begins.
    """

    size: int
    sized: int
    hop: int
    places: NDArray[np.int64]

    @property
    def origin(self) -> NDArray[np.int64]:
        """The sample of the source that is heard at every sample, shape (sized,)."""
        places = (self.places[:, np.newaxis] + np.arange(self.hop)).reshape(-1)[: self.sized]
        return np.asarray(np.clip(places, 0, max(0, self.size - 1)), np.int64)

    def lay(self, y: Samples) -> Samples:
        """Change a track of `size` samples; the result has `sized`."""
        if y.size != self.size:
            raise SimulationError(f"the plan is for {self.size} samples, not {y.size}; make one for this signal")
        if not self.places.size:
            return np.zeros(self.sized, np.float32)
        x = _mirrored(y, 4 * self.hop)
        rise = (0.5 - 0.5 * np.cos(np.pi * (np.arange(self.hop) + 0.5) / self.hop)).astype(np.float32)
        out = x[self.places[:, np.newaxis] + np.arange(self.hop)]
        before = x[self.places[:-1, np.newaxis] + np.arange(self.hop, 2 * self.hop)]
        out[1:] += (before - out[1:]) * rise[::-1]
        return np.asarray(out.reshape(-1)[: self.sized], np.float32)


def _mirrored(y: Samples, more: int) -> NDArray[np.float32]:
    """The signal, and `more` samples of it backwards, so that no hole opens at its end."""
    return np.concatenate([y, np.resize(y[::-1], more)]).astype(np.float32)


def plan_speed(y: Samples, sr: int, ratio: float) -> SpeedPlan:
    """Plan how a signal becomes `ratio` times as fast; parameters as for `change_speed`."""
    n, hop = round(y.size / _possible(ratio, "speed")), round(OVERLAP_SECONDS * sr)
    if not n:
        return SpeedPlan(y.size, n, hop, np.zeros(0, np.int64))
    if ratio == 1.0:
        return SpeedPlan(y.size, n, hop, np.arange(0, n, hop))
    reach, step = round(SEARCH_SECONDS * sr), max(1, sr // SEARCH_HZ)
    x = _mirrored(y, 4 * hop)
    places = [0]
    for start in range(hop, n, hop):  # each stretch follows from where the one before was taken
        wanted = x[places[-1] + hop : places[-1] + 2 * hop]
        if start + 2 * hop >= n:  # the end is the end of the source, so that what comes after it fits
            places.append(max(0, y.size - (n - start)))
        else:
            places.append(_best_fit(x[: max(y.size, hop)], round(start * ratio), reach, wanted, step))
    return SpeedPlan(y.size, n, hop, np.array(places, np.int64))


def change_speed(y: Samples, sr: int, ratio: float) -> Samples:
    """Faster or slower speech of the same pitch.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    ratio : float
        How many times as fast: 0.8 to 1.25 sounds natural.

    Returns
    -------
    ndarray, float32, shape (round(n / ratio),)
        Begins and ends with the first and the last sample of the signal. `plan_speed` says what was taken from
        where, and changes several tracks alike.

    Raises
    ------
    SimulationError
        For a ratio outside 0.25 to 4.
    """
    return plan_speed(y, sr, ratio).lay(y)


def change_pitch(y: Samples, sr: int, semitones: float) -> Samples:
    """A higher or lower voice of the same speed; the formants go along, as in a smaller or larger mouth.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    semitones : float
        How much higher. `change_formants` by `2 ** (-semitones / 12)` afterwards brings the formants back.

    Returns
    -------
    ndarray, float32, shape (n,)

    Raises
    ------
    SimulationError
        For more than two octaves.
    """
    import soxr

    ratio = _possible(2.0 ** (semitones / 12.0), "pitch")
    if semitones == 0.0 or not y.size:
        return np.array(y, np.float32)
    slow = change_speed(y, sr, 1.0 / ratio)
    high = np.asarray(soxr.resample(slow, sr * ratio, sr), np.float32)[: y.size]
    return np.concatenate([high, np.zeros(y.size - high.size, np.float32)])


def _lifters(power: NDArray[np.float32], sr: int, n_fft: int) -> NDArray[np.float32]:
    """What keeps the envelope of a cepstrum, one row of (n_frames, n_fft) a frame: lags up to half the pitch cycle."""
    low, high = (round(seconds * sr) for seconds in CYCLE_SECONDS)
    likeness = irfft(power.astype(np.complex64), n_fft)[:, low : high + 1]
    half = 0.5 * (low + np.argmax(likeness, axis=1)[:, np.newaxis])
    lags = np.minimum(np.arange(n_fft), n_fft - np.arange(n_fft))
    return np.asarray(np.clip((1.1 * half - lags) / (0.3 * half), 0.0, 1.0), np.float32)


def _envelopes(power: NDArray[np.float32], sr: int, n_fft: int) -> NDArray[np.float32]:
    """Logarithm of the smooth amplitude over the harmonics, shape (n_frames, n_bins), of power spectra.

    The true envelope (Imai and Abe 1979, Roebel and Rodet 2005): what the cepstrum smooths is lifted to the last
    envelope where it lies under it, again and again, until the curve lies on the harmonics, not between them.
    """
    logs = 0.5 * np.log(power + np.float32(1e-12))
    lifters = _lifters(power, sr, n_fft)
    envelopes = logs
    for _ in range(ROUNDS + 1):
        logs = np.maximum(logs, envelopes)
        cepstra = irfft(logs.astype(np.complex64), n_fft)
        envelopes = np.ascontiguousarray(rfft(cepstra * lifters).real)
    return np.asarray(envelopes, np.float32)


def change_formants(y: Samples, sr: int, ratio: float) -> Samples:
    """A smaller (ratio over 1) or larger mouth, the pitch the same.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The signal.
    sr : int
        Sampling rate in Hz.
    ratio : float
        How much higher the formants lie: about 1.2 makes a man's into a woman's.

    Returns
    -------
    ndarray, float32, shape (n,)
        As loud as before, frame by frame.

    Raises
    ------
    SimulationError
        For a ratio outside 0.25 to 4.
    """
    ratio = _possible(ratio, "formants")
    if ratio == 1.0 or not y.size:
        return np.array(y, np.float32)
    hop = round(WINDOW_SECONDS * sr / 2.0)
    size = 2 * hop
    window = np.sin(np.pi * (np.arange(size) + 0.5) / size).astype(np.float32)
    n_frames = -(-y.size // hop) + 1
    padded = np.zeros((n_frames + 1) * hop, np.float32)
    padded[hop : hop + y.size] = y
    spectra = rfft(np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * window)
    power = spectra.real**2 + spectra.imag**2
    logs = _envelopes(power, sr, size)
    bins = np.arange(logs.shape[1])
    at = np.minimum(bins / ratio, bins[-1])
    low = np.minimum(at.astype(int), bins[-1] - 1)
    part = (at - low).astype(np.float32)
    moved = logs[:, low] * (1.0 - part) + logs[:, low + 1] * part
    bound = np.float32(np.log(MOST_CHANGE))
    gain = np.exp(np.clip(moved - logs, -bound, bound))
    before, after = np.sum(power, axis=1), np.sum(power * gain**2, axis=1)
    gain *= np.sqrt(before / np.maximum(after, 1e-20))[:, np.newaxis]
    frames = irfft(spectra * gain, size) * window
    padded[:] = 0.0
    padded.reshape(-1, hop)[:-1] += frames[:, :hop]
    padded.reshape(-1, hop)[1:] += frames[:, hop:]
    return padded[hop : hop + y.size].copy()
