"""Catalogue: the traps in their order, each with what it is in a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from audioq.simulate import Samples
from benchmarks.trapping import changed, mouth, quiet, ringing, room, throat

Lay = Callable[[Samples, int, np.random.Generator], Samples]
"""From clean speech of shape (n,), its rate in Hz and chance: the trap, of the same rate."""


@dataclass(frozen=True, slots=True)
class Trap:
    """Something that looks like damage and is none.

    Parameters
    ----------
    name : str
        The `distractor` of its labels.
    lay : callable
        Makes it.
    processed : bool
        An effect that somebody put on, and that may honestly be called damage: grey, and reported apart.
    alone : bool
        Nothing of the excerpt is in it but its length.
    """

    name: str
    lay: Lay
    processed: bool = False
    alone: bool = False

    @property
    def meaning(self) -> str:
        """What it is, in a line."""
        return (self.lay.__doc__ or "").partition("\n")[0]


def untouched(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """The speech as it is: what every other row is to be held against."""
    return np.array(speech, np.float32)


def tts(speech: Samples, sr: int, rng: np.random.Generator) -> Samples:
    """A synthetic voice, as it comes out of its program."""
    return np.array(speech, np.float32)


UNTOUCHED = Trap("untouched", untouched)
TTS = Trap("tts", tts)

_LAID = (
    *(quiet.digital_pauses, quiet.pause_gate, quiet.dtx, quiet.mu_law),
    *(ringing.dtmf_over, ringing.dtmf_between, ringing.siren, ringing.smoke_alarm, ringing.phone_ringing),
    *(mouth.plosives, throat.creak, throat.trills, throat.laughter),
    *(mouth.whisper, changed.child, changed.deep, changed.fast, changed.slow, changed.suppressed),
    *(room.music_behind, room.typing, room.wind, room.knocks, mouth.breathing),
)
_ALONE = (throat.singing, throat.tonal, room.music)
_PROCESSED = (changed.ring_modulation, changed.vocoder)

TRAPS: Mapping[str, Trap] = {
    trap.name: trap
    for trap in (
        UNTOUCHED,
        TTS,
        *(Trap(lay.__name__, lay) for lay in _LAID),
        *(Trap(lay.__name__, lay, alone=True) for lay in _ALONE),
        *(Trap(lay.__name__, lay, processed=True) for lay in _PROCESSED),
    )
}
"""All traps by name."""
