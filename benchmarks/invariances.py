"""Invariances: what may be done to a recording without changing what audioq says of it, measured.

::

    python benchmarks/invariances.py
    python benchmarks/invariances.py --only "gain -20 dB" --only "MP3 128 kbit/s"
    python benchmarks/invariances.py --samples FOLDER --no-simulated --json figures.json
    python benchmarks/invariances.py --check
    python benchmarks/invariances.py --write-known

All recordings of ``samples/`` and a small simulated set, each changed in every way of the table in
``benchmarks/invariance/table.py``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

# The checkout's root, so that this file runs as a script from anywhere, without an installation.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.invariance.known import better, read_known, shortfalls, worse, write_known
from benchmarks.invariance.measuring import Findings, put_together
from benchmarks.invariance.printout import as_data, as_markdown, as_text
from benchmarks.invariance.recordings import SAMPLES
from benchmarks.invariance.running import QUICK, Job, jobs_of, measure_all
from benchmarks.invariance.table import BY_NAME


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="invariances.py", description="What must not change what audioq says.")
    add = parser.add_argument
    add("--samples", type=Path, default=SAMPLES, metavar="FOLDER", help="recordings to try it on (default: samples/)")
    add("--no-samples", action="store_true", help="the simulated calls alone")
    add("--no-simulated", action="store_true", help="the recordings of the folder alone")
    add("--only", action="append", choices=sorted(BY_NAME), metavar="NAME", help="this invariance; --list names them")
    add("--list", action="store_true", help="say what is declared, and measure nothing")
    add("--json", type=Path, metavar="FILE", help="write tallies and every failure as JSON (- prints them)")
    add("--markdown", action="store_true", help="print the table as Markdown")
    add("--check", action="store_true", help="exit code 1 if anything is worse than listed, or better than listed")
    add("--write-known", action="store_true", help="list today's failures in benchmarks/invariance/known.toml")
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)")
    return parser


def quick_part(jobs: Sequence[Job], parts: Sequence[Findings]) -> Findings:
    """The findings of the quick set, out of those of all recordings."""
    whole = put_together([part for job, part in zip(jobs, parts, strict=True) if job.quick])
    tallies = {name: whole.tallies[name] for name in QUICK if name in whole.tallies}
    return Findings(tallies, [failure for failure in whole.failures if failure["invariance"] in QUICK])


def _check(findings: Findings) -> int:
    known = read_known("everything")
    problems = [f"worse: {one}" for one in worse(findings, known)]
    problems += [f"better: {one}" for one in better(findings, known)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 a check failed, 2 usage."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(f"{name}: {one.what}; holds: {', '.join(one.holds)}" for name, one in BY_NAME.items()))
        return 0
    part = options.only or options.no_samples or options.no_simulated or options.samples.resolve() != SAMPLES
    if part and (options.check or options.write_known):
        parser.error("--check and --write-known need all invariances, samples/ and the simulated calls")
    if options.no_samples and options.no_simulated:
        parser.error("nothing is left; use --no-samples or --no-simulated, not both")
    if options.jobs < 1:
        parser.error("--jobs must be at least 1")
    jobs = jobs_of(None if options.no_samples else options.samples.resolve(), not options.no_simulated)
    if not options.no_samples and not any(job.file for job in jobs):
        parser.error(f"{options.samples}: holds no recording; name a folder with some, or use --no-samples")
    parts = measure_all(jobs, options.only or tuple(BY_NAME), options.jobs)
    findings = put_together(parts)
    _write(findings, options.json, options.markdown)
    if options.write_known:
        write_known({"everything": shortfalls(findings), "quick": shortfalls(quick_part(jobs, parts))})
    return _check(findings) if options.check else 0


def _write(findings: Findings, file: Path | None, markdown: bool) -> None:
    document = json.dumps(as_data(findings), indent=1) + "\n"
    table = as_markdown(findings) if markdown else as_text(findings)
    sys.stdout.write(document if file == Path("-") else table)
    if file is not None and file != Path("-"):
        file.write_text(document, encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
