"""Buckets: objects in memory and behind HTTP on this machine; S3 has a test of its own."""

from __future__ import annotations

import builtins
import functools
import http.server
import io
import os
import sys
import threading
import zipfile
from pathlib import Path

import pytest
from made_batches import speech

from audioq.batches import bucket_logs, bucket_parts, buckets
from audioq.batches.bucket_logs import BucketLog
from audioq.batches.bucket_parts import Parts
from audioq.batches.buckets import is_address, list_objects, object_info, shown
from audioq.batches.folders import choice
from audioq.batches.items import Item
from audioq.batches.limits import Limits
from audioq.batches.logs import Head, Log
from audioq.batches.places import check_unchanged, located
from audioq.batches.scoring import Scoring
from audioq.batches.sources import list_items
from audioq.errors import AudioError, BatchError, LimitError
from audioq.thresholds import DEFAULT_THRESHOLDS

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def memory():
    system = fsspec.filesystem("memory")
    system.store.clear()
    system.pseudo_dirs[:] = [""]
    yield system
    system.store.clear()


def test_no_leg_of_a_manifest_from_elsewhere_is_a_file_of_this_machine(memory, tmp_path):
    speech(tmp_path / "mine.wav")
    memory.pipe_file("/b/theirs.wav", speech(tmp_path / "theirs.wav").read_bytes())
    memory.pipe_file("/b/m.csv", f"file,call_id,leg\n{tmp_path}/mine.wav,c,near\ntheirs.wav,c,far\n".encode())
    (call,) = list_items("memory://b/m.csv")
    result = Scoring(DEFAULT_THRESHOLDS, Limits(), {}).row(call)["result"]
    assert [leg["leg"] for leg in result["legs"] if "format" in leg] == ["far"]
    assert "names a file of this machine" in result["legs"][1]["error"]["message"]


@pytest.fixture
def server(tmp_path):
    """A plain server, which knows no ranges, of a folder."""
    folder = tmp_path / "served"
    folder.mkdir()
    asked: list[str] = []

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            asked.append(self.path)

        def do_GET(self) -> None:  # noqa: N802
            if self.path.startswith("/closed"):
                self.send_error(403)
            elif self.path.startswith("/broken"):
                self.send_error(500)
            else:
                super().do_GET()

        do_HEAD_plain = http.server.SimpleHTTPRequestHandler.do_HEAD

        def do_HEAD(self) -> None:  # noqa: N802
            if self.path.startswith(("/closed", "/broken")):
                self.send_error(403 if self.path.startswith("/closed") else 500)
            else:
                self.do_HEAD_plain()

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", folder
        running.shutdown()
        thread.join()


def content(item: Item, **how: object) -> bytes:
    with located(item, **how) as path:
        found = Path(path).read_bytes()
    assert not Path(path).exists()
    check_unchanged(item)
    return found


def test_a_prefix_is_listed_to_any_depth(memory):
    for name in ("x/b.wav", "a.wav", "x/y/c.opus", ".h.wav", "n.txt", "x/.h/a.wav"):
        memory.pipe(f"/bucket/calls/{name}", name.encode())
    memory.pipe("/bucket/callsign.wav", b"other")
    items = list(list_items("memory://bucket/calls"))
    assert [item.file for item in items] == [f"memory://bucket/calls/{n}" for n in ("a.wav", "x/b.wav", "x/y/c.opus")]
    assert items == list(list_items("memory://bucket/calls/"))
    assert [content(item) for item in items] == [b"a.wav", b"x/b.wav", b"x/y/c.opus"]
    assert all(item.version for item in items) and [item.size for item in items] == [5, 7, 10]
    assert [i.file for i in list_items("memory://bucket/calls", glob="x/*.wav")] == ["memory://bucket/calls/x/b.wav"]


def test_an_object_by_itself(memory):
    memory.pipe("/bucket/call.dat", b"abc")
    (item, other) = list_items(["memory://bucket/call.dat", "memory://bucket/none.wav"])
    assert (item.file, item.size, content(item)) == ("memory://bucket/call.dat", 3, b"abc")
    assert other.problem == ("missing", "memory://bucket/none.wav: does not exist; check the name")


