"""Output: where the results go, line by line: standard output, or a file that appears whole."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from types import TracebackType
from typing import TextIO

from audioq.render.escape import encodable, printable
from audioq.render.text import WIDTH, to_line
from audioq.report import Failure


def say(line: str) -> None:
    """Write a line to standard error, fit for any console."""
    print(encodable(printable(line), sys.stderr.encoding), file=sys.stderr, flush=True)


def say_failure(failure: Failure) -> None:
    """Write why a recording could not be judged to standard error."""
    say(to_line(failure))


def refusal(file: str | None, sources: Iterable[str]) -> str | None:
    """Say why results should not be written to a file, before any work is done; None if they may be."""
    if file is None:
        return None
    if os.path.isdir(file):
        return "this is a folder; give the name of a file"
    if not os.access(os.path.dirname(os.path.realpath(file)), os.W_OK):
        return "the folder does not exist or cannot be written to"
    if os.path.isfile(file) and any(os.path.exists(source) and os.path.samefile(source, file) for source in sources):
        return "this is one of the inputs and would be lost; give another name"
    return None


class Output:
    """Standard output, or a file that gets its name only when it is complete.

    Until then the lines are in a file whose name ends in ``.part``; it stays if the work breaks
    off, so that nothing that was done is lost. A device or a pipe is written to directly.

    Parameters
    ----------
    file : str or None
        Path to write, None for standard output.
    """

    def __init__(self, file: str | None) -> None:
        self._final = None if file is None else os.path.realpath(file)
        self.part: str | None = None
        self._stream: TextIO = sys.stdout
        self._lines = 0

    def __enter__(self) -> Output:
        if self._final is not None:
            special = os.path.exists(self._final) and not os.path.isfile(self._final)
            self.part = None if special else f"{self._final}.part"
            self._stream = open(self.part or self._final, "w", encoding="utf-8", newline="")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._final is None:
            return
        self._stream.close()
        if self.part is not None and kind is None:
            os.replace(self.part, self._final)
        elif self.part is not None and not self._lines:
            os.unlink(self.part)
            self.part = None

    @property
    def terminal(self) -> bool:
        """Whether people watch the output as it comes."""
        return self._stream.isatty()

    @property
    def color(self) -> bool:
        """Whether the output may hold colours (https://no-color.org)."""
        dumb = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        # The old Windows console shows escapes as they stand; the new one says who it is.
        modern = sys.platform != "win32" or "WT_SESSION" in os.environ or "TERM" in os.environ
        return self.terminal and modern and not dumb

    @property
    def width(self) -> int:
        """Columns to fill."""
        return max(40, shutil.get_terminal_size((WIDTH, 24)).columns) if self.terminal else WIDTH

    def write_line(self, line: str) -> None:
        """Write a line and its end, and send it off at once."""
        self._stream.write(encodable(line, self._stream.encoding) + "\n")
        self._stream.flush()
        self._lines += 1
