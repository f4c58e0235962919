"""Options: what can be typed after a command, and what the library is given for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audioq.endings import FailOn, refuse
from audioq.render.formats import OutputFormat

if TYPE_CHECKING:
    from audioq.thresholds import Thresholds

Start = Annotated[float | None, typer.Option(min=0.0, metavar="S", help="Begin at this second of the recording.")]
End = Annotated[float | None, typer.Option(min=0.0, metavar="S", help="Stop at this second of the recording.")]
Stream = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="Read this audio track of every file, from 0; see audioq info."),
]
Sha256 = Annotated[bool, typer.Option("--sha256", help="Add the digest of the file's bytes to JSON.")]
Format = Annotated[OutputFormat, typer.Option("--format", help="For people, as JSON Lines or as CSV.")]
OutputFile = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write results to this file.")]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Change a threshold; repeatable. See audioq explain thresholds."),
]
ThresholdFile = Annotated[str | None, typer.Option("--thresholds", metavar="FILE.toml", help="Thresholds to change.")]
Names = Annotated[
    str | None, typer.Option("--channels", metavar="NAME,NAME", help="Name the channels, or the legs, in their order.")
]
Expected = Annotated[
    list[str] | None,
    typer.Option("--expect-speech", metavar="CHANNEL", help="It ought to carry speech: name, or number from 0."),
]
Ignored = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore-channels", "--ignore-channel", metavar="CHANNEL", help="Not judged: name, or number from 0."
    ),
]
Side = Annotated[
    str | None,
    typer.Option(
        "--side",
        metavar="far|both|near",
        help="Whose voice a channel holds: the other end's, both, or the recorder's own; see docs/verdict.md.",
    ),
]
Legs = Annotated[bool, typer.Option("--legs", help="The recordings are the sides of one call; judge them together.")]
CallId = Annotated[str | None, typer.Option("--call-id", metavar="NAME", help="With --legs: what the call is called.")]
Fail = Annotated[FailOn | None, typer.Option("--fail-on", help="Exit with 3 if a verdict is this or worse.")]
RawFormat = Annotated[
    str | None,
    typer.Option(
        metavar="CODEC,RATE,CHANNELS", help="What files without a header hold, all of them: such as mulaw,8000,1."
    ),
]
MaxDuration = Annotated[
    float | None, typer.Option(min=0.0, metavar="S", help="Refuse files that hold more seconds of sound.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show where audioq itself failed.")]


def policy_of(file: str | None, changes: list[str] | None) -> Thresholds:
    """Return the thresholds of a file, changed by what ``--set`` says; refuse what does not exist."""
    from audioq.errors import ThresholdError
    from audioq.thresholds import DEFAULT_THRESHOLDS, read_thresholds

    try:
        base = DEFAULT_THRESHOLDS if file is None else read_thresholds(file)
        return base.with_values(dict(_change(text) for text in changes or ()))
    except ThresholdError as error:
        refuse(str(error))


def _change(text: str) -> tuple[str, float]:
    from audioq.errors import ThresholdError

    name, equals, value = text.partition("=")
    try:
        return name.strip(), float(value)
    except ValueError:
        raise ThresholdError(f"--set {text}: write NAME=VALUE with a number, such as dropout.onset=0.5") from None


def check_span(start: float | None, end: float | None) -> None:
    """Refuse a part that holds nothing."""
    if end is not None and end <= (start or 0.0):
        refuse(f"--end {end:g} does not lie after --start {start or 0.0:g}")


def check_output(output: str | None, sources: Iterable[str]) -> None:
    """Refuse to write where nothing can or should be written."""
    from audioq.render.output import refusal

    problem = refusal(output, sources)
    if problem:
        refuse(f"--output {output}: {problem}")


def roles_of(
    channels: str | Sequence[str] | None, expect: list[str] | None, ignore: list[str] | None, side: str | None
) -> dict[str, str | Sequence[str]]:
    """Return the roles that were given, as the library takes them; refuse those that fit no recording."""
    from audioq.errors import RolesError
    from audioq.roles import check_roles

    try:
        check_roles(channels, _joined(expect), _joined(ignore), side)
    except RolesError as error:
        refuse(f"{error.problem}; {error.remedy}")
    roles = {"channels": channels, "expect_speech": _joined(expect), "ignore_channels": _joined(ignore)}
    roles["side"] = side
    return {name: value for name, value in roles.items() if value is not None}


def legs_of(source: Sequence[str], channels: str | None) -> dict[str, Any]:
    """Return the recordings of a call by the names of its legs: those given, else as short as the files' tell apart."""
    from audioq.audio import title_of
    from audioq.messages import text

    for folder in filter(os.path.isdir, source):
        refuse(text("error.leg_folder", {"name": folder}))
    if len(source) == 1:
        refuse(text("error.one_leg"))
    names = [os.path.basename(title_of(file)) for file in source] if channels is None else channels.split(",")
    names = [name.strip() for name in names]
    if len(names) != len(source):
        refuse(text("error.legs_names", {"names": len(names), "count": len(source)}))
    if channels is None and len(set(names)) < len(names):
        names = [title_of(file) for file in source]
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        refuse(text("error.leg_twice", {"name": twice[0]}))
    return dict(zip(names, source, strict=True))


def check_call_id(call_id: str | None, legs: bool) -> None:
    """Refuse the name of a call where every recording is a call of its own."""
    from audioq.messages import text

    if call_id is not None and not legs:
        refuse(text("error.call_id"))


def _joined(several: list[str] | None) -> str | None:
    return ",".join(several) if several else None
