"""What a batch is to score: everything once, in the same order, whatever it is called, and nothing strange opened."""

from __future__ import annotations

import os
import socket
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from audioq.batches.folders import walk
from audioq.batches.items import Item
from audioq.batches.places import check_unchanged, located
from audioq.batches.sources import list_items
from audioq.batches.tallies import Tally
from audioq.batches.titles import titles_of
from audioq.errors import AudioError, BatchError, LimitError

HOSTILE = ("new\nline.wav", 'quo"te.wav', "com,ma.wav", "=cmd|' '!A0.wav", "<script>.wav", "\U0001f600.wav", "-rf.wav")


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode("utf-8", "surrogateescape"))


def files(*sources: object, **how: object) -> list[str]:
    return [item.file for item in list_items(sources, **how)]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_is_named_as_it_was_given_and_never_absolutely(here):
    make(here, "calls/b.wav", "calls/x/a.wav", "calls/.h.wav", "calls/n.txt")
    assert files("calls") == files("./calls/") == files(here / "calls") == ["calls/b.wav", "calls/x/a.wav"]
    assert files(".") == ["calls/b.wav", "calls/x/a.wav"]
    (first, _) = list_items("calls")
    found = (here / "calls/b.wav").stat()
    assert (first.size, first.version) == (found.st_size, str(found.st_mtime_ns))
    assert first.address == str(here / "calls/b.wav")


def test_what_two_sources_share_is_taken_once(here):
    make(here, "calls/a.wav", "calls/x/b.wav", "calls/n.txt", "calls/x/c.wav")
    assert files("calls", "calls/a.wav", here / "calls" / "x") == ["calls/a.wav", "calls/x/b.wav", "calls/x/c.wav"]
    assert files("calls/a.wav", "calls") == ["calls/a.wav", "calls/x/b.wav", "calls/x/c.wav"]
    assert files("calls", "calls/n.txt") == ["calls/a.wav", "calls/x/b.wav", "calls/x/c.wav", "calls/n.txt"]
    assert files("calls/x/../a.wav", "calls/a.wav") == ["calls/a.wav"]


def test_links_to_one_recording_are_several(here):
    make(here, "a.wav")
    (here / "links").mkdir()
    for number in range(3):
        (here / "links" / f"{number}.wav").symlink_to(here / "a.wav")
    assert len(files("links", "a.wav")) == 4


def test_equal_names_in_different_folders_stay_different(here):
    make(here, "x/calls/a.wav", "y/calls/a.wav")
    items = list(list_items([here / "x/calls", here / "y/calls"]))
    assert [item.file for item in items] == ["x/calls/a.wav", "y/calls/a.wav"]
    assert len({item.id for item in items}) == 2


def test_titles_are_told_apart():
    assert titles_of(["/a/calls", "/b/calls", "calls", "../calls", "."])[:3] == ["a/calls", "b/calls", "calls"]
    assert titles_of(["/calls"]) == ["calls"] and titles_of([]) == []
    assert titles_of(["/data/calls", "/data/calls/", os.path.abspath("x/y"), "x/y"]) == ["calls", "calls", "x/y", "x/y"]


@pytest.mark.parametrize("name", [*HOSTILE, os.fsdecode(b"\xe9\xff.wav"), "x" * 250 + ".wav"])
def test_any_name_is_kept(here, name):
    try:
        make(here, f"calls/{name}")
    except OSError:
        pytest.skip("the disc refuses such names")
    (item,) = list_items("calls")
    assert item.file == f"calls/{name}" and item.problem is None
    assert Item.from_json(item.to_json()) == item
    with located(item) as path:
        assert os.path.samefile(path, here / "calls" / name)


