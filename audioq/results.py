"""Results: made one by one and shown as soon as they are there; then the command exits with the status that results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

from audioq.endings import UNREAD, USAGE, FailOn, ending_quietly, status
from audioq.options import check_output
from audioq.render.formats import InfoFormat, OutputFormat

if TYPE_CHECKING:
    from audioq.report import Failure, Report
    from audioq.tracks import Info


def show_each(
    files: Iterable[str | Failure],
    make: Callable[[str], Report],
    format: OutputFormat,
    output: str | None,
    fail_on: FailOn | None,
    debug: bool,
) -> None:
    """Make a report of each file, show it as soon as it is done, and exit with the status that results.

    Roles that fit none of the files that could be read are wrong usage; where they fit some, the others are failures.
    A verdict on bytes that are probably in another format says nothing of a call: it never meets `fail_on` and counts
    as unread.
    """
    from audioq.batches.attempts import attempt
    from audioq.errors import RolesError
    from audioq.render.formats import write_head, write_result
    from audioq.render.output import Output, say_failure
    from audioq.render.progress import Progress
    from audioq.report import Failure

    items = list(files)
    check_output(output, [item for item in items if isinstance(item, str)])
    labels: set[str] = set()
    failed, misfits, judged = False, 0, 0
    with ending_quietly(output), Output(output) as out, Progress(len(items), sys.stderr) as progress:
        write_head(format, out)
        for item in items:
            progress.next(item.file if isinstance(item, Failure) else item)
            made = item if isinstance(item, Failure) else attempt(item, make, sys.stderr if debug else None)
            parts: list[Report | Failure] = [made] if isinstance(made, Failure) else [made, *made.missing]
            with progress.aside():
                for part in parts:
                    if isinstance(part, Failure) and format is OutputFormat.TEXT:
                        say_failure(part)
                    else:
                        write_result(part, format, out, alone=len(items) == 1)
            failed = failed or isinstance(parts[-1], Failure)
            if isinstance(made, Failure):
                misfits += made.type == RolesError.__name__
                continue
            judged += 1
            strange, said = _misread(made)
            failed = failed or strange
            labels |= said
    raise typer.Exit(USAGE if misfits and not judged else status(labels, failed, fail_on))


def _misread(report: Report) -> tuple[bool, set[str]]:
    """Return whether bytes are probably in another format, and the words that say something of the call."""
    from audioq.batches.doubts import said_labels
    from audioq.chain import misread
    from audioq.render.json import to_dict

    if not any(map(misread, report.warnings)):
        return False, {str(report.verdict.label)}
    return said_labels(to_dict(report))


def show_tracks(
    files: Iterable[str | Failure], make: Callable[[str], Info], format: InfoFormat, output: str | None, debug: bool
) -> None:
    """Say of each file what is in it, and exit with the status that results."""
    from audioq.batches.attempts import attempt
    from audioq.render.output import Output, say_failure
    from audioq.render.tracks import to_json, to_page
    from audioq.report import Failure

    items = list(files)
    check_output(output, [item for item in items if isinstance(item, str)])
    failed = False
    with ending_quietly(output), Output(output) as out:
        for item in items:
            made = item if isinstance(item, Failure) else attempt(item, make, sys.stderr if debug else None)
            failed = failed or isinstance(made, Failure) or not made.readable
            if format is InfoFormat.JSON:
                out.write_line(to_json(made))
            elif isinstance(made, Failure):
                say_failure(made)
            else:
                out.write_line(to_page(made))
    raise typer.Exit(UNREAD if failed else 0)
