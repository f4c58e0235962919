"""The command ``audioq``: each command calls the public function of its name and shows what it gives.

Exit status: 0 done; 1 some input could not be read, or its bytes seem to be in another format;
2 wrong usage, such as roles that fit no recording; 3 the condition of ``--fail-on`` was met (wins
over 1); 130 interrupted; 141 the reader of the output went away.

Everything but typer is imported late, so that ``--help`` and a single recording start quickly.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from audioq import batch_commands
from audioq.endings import INTERRUPTED, UNREAD, check_raw_format, ending_quietly, refuse
from audioq.options import (
    CallId,
    Changes,
    Debug,
    End,
    Expected,
    Fail,
    Format,
    Ignored,
    Legs,
    MaxDuration,
    Names,
    OutputFile,
    RawFormat,
    Sha256,
    Side,
    Start,
    Stream,
    ThresholdFile,
    check_call_id,
    check_output,
    check_span,
    legs_of,
    policy_of,
    roles_of,
)
from audioq.render.formats import InfoFormat, OutputFormat
from audioq.results import show_each, show_tracks

if TYPE_CHECKING:
    from audioq.table import FeatureTable

app = typer.Typer(
    name="audioq",
    help="Says what happened to the sound of a recorded call: intact, degraded or blocked, when, and why.",
    epilog="Exit status: 0 done, 1 some input could not be read or seems to be in another format, 2 wrong usage, "
    "3 --fail-on was met, 130 interrupted, 141 the reader of the output went away.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help starts faster and fits any console
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from audioq import __version__

        typer.echo(f"audioq {__version__}")
        raise typer.Exit


@app.callback()
def _audioq(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options that come before a command."""


@app.command()
def analyze(
    source: Annotated[list[str], typer.Argument(metavar="PATH", help="Recordings or folders; - is standard input.")],
    format: Format = OutputFormat.TEXT,
    output: OutputFile = None,
    start: Start = None,
    end: End = None,
    stream: Stream = None,
    changes: Changes = None,
    thresholds: ThresholdFile = None,
    fail_on: Fail = None,
    sha256: Sha256 = False,
    raw_format: RawFormat = None,
    max_duration: MaxDuration = None,
    channels: Names = None,
    expect_speech: Expected = None,
    ignore_channels: Ignored = None,
    side: Side = None,
    legs: Legs = False,
    call_id: CallId = None,
    debug: Debug = False,
) -> None:
    """Say what happened to the sound of recordings."""
    policy = policy_of(thresholds, changes)
    check_span(start, end)
    check_raw_format(raw_format)
    check_call_id(call_id, legs)
    from audioq.batches.folders import recordings
    from audioq.report import analyze

    how: dict[str, Any] = {"start": start, "end": end, "stream": stream, "sha256": sha256, "raw_format": raw_format}
    how |= {"thresholds": policy, "max_duration": max_duration}
    if legs:
        from audioq.audio import title_of
        from audioq.legs import analyze_legs

        call = legs_of(source, channels)
        how |= roles_of(list(call), expect_speech, ignore_channels, side) | {"call_id": call_id}
        del how["channels"]  # the legs have these names
        check_output(output, source)
        title = " + ".join(map(title_of, source))
        show_each([title], lambda _: analyze_legs(call, **how), format, output, fail_on, debug)
    how |= roles_of(channels, expect_speech, ignore_channels, side)
    files = recordings(source, raw_format is not None)
    show_each(files, lambda file: analyze(file, **how), format, output, fail_on, debug)