def test_the_order_is_always_the_same(here):
    make(here, *(f"calls/{name}" for name in ("b/2.wav", "a.wav", "B.wav", "b.wav", "b/1.wav")))
    assert files("calls") == [f"calls/{name}" for name in ("B.wav", "a.wav", "b/1.wav", "b/2.wav", "b.wav")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_nothing_but_files_is_opened(here, monkeypatch):
    (here / "calls").mkdir()
    os.mkfifo(here / "calls" / "pipe.wav")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("calls/socket.wav")
    (here / "calls" / "device.wav").symlink_to(os.devnull)
    (here / "calls" / "loop").symlink_to(here, target_is_directory=True)
    (here / "calls" / "self.wav").symlink_to("self.wav")
    (here / "calls" / "gone.wav").symlink_to("nowhere")
    found = {item.file: item.problem for item in list_items("calls", by_hash=True)}
    causes = {name.removeprefix("calls/"): problem and problem[0] for name, problem in found.items()}
    strange = dict.fromkeys(("device.wav", "pipe.wav", "socket.wav"), "not_a_file")
    assert causes == strange | {"gone.wav": "missing", "self.wav": "missing"}
    assert found["calls/pipe.wav"][1] == "calls/pipe.wav: is a pipe and no file; give a regular file"


def test_what_is_missing_or_empty_is_an_item_with_a_problem(here):
    make(here, "notes/n.txt")
    missing, nul, empty = list_items(["no.wav", "no\0.wav", "notes"])
    assert missing.problem == ("missing", "no.wav: does not exist; check the name")
    assert nul.problem[0] == "missing"
    assert empty.problem[0] == "missing" and empty.problem[1].startswith("notes: no recording in this folder; ")
    assert files("notes", glob="*.txt") == ["notes/n.txt"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that bind")
def test_what_may_not_be_read(here):
    make(here, "calls/a.wav", "calls/closed/b.wav")
    (here / "calls/a.wav").chmod(0)
    (here / "calls/closed").chmod(0)
    problems = [item.problem[0] for item in list_items("calls")]
    (here / "calls/closed").chmod(0o700)
    assert problems == ["forbidden", "forbidden"]


def test_refusals_of_the_system_are_told(here, monkeypatch):
    make(here, "calls/a.wav")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    (item,) = list_items("calls")
    assert item.problem == ("forbidden", "calls/a.wav: may not be read; ask for permission to read it")

    def scandir(folder):
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr(os, "scandir", scandir)
    (item,) = list_items("calls")
    assert item.problem[0] == "forbidden" and item.file == "calls"


def test_options_are_said_of_all(here):
    make(here, "a.wav")
    (item,) = list_items("a.wav", options={"side": "far"})
    assert item.options == {"side": "far"}


def test_the_version_follows_the_content_by_hash(here):
    make(here, "a.wav", "b/a.wav")
    (here / "b/a.wav").write_bytes((here / "a.wav").read_bytes())
    one, other = list_items(["a.wav", "b/a.wav"], by_hash=True)
    assert one.version == other.version and one.version.startswith("blake2b:")
    (here / "a.wav").write_bytes(b"other")
    (changed,) = list_items("a.wav", by_hash=True)
    assert changed.version != one.version and changed.key != one.key


def test_an_archive_by_itself_and_with_its_twin(here):
    with zipfile.ZipFile("calls.zip", "w") as archive:
        archive.writestr("x/a.wav", b"abc")
        archive.writestr("n.txt", b"abc")
    assert files("calls.zip", here / "calls.zip") == ["calls.zip/x/a.wav"]
    (here / "broken.zip").write_bytes(b"PK")
    (broken,) = list_items("broken.zip")
    assert broken.problem[0] == "unreadable" and "cannot be read as an archive" in broken.problem[1]


def test_memory_does_not_grow_with_the_number_of_files(tmp_path):
    def peak(count: int) -> int:
        folder = tmp_path / str(count)
        for number in range(count):
            if number % 100 == 0:
                (folder / str(number)).mkdir(parents=True)
            (folder / str(number - number % 100) / f"{number}.wav").touch()
        tracemalloc.start()
        assert sum(1 for _ in list_items(folder)) == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(100)  # what is loaded once
    assert peak(3000) < peak(300) + 60_000


def test_a_large_recording_is_refused_before_it_is_read(here):
    with open("giant.wav", "wb") as giant:
        giant.truncate(1 << 40)
    (item,) = list_items("giant.wav")
    assert item.size == 1 << 40
    with pytest.raises(LimitError, match="giant.wav: has 1099511627776 bytes or more, and 1000 are allowed") as caught:
        with located(item, most_bytes=1000):
            raise AssertionError
    assert caught.value.cause == "too_large"


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda path: path.write_bytes(b"longer than it was"), "changed"),
        (lambda path: os.utime(path, ns=(1, 1)), "changed"),
        (lambda path: path.unlink(), "missing"),
    ],
)
def test_what_changes_while_it_is_read_is_told(here, change, cause):
    make(here, "a.wav")
    (item,) = list_items("a.wav")
    with located(item):
        check_unchanged(item)
        change(here / "a.wav")
    with pytest.raises(AudioError) as caught:
        check_unchanged(item)
    assert caught.value.cause == cause


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_no_pipe_is_a_manifest_or_an_archive(here):
    for name in ("m.csv", "z.zip", "t.tar"):
        os.mkfifo(name)
    with pytest.raises(BatchError, match="m.csv: is a pipe and no file"):
        list(list_items("m.csv"))
    assert [item.problem[0] for item in list_items(["z.zip", "t.tar"])] == ["not_a_file"] * 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_file_that_became_a_pipe_is_not_opened(here):
    make(here, "a.wav")
    (item,) = list_items("a.wav")
    os.unlink("a.wav")
    os.mkfifo("a.wav")
    with pytest.raises(AudioError, match="is a pipe"), located(item):
        raise AssertionError


def test_addresses_of_this_machine_are_paths(here):
    make(here, "a b.wav")
    (item,) = list_items(f"file://{here}/a%20b.wav")
    assert item.file == "a b.wav" and item.address == str(here / "a b.wav")


def test_unknown_addresses_stop_the_batch():
    pytest.importorskip("fsspec")
    with pytest.raises(BatchError, match="nothing is known of addresses that begin with gopher://"):
        list(list_items("gopher://host/a.wav"))


def test_a_tally_counts():
    tally = Tally()
    assert [tally.add(str(number % 5000)) for number in range(10_000)] == [0] * 5000 + [1] * 5000
    assert tally.count("7") == 2 and tally.count("other") == 0


def test_a_walk_stops_where_its_reader_does(tmp_path):
    make(tmp_path, "a/1.wav", "b/2.wav")
    found = walk(str(tmp_path), lambda path: True)
    assert next(found) == os.path.join("a", "1.wav")
    found.close()
