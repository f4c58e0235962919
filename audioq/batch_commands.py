"""The commands for many recordings: ``batch``, ``verify`` and ``manifest``; `cli` takes them in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from audioq.batch_options import (
    Allow,
    ByHash,
    FailIf,
    Gate,
    Glob,
    Jobs,
    Junit,
    Kept,
    KeyFile,
    MostBytes,
    MostMemory,
    MostSound,
    Old,
    Prometheus,
    Results,
    Sample,
    Seed,
    Sources,
    StartMethod,
    TableFormat,
    Timeout,
    Zone,
)
from audioq.batches.limits import Limits
from audioq.endings import FAIL_ON, UNREAD, check_raw_format, ending_quietly, refuse
from audioq.options import (
    Changes,
    Debug,
    End,
    Expected,
    Ignored,
    Names,
    RawFormat,
    Sha256,
    Side,
    Start,
    Stream,
    ThresholdFile,
    check_span,
    policy_of,
    roles_of,
)

_LIMITS = Limits()


def batch(
    source: Sources,
    output: Results,
    format: Annotated[list[TableFormat], typer.Option(help="Form of the tables; repeatable.")] = [TableFormat.CSV],  # noqa: B006
    partition_by: Annotated[
        list[str], typer.Option(metavar="COLUMN", help="Divide Parquet into folders by it; repeatable.")
    ] = [],  # noqa: B006
    glob: Glob = None,
    jobs: Jobs = None,
    changes: Changes = None,
    thresholds: ThresholdFile = None,
    start: Start = None,
    end: End = None,
    stream: Stream = None,
    sha256: Sha256 = False,
    raw_format: RawFormat = None,
    channels: Names = None,
    expect_speech: Expected = None,
    ignore_channels: Ignored = None,
    side: Side = None,
    timeout: Timeout = _LIMITS.timeout,
    max_duration: MostSound = _LIMITS.max_duration,
    max_memory: MostMemory = _LIMITS.max_memory,
    max_size: MostBytes = _LIMITS.max_size,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try again what failed before.")] = False,
    new_only: Annotated[bool, typer.Option("--new-only", help="Leave what changed since as it was scored.")] = False,
    rescore: Annotated[bool, typer.Option("--rescore", help="Score everything again.")] = False,
    by_hash: ByHash = False,
    sample: Sample = None,
    seed: Seed = 1,
    tables: Annotated[str | None, typer.Option(metavar="FOLDER", help="Keep the feature tables there.")] = None,
    time_zone: Zone = None,
    anonymize: KeyFile = None,
    keep_columns: Kept = [],  # noqa: B006
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Let a Dask cluster work, such as tcp://host:8786.")
    ] = None,
    start_method: Annotated[StartMethod | None, typer.Option(help="How worker processes start.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much it is and how long it takes.")] = False,
    fail_on: Gate = None,
    fail_if: FailIf = [],  # noqa: B006
    allow: Allow = None,
    baseline: Old = None,
    junit: Junit = None,
    prometheus: Prometheus = None,
    debug: Debug = False,
) -> None:
    """Score many recordings, and lose no row.

    Stop it or kill it at any moment; the same command goes on where it was.
    """
    check_span(start, end)
    check_raw_format(raw_format)
    reading = {"glob": glob, "raw_format": raw_format, "by_hash": by_hash, "jobs": jobs, "seed": seed}
    held_to = {"fail_on": fail_on and str(fail_on), "fail_if": fail_if, "allow": allow, "baseline": baseline}
    held_to |= {"junit": junit, "prometheus": prometheus}
    masked: dict[str, Any] = {"anonymize": anonymize, "keep_columns": keep_columns}
    if dry_run:
        hiding = {**masked, "places": (output, tables), "sha256": sha256, "debug": debug}
        return _estimate(source, output, reading | masked, held_to, hiding)
    roles = roles_of(channels, expect_speech, ignore_channels, side)
    how: dict[str, Any] = {"start": start, "end": end, "stream": stream, "sha256": sha256, **reading, **roles}
    how |= {"timeout": timeout, "max_duration": max_duration, "max_memory": max_memory, "max_size": max_size}
    how |= {"retry_failed": retry_failed, "new_only": new_only, "rescore": rescore, "sample": sample}
    how |= {"tables": tables, "time_zone": time_zone, "scheduler": scheduler, "debug": debug}
    how |= {"format": [str(one) for one in format], "partition_by": partition_by, **masked}
    how |= {"start_method": start_method and str(start_method), "thresholds": policy_of(thresholds, changes)}
    _score(source, output, how | held_to)


def _score(source: list[str], output: str, how: dict[str, Any]) -> None:
    from audioq.batches.bars import Bar
    from audioq.batches.running import batch
    from audioq.messages import text
    from audioq.render.output import Output, say

    with _refusing(), ending_quietly(), Bar(sys.stderr) as bar:
        try:
            summary = batch(source, output, **how, watch=bar.show, say=say)
        except (KeyboardInterrupt, SystemExit):
            bar.close()
            items = bar.step.items if bar.step else 0
            say(text("batch.interrupted", {"items": items, "output": output}))
            raise
        bar.close()
        with Output(None) as out:
            for line in (*summary.to_text().splitlines(), *bar.words(), text("batch.written", {"output": output})):
                out.write_line(line)
    raise typer.Exit(FAIL_ON if summary.fails else 0 if summary.is_whole else UNREAD)


def _estimate(
    source: list[str], output: str, reading: dict[str, Any], held_to: dict[str, Any], hiding: dict[str, Any]
) -> None:
    from audioq.batches.checks import Checks
    from audioq.batches.estimates import estimate
    from audioq.batches.pseudonyms import pseudonyms_of
    from audioq.render.output import Output

    with _refusing(), ending_quietly(), Checks.of(output, **held_to):
        pseudonyms_of(**hiding)
        found = estimate(source, output, **reading)
        with Output(None) as out:
            for line in found.to_text().splitlines():
                out.write_line(line)


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn what cannot be done as asked into a sentence and the status of wrong usage."""
    from audioq.errors import BatchError

    try:
        yield
    except BatchError as error:
        refuse(str(error))


