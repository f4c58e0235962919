"""Progress: only on a terminal, only after a while, never in the way of what is written."""

from __future__ import annotations

import io
import time

from audioq.render import progress
from audioq.render.progress import Progress


class Terminal(io.StringIO):
    encoding = "ascii"

    def isatty(self) -> bool:
        return True


def watch(stream: io.StringIO, monkeypatch, quiet: float) -> str:
    monkeypatch.setattr(progress, "QUIET_SECONDS", quiet)
    monkeypatch.setattr(progress, "_BETWEEN_SECONDS", 0.01)
    with Progress(3, stream) as shown:
        shown.next("a\x1b\u0434.wav")
        time.sleep(0.1)
        with shown.aside():
            stream.write("result\n")
    return stream.getvalue()


def test_a_terminal_shows_which_recording_is_read(monkeypatch):
    written = watch(Terminal(), monkeypatch, quiet=0.02)
    assert "\r1 of 3, a\\x1b\\u0434.wav: 0 s\x1b[K" in written
    assert "\r\x1b[Kresult\n" in written
    assert written.endswith(("result\n", "\r\x1b[K"))


def test_a_quick_run_shows_nothing(monkeypatch):
    assert watch(Terminal(), monkeypatch, quiet=60.0) == "result\n"


def test_a_file_or_a_pipe_gets_nothing(monkeypatch):
    assert watch(io.StringIO(), monkeypatch, quiet=0.0) == "result\n"
