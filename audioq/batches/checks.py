"""Checks: what a batch is held to, and who is told; all is refused before any work where it makes no sense."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from audioq.batches.baselines import LINES_IN, Baseline
from audioq.batches.buckets import is_address
from audioq.batches.comparisons import Comparison
from audioq.batches.gates import Gate, Passage
from audioq.batches.logs import Head
from audioq.batches.plans import Plan
from audioq.batches.rows import Row
from audioq.errors import BatchError
from audioq.messages import text
from audioq.render.escape import printable

Path = str | os.PathLike[str]
_BEGINNINGS = {"--junit": b'<testsuites name="audioq batch"', "--prometheus": b"# HELP audioq_batch_"}
"""What the files that tell of a batch have near their beginning."""
_BEGINNING = 200
"""So many bytes are near it."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What a batch is held to, and the files that tell of it.

    Attributes
    ----------
    passage : Passage or None
        At the gate.
    comparison : Comparison or None
        With a baseline.
    junit, prometheus : str or None
        Files that are written in the end.
    """

    passage: Passage | None = None
    comparison: Comparison | None = None
    junit: str | None = None
    prometheus: str | None = None

    @classmethod
    def of(
        cls,
        output: Path,
        *,
        fail_on: str | None = None,
        fail_if: str | Sequence[str] | None = (),
        allow: str | int | None = None,
        baseline: Path | None = None,
        junit: Path | None = None,
        prometheus: Path | None = None,
        storage_options: Mapping[str, Any] | None = None,
    ) -> Self:
        """Return the checks that are asked for, as `batch` takes them.

        Raises
        ------
        BatchError
            They make no sense, cannot be read or written, or a package is missing.
        """
        gate = Gate.of(fail_on, fail_if, allow)
        if prometheus is not None:
            from audioq.batches.gauges import check_gauges

            check_gauges(os.fspath(prometheus))
        if junit is not None and not os.fspath(junit).endswith(".xml"):
            raise BatchError(text("error.junit.ending", {"file": printable(os.fspath(junit))}))
        asked = zip(_BEGINNINGS, (junit, prometheus), strict=True)
        told = [_place(option, file, os.fspath(output)) for option, file in asked]
        passage = None if gate is None else Passage(gate)
        if baseline is None:
            return cls(passage, None, *told)
        _refuse_own(os.fspath(baseline), os.fspath(output))
        return cls(passage, Comparison(Baseline(baseline, storage_options)), *told)

    def __enter__(self) -> Checks:
        return self

    def __exit__(self, *_: object) -> None:
        if self.comparison is not None:
            self.comparison.baseline.close()

    def match(self, plan: Plan, head: Head) -> None:
        """See that the baseline is of these recordings."""
        if self.comparison is not None:
            self.comparison.baseline.match(plan, head)

    def begin(self, head: Head) -> None:
        """Take away what an earlier run told of its tests, so that nobody takes it for what this one says."""
        if self.comparison is not None:
            self.comparison.head = head
        if self.junit is not None:
            try:
                with suppress(FileNotFoundError):
                    os.unlink(self.junit)
            except OSError as cause:
                raise _no_place("--junit", self.junit, cause) from cause

    def counting(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows on and check each."""
        for row in rows:
            if self.passage is not None:
                self.passage.add(row)
            if self.comparison is not None:
                self.comparison.add(row)
            yield row


def _refuse_own(baseline: str, output: str) -> None:
    """Refuse the very results that are to be written: in the end they would be compared with themselves."""
    if is_address(output) or is_address(baseline):
        own = baseline.rstrip("/") == output.rstrip("/")
    else:
        there = [output, *(os.path.join(output, name) for name in LINES_IN)]
        own = os.path.realpath(baseline) in map(os.path.realpath, there)
    if own:
        raise BatchError(text("error.baseline.own", {"file": printable(baseline)}))


def _place(option: str, file: Path | None, output: str) -> str | None:
    """Return the file that is meant; refuse one that cannot be written in the end, or is there and not one of ours."""
    if file is None:
        return None
    try:
        path = os.path.realpath(file)
        folder, begins = os.path.dirname(path), b""
        if os.path.isfile(path):
            with open(path, "rb") as there:
                begins = there.read(_BEGINNING)
        if (os.path.lexists(path) and not os.path.isfile(path)) or (begins and _BEGINNINGS[option] not in begins):
            raise BatchError(text("error.checks.stranger", {"option": option, "file": printable(os.fspath(file))}))
        if not os.access(folder, os.W_OK) and folder != os.path.realpath(output):  # which is made with the log
            raise PermissionError(*_cannot(folder))
    except (OSError, ValueError) as cause:
        raise _no_place(option, os.fspath(file), cause) from cause
    return path


def _cannot(folder: str) -> tuple[int, str]:
    import errno

    number = errno.EACCES if os.path.isdir(folder) else errno.ENOENT
    return number, os.strerror(number)


def _no_place(option: str, file: str, cause: Exception) -> BatchError:
    said = getattr(cause, "strerror", None) or cause
    return BatchError(text("error.checks.place", {"option": option, "file": printable(file), "cause": said}))
