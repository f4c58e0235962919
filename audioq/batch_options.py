"""Options of the commands for many recordings, beside those that `options` has for all."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from audioq.endings import FailOn


class TableFormat(StrEnum):
    """How tables are written."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"


class StartMethod(StrEnum):
    """How worker processes start."""

    FORK = "fork"
    SPAWN = "spawn"


Sources = Annotated[
    list[str],
    typer.Argument(metavar="SOURCE", help="Folders, recordings, manifests, archives, or addresses such as s3://..."),
]
Results = Annotated[str, typer.Option("--output", "-o", metavar="RESULTS", help="Folder or address of the results.")]
Glob = Annotated[str | None, typer.Option(metavar="PATTERN", help="Take these files of folders, such as '**/*.opus'.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Worker processes; default: one a core.")]
Timeout = Annotated[float, typer.Option(min=0.1, metavar="S", help="The longest that a recording may take.")]
MostSound = Annotated[
    float, typer.Option("--max-duration", min=0.0, metavar="S", help="The most sound in a recording.")
]
MostMemory = Annotated[
    int, typer.Option("--max-memory", min=64, metavar="MB", help="The most memory a worker may add.")
]
MostBytes = Annotated[int, typer.Option("--max-size", min=1, metavar="MB", help="The largest file.")]
ByHash = Annotated[bool, typer.Option("--by-hash", help="Know recordings by their bytes, not by size and time.")]
Sample = Annotated[int | None, typer.Option(min=1, metavar="N", help="Take only so many, drawn at random.")]
Seed = Annotated[int, typer.Option(min=0, help="Another seed draws others.")]
KeyFile = Annotated[
    str | None,
    typer.Option("--anonymize", metavar="KEYFILE", help="Replace names by a hash with the key in this file."),
]
Kept = Annotated[
    list[str],
    typer.Option(
        "--keep-columns", "--keep-column", metavar="NAME", help="With --anonymize: leave it readable; repeatable."
    ),
]
Zone = Annotated[str | None, typer.Option(metavar="NAME", help="Zone of times without one, such as Europe/Moscow.")]
FailIf = Annotated[
    list[str],
    typer.Option(
        "--fail-if", metavar="CONDITION", help="Exit with 3 if a number is so, such as 'mos<3.5'; repeatable."
    ),
]
Allow = Annotated[
    str | None,
    typer.Option("--allow", metavar="N|N%", help="So many may meet --fail-on or --fail-if: 3, or 2% of the scored."),
]
Old = Annotated[
    str | None,
    typer.Option(metavar="RESULTS", help="Exit with 3 if it is worse than these earlier results of the recordings."),
]
Junit = Annotated[str | None, typer.Option(metavar="FILE.xml", help="Write the recordings as tests for build servers.")]
Prometheus = Annotated[
    str | None, typer.Option(metavar="FILE.prom", help="Write gauges for Prometheus' textfile collector.")
]
Gate = Annotated[FailOn | None, typer.Option("--fail-on", help="Exit with 3 if a verdict is this or worse.")]
