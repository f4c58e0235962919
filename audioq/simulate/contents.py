"""Contents: what is said or played into a call before anything happens to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audioq.simulate.announcements import announcement
from audioq.simulate.keypads import dtmf
from audioq.simulate.music import hold_music
from audioq.simulate.settings import Setting
from audioq.simulate.spans import Samples
from audioq.simulate.talks import PAUSES, talk
from audioq.simulate.tones import BUSY_EU, BUSY_US, DIAL_EU, DIAL_US, RINGBACK_EU, RINGBACK_US, TonePlan, call_progress
from audioq.simulate.voices import Voice, speech_frames

TONE_DBFS = (-24.0, -12.0)
LINE_DBFS = -75.0
"""Noise of the line where nobody speaks."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What goes into a call.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The sound of the far end.
    active : ndarray of bool, shape (n,)
        Where its talker speaks.
    voices : tuple of str
        Who speaks there.
    pitch_hz : float
        Median pitch of the talker; NaN without one.
    """

    y: Samples
    active: NDArray[np.bool_]
    voices: tuple[str, ...] = ()
    pitch_hz: float = field(default=float("nan"))


@dataclass(frozen=True, slots=True)
class Content:
    """A kind of content: `make(voice, duration, sr, rng, **settings)` gives a scene."""

    name: str
    make: Callable[..., Scene]
    settings: tuple[Setting, ...]
    meaning: str
    speaks: bool = True


def per_sample(frames: NDArray[np.bool_], n: int, hop: int) -> NDArray[np.bool_]:
    """Frames of 10 ms as samples; a last, short frame counts as a pause."""
    return np.pad(np.repeat(frames, hop)[:n], (0, max(0, n - frames.size * hop)))


def _speech(
    voice: Voice, duration: float, sr: int, rng: np.random.Generator, *, pauses: str, manner: str = "steady"
) -> Scene:
    y, clean = talk(voice, duration, sr, rng, manner=manner, pauses=pauses)
    active = per_sample(speech_frames(clean, sr), y.size, round(0.01 * sr))
    return Scene(y, active, (voice.name,), voice.pitch_hz)


def _turns(voice: Voice, duration: float, sr: int, rng: np.random.Generator, *, pauses: str) -> Scene:
    return _speech(voice, duration, sr, rng, pauses=pauses, manner="turns")


def _played(
    before: Callable[[float, int, np.random.Generator], Samples],
) -> tuple[Callable[..., Scene], Callable[..., Scene]]:
    """Two makers: the sound alone, and the sound with a talk after it."""

    def alone(voice: Voice | None, duration: float, sr: int, rng: np.random.Generator) -> Scene:
        y = before(duration, sr, rng)[: round(duration * sr)]
        y = np.pad(y, (0, round(duration * sr) - y.size))
        noise = rng.standard_normal(y.size) * 10.0 ** (LINE_DBFS / 20.0)
        return Scene((y + noise).astype(np.float32), np.zeros(y.size, bool))

    def then_speech(
        voice: Voice, duration: float, sr: int, rng: np.random.Generator, *, lead_s: float, pauses: str
    ) -> Scene:
        lead = min(lead_s, duration / 2.0)
        first = alone(None, lead, sr, rng)
        rest = _speech(voice, duration - lead, sr, rng, pauses=pauses)
        y, active = np.concatenate([first.y, rest.y]), np.concatenate([first.active, rest.active])
        return Scene(y, active, rest.voices, rest.pitch_hz)

    return alone, then_speech


def _tone(plans: Sequence[TonePlan]) -> Callable[[float, int, np.random.Generator], Samples]:
    def make(duration: float, sr: int, rng: np.random.Generator) -> Samples:
        plan = plans[int(rng.integers(len(plans)))]
        return call_progress(plan, duration, sr, level_dbfs=float(rng.uniform(*TONE_DBFS)))[0]

    return make


def _digits(duration: float, sr: int, rng: np.random.Generator) -> Samples:
    digits = "".join(rng.choice(list("0123456789*#"), 24))
    return dtmf(digits, duration, sr, rng, level_dbfs=float(rng.uniform(*TONE_DBFS)))[0]


def _over_speech(voice: Voice, duration: float, sr: int, rng: np.random.Generator, *, pauses: str) -> Scene:
    scene = _speech(voice, duration, sr, rng, pauses=pauses)
    y = scene.y + 0.5 * _digits(duration, sr, rng)[: scene.y.size]
    return Scene(y.astype(np.float32), scene.active, scene.voices, scene.pitch_hz)


_PAUSES = Setting("pauses", "", meaning="The voice's own background, or exact zeros.", default="own", choices=PAUSES)
_LEAD = Setting("lead_s", "s", 1.0, 30.0, "How long it is heard before somebody speaks.", 4.0)

_SOUNDS = {
    "music": (hold_music, "Music on hold"),
    "ringback": (_tone((RINGBACK_EU, RINGBACK_US)), "Ring-back tone"),
    "busy": (_tone((BUSY_EU, BUSY_US)), "Busy tone"),
    "dial": (_tone((DIAL_EU, DIAL_US)), "Dial tone"),
    "dtmf": (_digits, "Digits of a keypad"),
    "announcement": (announcement, "Special information tones and an announcement of the network"),
}


def _contents() -> list[Content]:
    found = [
        Content("speech", _speech, (_PAUSES,), "Somebody speaks, with pauses of up to 1.2 s."),
        Content("turns", _turns, (_PAUSES,), "Somebody speaks in turns, silent for 4 to 8 s between them."),
        Content("dtmf_over_speech", _over_speech, (_PAUSES,), "Digits of a keypad are heard over speech."),
    ]
    for name, (sound, words) in _SOUNDS.items():
        alone, then_speech = _played(sound)
        found.append(Content(name, alone, (), f"{words}, and nobody speaks.", speaks=False))
        found.append(Content(f"{name}_then_speech", then_speech, (_LEAD, _PAUSES), f"{words}, then speech."))
    return found


CONTENTS: Mapping[str, Content] = {one.name: one for one in _contents()}
"""Everything that can be in a call, by name."""
