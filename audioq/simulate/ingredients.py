"""Ingredients: the sections of a recipe, and the table from which each takes its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from audioq.simulate.codecs import CODECS
from audioq.simulate.concealers import CONCEALERS
from audioq.simulate.contents import CONTENTS
from audioq.simulate.devices import DEVICES
from audioq.simulate.networks import NETWORKS
from audioq.simulate.receivers import RECEIVERS
from audioq.simulate.settings import Setting, entry

REENCODED = "reencoded"
BABBLE = "babble"
NEAR = "near_talker"

RATES = ("8000", "16000", "44100", "48000")
FEWER_RATES = {"ulaw": RATES[:1], "3gp": RATES[:1], "opus": ("8000", "16000", "48000")}
"""Sampling rates of files, and forms that do not have all of them."""


class Ingredient(Protocol):
    """What every row of every table has."""

    @property
    def name(self) -> str:
        """As recipes write it."""

    @property
    def settings(self) -> tuple[Setting, ...]:
        """What can be set."""

    @property
    def meaning(self) -> str:
        """One sentence."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A part that needs more than the sound itself: other voices, or an encoder. `audioq.simulate.calls` makes it."""

    name: str
    settings: tuple[Setting, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a recipe: one part is drawn by weight, or each takes part by its own chance."""

    name: str
    one: bool
    table: Mapping[str, Ingredient]
    meaning: str

    def settings(self, name: str) -> tuple[Setting, ...]:
        """What can be set of one of its parts."""
        return entry(self.name, self.table, name).settings


_TALKER = (
    Extra(
        BABBLE,
        (Setting("snr_db", "dB", -10.0, 60.0, "Active speech level over the babble.", 15.0),),
        "Several other voices speak in the background.",
    ),
)

_RECORDER = (
    Extra(
        NEAR,
        (
            Setting("level_db", "dB", -30.0, 30.0, "Level beside that of the far end.", 0.0),
            Setting(
                "channel",
                meaning="Mixed into the channel of the far end, or alone in a second channel.",
                default="same",
                choices=("same", "own"),
            ),
        ),
        "The person who records is heard too, untouched by the network.",
    ),
    Extra(
        REENCODED,
        (
            Setting("form", meaning="Codec.", default="aac", choices=("aac", "amr-nb", "mp3", "opus")),
            Setting("kbps", "kbit/s", 16.0, 128.0, "Bit rate; AMR takes the nearest it has.", 32.0),
        ),
        "The recorder encodes the sound once more before the file is written.",
    ),
)

_FILES = tuple(
    Extra(
        form,
        (
            Setting(
                "sr",
                "Hz",
                meaning="Sampling rate.",
                default="8000" if FEWER_RATES.get(form) == RATES[:1] else "16000",
                choices=FEWER_RATES.get(form, RATES),
            ),
        ),
        meaning,
    )
    for form, meaning in (
        ("flac", "FLAC, 16 bit."),
        ("wav", "WAV, 16 bit."),
        ("ulaw", "WAV with mu-law samples."),
        ("opus", "Ogg Opus."),
        ("mp3", "MP3."),
        ("m4a", "AAC in MP4."),
        ("3gp", "AMR-NB in 3GP, as telephones record calls."),
    )
)


def _at(side: str, extras: tuple[Extra, ...]) -> Mapping[str, Ingredient]:
    devices = {name: device for name, device in DEVICES.items() if device.stands(side)}
    return {**devices, **{one.name: one for one in extras}}


_ALL = (
    Section("content", True, CONTENTS, "What is said or played."),
    Section("talker", False, _at("talker", _TALKER), "What room and telephone of the far end do to it."),
    Section("codec", True, CODECS, "How it is coded into packets and decoded again."),
    Section("network", True, NETWORKS, "Which packets come, when."),
    Section("concealer", True, CONCEALERS, "What fills the gaps of a codec that has no concealment of its own."),
    Section("receiver", False, RECEIVERS, "What the receiver does to time and to gaps."),
    Section("recorder", False, _at("recorder", _RECORDER), "What the recorder does to it."),
    Section("file", True, {one.name: one for one in _FILES}, "How it is written."),
)

SECTIONS: Mapping[str, Section] = {one.name: one for one in _ALL}
"""The sections in the order in which the sound passes them."""
