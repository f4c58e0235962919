"""What stands between a talker and the network, and between the network and the file: noise, rooms, stages, gates.

`DEVICES` lists them by name. Every one takes a signal of shape (n,), its rate, a seeded generator and its settings,
and gives a signal of the same length; equal chance gives equal sound. Only `clipping` cuts at full scale.

    y = DEVICES["street"].pass_through(y, sr, rng, snr_db=15.0)        settings checked, defaults filled in
    gains = gate_gain(y, sr, threshold_db=15.0)                        where `noise_gate` lets nothing through
"""

from __future__ import annotations

import numpy as np

from audioq.simulate.devices.device import Device
from audioq.simulate.devices.gates import closed_times, gate_gain, noise_gate
from audioq.simulate.devices.levels import agc, agc_gain, gain, overdrive
from audioq.simulate.devices.recorders import loudspeaker, resampled
from audioq.simulate.devices.rooms import echo_tail, reverberation
from audioq.simulate.devices.suppression import noise_suppression
from audioq.simulate.devices.surroundings import hum, noisy_room, recorder_noise, street
from audioq.simulate.noise import SLOPES
from audioq.simulate.settings import Setting
from audioq.simulate.spans import Samples
from audioq.simulate.voice_change import change_formants, change_pitch

RATES = ("8000", "11025", "16000", "44100", "48000")


def changed_voice(
    y: Samples, sr: int, rng: np.random.Generator, *, pitch_semitones: float = 0.0, formant_ratio: float = 1.0
) -> Samples:
    """A voice changer: pitch and formants moved, each by its own amount; nothing is left to chance."""
    moved = 2.0 ** (pitch_semitones / 12.0)  # the formants go along with the pitch
    return change_formants(change_pitch(y, sr, pitch_semitones), sr, formant_ratio / moved)


SNR = Setting("snr_db", "dB", -10.0, 80.0, "Active level of the speech over the level of the noise.")
NOISE_LEVEL = Setting("level_dbfs", "dBFS", -100.0, 0.0, "RMS level of the noise.")


def _color(default: str) -> Setting:
    return Setting("color", meaning="Colour of the noise.", default=default, choices=tuple(SLOPES))


def _seconds(name: str, low: float, high: float, meaning: str, default: float | None = None) -> Setting:
    return Setting(name, "s", low, high, meaning, default)


RT60 = "Time in which the sound of the room falls by 60 dB."

_ALL = (
    Device("noise", noisy_room, (SNR, _color("pink")), "talker", "Even noise round the talker."),
    Device("street", street, (SNR,), "talker", "A street with vehicles that pass."),
    Device(
        "hum",
        hum,
        (
            Setting("level_dbfs", "dBFS", -100.0, 0.0, "RMS level of the hum."),
            Setting("frequency", "Hz", 40.0, 70.0, "Frequency of the mains.", 50.0),
        ),
        "talker",
        "Hum of the mains and its multiples.",
    ),
    Device(
        "reverberation",
        reverberation,
        (
            _seconds("rt60_s", 0.05, 3.0, RT60),
            Setting("direct_db", "dB", -20.0, 40.0, "Energy of the direct sound over that of the room.", 3.0),
        ),
        "talker",
        "A room round the talker.",
    ),
    Device(
        "clipping",
        overdrive,
        (Setting("drive_db", "dB", -40.0, 60.0, "Gain before full scale."),),
        "either",
        "A stage that is driven against full scale.",
    ),
    Device("gain", gain, (Setting("gain_db", "dB", -80.0, 60.0, "Gain."),), "either", "A fixed gain."),
    Device(
        "agc",
        agc,
        (
            Setting("target_dbfs", "dBFS", -60.0, -3.0, "Level that the control wants, RMS.", -23.0),
            _seconds("attack_s", 0.001, 10.0, "Time constant by which it follows louder sound.", 0.2),
            _seconds("release_s", 0.001, 60.0, "Time constant by which it follows softer sound.", 1.0),
        ),
        "either",
        "An automatic level control.",
    ),
    Device(
        "noise_gate",
        noise_gate,
        (
            Setting("threshold_db", "dB", 0.0, 80.0, "How far under the active level it closes.", 20.0),
            _seconds("hold_s", 0.0, 5.0, "How long it stays open after the last loud sound.", 0.03),
            _seconds("attack_s", 0.0, 1.0, "How long it takes to open.", 0.01),
            _seconds("release_s", 0.0, 5.0, "How long it takes to close.", 0.02),
        ),
        "talker",
        "A gate that takes soft speech for noise.",
    ),
    Device(
        "noise_suppression",
        noise_suppression,
        (Setting("strength_db", "dB", 0.0, 30.0, "By how much it lowers what it takes for noise.", 15.0),),
        "talker",
        "A Wiener filter over a tracked noise floor, with its artefacts.",
    ),
    Device(
        "voice_change",
        changed_voice,
        (
            Setting("pitch_semitones", "semitones", -12.0, 12.0, "How much higher the voice is.", 0.0),
            Setting("formant_ratio", "", 0.6, 1.7, "How much higher its formants lie.", 1.0),
        ),
        "talker",
        "A voice changer.",
    ),
    Device("recorder_noise", recorder_noise, (NOISE_LEVEL, _color("white")), "recorder", "Noise of the recorder."),
    Device(
        "resampled",
        resampled,
        (Setting("rate", "Hz", meaning="The rate between.", choices=RATES),),
        "recorder",
        "At another rate and back.",
    ),
    Device(
        "loudspeaker",
        loudspeaker,
        (
            Setting("low_hz", "Hz", 100.0, 1000.0, "Lower end of the loudspeaker's band.", 300.0),
            Setting("high_hz", "Hz", 2000.0, 12000.0, "Upper end of it.", 4500.0),
            _seconds("rt60_s", 0.05, 1.5, RT60, 0.25),
            Setting("level_dbfs", "dBFS", -100.0, -10.0, "RMS level of the noise of the room.", -55.0),
        ),
        "recorder",
        "Played by a loudspeaker and recorded by a second telephone.",
    ),
)

DEVICES: dict[str, Device] = {device.name: device for device in _ALL}

__all__ = [
    "DEVICES",
    "Device",
    "agc",
    "agc_gain",
    "changed_voice",
    "closed_times",
    "echo_tail",
    "gain",
    "gate_gain",
    "hum",
    "loudspeaker",
    "noise_gate",
    "noise_suppression",
    "noisy_room",
    "overdrive",
    "recorder_noise",
    "resampled",
    "reverberation",
    "street",
]