def test_what_changes_or_vanishes_behind_an_address(memory):
    memory.pipe("/b/a.wav", b"abc")
    (item,) = list_items("memory://b/a.wav")
    memory.pipe("/b/a.wav", b"abcd")
    with pytest.raises(AudioError) as caught:
        content(item)
    assert caught.value.cause == "changed"
    memory.rm("/b/a.wav")
    with pytest.raises(AudioError) as caught:
        content(item)
    assert caught.value.cause == "missing"
    assert next(list_items("memory://b/a.wav")).problem[0] == "missing"


def test_a_limit_holds_while_an_object_is_copied(memory, tmp_path):
    memory.pipe("/b/a.wav", bytes(1000))
    (item,) = list_items("memory://b/a.wav")
    with pytest.raises(LimitError):
        content(item, most_bytes=999)
    with pytest.raises(LimitError):  # where nobody says how long it is
        content(Item(item.file, item.address), most_bytes=999, folder=str(tmp_path))
    assert not any(tmp_path.iterdir())


def test_a_manifest_behind_an_address(memory):
    memory.pipe("/b/lists/m.csv", b"file,side\ncalls/a.wav,far\nmemory://b/other.wav,\nnone.wav,\n")
    memory.pipe("/b/lists/calls/a.wav", b"abc")
    memory.pipe("/b/other.wav", b"abcd")
    one, other, none = list_items("memory://b/lists/m.csv")
    assert (one.file, one.address, one.size) == ("calls/a.wav", "memory://b/lists/calls/a.wav", 3)
    assert (other.file, other.size, none.problem[0]) == ("memory://b/other.wav", 4, "missing")
    assert one.options == {"side": "far"} and content(one) == b"abc" and content(other) == b"abcd"
    memory.pipe("/b/bad.csv", b"path\na.wav\n")
    with pytest.raises(BatchError, match="memory://b/bad.csv: has no column file"):
        list(list_items("memory://b/bad.csv"))


def test_a_manifest_from_elsewhere_names_no_file_of_this_machine(memory):
    memory.pipe(
        "/b/m.csv", b"file\n/etc/hostname\nfile:///etc/hostname\nlocal:///etc/hostname\ngit:///srv:main@a.wav\n"
    )
    causes = {item.problem[0] for item in list_items("memory://b/m.csv")}
    assert causes == {"forbidden"}


def test_a_manifest_of_this_machine_names_addresses(memory, tmp_path):
    memory.pipe("/b/a.wav", b"abc")
    (tmp_path / "m.csv").write_text("file\n" + "memory://b/a.wav\nmemory://b/none.wav\n" * 3, encoding="utf-8")
    one, none = list_items(tmp_path / "m.csv")
    assert content(one) == b"abc" and none.problem[0] == "missing"


def test_an_archive_behind_an_address(memory, server):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("x/a.wav", b"abc")
    memory.pipe("/b/calls.zip", packed.getvalue())
    (item,) = list_items("memory://b/calls.zip")
    assert (item.file, item.member) == ("memory://b/calls.zip/x/a.wav", "x/a.wav")
    assert content(item) == b"abc"
    address, folder = server
    (folder / "calls.zip").write_bytes(packed.getvalue())
    (item,) = list_items(f"{address}/calls.zip?sig=1")
    assert item.file == f"{address}/calls.zip/x/a.wav" and content(item) == b"abc"


def test_recordings_behind_http(server):
    address, folder = server
    (folder / "x").mkdir()
    (folder / "x" / "a b.wav").write_bytes(b"abc")
    (folder / "c.wav").write_bytes(b"abcd")
    (folder / "n.txt").write_bytes(b"n")
    one, other = list_items(f"{address}/")
    assert {one.file, other.file} == {f"{address}/c.wav", f"{address}/x/a%20b.wav"}
    assert {content(one), content(other)} == {b"abcd", b"abc"}
    (alone,) = list_items(f"{address}/c.wav?token=secret")
    assert alone.file == f"{address}/c.wav" and content(alone) == b"abcd"
    with pytest.raises(LimitError):
        content(alone, most_bytes=3)