def verify(
    results: Annotated[str, typer.Argument(metavar="RESULTS", help="Folder or address that audioq batch wrote to.")],
    source: Sources,
    glob: Glob = None,
    by_hash: ByHash = False,
    changes: Changes = None,
    thresholds: ThresholdFile = None,
    sample: Sample = None,
    seed: Seed = 1,
    jobs: Jobs = None,
    timeout: Timeout = _LIMITS.timeout,
    max_duration: MostSound = _LIMITS.max_duration,
    max_memory: MostMemory = _LIMITS.max_memory,
    max_size: MostBytes = _LIMITS.max_size,
    anonymize: KeyFile = None,
) -> None:
    """Score recordings once more, and say which rows agree."""
    from audioq.batches.bars import counting
    from audioq.batches.verifying import verify
    from audioq.render.output import Output

    how: dict[str, Any] = {"glob": glob, "by_hash": by_hash, "sample": sample, "seed": seed, "jobs": jobs}
    how |= {"timeout": timeout, "max_duration": max_duration, "max_memory": max_memory, "max_size": max_size}
    how["anonymize"] = anonymize
    with _refusing(), ending_quietly():
        with counting(sys.stderr) as watch:
            found = verify(results, source, thresholds=policy_of(thresholds, changes), watch=watch, **how)
        with Output(None) as out:
            for line in found.to_text().splitlines():
                out.write_line(line)
    raise typer.Exit(UNREAD if found.differences or found.without_row or found.without_recording else 0)


def manifest(
    source: Annotated[list[str], typer.Argument(metavar="SOURCE", help="Folders, recordings, or addresses.")],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="MANIFEST.csv", help="Write the draft to this file.")
    ],
    glob: Glob = None,
    raw_format: RawFormat = None,
    time_zone: Zone = None,
    jobs: Jobs = None,
    timeout: Timeout = _LIMITS.timeout,
    max_duration: MostSound = _LIMITS.max_duration,
    max_memory: MostMemory = _LIMITS.max_memory,
    max_size: MostBytes = _LIMITS.max_size,
) -> None:
    """Draft a manifest of recordings: dates, lengths, duplicates, and blank columns to fill."""
    check_raw_format(raw_format)
    from audioq.batches.bars import counting
    from audioq.batches.describing import manifest
    from audioq.messages import text
    from audioq.render.output import Output, say

    problems: list[str] = []
    how: dict[str, Any] = {"glob": glob, "raw_format": raw_format, "time_zone": time_zone, "jobs": jobs}
    how |= {"timeout": timeout, "max_duration": max_duration, "max_memory": max_memory, "max_size": max_size}
    with _refusing(), ending_quietly():
        with counting(sys.stderr) as watch:
            rows = manifest(source, output, **how, watch=watch, say=problems.append)
        for problem in problems:
            say(problem)
        copies = {f"{name}s": sum(bool(row[f"{name}_of"]) for row in rows) for name in ("duplicate", "near_duplicate")}
        values = {"rows": len(rows), "output": output, "near": copies["near_duplicates"], **copies}
        with Output(None) as out:
            out.write_line(text("manifest.written", values))
    raise typer.Exit(UNREAD if problems else 0)
