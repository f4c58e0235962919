"""Roles: what the channels of a call are called, which ought to carry speech and which are not to be judged.

Part of the judgement: whoever knows the recorder says it, no sound tells it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audioq.errors import RolesError
from audioq.messages import text

Channels = str | int | Sequence[str | int] | None
"""Channels by name, or by number from 0: one, several, or several in a text with commas; None for none."""


SIDES = ("far", "both", "near")
"""Whose voice a channel may hold: that of the other end, of both ends, or of the recorder's own end."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What is known of the channels beforehand; without anything, every channel is judged by what it holds.

    Attributes
    ----------
    names : tuple of str
        One a channel, in their order; empty where they have none.
    expected : frozenset of int
        Channels that ought to carry speech; where there are any, nobody expects it of the others.
    ignored : frozenset of int
        Channels that are not judged.
    side : str or None
        Whose voice a channel holds: one of `SIDES`, None where nobody said so.
    """

    names: tuple[str, ...] = ()
    expected: frozenset[int] = frozenset()
    ignored: frozenset[int] = frozenset()
    side: str | None = None

    def judged(self, count: int) -> list[int]:
        """Return those of `count` channels that may decide."""
        return [channel for channel in range(count) if channel not in self.ignored]

    def name(self, channel: int) -> str | None:
        """Return the name of a channel, None where it has none."""
        return self.names[channel] if self.names else None

    def role(self, channel: int) -> str | None:
        """Return ``expected``, ``ignored`` or None."""
        return "expected" if channel in self.expected else "ignored" if channel in self.ignored else None


NO_ROLES = Roles()
"""Nothing is known."""


def assign_roles(
    count: int,
    channels: str | Sequence[str] | None = None,
    expect_speech: Channels = None,
    ignore_channels: Channels = None,
    *,
    side: str | None = None,
    source: str = "recording",
) -> Roles:
    """Give the channels of a recording their roles.

    Parameters
    ----------
    count : int
        How many channels the recording has.
    channels : sequence of str, or str with commas, optional
        A name for each channel, in their order.
    expect_speech, ignore_channels : names or numbers, optional
        Channels that ought to carry speech, and those that are not to be judged; numbers count from 0.
    side : str, optional
        Whose voice a channel holds: ``far``, ``both`` or ``near``.
    source : str
        What to call the recording in messages.

    Returns
    -------
    Roles

    Raises
    ------
    RolesError
        The names do not fit the recording, or nothing is left to be judged.

    Examples
    --------
    >>> assign_roles(2, "caller,agent", "caller").role(0)
    'expected'
    """
    names = tuple(str(name) for name in _listed(channels))
    _check_names(names, count, source)
    expected = frozenset(_number(one, names, count, source) for one in _listed(expect_speech))
    ignored = frozenset(_number(one, names, count, source) for one in _listed(ignore_channels))
    both = sorted(expected & ignored)
    if both:
        raise _refusal(source, "both", name=names[both[0]] if names else both[0])
    if len(ignored) == count:
        raise _refusal(source, "all_ignored", count=count)
    if side not in (*SIDES, None):
        raise _refusal(source, "side", name=str(side))
    return Roles(names, expected, ignored, side)


def check_roles(
    channels: str | Sequence[str] | None, expect_speech: Channels, ignore_channels: Channels, side: str | None = None
) -> None:
    """Refuse roles that fit no recording, before any is read.

    Raises
    ------
    RolesError
        A name is given twice or is unknown, a channel has two roles, or all that have names are ignored.
    """
    given = [one for some in (expect_speech, ignore_channels) for one in _listed(some)]
    numbers = [int(one) for one in given if str(one).isdecimal()]
    # Without names any recording might have one channel more than the largest number.
    count = len(_listed(channels)) or max(numbers, default=0) + 2
    assign_roles(count, channels, expect_speech, ignore_channels, side=side)


def _listed(given: Channels) -> tuple[str | int, ...]:
    """Return what was given one by one; only a text by itself is parted at its commas."""
    if isinstance(given, str):
        return tuple(map(str.strip, given.split(",")))
    return () if given is None else (given,) if isinstance(given, int) else tuple(given)


def _check_names(names: tuple[str, ...], count: int, source: str) -> None:
    if not all(names):
        raise _refusal(source, "no_name")
    numbers = [name for name in names if name.isdecimal()]
    if numbers:
        raise _refusal(source, "number_for_name", name=numbers[0])
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise _refusal(source, "name_twice", name=twice[0])
    if names and len(names) != count:
        raise _refusal(source, "wrong_count", names=len(names), count=count)


def _number(one: str | int, names: tuple[str, ...], count: int, source: str) -> int:
    """Return the number of a channel that is given by its name or its number."""
    if isinstance(one, str) and one in names:
        return names.index(one)
    if str(one).isdecimal():
        if int(one) < count:
            return int(one)
        raise _refusal(source, "no_number", number=one, count=count, last=count - 1)
    if names:
        raise _refusal(source, "unknown_name", name=one, names=", ".join(names))
    raise _refusal(source, "unnamed", name=one)


def _refusal(source: str, id: str, **values: object) -> RolesError:
    return RolesError(source, text(f"error.roles.{id}", values), text(f"remedy.roles.{id}"))
