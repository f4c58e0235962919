"""What was typed becomes what the commands expect, by the quick way and by typer's own."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import pytest
import typer
from typer.main import get_command

from audioq.arguments import quicken


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


def parsed(*arguments: str, quick: bool) -> dict[str, object]:
    """Run a command of every kind of parameter that audioq has and return what it got."""
    app, got = typer.Typer(), {}

    @app.command()
    def paint(
        walls: list[str],
        color: Color = Color.RED,
        hours: Annotated[float | None, typer.Option(min=0.0)] = None,
        name: str | None = None,
        more: list[str] | None = None,
        rooms: int = 1,
        wet: bool = False,
    ) -> None:
        got.update(locals())

    command = get_command(app)
    if quick:
        quicken(command, typer.Context)
    command(list(arguments), standalone_mode=False)
    return {name: got[name] or None for name in ("walls", "color", "hours", "name", "more", "rooms", "wet")}


GOOD = [
    ("a",),
    ("a", "b", "--color", "blue", "--hours", "1.5", "--wet"),
    ("a", "--more", "x=1", "--more", "y=2", "--name", "n"),
    ("a", "--hours", "0", "--rooms", "3"),
    ("-", "--hours", "1e-3", "--", "-x"),
]
BAD = [(), ("a", "--color", "green"), ("a", "--hours", "-1"), ("a", "--hours", "x"), ("a", "--rooms", "1.5")]


@pytest.mark.parametrize("arguments", GOOD)
def test_the_quick_way_gives_what_typer_gives(arguments):
    assert parsed(*arguments, quick=True) == parsed(*arguments, quick=False)


@pytest.mark.parametrize("arguments", BAD)
def test_what_is_wrong_is_refused_in_the_same_words(arguments):
    said = []
    for quick in (True, False):
        with pytest.raises(Exception) as refused:  # noqa: PT011 (typer has no public type for all of them)
            parsed(*arguments, quick=quick)
        said.append((type(refused.value), refused.value.format_message()))
    assert said[0] == said[1]


def test_a_number_that_is_not_one_goes_to_typer():
    with pytest.raises(Exception, match="hours|greater|number"):
        parsed("a", "--hours", "nan", quick=True)
