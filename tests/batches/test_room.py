"""A machine without room for copies ends a batch in words: no row says anything of its recordings."""

from __future__ import annotations

import errno
import functools
import http.server
import subprocess
import sys
import tempfile
import threading
import zipfile

import pytest

from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.places import located
from audioq.batches.room import copying
from audioq.batches.scoring import Scoring
from audioq.errors import AudioError, RoomError
from audioq.thresholds import DEFAULT_THRESHOLDS

SIZES = {"small.wav": 2000, "large.wav": 300_000}
FULL = """
import resource, sys
from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.places import located
from audioq.batches.scoring import Scoring
from audioq.errors import RoomError
from audioq.thresholds import DEFAULT_THRESHOLDS

address, member = sys.argv[1], sys.argv[2] or None
if address.startswith("memory:"):
    import fsspec
    fsspec.filesystem("memory").pipe_file(address, bytes(300_000))
item = Item("x.wav", address, member)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with located(item):
        print("a copy")
except RoomError as error:
    print(type(error).__name__, error)
try:
    print(Scoring(DEFAULT_THRESHOLDS, Limits(), {}).row(item))
except RoomError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder of temporary files."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    monkeypatch.setenv("TMPDIR", str(made))
    return made


@pytest.fixture
def archive(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as file:
        for name, size in SIZES.items():
            file.writestr(name, bytes(size))
    return tmp_path / "z.zip"


@pytest.fixture
def server(tmp_path):
    """A server that knows no ranges."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def check_told(address: object, member: str, folder: object) -> None:
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(address), member], capture_output=True, text=True, timeout=60
    )
    told = f"RoomError {folder}: no room for a copy of x.wav (File too large)"
    assert [line.partition(";")[0] for line in done.stdout.splitlines()] == [told, told], done.stderr
    assert "set TMPDIR to a folder on a larger disc" in done.stdout
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("member", SIZES)
def test_no_room_for_a_member_of_an_archive(archive, folder, member):
    check_told(archive, member, folder)


def test_no_room_for_an_object(folder):
    pytest.importorskip("fsspec")
    check_told("memory://bucket/a.wav", "", folder)


@pytest.mark.parametrize("member", SIZES)
def test_no_room_for_an_archive_of_a_server_without_ranges(archive, server, folder, member):
    pytest.importorskip("fsspec")
    pytest.importorskip("aiohttp")
    check_told(f"{server}/z.zip", member, folder)


def test_a_temporary_folder_that_is_gone(archive, folder):
    folder.rmdir()
    with pytest.raises(RoomError, match="no room for a copy of x.wav .No such file"):
        with located(Item("x.wav", str(archive), "small.wav")):
            pass


def test_what_is_no_lack_of_room_stays_what_it_is(archive):
    with pytest.raises(AudioError, match="is no longer in the archive"):
        with located(Item("x.wav", str(archive), "other.wav")):
            pass
    with pytest.raises(OSError, match="memory"), copying("x.wav"):
        raise OSError(errno.ENOMEM, "no memory")


def test_a_copy_that_somebody_else_removed_costs_nothing(archive, folder):
    with located(Item("x.wav", str(archive), "small.wav")):
        for path in folder.iterdir():
            path.unlink()
    row = Scoring(DEFAULT_THRESHOLDS, Limits(), {}).row(Item("x.wav", str(archive), "small.wav"))
    assert row["cause"] != "internal"
