"""Progress: on a terminal, from the third second on, which recording is being read."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TextIO

from audioq import messages
from audioq.render.escape import encodable, printable

QUIET_SECONDS = 2.0
_BETWEEN_SECONDS = 0.5


class Progress:
    """A line on `stream` that is drawn again and again, only if the stream is a terminal.

    Parameters
    ----------
    total : int
        How many recordings there are.
    stream : text file
        Standard error.
    """

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total, self._stream = total, stream
        self._number, self._file = 0, ""
        self._begun = self._file_begun = time.monotonic()
        self._lock, self._done, self._drawn = threading.Lock(), threading.Event(), False
        self._thread = threading.Thread(target=self._draw_often, daemon=True)

    def __enter__(self) -> Progress:
        if self._stream.isatty():
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        self._clear()

    def next(self, file: str) -> None:
        """Say that the next recording has begun."""
        with self._lock:
            self._number, self._file, self._file_begun = min(self._number + 1, self._total), file, time.monotonic()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the line away while something else is written to the terminal."""
        with self._lock:
            self._clear()
            yield

    def _draw_often(self) -> None:
        while not self._done.wait(_BETWEEN_SECONDS):
            with self._lock:
                if time.monotonic() - self._begun >= QUIET_SECONDS:
                    self._draw()

    def _draw(self) -> None:
        values = {"number": self._number, "total": self._total, "file": printable(self._file)}
        values["seconds"] = time.monotonic() - self._file_begun
        line = messages.text("progress.one" if self._total == 1 else "progress.many", values)
        columns = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r{encodable(line, self._stream.encoding)[:columns]}\x1b[K")
        self._stream.flush()
        self._drawn = True

    def _clear(self) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False
