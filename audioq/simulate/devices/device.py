"""Device: something that the sound passes before or after the network, with what can be set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from audioq.simulate.settings import Setting, checked
from audioq.simulate.spans import Samples

Side = Literal["talker", "recorder", "either"]


@dataclass(frozen=True, slots=True)
class Device:
    """One device of the table.

    Parameters
    ----------
    name : str
        As recipes write it.
    apply : callable
        `apply(y, sr, rng, **settings)` gives a signal of the same length; equal chance gives equal sound.
    settings : tuple of Setting
        What it can be told.
    side : {"talker", "recorder", "either"}
        Whether it stands before the network, after it, or at either place.
    meaning : str
        One sentence.
    """

    name: str
    apply: Callable[..., Samples]
    settings: tuple[Setting, ...]
    side: Side
    meaning: str

    def stands(self, side: str) -> bool:
        """Say whether the device can stand at a side, "talker" or "recorder"."""
        return self.side in ("either", side)

    def pass_through(self, y: Samples, sr: int, rng: np.random.Generator, **given: Any) -> Samples:
        """Check what is set, fill in the defaults, and send the sound through.

        Parameters
        ----------
        y : ndarray, float32, shape (n,)
            The signal.
        sr : int
            Sampling rate in Hz.
        rng : numpy.random.Generator
            Source of chance.
        **given
            Settings by name.

        Returns
        -------
        ndarray, float32, shape (n,)

        Raises
        ------
        SimulationError
            For a setting that does not exist, is missing or out of range.
        """
        return self.apply(y, sr, rng, **checked(f"device {self.name}", self.settings, given))