def test_what_http_refuses(server):
    address, _ = server
    (none,) = list_items(f"{address}/none.wav")
    assert none.problem == ("missing", f"{address}/none.wav: does not exist; check the name")
    with pytest.raises(BatchError, match="may not be read with these credentials"):
        list(list_items(f"{address}/closed/a.wav?sig=secret"))
    with pytest.raises(AudioError, match="could not be fetched") as caught:
        content(Item("x", f"{address}/broken.wav?sig=secret"))
    assert caught.value.cause == "remote" and "secret" not in str(caught.value)


def test_a_server_that_is_not_there():
    with pytest.raises(BatchError, match=r"could not be fetched \(.*\); check the address and the network"):
        list(list_items("http://127.0.0.1:9/a.wav"))


def test_a_missing_package_is_named(monkeypatch):
    real = builtins.__import__

    def without(name: str, *args: object, **how: object) -> object:
        if name.split(".")[0] == "fsspec":
            raise ImportError(name)
        return real(name, *args, **how)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BatchError, match=r"pip install 'audioq\[bucket\]'"):
        list(list_items("s3://bucket/calls/"))


def test_a_package_for_a_kind_of_address_is_named(monkeypatch):
    def get(protocol: str) -> object:
        raise ImportError("Install gcsfs")

    monkeypatch.setattr(fsspec, "get_filesystem_class", get)
    with pytest.raises(BatchError, match=r"is not installed \(Install gcsfs\); pip install gcsfs"):
        list(list_items("gs://bucket/calls/"))


class NoCredentialsError(Exception):
    """As botocore has it."""


@pytest.mark.parametrize(
    ("error", "cause", "said"),
    [
        (NoCredentialsError("Unable to locate credentials"), "remote", "no credentials were found (Unable to locate"),
        (PermissionError("Access Denied"), "forbidden", "may not be read with these credentials (Access Denied)"),
        (FileNotFoundError("The specified bucket does not exist"), "missing", "does not exist; check the name"),
        (TimeoutError(), "remote", "could not be fetched (TimeoutError)"),
        (ValueError("at memory://me:pw@b/a.wav\n"), "remote", "could not be fetched (at memory://b/a.wav)"),
    ],
)
def test_errors_of_services_have_a_cause(memory, monkeypatch, error, cause, said):
    def fail(*args: object, **how: object) -> None:
        raise error

    monkeypatch.setattr(type(memory), "info", fail)
    with pytest.raises(AudioError) as caught:
        object_info("memory://me:pw@b/a.wav")
    assert caught.value.cause == cause
    assert said in str(caught.value) and "pw" not in str(caught.value)


def test_a_service_of_pages_is_read_page_by_page(monkeypatch):
    asked: list[dict[str, object]] = []

    class Paged:
        def split_path(self, path: str) -> tuple[str, str, None]:
            bucket, _, key = path.partition("/")
            return bucket, key, None

        def call_s3(self, method: str, **how: object) -> dict[str, object]:
            asked.append({"method": method, **how})
            names = ("calls/a.wav", "calls/x/") if len(asked) == 1 else ("calls/x/b.wav", "calls/n.txt")
            page = [{"Key": name, "Size": 3, "ETag": '"e1"'} for name in names]
            return {"Contents": page, "IsTruncated": len(asked) == 1, "NextContinuationToken": "next"}

    place = buckets.Place(Paged(), "bucket/calls")
    monkeypatch.setattr(buckets, "place", lambda *given: place)
    found = list(list_objects("s3://bucket/calls/", choice()) or ())
    assert [(one.address, one.path, one.size, one.version) for one in found] == [
        ("s3://bucket/calls/a.wav", "a.wav", 3, "e1"),
        ("s3://bucket/calls/x/b.wav", "x/b.wav", 3, "e1"),
    ]
    assert [call.get("ContinuationToken") for call in asked] == [None, "next"]
    assert asked[0]["Prefix"] == "calls/" and asked[0]["Bucket"] == "bucket"


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="needs fork")
def test_a_forked_child_reads_what_its_parent_listed(server):
    address, folder = server
    (folder / "a.wav").write_bytes(b"abc")
    (item,) = list_items(f"{address}/a.wav")
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if content(item) == b"abc" else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_is_an_address():
    assert all(map(is_address, ("s3://b/a", "https://h", "git+ssh://h/a")))
    assert not any(map(is_address, ("C:/a.wav", "a.wav", "./s3://b", "a b://c")))
    assert shown("sftp://me:pw@host/a.wav") == "sftp://host/a.wav"
    assert shown("https://h/a.wav?X-Amz-Signature=1&id=2") == "https://h/a.wav?id=2"


