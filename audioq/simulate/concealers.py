"""Concealers: what a receiver plays where packets are missing, as a table with one way to call them all.

One call with gaps: `CONCEALERS["repetition"].conceal(y, sr, [(1.0, 1.2)], rng, decay_db_per_s=60.0)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from audioq.simulate import concealment
from audioq.simulate.lpc_noise import fill_with_noise
from audioq.simulate.noise import SLOPES
from audioq.simulate.pitch_repetition import repeat_pitch
from audioq.simulate.settings import Setting, checked
from audioq.simulate.spans import Harmed, Samples, Times


@dataclass(frozen=True, slots=True)
class Concealer:
    """A way to cover up gaps.

    Parameters
    ----------
    name : str
        Key in `CONCEALERS`.
    apply : callable
        From y, sr, times, rng and the settings (all of them, by name) to a harmed signal and its truth.
    settings : tuple of Setting
        What can be set.
    meaning : str
        What is heard, in one sentence.
    """

    name: str
    apply: Callable[..., Harmed]
    settings: tuple[Setting, ...]
    meaning: str

    def conceal(self, y: Samples, sr: int, times: Times, rng: np.random.Generator, **settings: float | str) -> Harmed:
        """Fill the gaps of one call.

        Parameters
        ----------
        y : ndarray, float32, shape (n,)
            The signal. What lies in the gaps is never heard.
        sr : int
            Sampling rate in Hz.
        times : sequence of (float, float)
            The gaps in seconds, in any order.
        rng : numpy.random.Generator
            Source of chance, where the concealer makes noise.
        **settings : float or str
            See `settings`.

        Returns
        -------
        y : ndarray, float32, shape (n,)
            The signal with its gaps filled from the sound before them. Nothing else changes, but for
            `pitch_repetition`, which fades into the first 1.25 to 10 ms after a gap.
        truth : list of Span
            `buzz` where a fill is heard; `dropout` where there is exact zero, or comfort noise.

        Raises
        ------
        SimulationError
            For a setting that is unknown, missing or out of range.
        """
        return self.apply(y, sr, times, rng, **checked(f"concealer {self.name}", self.settings, settings))


def _deterministic(conceal: Callable[..., Harmed]) -> Callable[..., Harmed]:
    """A concealer that leaves nothing to chance, called like one that does."""

    def apply(y: Samples, sr: int, times: Times, rng: np.random.Generator, **settings: float) -> Harmed:
        return conceal(y, sr, times, **settings)

    return apply


def _table(*concealers: Concealer) -> dict[str, Concealer]:
    return {concealer.name: concealer for concealer in concealers}


CONCEALERS: Mapping[str, Concealer] = _table(
    Concealer("zero_fill", _deterministic(concealment.zero_fill), (), "Digital silence with hard edges."),
    Concealer(
        "comfort_noise",
        concealment.comfort_noise,
        (
            Setting("level_dbfs", "dBFS", -120.0, 0.0, "RMS level of the noise."),
            Setting("color", meaning="Its spectrum.", default="white", choices=tuple(SLOPES)),
        ),
        "Soft noise instead of the speech, with hard edges.",
    ),
    Concealer(
        "repetition",
        _deterministic(concealment.repetition),
        (Setting("decay_db_per_s", "dB/s", 0.0, 5000.0, "How fast it fades.", 60.0),),
        "The last pitch cycle over and over, with a fade that is straight in dB.",
    ),
    Concealer(
        "endless_hold",
        _deterministic(concealment.endless_hold),
        (),
        "The last pitch cycle over and over, as loud as it was, until packets come back.",
    ),
    Concealer(
        "packet_repeat",
        _deterministic(concealment.packet_repeat),
        (Setting("packet_s", "s", 0.0025, 0.12, "Length of the packet that is repeated.", 0.02),),
        "The last packet six times, each time at half the level, then silence.",
    ),
    Concealer(
        "pitch_repetition",
        _deterministic(repeat_pitch),
        (),
        "Pitch cycles, more of them as time goes on, with a fade to silence in 60 ms, in the manner of G.711 "
        "Appendix I.",
    ),
    Concealer(
        "lpc_noise",
        fill_with_noise,
        (),
        "Noise in the colour of the last sound, weaker every 20 ms.",
    ),
    Concealer(
        "straight_fade",
        _deterministic(concealment.straight_fade),
        (
            Setting("voiced_db_per_s", "dB/s", 0.0, 5000.0, "How fast it fades after voiced sound.", 157.0),
            Setting("noisy_db_per_s", "dB/s", 0.0, 5000.0, "How fast it fades after noise-like sound.", 400.0),
        ),
        "A frozen pitch cycle on a straight fade to exact zero, then a hard onset: what real clients play.",
    ),
)
"""Every concealer by its name."""
