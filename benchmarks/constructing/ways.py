"""Ways: how speech travels to the recorder, and what is heard where it is lost."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audioq.simulate import Samples
from audioq.simulate.activity import HOP_SECONDS
from audioq.simulate.codecs import make_codec, missing
from audioq.simulate.recipes import Part
from audioq.simulate.talks import at_rate
from audioq.simulate.transmission import transmit
from audioq.simulate.truth import Truth, truth_of
from audioq.simulate.voices import speech_frames

WHOLE = Part("none")
"""A network that loses nothing."""


@dataclass(frozen=True, slots=True)
class Way:
    """A codec and what covers up its losses.

    Parameters
    ----------
    name : str
        As the tables show it.
    codec : str
        Key in `audioq.simulate.codecs.CODECS`.
    concealer : Part
        What fills gaps, where the decoder does not do so itself.
    settings : dict
        Of the codec; without a rate, ``pcm`` takes that of the recording.
    """

    name: str
    codec: str = "pcm"
    concealer: Part = field(default_factory=lambda: Part("zero_fill"))
    settings: dict[str, str | float] = field(default_factory=dict)

    @property
    def there(self) -> bool:
        """Whether what the codec needs is installed here."""
        return missing(self.codec) is None

    def at(self, sr: int) -> tuple[Part, int]:
        """The codec for a recording of this rate, and the rate at which it works in Hz."""
        settings = {"sr": str(sr), **self.settings} if self.codec == "pcm" else self.settings
        return Part(self.codec, settings), make_codec(self.codec, **settings).sr


OWN = (
    Way("Opus, hybrid", "libopus", settings={"kbps": 24}),
    Way("Opus, SILK", "libopus", settings={"mode": "silk", "kbps": 16, "sr": "16000"}),
    Way("Opus, CELT", "libopus", settings={"mode": "celt", "kbps": 32}),
    Way("AMR-NB", "libamr-nb"),
    Way("AMR-WB", "libamr-wb"),
    Way("GSM", "libgsm"),
    Way("Speex", "libspeex", settings={"quality": 6}),
    Way("G.711 of spandsp", "spandsp-g711"),
)
"""Decoders that cover up losses themselves."""

FADING = Way("straight fade", concealer=Part("straight_fade"))
REPEATED = Way("repetition", concealer=Part("repetition", {"decay_db_per_s": 60.0}))
HELD = Way("endless hold", concealer=Part("endless_hold"))
PACKETS = Way("packet repeat", concealer=Part("packet_repeat"))
APPENDIX = Way("G.711 Appendix I", "g711-mulaw", Part("pitch_repetition"))
ZEROS = Way("zeros")
HISS = Way("comfort noise", concealer=Part("comfort_noise", {"level_dbfs": -60.0, "color": "pink"}))
COLOURED = Way("noise of the last sound", concealer=Part("lpc_noise"))

CLEAN = (
    Way("no codec"),
    Way("G.711", "g711-mulaw"),
    Way("Opus", "libopus", settings={"kbps": 24}),
    Way("no codec"),
    Way("AMR-WB", "libamr-wb"),
    Way("AMR-NB", "libamr-nb"),
    Way("G.722", "g722"),
)


def not_installed() -> list[str]:
    """A sentence for each codec that is left out because it is not installed here."""
    reasons = {way.codec: missing(way.codec) for way in (*OWN, *CLEAN)}
    return [f"{codec} is left out: {reason}" for codec, reason in reasons.items() if reason]


@dataclass(frozen=True, slots=True)
class Sent:
    """A sound at the rate of the recording, shape (n,), and what happened to it."""

    y: Samples
    truth: Truth


def heard(y: Samples, speech: Samples, sr: int, way: Way, network: Part, rng: np.random.Generator) -> Sent:
    """What the far end hears of a talk.

    Parameters
    ----------
    y, speech : ndarray, float32, shape (n,)
        The talk, and its words alone, at the rate of `Way.at`.
    sr : int
        Rate of the recording in Hz.
    """
    codec, rate = way.at(sr)
    sent = transmit(y, active_samples(speech, rate), codec, network, way.concealer, rng)
    return Sent(at_rate(sent.tape.y, sent.tape.sr, sr), truth_of(sent.tape, sent.concealer))


def active_samples(speech: Samples, sr: int) -> NDArray[np.bool_]:
    """Samples in which somebody speaks, shape (n,), from words with nothing between them."""
    hop = round(sr * HOP_SECONDS)
    active = np.repeat(speech_frames(speech, sr), hop)
    return np.pad(active, (0, speech.size - active.size))
