"""Working: what of a plan is pending is scored, row by row into the log."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from typing import Any

from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.logs import Log
from audioq.batches.outputs import Output
from audioq.batches.plans import Plan
from audioq.batches.pool import Loss, Pool
from audioq.batches.rows import Row, failed_row
from audioq.batches.scoring import Scoring, line_of
from audioq.batches.steps import Step, Watch
from audioq.batches.stopping import Stopping
from audioq.batches.withholding import detail_of
from audioq.errors import BatchError, CrashError, InternalError, LimitError
from audioq.messages import text
from audioq.render.escape import printable

_LOSSES = {"crash": CrashError, "timeout": LimitError, "memory": LimitError, "internal": InternalError}
_LOOKED_AT = 20
"""Rows of recordings that the sources do not have: of so many it is seen whether they have them under other names."""


def crew_of(
    scoring: Scoring, limits: Limits, jobs: int | None, method: str | None, scheduler: str | None, client: Any
) -> Any:
    """Return who scores: processes of this machine, or a cluster."""
    if scheduler is not None or client is not None:
        from audioq.batches.cluster import Cluster

        return Cluster(replace(scoring, away=True), limits, scheduler, client)
    return Pool(scoring, limits, jobs, method)


def work(plan: Plan, log: Log, place: Output, crew: Any, retry_failed: bool, watch: Watch) -> None:
    """Score what is pending; each row is in the log before the next is waited for."""
    left, total = plan.amount(retry_failed), plan.total()
    items = size = 0
    step = Step(0, 0, left.items, left.bytes, total.items - left.items, len(plan.gone()))
    watch(step)
    if left.items:
        place.reopen()  # the tables are those of an earlier state from now on
    answers = crew.run(plan.pending(retry_failed), left.bytes)
    with Stopping(crew) as stopping, closing(answers):  # whatever breaks this off, no worker outlives it
        for item, answer in answers:
            line = line_of(_lost(item, answer)) if isinstance(answer, Loss) else answer
            plan.done(item, log.append(line.data), line.status)
            items, size = items + 1, size + item.bytes
            watch(replace(step, items=items, bytes=size, row=line))
        stopping.leave()


def refuse_moved(plan: Plan, log: Log, folder: str) -> None:
    """Refuse to score the same recordings once more under other names, as from another working folder."""
    for offset in plan.gone()[:_LOOKED_AT]:
        was = log.row(offset)["item"]
        for item in plan.like(was["size"]):
            names = (os.path.basename(one) for one in (item.file, was["file"]))
            same = item.is_masked or len(set(names)) == 1  # a keyed version holds the last part of the name
            if same and item.version == was["version"] and item.file:
                values = {"folder": folder, "was": printable(was["file"]), "now": printable(item.file)}
                raise BatchError(text("error.batch.moved", values))


def _lost(item: Item, loss: Loss) -> Row:
    """Return the row of an item that no worker lived to answer for."""
    said = text(f"error.batch.{loss.cause}", {"file": item.file, "detail": detail_of(item, loss)})
    return failed_row(item, loss.cause, _LOSSES[loss.cause].__name__, said)
