"""The rule that turns the truth about a call into its label. It is the only place where a label is decided.

- **blocked**: less than 15 % of the active speech was delivered.
- **degraded**: less than 97 % was delivered, or more than four stretches a minute in which speech was lost, covered
  up or looped.
- **intact**: the rest.

A label is **grey** where an honest listener could say either: near a limit; where a vocoder sounds robotic by nature;
where time was only stretched, or cut out without loss of a word; after a ring-back that nobody answers; where
something was lost and nobody spoke. Grey calls are left out of the figures for verdicts, and their events still count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BLOCKED_BELOW = 0.15
DEGRADED_BELOW = 0.97
MOST_LOSSES_PER_MINUTE = 4.0

GREY_BLOCKED = (0.11, 0.19)
"""Delivered shares round the limit of `blocked`."""

GREY_DEGRADED = 0.955
"""From this share on, a degraded call with at most `GREY_LOSSES` a minute is grey."""

GREY_LOSSES_PER_MINUTE = 8.0

GREY_INTACT_BELOW = 0.985
GREY_INTACT_LOSSES_PER_MINUTE = 2.5


@dataclass(frozen=True, slots=True)
class Judged:
    """A label, whether it is grey, and what decided: `delivered`, `losses`, or nothing for `intact`."""

    label: str
    grey: bool
    why: tuple[str, ...]


def label_of(delivered: float, losses_per_minute: float, doubts: Sequence[str] = ()) -> Judged:
    """Label a call by its truth.

    Parameters
    ----------
    delivered : float
        Share of the active speech that was heard from its own packets, 0 to 1; 1 where nobody spoke.
    losses_per_minute : float
        Stretches a minute in which active speech was lost, covered up or looped.
    doubts : sequence of str
        Reasons why even a clear number may be heard otherwise (`vocoder`, `nobody_speaks`, `unanswered`, ...).

    Examples
    --------
    >>> label_of(0.6, 30.0).label
    'degraded'
    >>> label_of(0.16, 0.5)
    Judged(label='degraded', grey=True, why=('delivered',))
    """
    too_few, too_many = delivered < DEGRADED_BELOW, losses_per_minute > MOST_LOSSES_PER_MINUTE
    why: tuple[str, ...] = tuple(name for name, holds in (("delivered", too_few), ("losses", too_many)) if holds)
    label = "degraded" if why else "intact"
    if delivered < BLOCKED_BELOW:
        label, why = "blocked", ("delivered",)
    grey = bool(doubts) or _near_a_limit(label, delivered, losses_per_minute)
    return Judged(label, grey, why)


def _near_a_limit(label: str, delivered: float, losses: float) -> bool:
    if GREY_BLOCKED[0] <= delivered <= GREY_BLOCKED[1]:
        return True
    if label == "degraded":
        return delivered >= GREY_DEGRADED and losses <= GREY_LOSSES_PER_MINUTE
    return label == "intact" and (delivered < GREY_INTACT_BELOW or losses > GREY_INTACT_LOSSES_PER_MINUTE)
