"""Endings: the exit status of the command, and how it stops when something is wrong or somebody stops it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import NoReturn

import typer

UNREAD, USAGE, FAIL_ON, INTERRUPTED, NO_READER = 1, 2, 3, 130, 141


class FailOn(StrEnum):
    """The mildest verdict that makes the exit status 3."""

    DEGRADED = "degraded"
    BLOCKED = "blocked"


def refuse(problem: str) -> NoReturn:
    """Say what was asked for wrongly, and exit with 2."""
    from audioq.messages import text
    from audioq.render.output import say

    say(text("line.failure", {"message": problem}))
    raise typer.Exit(USAGE)


def check_raw_format(text: str | None) -> None:
    """Refuse what does not say what bytes without a header are."""
    if text is None:
        return
    from audioq.decoders.raw import parse
    from audioq.decoders.stream import UndecodableError

    try:
        parse(text)
    except UndecodableError as error:
        refuse("; ".join(error.args))


def status(labels: set[str], failed: bool, fail_on: FailOn | None) -> int:
    """Exit status after all recordings were shown."""
    worse = {None: set(), FailOn.DEGRADED: {"degraded", "blocked"}, FailOn.BLOCKED: {"blocked"}}
    return FAIL_ON if labels & worse[fail_on] else UNREAD if failed else 0


@contextmanager
def ending_quietly(output: str | None = None) -> Iterator[None]:
    """End quietly when the user stops the work or the reader of the output goes away."""
    from audioq.errors import InstallationError
    from audioq.messages import text
    from audioq.render.output import say

    try:
        yield
    except KeyboardInterrupt:
        if output is not None and os.path.exists(f"{os.path.realpath(output)}.part"):
            say(text("error.partial", {"file": f"{output}.part"}))
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # Python would complain once more when it flushes standard output at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(NO_READER) from None
    except InstallationError as error:
        say(text("line.failure", {"message": error}))
        raise typer.Exit(UNREAD) from None
    except OSError as error:
        say(text("error.output", {"cause": error}))
        raise typer.Exit(UNREAD) from None
