"""Bar: on a terminal, how far a batch is, how fast it goes and how long it still takes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from audioq.batches.steps import Step
from audioq.messages import text

_BETWEEN_SECONDS = 0.2


class Bar:
    """A bar on `stream`, only if that is a terminal; names of recordings never reach it.

    Parameters
    ----------
    stream : text file
        Standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self.step: Step | None = None
        """What came last."""
        self.seconds = 0.0
        """Sound of the recordings of this run."""
        self._stream, self._bar, self._task = stream, None, 0
        self._counts: Counter[str] = Counter()
        self._begun = self._drawn = time.monotonic()
        self._took = 1e-3

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._draw()
            self._bar.stop()
            self._bar = None

    def words(self) -> Iterator[str]:
        """Yield what is to be said of this run when it is over."""
        if self.step is None:
            return
        if self.step.items and self.seconds:  # of calls without a recording there is no rate
            rate, speed = self.step.items / self._took, self.seconds / self._took
            values = {"items": self.step.items, "elapsed": self._took, "rate": rate, "speed": speed}
            yield text("batch.throughput", values)
        if self.step.kept:
            yield text("batch.kept", {"kept": self.step.kept})
        if self.step.gone:
            yield text("batch.gone", {"gone": self.step.gone})

    def show(self, step: Step) -> None:
        """Take the bar on; the first call begins the count of time."""
        if step.row is None:
            self._begun = time.monotonic()
            self._bar = _bar(self._stream) if self._stream.isatty() else None
        else:
            self._counts[step.row.label or step.row.status] += 1
            self.seconds += step.row.seconds
        self._took = max(time.monotonic() - self._begun, 1e-3)
        self.step = step
        if self._bar is not None and time.monotonic() - self._drawn > _BETWEEN_SECONDS:
            self._draw()

    def _draw(self) -> None:
        if self.step is None or self._bar is None:
            return
        self._drawn = time.monotonic()
        if not self._bar.tasks:
            self._bar.start()
            self._task = self._bar.add_task("", total=self.step.all_items, counts="", rate="")
        words = " ".join(f"{number} {name}" for name, number in sorted(self._counts.items()))
        rate = text("bar.rate", {"rate": self.step.items / self._took})
        self._bar.update(self._task, completed=self.step.items, counts=words, rate=rate)
        self._bar.refresh()


@contextmanager
def counting(stream: TextIO) -> Iterator[Callable[[int, int], None]]:
    """Give what shows how many of how many are done, only if `stream` is a terminal."""
    bar = _bar(stream) if stream.isatty() else None
    drawn = time.monotonic()

    def show(done: int, all: int) -> None:
        nonlocal drawn
        if bar is None or (time.monotonic() - drawn < _BETWEEN_SECONDS and done < all):
            return
        drawn = time.monotonic()
        if not bar.tasks:
            bar.start()
            bar.add_task("", total=all, counts="", rate="")
        bar.update(bar.tasks[0].id, completed=done)
        bar.refresh()

    try:
        yield show
    finally:
        if bar is not None:
            bar.stop()


def _bar(stream: TextIO) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # It draws when it is told to: a thread of its own would keep children from being forked.
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[counts]}", markup=False),
        console=Console(file=stream),
        auto_refresh=False,
        transient=True,
    )
