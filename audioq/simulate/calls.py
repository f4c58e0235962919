"""One simulated call: a plan made into sound, with the truth about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from audioq.simulate.activity import active_level
from audioq.simulate.codecs import CODECS, make_codec
from audioq.simulate.codecs.files import reencode
from audioq.simulate.contents import CONTENTS, Scene
from audioq.simulate.crowd import babble
from audioq.simulate.devices import DEVICES
from audioq.simulate.ingredients import BABBLE, NEAR, REENCODED
from audioq.simulate.labels import BLOCKED_BELOW, Judged, label_of
from audioq.simulate.receivers import RECEIVERS
from audioq.simulate.recipes import Part, Plan
from audioq.simulate.second_talker import second_voice
from audioq.simulate.spans import Samples
from audioq.simulate.stereo import two_channels
from audioq.simulate.talks import at_rate, talk
from audioq.simulate.tape import Tape
from audioq.simulate.transmission import Transmitted, transmit
from audioq.simulate.truth import Truth, truth_of
from audioq.simulate.voices import Voice

MASKING = {"recorder_noise": "level_dbfs", "loudspeaker": "level_dbfs"}
"""Devices of the recorder that put noise over everything, and the setting that holds its level."""

HARDLY_AUDIBLE_DBFS = -65.0
"""A recording whose level as a whole is lower, though speech got through, is grey."""

ROBOTIC_BELOW = 3
"""Quality of Speex under which it codes with a vocoder's voicing and noise."""


@dataclass(frozen=True, slots=True)
class SimulatedCall:
    """A call before it is written.

    Parameters
    ----------
    plan : Plan
        What it was made of.
    y : ndarray, float32, shape (channels, n)
        The sound at `sr`.
    sr : int
        Sampling rate in Hz.
    scene : Scene
        What went in.
    sent : Transmitted
        What came out of the network.
    truth : Truth
        What happened.
    judged : Judged
        The label.
    """

    plan: Plan
    y: Samples
    sr: int
    scene: Scene
    sent: Transmitted
    truth: Truth
    judged: Judged


def make_call(plan: Plan, voices: Sequence[Voice], rng: np.random.Generator) -> SimulatedCall:
    """Make a call as it was planned.

    Parameters
    ----------
    plan : Plan
        Drawn from a recipe.
    voices : sequence of Voice
        Who may speak; one is drawn for the far end, others for babble and the near end.
    rng : numpy.random.Generator
        Source of chance.
    """
    codec, content = plan.one("codec"), plan.one("content")
    sr = make_codec(codec.name, **codec.settings).sr
    far, *others = [voices[i] for i in rng.permutation(len(voices))]
    scene = CONTENTS[content.name].make(far, plan.duration, sr, rng, **content.settings)
    y = scene.y
    for part in plan.parts["talker"]:
        y = _at_talker(y, sr, part, others or [far], rng)
    sent = transmit(y, scene.active, codec, plan.one("network"), plan.one("concealer"), rng)
    tape = sent.tape
    for part in plan.parts["receiver"]:
        tape = RECEIVERS[part.name].apply(tape, rng, **part.settings)
    sent = replace(sent, tape=tape)
    truth = truth_of(tape, sent.concealer, _masking(plan), [part.name for part in plan.parts["receiver"]])
    judged = label_of(truth.delivered, truth.losses_per_minute, _doubts(plan, truth))
    file_sr = int(plan.one("file").settings["sr"])
    heard = _recorded(tape, plan, file_sr, others or [far], rng)
    judged = replace(judged, grey=judged.grey or _hardly_audible(heard, truth))
    return SimulatedCall(plan, np.atleast_2d(heard), file_sr, scene, sent, truth, judged)


def _at_talker(y: Samples, sr: int, part: Part, others: Sequence[Voice], rng: np.random.Generator) -> Samples:
    if part.name != BABBLE:
        return DEVICES[part.name].pass_through(y, sr, rng, **part.settings)
    talks = [talk(voice, y.size / sr, sr, rng, pauses="digital")[0] for voice in others[:4]]
    level = active_level(y, sr)
    if not np.isfinite(level):
        return y
    gain = 10.0 ** ((level - part.settings["snr_db"]) / 20.0)
    return np.asarray(y + gain * babble(talks, y.size, sr, rng), np.float32)


def _recorded(tape: Tape, plan: Plan, sr: int, others: Sequence[Voice], rng: np.random.Generator) -> Samples:
    """The sound after the recorder: shape (n,), or (2, n) if the near end has a channel of its own."""
    y = at_rate(tape.y, tape.sr, sr)
    near: Samples | None = None
    for part in plan.parts["recorder"]:
        if part.name == NEAR:
            other = talk(others[-1], y.size / sr, sr, rng, pauses="digital")[0]
            said = second_voice(at_rate(tape.reference, tape.sr, sr), other, sr, rng, part.settings["level_db"])
            said = np.pad(said, (0, max(0, y.size - said.size)))[: y.size]
            if part.settings["channel"] == "own":
                near = said if near is None else near + said
            else:
                y = y + said
        elif part.name == REENCODED:
            y = reencode(y, sr, part.settings["form"], part.settings["kbps"])
        else:
            y = DEVICES[part.name].pass_through(y, sr, rng, **part.settings)
    y = np.clip(y, -1.0, 32767 / 32768).astype(np.float32)
    return y if near is None else two_channels(y, np.clip(near, -1.0, 1.0))


def _masking(plan: Plan) -> float:
    """Level of the noise that the recorder puts over everything, in dBFS, as if it came before any gain."""
    gain, most = 0.0, -np.inf
    for part in plan.parts["recorder"]:
        gain += part.settings["gain_db"] if part.name == "gain" else 0.0
        if part.name in MASKING:
            most = max(most, part.settings[MASKING[part.name]] - gain)
    return float(most)


def _hardly_audible(heard: Samples, truth: Truth) -> bool:
    """Whether what got through is too soft in the recording for anybody to judge it."""
    rms = 10.0 * np.log10(float(np.mean(heard.astype(np.float64) ** 2)) + 1e-20)
    return bool(truth.active.any() and truth.delivered >= BLOCKED_BELOW and rms < HARDLY_AUDIBLE_DBFS)


def is_vocoder(codec: Part) -> bool:
    """Whether a codec sounds robotic by its nature: LPC-10, and Speex at its lowest qualities."""
    if CODECS[codec.name].family == "vocoder":
        return True
    return codec.name == "libspeex" and codec.settings["quality"] < ROBOTIC_BELOW


def _doubts(plan: Plan, truth: Truth) -> list[str]:
    """Why even clear numbers may be heard otherwise."""
    content = plan.one("content").name
    receivers = {part.name for part in plan.parts["receiver"]}
    whole = truth.delivered >= 0.97
    doubts = {
        "vocoder": is_vocoder(plan.one("codec")),
        "nobody_speaks": not truth.active.any() and bool(truth.lost.any()),
        "unanswered": content.endswith("_then_speech") and truth.delivered < 0.15,
        "skips": "skips" in receivers and whole,
        "stretched": "stretches" in receivers and whole,
    }
    return [name for name, holds in doubts.items() if holds]
