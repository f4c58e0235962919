"""Row: what became of one item, as it stands in the log: one JSON object a line."""

from __future__ import annotations

from typing import Any

from audioq.batches.items import Item
from audioq.render.json import to_dict
from audioq.report import Failure, Report
from audioq.rules import Label

ROW_VERSION = 1
"""Version of a line of the log."""

CAUSES = {
    "unreadable": "holds no sound that can be read or judged",
    "roles": "has other channels than the roles that were given",
    "missing": "does not exist, or vanished",
    "not_a_file": "is a pipe, a device or something else that is no file",
    "forbidden": "may not be read",
    "changed": "changed while it was read",
    "too_large": "has more bytes than are allowed",
    "too_long": "has more sound than is allowed",
    "timeout": "took longer than is allowed",
    "memory": "needed more memory than is allowed",
    "crash": "ended every worker that tried it",
    "remote": "could not be fetched",
    "internal": "met a fault of audioq itself",
}
"""Why an item failed: the column ``cause`` and its meaning."""

LABELS = tuple(map(str, Label))
"""The verdicts, the worst last."""

Row = dict[str, Any]
"""Keys: ``row`` (version), ``id``, ``key``, ``status`` (``ok``, ``failed`` or ``no_recording``), ``cause`` (one of
`CAUSES`, null unless failed), ``item`` (`Item.record`), ``result`` (the report or failure as
`audioq.render.json.to_dict` gives it, null without a recording)."""


def row_of(item: Item, made: Report | Failure | None, cause: str | None = None) -> Row:
    """Return what became of an item.

    Parameters
    ----------
    item : Item
    made : Report, Failure or None
        None where there is no recording.
    cause : str, optional
        Why it failed, one of `CAUSES`.
    """
    if isinstance(made, Failure) is (cause is None):
        raise ValueError("a failure has a cause, and nothing else has one")
    return {
        "row": ROW_VERSION,
        "id": item.id,
        "key": item.key,
        "status": "failed" if cause else "no_recording" if made is None else "ok",
        "cause": cause,
        "item": item.record(),
        "result": None if made is None else to_dict(made),
    }


def failed_row(item: Item, cause: str, type: str, message: str) -> Row:
    """Return the row of an item that could not be scored."""
    call_id, leg = item.options.get("call_id"), item.options.get("leg")
    return row_of(item, Failure(item.file, type, message, call_id, leg), cause)