@pytest.fixture
def faulty(monkeypatch):
    """What is done in place of writing an object of the log: by names of its objects, once each."""
    faults, real = {}, bucket_parts.store

    def store(at, data):
        fault = faults.pop(at.path.rpartition("/")[2].partition("-")[0], None)
        if fault == "lost":  # the object is written, and the answer of the service does not arrive
            real(at, data)
        if fault is not None:
            raise TimeoutError("no answer")
        real(at, data)

    monkeypatch.setattr(bucket_parts, "store", store)
    return faults


def log_at(address: str) -> list[bytes]:
    blocks: list[bytes] = []
    Parts(address, "reader").copy(blocks.append)
    return b"".join(blocks).splitlines()


@pytest.mark.parametrize("name", ["part", "commits.json"])
@pytest.mark.parametrize("fault", ["lost", "refused"])
def test_lines_whose_sending_failed_are_there_once_and_no_part_is_written_over(memory, faulty, name, fault):
    parts = Parts("memory://b/run", "aaaa")
    parts.send(b"one\n")
    faulty[name] = fault
    with pytest.raises(BatchError, match="no answer"):
        parts.send(b"two\n")
    written = {path: memory.cat_file(path) for path in memory.find("/b/run/log") if "part-" in path}
    faulty["commits.json"] = "refused"  # a run that is killed before the list leaves as much
    with pytest.raises(BatchError, match="no answer"):
        parts.send(b"two\nthree\n")
    assert written == {path: memory.cat_file(path) for path in written}
    counts = [b"one", b"two"] if (name, fault) == ("commits.json", "lost") else [b"one"]
    assert log_at("memory://b/run") == counts
    parts.send(b"two\nthree\n")
    parts.send(b"four\n")
    assert log_at("memory://b/run") == [b"one", b"two", b"three", b"four"]


def test_a_list_that_another_run_wrote_meanwhile_is_not_replaced(memory, faulty):
    parts = Parts("memory://b/run", "aaaa")
    faulty["commits.json"] = "refused"
    with pytest.raises(BatchError, match="no answer"):
        parts.send(b"one\n")
    Parts("memory://b/run", "bbbb").send(b"theirs\n")
    with pytest.raises(BatchError, match="another run is writing"):
        parts.send(b"one\n")
    assert log_at("memory://b/run") == [b"theirs"]


HEAD = Head("0.1", "measured", "judged", {})
LEASE = "/b/run/log/lease.json"


def test_a_fault_while_rows_are_sent_ends_the_run_in_words(memory, monkeypatch):
    def gone(_: object) -> None:
        raise OSError("the copy of this machine is gone")

    monkeypatch.setattr(bucket_logs, "BEAT_SECONDS", 0.1)
    with pytest.raises(BatchError, match="memory://b/run: rows can no longer be sent .*OSError: the copy"):
        with BucketLog("memory://b/run", HEAD) as log:
            monkeypatch.setattr(bucket_logs.Lease, "beat", gone)
            log._thread.join(10)
            assert not log._thread.is_alive()
            log.flush()
    assert not memory.exists(LEASE)


@pytest.mark.parametrize("failing", [(Log, "__init__"), (threading.Thread, "start")])
def test_a_log_that_cannot_be_opened_leaves_no_lease(memory, monkeypatch, failing):
    def fail(*_: object) -> None:
        raise BatchError("no")

    monkeypatch.setattr(*failing, fail)
    with pytest.raises(BatchError, match="no"):
        BucketLog("memory://b/run", HEAD)
    assert not memory.exists(LEASE)
    monkeypatch.undo()
    BucketLog("memory://b/run", HEAD).close()
