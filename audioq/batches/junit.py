"""JUnit: the recordings of a batch as tests, in the XML that build servers read."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from audioq.batches.rows import Row
from audioq.batches.tables import recording_of
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import printable
from audioq.scores import METRICS

if TYPE_CHECKING:
    from audioq.batches.gates import Passage
    from audioq.batches.summaries import Summary

MADE_BY = "audioq batch"
"""Name of the whole, by which such a file is known from those of other programs."""
_EVENTS = 20
"""How many events a test that failed shows."""


def write_junit(file: str, results: str, rows: Iterable[Row], summary: Summary) -> None:
    """Write the recordings of a batch as tests.

    A test fails where its recording meets the gate, and is an error where it could not be scored. Where no more meet
    the gate than may, these are skipped and say that they are tolerated; rows without a recording are skipped. The gate
    and the baseline are tests of their own.

    Parameters
    ----------
    file : str
    results : str
        Name of the suite.
    rows : iterable of Row
    summary : Summary
        Of the same rows, with how they fared at the gate and against the baseline.

    Raises
    ------
    BatchError
        It cannot be written.
    """
    try:
        with open(f"{file}.part", "wb") as out:
            _write(out, results, rows, summary)
        os.replace(f"{file}.part", file)
    except OSError as cause:
        with suppress(OSError):
            os.unlink(f"{file}.part")
        values = {"file": printable(file), "cause": cause.strerror}
        raise BatchError(text("error.checks.unwritten", values)) from cause


def _write(out: io.BufferedWriter, results: str, rows: Iterable[Row], summary: Summary) -> None:
    page = _Page(out)
    counts = _counts(summary)
    with (
        page.element("testsuites", {"name": MADE_BY, **counts}),
        page.element("testsuite", {"name": results, **counts}),
    ):
        for row in rows:
            _recording(page, results, row, summary.passage)
        for name, passed, lines in _wholes(summary):
            with page.element("testcase", {"classname": f"{results}.batch", "name": name}):
                if not passed:
                    page.leaf("failure", {"message": lines[0]}, "\n".join(lines))
    page.end()


def _counts(summary: Summary) -> dict[str, str]:
    wholes = list(_wholes(summary))
    failed, met = sum(not passed for _, passed, _ in wholes), summary.passage.met if summary.passage else 0
    tolerated = met if summary.passage and summary.passage.is_open else 0
    counts = {
        "tests": summary.total + len(wholes),
        "failures": failed + met - tolerated,
        "errors": summary.statuses["failed"],
        "skipped": summary.statuses["no_recording"] + tolerated,
    }
    return {name: str(count) for name, count in counts.items()}


def _wholes(summary: Summary) -> Iterator[tuple[str, bool, list[str]]]:
    """Yield the tests of the batch as a whole: name, whether it passed, and what is said of it."""
    if summary.passage is not None:
        yield "gate", summary.passage.is_open, list(summary.passage.to_lines())
    if summary.comparison is not None:
        yield "baseline", not summary.comparison.fails, list(summary.comparison.to_lines())


def _recording(page: _Page, results: str, row: Row, passage: Passage | None) -> None:
    record = recording_of(row)
    name = record["file"] or record["call_id"] or row["id"]
    with page.element("testcase", {"classname": results, "name": name}):
        if row["status"] == "failed":
            said = {"type": str(record["cause"]), "message": str(record["error"])}
            return page.leaf("error", said)
        if row["status"] == "no_recording":
            return page.leaf("skipped", {"message": record["outcome"] or ""})
        page.properties({"verdict": record["label"], **{one.name: record[one.name] for one in METRICS}})
        met = list(passage.gate.findings(row, record).values()) if passage else []
        if met and passage and passage.is_open:
            page.leaf("skipped", {"message": text("junit.tolerated", {"met": "; ".join(met)})})
        elif met:
            page.leaf("failure", {"type": record["label"], "message": "; ".join(met)}, "\n".join(_evidence(row)))


def _evidence(row: Row) -> Iterator[str]:
    """Yield what speaks for the verdict of a row: its reasons and its worst events, in order of time."""
    result = row["result"]
    for reason in result["verdict"]["because"]:
        yield reason["text"]
    counted = [event for event in result["events"] if event["affects_verdict"]]
    worst = sorted(counted, key=lambda event: -event["severity"])[:_EVENTS]
    for event in sorted(worst, key=lambda event: event["start"]):
        yield text("junit.event", event)
    if len(counted) > _EVENTS:
        yield text("junit.more", {"count": len(counted) - _EVENTS})


class _Page:
    """Writes elements; every text is made visible first, since XML cannot hold what is not."""

    def __init__(self, out: io.BufferedWriter) -> None:
        self._xml = XMLGenerator(out, "utf-8", short_empty_elements=True)
        self._xml.startDocument()

    def end(self) -> None:
        self._xml.characters("\n")
        self._xml.endDocument()

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, Any]) -> Iterator[None]:
        self._xml.characters("\n")
        shown = {key: _visible(str(value)) for key, value in attributes.items()}
        self._xml.startElement(name, AttributesImpl(shown))
        yield
        self._xml.endElement(name)

    def leaf(self, name: str, attributes: Mapping[str, Any], lines: str = "") -> None:
        with self.element(name, attributes):
            self._xml.characters("\n".join(map(_visible, lines.splitlines())))

    def properties(self, values: Mapping[str, Any]) -> None:
        with self.element("properties", {}):
            for name, value in values.items():
                if value is not None:
                    self.leaf("property", {"name": name, "value": value})


def _visible(said: str) -> str:
    """Return a text that XML 1.0 can hold: U+FFFE and U+FFFF are no characters there, nor are controls."""
    return printable(said).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
