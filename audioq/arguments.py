"""Arguments: plain conversions of what was typed, so that a single recording starts quickly.

From version 0.29 typer converts every argument through pydantic, whose import costs as much as
NumPy's (100 ms). Text, numbers and choices need no such help. What is not plain, and so every
wrong value, still goes to typer, which has the words for it. Where typer keeps its conversions
elsewhere, as older versions do, all of them stay its own.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from types import NoneType
from typing import Any, get_args


class PlainConversion:
    """Converts the values of one parameter; stands in for typer's own ``RuntimeParam``.

    Parameters
    ----------
    own : callable
        Makes typer's own conversion, for values that are not plain.
    """

    def __init__(self, own: Callable[[], Any]) -> None:
        self._own = own

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return `value` as the type of the parameter."""
        try:
            return _converted(value, param)
        except (TypeError, ValueError):
            return self._own().coerce(value, param=param, ctx=ctx)


def _converted(value: Any, param: Any) -> Any:
    many = param.multiple or param.nargs == -1
    if value is None:
        return () if many else None
    kinds = [kind for kind in get_args(param.type_descriptor.annotation) if kind is not NoneType]
    kind = kinds[0] if kinds else param.type_descriptor.annotation
    if many:
        return [_plain(item, kind) for item in value]
    number = _plain(value, kind)
    if isinstance(number, float) and not (param.min is None or number >= param.min):
        raise ValueError
    return number


def _plain(value: Any, kind: Any) -> Any:
    if kind not in (str, float) and not (isinstance(kind, type) and issubclass(kind, Enum)):
        raise TypeError
    return kind(value)


def quicken(command: Any, context: Callable[[Any], Any]) -> None:
    """Give every parameter of a command, and of its commands, a `PlainConversion` where typer has a place for it.

    Parameters
    ----------
    command : click command
        As `typer.main.get_command` returns it.
    context : callable
        `typer.Context`.
    """
    # These hold --help too, which is made when it is first asked for.
    for parameter in command.get_params(context(command)):
        if getattr(parameter, "_runtime_param", ...) is None:
            parameter._runtime_param = PlainConversion(_own_conversion(parameter))
    for inner in getattr(command, "commands", {}).values():
        quicken(inner, context)


def _own_conversion(parameter: Any) -> Callable[[], Any]:
    def own() -> Any:
        parameter._runtime_param = None
        return parameter.get_runtime_param()

    return own
