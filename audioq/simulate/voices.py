"""Voices: clean recordings of speech, read, checked and taken apart into phrases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audioq.audio import read
from audioq.errors import AudioError, SimulationError
from audioq.simulate.activity import HOP_SECONDS, active_level, frame_levels
from audioq.simulate.spans import Samples, runs

LEVEL_DBFS = -26.0
"""Every voice is brought to this active level, the nominal one of ITU-T P.56 and P.800."""

LEAST_SECONDS = 2.0
LEAST_SPEECH_SECONDS = 1.0
SILENT_DBFS = -80.0
MOST_CLIPPED = 1e-3
"""Share of samples in flat runs at the extremes over which a recording counts as clipped."""

RANGE_DB = 20.0
CLOSURE_FRAMES, BLIP_FRAMES = 4, 3
"""Holes of up to 40 ms in speech are closures of stops; sounds under 30 ms alone are no speech."""

PAUSE_FRAMES = 25
EDGE_SECONDS = 0.06
FADE_SECONDS = 0.012
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Voice:
    """One talker.

    Parameters
    ----------
    name : str
        Who speaks: the folder below the one that was given, or the name of the file.
    sr : int
        Sampling rate in Hz.
    phrases : tuple of ndarray, float32
        Stretches of speech between pauses, faded at their ends, at -26 dBFS.
    floor : ndarray, float64, shape (257,)
        Magnitude spectrum of the background in the pauses.
    floor_dbfs : float
        Its level beside speech at -26 dBFS.
    pitch_hz : float
        Median pitch; NaN where none was found.
    """

    name: str
    sr: int
    phrases: tuple[Samples, ...]
    floor: NDArray[np.float64]
    floor_dbfs: float
    pitch_hz: float


def speech_frames(y: Samples, sr: int) -> NDArray[np.bool_]:
    """Frames of 10 ms in which a clean talk is speech, closures of stops included; shape (n_frames,)."""
    level = active_level(y, sr)
    if not np.isfinite(level):
        return np.zeros(y.size // round(sr * HOP_SECONDS), bool)
    speech = np.asarray(frame_levels(y, sr) > level - RANGE_DB)
    for start, end in runs(~speech):
        if end - start <= CLOSURE_FRAMES and start > 0 and end < speech.size:
            speech[start:end] = True
    for start, end in runs(speech):
        if end - start < BLIP_FRAMES:
            speech[start:end] = False
    return speech


def load(path: str) -> tuple[Samples, int]:
    """A recording as one channel, shape (n,), and its rate.

    Raises
    ------
    SimulationError
        It cannot be read, or is no clean speech: silent, clipped or too short.
    """
    try:
        audio = read(path)
        y = np.concatenate([block[0] for block in audio.blocks(BLOCK)])
    except AudioError as problem:
        raise SimulationError(str(problem)) from problem
    problem_found = _problem(y, audio.sr)
    if problem_found:
        raise SimulationError(f"{path}: {problem_found}")
    return y, audio.sr


def _problem(y: Samples, sr: int) -> str:
    """Why a signal cannot serve as clean speech, in words; empty if it can."""
    if y.size < LEAST_SECONDS * sr:
        return f"holds {y.size / sr:.2f} s; pass at least {LEAST_SECONDS:g} s of clean speech"
    peak = float(np.abs(y).max())
    if peak < 10.0 ** (SILENT_DBFS / 20.0):
        return "is silent; pass clean speech"
    flat = (np.abs(y) > 0.985 * peak) & (np.abs(np.diff(y, prepend=y[:1])) < 1e-3 * peak)
    if peak > 0.5 and float(flat.mean()) > MOST_CLIPPED:
        return "is clipped; pass speech that was recorded at a lower level"
    speech = float(speech_frames(y, sr).sum()) * HOP_SECONDS
    if speech < LEAST_SPEECH_SECONDS:
        return f"holds only {speech:.2f} s of speech; pass at least {LEAST_SPEECH_SECONDS:g} s"
    return ""


def _phrases(y: Samples, sr: int) -> list[Samples]:
    """Stretches of speech between pauses of at least 0.25 s, with a little of the pause, faded in and out."""
    speech = speech_frames(y, sr)
    for start, end in runs(~speech):
        if end - start < PAUSE_FRAMES:
            speech[start:end] = True
    hop, edge, fade = (round(seconds * sr) for seconds in (HOP_SECONDS, EDGE_SECONDS, FADE_SECONDS))
    ramp = (np.sin(np.linspace(0.0, np.pi / 2.0, fade)) ** 2).astype(np.float32)
    phrases = []
    for start, end in runs(speech):
        phrase = y[max(0, start * hop - edge) : end * hop + edge].copy()
        if phrase.size > 4 * fade:
            phrase[:fade] *= ramp
            phrase[-fade:] *= ramp[::-1]
            phrases.append(phrase)
    return phrases


def _floor(y: Samples, sr: int) -> tuple[NDArray[np.float64], float]:
    """Mean magnitude spectrum and level of the quietest frames that are not digital silence."""
    size = 512
    frames = y[: y.size // size * size].reshape(-1, size).astype(np.float64)
    power = np.mean(frames**2, axis=1)
    heard = np.flatnonzero(power > 1e-10)
    quiet = heard[np.argsort(power[heard])][: max(4, heard.size // 12)]
    if quiet.size == 0:
        return np.ones(size // 2 + 1), -90.0
    spectrum = np.abs(np.fft.rfft(frames[quiet] * np.hanning(size), axis=1)).mean(axis=0)
    return spectrum, float(np.clip(10.0 * np.log10(power[quiet].mean()), -90.0, LEVEL_DBFS - 25.0))


def median_pitch(y: Samples, sr: int) -> float:
    """Median pitch of the voiced frames of 40 ms in Hz, from the peak of their autocorrelation; NaN without any."""
    size = round(0.04 * sr)
    frames = y[: y.size // size * size].reshape(-1, size).astype(np.float64)
    frames = frames[np.mean(frames**2, axis=1) > 10.0 ** ((LEVEL_DBFS - 10.0) / 10.0)]
    if frames.shape[0] == 0:
        return float("nan")
    spectrum = np.abs(np.fft.rfft(frames - frames.mean(axis=1, keepdims=True), 2 * size, axis=1)) ** 2
    spectrum[:, np.fft.rfftfreq(2 * size, 1.0 / sr) > 900.0] = 0.0
    correlation = np.fft.irfft(spectrum, axis=1)
    # The window makes longer lags smaller; without that correction octaves are taken for the pitch.
    correlation /= np.maximum(correlation[:, :1], 1e-12) * (1.0 - np.arange(2 * size) / size).clip(0.1)
    low, high = round(sr / 400.0), round(sr / 60.0)
    lags = correlation[:, low:high]
    # The shortest lag that is nearly as good as the best: multiples of the pitch cycle resemble it as well.
    lag = low + np.argmax(lags >= 0.92 * lags.max(axis=1, keepdims=True), axis=1)
    voiced = lags.max(axis=1) > 0.6
    return float(np.median(sr / lag[voiced])) if voiced.any() else float("nan")


def _voice(name: str, recordings: Sequence[tuple[Samples, int]]) -> Voice:
    import soxr

    sr = max(rate for _, rate in recordings)
    phrases: list[Samples] = []
    floors = []
    for y, rate in recordings:
        at_level = y * np.float32(10.0 ** ((LEVEL_DBFS - active_level(y, rate)) / 20.0))
        same = at_level if rate == sr else np.asarray(soxr.resample(at_level, rate, sr, "HQ"), np.float32)
        phrases += _phrases(same, sr)
        floors.append(_floor(same, sr))
    spectrum, level = min(floors, key=lambda floor: floor[1])
    pitch = median_pitch(np.concatenate(phrases), sr)
    return Voice(name, sr, tuple(phrases), spectrum, level, pitch)


def read_voices(files: Iterable[tuple[str, str]]) -> tuple[list[Voice], list[str]]:
    """Read clean recordings.

    Parameters
    ----------
    files : iterable of (str, str)
        File, and the name of its talker. Files of one talker become one voice.

    Returns
    -------
    voices : list of Voice
        In the order of their names.
    problems : list of str
        A sentence for each file that cannot serve.
    """
    by_name: dict[str, list[tuple[Samples, int]]] = {}
    problems = []
    for path, name in files:
        try:
            by_name.setdefault(name, []).append(load(path))
        except SimulationError as problem:
            problems.append(str(problem))
    return [_voice(name, takes) for name, takes in sorted(by_name.items()) if takes], problems
