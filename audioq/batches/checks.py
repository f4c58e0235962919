"""Checks: what a batch is held to, and who is told; all is refused before any work where it makes no sense."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from audioq.batches.baselines import Baseline
from audioq.batches.comparisons import Comparison
from audioq.batches.gates import Gate, Passage
from audioq.batches.plans import Plan
from audioq.batches.rows import Row
from audioq.errors import BatchError
from audioq.messages import text

Path = str | os.PathLike[str]


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
        fail_on: str | None,
        fail_if: str | Sequence[str],
        allow: str | float | None,
        baseline: Path | None,
        junit: Path | None,
        prometheus: Path | None,
        storage_options: Mapping[str, Any] | None,
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
        for name, file in (("--junit", junit), ("--prometheus", prometheus)):
            _check_place(name, file)
        old = None if baseline is None else Baseline(baseline, storage_options)
        comparison = None if old is None else Comparison(old)
        return cls(None if gate is None else Passage(gate), comparison, _path(junit), _path(prometheus))

    def __enter__(self) -> Checks:
        return self

    def __exit__(self, *_: object) -> None:
        if self.comparison is not None:
            self.comparison.baseline.close()

    def begin(self, plan: Plan) -> None:
        """See that the baseline is of these recordings, and take away what an earlier run told of its tests."""
        if self.comparison is not None:
            self.comparison.baseline.match(plan)
        if self.junit is not None:
            with suppress(FileNotFoundError):
                os.unlink(self.junit)

    def counting(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows on and check each."""
        for row in rows:
            if self.passage is not None:
                self.passage.add(row)
            if self.comparison is not None:
                self.comparison.add(row)
            yield row


def _path(file: Path | None) -> str | None:
    return None if file is None else os.fspath(file)


def _check_place(option: str, file: Path | None) -> None:
    """Refuse a file that cannot be written in the end."""
    if file is None:
        return
    folder = os.path.dirname(os.path.abspath(file))
    if os.path.isdir(file) or not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise BatchError(text("error.checks.place", {"option": option, "file": os.fspath(file)}))
