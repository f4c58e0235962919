"""Lost: calls of which almost nothing gets through."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from audioq.errors import SimulationError
from audioq.simulate import Samples, active_level
from audioq.simulate.activity import HOP_SECONDS, frame_levels
from audioq.simulate.recipes import Part
from audioq.simulate.talks import talk
from audioq.simulate.voices import speech_frames
from benchmarks.constructing.built import Built, sometimes_noisy
from benchmarks.constructing.speakers import Speaker
from benchmarks.constructing.ways import (
    APPENDIX,
    COLOURED,
    FADING,
    HELD,
    HISS,
    OWN,
    PACKETS,
    REPEATED,
    ZEROS,
    Sent,
    Way,
    heard,
)

NOTHING_SECONDS = 20.0
SPOKEN_SECONDS = (1.3, 1.7)
LATER_SECONDS = 0.3
"""The cut comes at most so much speech later, so that the silence is surely seven times as long."""
TALK_SECONDS = 12.0
"""The sound in which a place to cut is looked for."""
LOUD_DB = 12.0
BEFORE_FRAMES, AFTER_FRAMES = 6, 9
"""A cut lies in mid-sound where 60 ms before it and 90 ms after it lie no further than this under the active level;
the border of a packet may be up to 30 ms away."""

LOSS = 0.93
BUZZ_SECONDS, FLASH_SECONDS = 20.0, 40.0
MOST_DELIVERED = 0.11
"""Above this share a call is near the limit of `blocked`, and chance is asked again."""
TRIES = 40

CUTS = (ZEROS, FADING, *OWN[:5], REPEATED, HISS, APPENDIX, *OWN[5:])
BUZZES = (REPEATED, HELD, PACKETS, *OWN[:5], FADING, APPENDIX, *OWN[5:], COLOURED)
FLASHES = (ZEROS, FADING, REPEATED, *OWN[:5], HISS, PACKETS, *OWN[5:])


def _way(ways: tuple[Way, ...], turn: int) -> Way:
    """The way of a turn, among those whose codec is installed."""
    there = [way for way in ways if way.there]
    return there[turn % len(there)]


def place_of_cut(speech: Samples, sr: int, spoken_s: float, loud_db: float = LOUD_DB) -> float:
    """The first second in mid-sound after so much speech, and not long after it; NaN without any."""
    levels, spoken = frame_levels(speech, sr), np.cumsum(speech_frames(speech, sr)) * HOP_SECONDS
    loud = np.pad(levels > active_level(speech, sr) - loud_db, (BEFORE_FRAMES, AFTER_FRAMES - 1))
    inside = np.all(sliding_window_view(loud, BEFORE_FRAMES + AFTER_FRAMES), axis=1)
    places = np.flatnonzero(np.asarray(inside) & (spoken >= spoken_s) & (spoken <= spoken_s + LATER_SECONDS))
    return float(places[0]) * HOP_SECONDS if places.size else float("nan")


def _to_be_cut(speaker: Speaker, rate: int, rng: np.random.Generator) -> tuple[Samples, Samples, float]:
    """A talk, its words alone, and a place to cut; a voice with few loud sounds is cut in softer ones.

    Raises
    ------
    SimulationError
        The voice has no sound that is long enough.
    """
    for attempt in range(TRIES):
        y, speech = talk(speaker.voice, TALK_SECONDS + NOTHING_SECONDS, rate, rng)
        begun, spoken_s = speech[: round(TALK_SECONDS * rate)], float(rng.uniform(*SPOKEN_SECONDS))
        cut = place_of_cut(begun, rate, spoken_s, LOUD_DB + attempt // 4)
        if np.isfinite(cut):
            return y, speech, cut
    raise SimulationError(f"the voice {speaker.voice.name} has no sound of 0.15 s to cut; leave it out of --speech")


def cut_off(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """About 1.5 s of speech, cut off in mid-sound; then nothing for 20 s."""
    way = _way(CUTS, turn)
    _, rate = way.at(sr)
    y, speech, cut = _to_be_cut(speaker, rate, rng)
    n = round((cut + NOTHING_SECONDS) * rate)
    sent = heard(y[:n], speech[:n], sr, way, Part("outage_after", {"start_s": cut}), rng)
    return Built(sometimes_noisy(sent.y, sr, turn, rng), way.name, sent.truth)


def _nearly_nothing(
    speaker: Speaker, sr: int, way: Way, seconds: float, network: Part, rng: np.random.Generator
) -> Sent:
    """A talk through a network that lets next to nothing through, but something."""
    _, rate = way.at(sr)
    for _ in range(TRIES):
        y, speech = talk(speaker.voice, seconds, rate, rng)
        sent = heard(y, speech, sr, way, network, rng)
        if 0.01 <= sent.truth.delivered <= MOST_DELIVERED:
            break
    return sent


def buzz(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """93 of 100 packets are lost, and each that comes is drawn out by the decoder."""
    way = _way(BUZZES, turn)
    sent = _nearly_nothing(speaker, sr, way, BUZZ_SECONDS, Part("random", {"share": LOSS}), rng)
    return Built(sometimes_noisy(sent.y, sr, turn, rng), way.name, sent.truth)


def flashes(speaker: Speaker, sr: int, turn: int, rng: np.random.Generator) -> Built:
    """0.1 to 0.45 s of sound, then nothing for 2 to 7 s, again and again."""
    way = _way(FLASHES, turn)
    # Each stretch differs from these by up to 30 %.
    often = Part("flashes", {"on_s": float(rng.uniform(0.143, 0.346)), "off_s": float(rng.uniform(2.86, 5.38))})
    sent = _nearly_nothing(speaker, sr, way, FLASH_SECONDS, often, rng)
    return Built(sometimes_noisy(sent.y, sr, turn, rng), way.name, sent.truth)
