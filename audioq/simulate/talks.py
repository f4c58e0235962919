"""Talks: what somebody says in a call, put together from the phrases of a voice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.activity import sums
from audioq.simulate.spans import Samples
from audioq.simulate.voices import Voice

PAUSES_SECONDS = (0.25, 1.2)
TURN_SECONDS = (4.0, 8.0)
"""Length of a turn, and of the silence while the other side speaks."""

LEAST_CUT_SECONDS = 3.0
"""A phrase that does not fit is begun only if this much of it does."""

MANNERS = ("steady", "turns")
PAUSES = ("own", "digital")


def talk(
    voice: Voice, duration: float, sr: int, rng: np.random.Generator, *, manner: str = "steady", pauses: str = "own"
) -> tuple[Samples, Samples]:
    """Let a voice speak.

    Parameters
    ----------
    voice : Voice
        Who speaks.
    duration : float
        Seconds.
    sr : int
        Sampling rate of the result in Hz.
    rng : numpy.random.Generator
        Source of chance.
    manner : {"steady", "turns"}
        Pauses of 0.25 to 1.2 s; or turns of 4 to 8 s with silences as long between them.
    pauses : {"own", "digital"}
        The voice's own background in the pauses, or exact zeros.

    Returns
    -------
    y : ndarray, float32, shape (n,)
        The talk.
    speech : ndarray, float32, shape (n,)
        The phrases alone, with exact zeros between them.
    """
    n = round(duration * sr)
    speech = np.zeros(n, np.float32)
    place = round(float(rng.uniform(0.1, 0.6)) * sr)
    turn_ends = place + round(float(rng.uniform(*TURN_SECONDS)) * sr)
    phrases = [at_rate(phrase, voice.sr, sr) for phrase in voice.phrases]
    deck: list[int] = []
    while place < n:
        if manner == "turns" and place >= turn_ends:
            place += round(float(rng.uniform(*TURN_SECONDS)) * sr)
            turn_ends = place + round(float(rng.uniform(*TURN_SECONDS)) * sr)
            continue
        deck = deck or list(rng.permutation(len(phrases)))
        phrase = phrases[deck.pop()]
        if place + phrase.size > n:
            # The call ends while somebody speaks, unless that would be a word cut short for nothing.
            if n - place < LEAST_CUT_SECONDS * sr and speech.any():
                break
            phrase = phrase[: n - place]
        speech[place : place + phrase.size] = phrase
        place += phrase.size + round(float(rng.uniform(*PAUSES_SECONDS)) * sr)
    if pauses == "digital":
        return speech, speech
    return speech + background(voice, n, sr, rng) * _gaps(speech, sr), speech


def at_rate(y: Samples, sr: int, new_sr: int) -> Samples:
    """A signal at another rate."""
    if sr == new_sr:
        return y
    import soxr

    return np.asarray(soxr.resample(y, sr, new_sr, "HQ"), np.float32)


def background(voice: Voice, n: int, sr: int, rng: np.random.Generator) -> Samples:
    """Noise with the spectrum and the level of a voice's own background."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    f = np.fft.rfftfreq(n, 1.0 / sr)
    spectrum *= np.interp(f, np.linspace(0.0, voice.sr / 2.0, voice.floor.size), voice.floor, right=0.0)
    noise = np.fft.irfft(spectrum, n)
    return np.asarray(noise * 10.0 ** (voice.floor_dbfs / 20.0) / max(float(noise.std()), 1e-12), np.float32)


def _gaps(speech: Samples, sr: int) -> NDArray[np.float32]:
    """1 between the phrases, 0 in them, with edges of 10 ms: a phrase carries its own background."""
    width = round(0.01 * sr)
    sound = sums(np.abs(speech) > 0.0, width) > 0.0
    return np.asarray(1.0 - sums(sound, width) / width, np.float32)
