"""A row of blocks over time: where in a recording something happened, at a glance."""

from __future__ import annotations

import math
from collections.abc import Iterable

from audioq.events import Event

_SHADES = "░▒▓█"


def bar(events: Iterable[Event], duration: float, cells: int) -> str:
    """Return `cells` characters over `duration` seconds, darker where events cover more of the time."""
    covered = [0.0] * cells
    for event in events:
        start, end = (min(max(time, 0.0), duration) * cells / duration for time in (event.start, event.end))
        for cell in range(int(start), min(math.ceil(end), cells)):
            covered[cell] += min(end, cell + 1) - max(start, cell)
    return "".join(_shade(share) for share in covered)


def _shade(share: float) -> str:
    # A cell that an event only grazes, by no more than the error of floating point, stays empty.
    return _SHADES[min(int(len(_SHADES) * share), len(_SHADES) - 1)] if share > 1e-9 else " "


def ruler(duration: float, cells: int) -> str:
    """Return the seconds below a bar of `cells` characters, at steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> ruler(25.0, 50)
    '0         5         10        15        20        25 s'
    """
    room = len(f"{duration:.10g}") + 3
    step = _step(duration * room / cells)
    ticks = [_tick(number, step) for number in range(int(duration / step + 1e-9) + 1)]
    line = ""
    for label in ticks:
        line = line.ljust(round(float(label) / duration * cells)) + label
    return f"{line} s"


def _step(least: float) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that is not below `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def _tick(number: int, step: float) -> str:
    return f"{round(number * step, 6):.10g}"
