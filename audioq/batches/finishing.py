"""Finishing: the tables and the summary of a batch, from its rows in the order of the sources."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audioq.batches.buckets import is_address
from audioq.batches.checks import Checks
from audioq.batches.groups import Groups
from audioq.batches.logs import Log
from audioq.batches.outputs import Output
from audioq.batches.plans import Plan
from audioq.batches.rows import Row
from audioq.batches.summaries import Summary

SUMMARY = "summary.json"
"""Name of the summary in the folder of the results."""


def rows_of(plan: Plan, log: Log) -> Iterator[Row]:
    """Yield all rows in the order of the sources, with the columns that a manifest has now."""
    for item, offset in plan.finished():
        row = log.row(offset)
        yield row if item is None else {**row, "item": item.record()}


def finish(
    plan: Plan, log: Log, place: Output, how: Mapping[str, Any], checks: Checks, groups: Sequence[str] = ()
) -> Summary:
    """Write the tables and the summary of all rows, and return the latter with what the batch is held to.

    Small groups by some columns are marked.
    """
    summary = Summary(passage=checks.passage, comparison=checks.comparison, gone_failures=plan.gone_failures())
    log.flush()
    rows = rows_of(plan, log)
    if groups:
        summary.groups = Groups(rows_of(plan, log), groups)
        rows = summary.groups.marked(rows)
    place.write(summary.counting(checks.counting(rows)), **how)
    place.put(SUMMARY, summary.to_json().encode("ascii"))
    return summary


def tell(plan: Plan, log: Log, output: str, summary: Summary, checks: Checks, seconds: float) -> None:
    """Write the files that tell others of a finished batch."""
    whole = output if is_address(output) else os.path.abspath(output)
    results = whole.rstrip("/").rpartition("/")[2] if is_address(output) else os.path.basename(whole)
    if checks.junit is not None:
        from audioq.batches.junit import write_junit

        write_junit(checks.junit, results, rows_of(plan, log), summary)
    if checks.prometheus is not None:
        from audioq.batches.gauges import write_gauges

        write_gauges(checks.prometheus, results, summary, seconds)
