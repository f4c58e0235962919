"""Tables: the records that a row of the log has in recordings, channels and events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Self

from audioq.batches.columns import TABLES, TABLES_VERSION, Column, manifest_columns
from audioq.batches.moments import after, began, zone
from audioq.batches.rows import Row
from audioq.kinds import KINDS
from audioq.render.escape import undecoded
from audioq.render.json import file_names
from audioq.scores import METRICS

Record = dict[str, Any]
"""One line of a table by the names of its columns: str, float, int, bool, aware datetime, list, dict or None."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of the three tables of one batch.

    Attributes
    ----------
    carried : mapping of str to Column
        The columns of the manifest that `recordings` carries, by their names there.
    local : tzinfo or None
        Zone of times in the manifest that have no offset.
    """

    carried: Mapping[str, Column] = field(default_factory=dict)
    local: tzinfo | None = None

    @classmethod
    def of(cls, manifest: Iterable[str] = (), time_zone: str | None = None) -> Self:
        """Return the layout for a manifest with these columns and, for times without an offset, an IANA time zone."""
        return cls(manifest_columns(manifest), zone(time_zone))

    def columns(self, table: str) -> tuple[Column, ...]:
        """Return the columns of a table in their order."""
        return (*TABLES[table], *self.carried.values()) if table == "recordings" else TABLES[table]

    def records(self, row: Row) -> dict[str, list[Record]]:
        """Return the records of a row by table; each has every column of its table."""
        start = began(row["item"]["columns"], self.local)
        recording = {**recording_of(row), "started_at": start, **self._carry(row)}
        made = {"recordings": [recording], "channels": list(channels_of(row)), "events": list(events_of(row, start))}
        return {table: [self._whole(table, record) for record in records] for table, records in made.items()}

    def _whole(self, table: str, record: Record) -> Record:
        known = {"recording_id": None, **record, "schema_version": TABLES_VERSION}
        return {column.name: known.get(column.name) for column in self.columns(table)}

    def _carry(self, row: Row) -> Record:
        given = row["item"]["columns"]
        return {column.name: plain(given.get(name)) for name, column in self.carried.items()}


def plain(text: str | None) -> str | None:
    """Return a text that every format can hold; None for an empty one, which CSV cannot tell from none."""
    return undecoded(text).replace("\0", "\\x00") if text else None


def recording_of(row: Row) -> Record:
    """Return what `recordings` holds of a row, but for times and columns of the manifest."""
    item, result = row["item"], row["result"] or {}
    options = item["options"]
    return {
        "recording_id": row["id"],
        **{name: plain(value) for name, value in file_names(item["file"]).items()},
        "status": row["status"],
        "cause": row["cause"],
        "error": plain(result.get("error", {}).get("message")),
        **(_scored(result) if "verdict" in result else {}),
        "sha256": result.get("sha256"),
        "side": result.get("recording", {}).get("side") or options.get("side"),
        "call_id": plain(result.get("call_id") or options.get("call_id") or item["columns"].get("call_id")),
        "leg": plain(result.get("leg") or _leg(result) or options.get("leg") or item["columns"].get("leg")),
        "started_at_local": plain(item["columns"].get("started_at")),
        "outcome": plain(item["outcome"] or item["columns"].get("outcome")),
        "small_group": row.get("small_group"),
        "thresholds": result.get("thresholds"),
        "audioq": result.get("audioq"),
    }


def _scored(result: Mapping[str, Any]) -> Record:
    judged = [channel.get("role") != "ignored" for channel in result["channels"]]
    counts = Counter(event["kind"] for event in result["events"] if judged[event["channel"]])
    heard = result.get("recording") or {"chain": None, "confidence": None, "faults": []}
    shape = {name: value for name, value in result["format"].items() if name != "duration"}
    return {
        **_judged(result),
        **{f"{kind.name}_events": counts[kind.name] for kind in KINDS},
        "chain": heard["chain"],
        "chain_confidence": heard["confidence"],
        "faults": list(dict.fromkeys(fault["id"] for fault in heard["faults"])),
        "not_assessable": [kind for kind, one in result.get("assessable", {}).items() if not one["assessable"]],
        "warnings": [warning["id"] for warning in result["warnings"]],
        "channel": result["verdict"].get("channel"),
        **shape,
    }


def _judged(found: Mapping[str, Any]) -> Record:
    verdict, scores = found["verdict"], found["scores"]
    return {
        **{name: verdict[name] for name in ("label", "basis", "rule", "confidence")},
        **{f"p_{label}": share for label, share in verdict["probabilities"].items()},
        **{metric.name: scores.get(metric.name) for metric in METRICS},
    }


def _leg(result: Mapping[str, Any]) -> str | None:
    channel = result.get("verdict", {}).get("channel")
    return None if channel is None else result["channels"][channel].get("leg")


def channels_of(row: Row) -> Iterator[Record]:
    """Yield what `channels` holds of a row: nothing where there is no verdict."""
    for number, channel in enumerate((row["result"] or {}).get("channels", ())):
        given = {name: plain(channel.get(name)) for name in ("name", "role", "leg")}
        yield {"recording_id": row["id"], "channel": number, **given, **_judged(channel)}


def events_of(row: Row, start: datetime | None = None) -> Iterator[Record]:
    """Yield what `events` holds of a row whose recording began at `start`, if that is known."""
    part = _part(row)
    for number, event in enumerate((row["result"] or {}).get("events", ())):
        evidence = event["evidence"]
        yield {
            "recording_id": row["id"],
            "event": number,
            "start_s": event["start"],
            "end_s": event["end"],
            **{name: event[name] for name in ("kind", "channel", "confidence", "severity", "affects_verdict")},
            "evidence": {one["curve"]: one["value"] for one in evidence},
            "evidence_limits": {one["curve"]: one["limit"] for one in evidence},
            "evidence_units": {one["curve"]: one["unit"] for one in evidence},
            "started_at": after(start, part + event["start"]),
            "ended_at": after(start, part + event["end"]),
        }


def _part(row: Row) -> float:
    """Return where the part begins that was analysed, in seconds: the times of events count from there."""
    notes = (row["result"] or {}).get("warnings", ())
    return max((note["values"].get("start") or 0.0 for note in notes if note["id"] == "part"), default=0.0)
