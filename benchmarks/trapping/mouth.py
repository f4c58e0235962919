"""Mouth: stops that close before they burst, whisper, and breath that is heard in pauses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.simulate import Samples, colored_noise
from audioq.simulate.activity import HOP_SECONDS, frame_levels
from benchmarks.trapping.places import add_at, at_rms, edged, inserted, loudness, pauses, seconds, stretches

CLOSURE_SECONDS = (0.04, 0.12)
FRAME_SECONDS = 0.025


def closure(sr: int, rng: np.random.Generator, level_dbfs: float, floor_dbfs: float) -> Samples:
    """A stop: 40 to 120 ms at the floor, with the voice behind closed lips or without, then the burst."""
    n, burst = seconds(rng, *CLOSURE_SECONDS, sr), seconds(rng, 0.006, 0.02, sr)
    hush = colored_noise(n, sr, rng, level_dbfs=floor_dbfs, color="pink")
    if rng.random() < 0.3:
        t = np.arange(n) / sr
        bar = np.sin(2.0 * np.pi * rng.uniform(90.0, 200.0) * t) * edged(n, n // 8, n // 2)
        hush = hush + at_rms(bar, level_dbfs - rng.uniform(22.0, 30.0))
    band = (rng.uniform(400.0, 1500.0), rng.uniform(2500.0, 3900.0))
    puff = colored_noise(burst, sr, rng, level_dbfs=level_dbfs - rng.uniform(2.0, 10.0), band=band)
    return np.concatenate([hush, puff * edged(burst, burst // 8, burst // 2).astype(np.float32)])


def _softest(y: Samples, sr: int, start: int, end: int) -> int:
    """The sample between two where the sound is softest."""
    hop = round(sr * HOP_SECONDS)
    return start + int(np.argmin(frame_levels(y[start:end], sr))) * hop + hop // 2


def plosives(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Stops at soft places within words, two or three in a second: the mouth shuts, is still, and bursts open."""
    out, level = np.array(speech, np.float32), loudness(speech, sr)
    floor = level - rng.uniform(38.0, 60.0)
    for start, end in reversed(stretches(speech, sr, 0.25)):
        width = seconds(rng, 0.3, 0.5, sr)
        for left in reversed(range(start, end - round(0.15 * sr), width)):
            at = _softest(speech, sr, left + round(0.05 * sr), min(left + width, end - round(0.05 * sr)))
            shut, opened = seconds(rng, 0.012, 0.03, sr), seconds(rng, 0.008, 0.025, sr)
            before, after = out[max(0, at - shut) : at], out[at : at + opened]
            before *= np.cos(np.pi / 2 * np.arange(before.size) / max(before.size, 1)).astype(np.float32)
            after *= np.sin(np.pi / 2 * np.arange(after.size) / max(after.size, 1)).astype(np.float32)
            out = inserted(out, closure(sr, rng, level, floor), at)
    return out


def predictors(frames: NDArray[np.float64], order: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Linear prediction of each frame (autocorrelation method, the recursion of Levinson and Durbin).

    Takes frames of shape (n_frames, width); gives the filters, shape (n_frames, order + 1), and the power of what
    they leave, shape (n_frames,).
    """
    width = frames.shape[1]
    spectrum = np.abs(np.fft.rfft(frames, 2 * width, axis=1)) ** 2
    r = np.fft.irfft(spectrum, axis=1)[:, : order + 1]
    r[:, 0] = r[:, 0] * (1.0 + 1e-4) + 1e-12
    a = np.zeros((len(frames), order + 1))
    a[:, 0] = 1.0
    error = r[:, 0].copy()
    for k in range(1, order + 1):
        mirror = -np.sum(a[:, :k] * r[:, k:0:-1], axis=1) / error
        a[:, 1 : k + 1] += mirror[:, None] * a[:, k - 1 :: -1][:, :k]
        error *= 1.0 - mirror**2
    return a, error


def spoken_by(source: NDArray[np.float64], speech: Samples, sr: int) -> Samples:
    """The sounds that a mouth makes, with another source behind it (power 1), shape (n,) as the speech."""
    half = round(FRAME_SECONDS * sr) // 2
    n = -(-speech.size // half) + 1
    window = np.sin(np.pi * (np.arange(2 * half) + 0.5) / (2 * half)) ** 2
    at = np.arange(n)[:, None] * half + np.arange(2 * half)
    heard, drive = (np.pad(x.astype(np.float64), (half, n * half + half - x.size))[at] for x in (speech, source))
    filters, error = predictors(heard * window, 10 + sr // 2000)
    gain = np.sqrt(np.maximum(error, 0.0) / np.sum(window**2))
    response = gain[:, None] / np.fft.rfft(filters, 4 * half, axis=1)
    made = np.fft.irfft(np.fft.rfft(drive * window, 4 * half, axis=1) * response, axis=1)
    out = np.zeros((n + 3) * half)
    for part in range(4):
        out[part * half : (part + n) * half] += made[:, part * half : (part + 1) * half].ravel()
    return out[half : half + speech.size].astype(np.float32)


def whisper(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """The same words without the voice: noise behind the mouth."""
    said = spoken_by(rng.standard_normal(speech.size), speech, sr)
    return at_rms(said, float(20 * np.log10(np.sqrt(np.mean(speech**2)) + 1e-12)) - rng.uniform(0.0, 10.0))


def breathing(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """Loud breath close to the microphone, 0.4 to 1 s, wherever nobody speaks."""
    out = np.array(speech, np.float32)
    for start, end in pauses(speech, sr):
        at = start
        while end - at > 0.12 * sr:
            n = min(end - at, seconds(rng, 0.4, 1.0, sr))
            level = loudness(speech, sr) - rng.uniform(10.0, 22.0)
            breath = colored_noise(n, sr, rng, level_dbfs=level, color="pink", band=(300.0, 3500.0))
            add_at(out, breath * edged(n, n // 2, n // 3).astype(np.float32), at)
            at += n + seconds(rng, 0.1, 0.5, sr)
    return out
