"""Catalogue: the constructs, each with the verdict that everybody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.constructing import kept, lost
from benchmarks.constructing.built import Build


@dataclass(frozen=True, slots=True)
class Construct:
    """One sort of call.

    Parameters
    ----------
    name : str
        Key in `CONSTRUCTS`.
    label : str
        The true verdict.
    build : callable
        Makes one.
    content : str
        What was due: ``speech`` or ``tone``.
    """

    name: str
    label: str
    build: Build
    content: str = "speech"


_ROWS = (
    Construct("cut_off", "blocked", lost.cut_off),
    Construct("buzz", "blocked", lost.buzz),
    Construct("flashes", "blocked", lost.flashes),
    Construct("ends_in_zeros", "intact", kept.ends_in_zeros),
    Construct("ends_and_hangs_up", "intact", kept.ends_and_hangs_up),
    Construct("ends_in_noise", "intact", kept.ends_in_noise),
    Construct("ringback", "intact", kept.ringback, "tone"),
    Construct("busy", "intact", kept.busy, "tone"),
    Construct("touch_tones", "intact", kept.touch_tones, "tone"),
    Construct("untouched", "intact", kept.untouched),
)

CONSTRUCTS: Mapping[str, Construct] = {row.name: row for row in _ROWS}
"""Every construct by its name."""
