"""Kept: speech that arrives whole, and ends by itself or goes on; and tones without any speech."""

from __future__ import annotations

import numpy as np

from audioq.simulate import BUSY_EU, BUSY_US, RINGBACK_EU, RINGBACK_US, Samples, TonePlan, call_progress
from audioq.simulate.activity import HOP_SECONDS
from audioq.simulate.keypads import KEYS, PAUSE_SECONDS, TONE_SECONDS, touch_tone
from audioq.simulate.talks import at_rate, background, talk
from audioq.simulate.voices import Voice, speech_frames
from benchmarks.constructing.built import Built, floor_of, sometimes_noisy
from benchmarks.constructing.lost import NOTHING_SECONDS
from benchmarks.constructing.speakers import Speaker
from benchmarks.constructing.ways import CLEAN, WHOLE, Way, heard

LEAST_SPOKEN_SECONDS = 1.5
"""So much speech at least before it ends by itself, as much as is cut off elsewhere."""
LEAST_AUDIBLE_DBFS = -75.0
"""A background is never softer than this where there is to be one."""
LONGEST_PHRASE_SECONDS = 4.0
DIES_SECONDS = 0.25
"""The last sound has this long to die away."""


def _way(turn: int) -> Way:
    there = [way for way in CLEAN if way.there]
    return there[turn % len(there)]


def said(voice: Voice, sr: int, rng: np.random.Generator) -> Samples:
    """Whole phrases of at least 1.5 s of speech together, zeros between them and for 0.25 s at the end; shape (n,)."""
    short = [phrase for phrase in voice.phrases if phrase.size <= LONGEST_PHRASE_SECONDS * voice.sr]
    deck = short or [min(voice.phrases, key=len)]
    parts = [np.zeros(round(float(rng.uniform(0.1, 0.5)) * sr), np.float32)]
    spoken = 0.0
    while spoken < LEAST_SPOKEN_SECONDS:
        phrase = at_rate(deck[int(rng.integers(len(deck)))], voice.sr, sr)
        spoken += float(speech_frames(phrase, sr).sum()) * HOP_SECONDS
        parts += [phrase, np.zeros(round(float(rng.uniform(0.25, 0.7)) * sr), np.float32)]
    return np.concatenate([*parts[:-1], np.zeros(round(DIES_SECONDS * sr), np.float32)])


def _sent(y: Samples, way: Way, sr: int, rng: np.random.Generator) -> Samples:
    return heard(y, y, sr, way, WHOLE, rng).y


def _silence(sr: int) -> Samples:
    return np.zeros(round(NOTHING_SECONDS * sr), np.float32)


def ends_in_zeros(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """Sentences that end by themselves, then digital silence for 20 s."""
    way = _way(turn)
    _, rate = way.at(sr)
    y = _sent(said(speaker.voice, rate, rng), way, sr, rng)
    return Built(np.concatenate([y, _silence(sr)]), way.name)


def ends_and_hangs_up(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """Sentences that end by themselves, the background of the line for a while, then digital silence for 20 s."""
    way = _way(turn)
    _, rate = way.at(sr)
    words = said(speaker.voice, rate, rng)
    y = np.pad(words, (0, round(float(rng.uniform(0.1, 1.5)) * rate)))
    y = y + np.maximum(1.0, _raised(speaker.voice)) * background(speaker.voice, y.size, rate, rng)
    return Built(np.concatenate([_sent(y, way, sr, rng), _silence(sr)]), way.name)


def _raised(voice: Voice) -> np.float32:
    """Gain that brings a background to the least level at which it is one."""
    return np.float32(10.0 ** ((LEAST_AUDIBLE_DBFS - voice.floor_dbfs) / 20.0))


def ends_in_noise(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """Sentences that end by themselves, then 20 s of the noise that was there all the time."""
    way = _way(turn)
    _, rate = way.at(sr)
    y = np.concatenate([_sent(said(speaker.voice, rate, rng), way, sr, rng), _silence(sr)])
    return Built(y + floor_of(y.size, sr, rng, -75.0, -50.0), way.name)


def untouched(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """A talk of 12 to 25 s, through a codec and without loss."""
    way = _way(turn)
    _, rate = way.at(sr)
    y, speech = talk(speaker.voice, float(rng.uniform(12.0, 25.0)), rate, rng, manner=("steady", "turns")[turn % 2])
    return Built(sometimes_noisy(heard(y, speech, sr, way, WHOLE, rng).y, sr, turn, rng), way.name)


def _toned(y: Samples, rate: int, way: Way, sr: int, turn: int, rng: np.random.Generator) -> Samples:
    return sometimes_noisy(_sent(y, way, sr, rng), sr, turn, rng)


def _cadence(plans: tuple[TonePlan, ...], sr: int, turn: int, rng: np.random.Generator) -> Built:
    plan, way = plans[turn % len(plans)], _way(turn // len(plans))
    _, rate = way.at(sr)
    y, _ = call_progress(plan, float(rng.uniform(10.0, 30.0)), rate, level_dbfs=float(rng.uniform(-35.0, -10.0)))
    return Built(_toned(y, rate, way, sr, turn, rng), f"{' + '.join(f'{f:g}' for f in plan.frequencies)} Hz")


def ringback(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """It rings at the other end until the recording stops, and nobody answers."""
    return _cadence((RINGBACK_EU, RINGBACK_US), sr, turn, rng)


def busy(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """An engaged signal until the recording stops."""
    return _cadence((BUSY_EU, BUSY_US), sr, turn, rng)


def touch_tones(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """Numbers that are keyed in until the recording stops, with up to 2 s between two of them."""
    way = _way(turn)
    _, rate = way.at(sr)
    level, seconds = float(rng.uniform(-32.0, -10.0)), float(rng.uniform(8.0, 20.0))
    parts: list[Samples] = []
    while sum(part.size for part in parts) < seconds * rate:
        for _ in range(int(rng.integers(3, 12))):
            key = KEYS[int(rng.integers(len(KEYS)))]
            parts.append(touch_tone(key, round(float(rng.uniform(*TONE_SECONDS)) * rate), rate, level_dbfs=level))
            parts.append(np.zeros(round(float(rng.uniform(*PAUSE_SECONDS)) * rate), np.float32))
        parts.append(np.zeros(round(float(rng.uniform(0.2, 2.0)) * rate), np.float32))
    return Built(_toned(np.concatenate(parts), rate, way, sr, turn, rng), way.name)