@app.command()
def measure(
    source: Annotated[str, typer.Argument(metavar="FILE", help="A recording; - is standard input.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="TABLE.npz", help="Write the table to this file.")],
    start: Start = None,
    end: End = None,
    stream: Stream = None,
    sha256: Sha256 = False,
    raw_format: RawFormat = None,
    max_duration: MaxDuration = None,
    debug: Debug = False,
) -> None:
    """Measure a recording, to judge it later.

    The table holds what was measured, none of the sound.
    """
    check_span(start, end)
    check_raw_format(raw_format)
    from audioq.audio import read
    from audioq.batches.attempts import attempt
    from audioq.measurement import measure
    from audioq.render.output import say_failure
    from audioq.render.progress import Progress
    from audioq.report import Failure
    from audioq.table import save

    how: dict[str, Any] = {"start": start, "end": end, "stream": stream, "sha256": sha256, "raw_format": raw_format}
    how["max_duration"] = max_duration

    def make(file: str) -> FeatureTable:
        return measure(read(file, **how))

    check_output(output, [source])
    with ending_quietly(), Progress(1, sys.stderr) as progress:
        progress.next(source)
        table = attempt(source, make, sys.stderr if debug else None)
        if isinstance(table, Failure):
            with progress.aside():
                say_failure(table)
            raise typer.Exit(UNREAD)
        save(table, f"{output}.part")
        os.replace(f"{output}.part", output)


@app.command()
def judge(
    table: Annotated[list[str], typer.Argument(metavar="TABLE.npz", help="Tables that audioq measure wrote.")],
    format: Format = OutputFormat.TEXT,
    output: OutputFile = None,
    changes: Changes = None,
    thresholds: ThresholdFile = None,
    fail_on: Fail = None,
    channels: Names = None,
    expect_speech: Expected = None,
    ignore_channels: Ignored = None,
    side: Side = None,
    debug: Debug = False,
) -> None:
    """Judge tables that audioq measure wrote.

    No sound is decoded; other thresholds may give other verdicts.
    """
    policy = policy_of(thresholds, changes)
    from audioq.report import compose
    from audioq.table import load

    roles: dict[str, Any] = roles_of(channels, expect_speech, ignore_channels, side)
    show_each(table, lambda file: compose(load(file), thresholds=policy, **roles), format, output, fail_on, debug)


@app.command()
def info(
    source: Annotated[list[str], typer.Argument(metavar="FILE", help="Recordings or folders; - is standard input.")],
    format: Annotated[InfoFormat, typer.Option("--format", help="For people or as JSON Lines.")] = InfoFormat.TEXT,
    output: OutputFile = None,
    raw_format: RawFormat = None,
    debug: Debug = False,
) -> None:
    """Say what is in recordings: tracks, lengths, gaps, dates.

    Nothing is judged.
    """
    check_raw_format(raw_format)
    from audioq.batches.folders import recordings
    from audioq.tracks import info

    files = recordings(source, raw_format is not None)
    show_tracks(files, lambda file: info(file, raw_format=raw_format), format, output, debug)


@app.command()
def explain(
    name: Annotated[str | None, typer.Argument(help="A name that audioq prints; without one, all are listed.")] = None,
) -> None:
    """Say what a name in the output means.

    Verdicts, scores, kinds of events, rules, thresholds, basis, rivals, bands of severity, warnings.
    """
    from audioq.errors import AudioqError
    from audioq.glossary import explain
    from audioq.render.output import Output

    try:
        said = explain(name)
    except AudioqError as error:
        refuse(str(error))
    with ending_quietly(), Output(None) as out:
        out.write_line(said)


@app.command("simulate")
def simulate_calls(
    clean: Annotated[list[str], typer.Argument(metavar="CLEAN", help="Clean recordings of speech, or folders.")],
    output: Annotated[str, typer.Option("--output", "-o", metavar="FOLDER", help="A new or empty folder.")],
    recipe: Annotated[
        str, typer.Option(metavar="NAME|FILE.toml", help="Which calls to make; see docs/simulate.md.")
    ] = "benchmark",
    seed: Annotated[int, typer.Option(min=0, help="Another seed makes other calls.")] = 1,
    count: Annotated[int, typer.Option(min=1, help="Number of calls.")] = 100,
    jobs: Annotated[int | None, typer.Option(min=1, help="Number of processes; default: one a core.")] = None,
    debug: Debug = False,
) -> None:
    """Make labelled calls from clean speech.

    Networks, codecs, concealment and devices do known harm; the folder holds the calls and the truth about them.
    """
    from audioq.errors import SimulationError
    from audioq.render.output import say
    from audioq.render.progress import Progress
    from audioq.simulate.corpus import make_corpus

    with ending_quietly(), Progress(count, sys.stderr) as progress:
        try:
            made = make_corpus(clean, output, recipe, seed=seed, count=count, jobs=jobs, progress=progress.next)
        except KeyboardInterrupt:
            with progress.aside():
                say(f"interrupted; the calls that {output}/labels.jsonl lists are whole and can be used")
            raise
        except SimulationError as problem:
            with progress.aside():
                if debug:
                    raise
                refuse(str(problem))
    for sentence in (*made.left_out, *made.refused):
        say(sentence)
    shares = ", ".join(f"{number} {label}" for label, number in made.labels.items())
    say(f"{made.calls} call{'s' if made.calls != 1 else ''} in {made.folder}: {shares}")
    raise typer.Exit(UNREAD if made.refused else 0)


app.command()(batch_commands.batch)
app.command()(batch_commands.verify)
app.command()(batch_commands.manifest)


def main() -> None:
    """Run the command; the entry point of the console script and of ``python -m audioq``."""
    # One call gives a second thread of the linear algebra nothing to do; starting them costs 50 ms.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from typer.main import get_command

    from audioq.arguments import quicken

    command = get_command(app)
    quicken(command, typer.Context)
    try:
        command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
