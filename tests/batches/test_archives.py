"""Archives: listed without unpacking, copied with a limit, and never a name of theirs on this disc."""

from __future__ import annotations

import io
import os
import tarfile
import warnings
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from audioq.batches import archives as subject
from audioq.batches.archives import Archives, is_archive
from audioq.batches.items import Item
from audioq.batches.places import located
from audioq.batches.sources import list_items
from audioq.errors import AudioError, LimitError

TARS = {"t.tar": "w", "t.tar.gz": "w:gz", "t.tgz": "w:gz", "t.tar.xz": "w:xz", "t.tar.bz2": "w:bz2"}
MEMBERS = {"a.wav": b"first", "x/b.wav": b"second" * 1000, "x/c.opus": b"", '\U0001f600\n"=1.wav': b"odd"}


@pytest.fixture(params=["z.zip", *TARS])
def archive(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(request.param, [*MEMBERS.items(), ("._a.wav", b"h"), ("__MACOSX/x/b.wav", b"h"), ("n.txt", b"n")])
    return request.param


def write(path: str, members: list[tuple[str, bytes]]) -> None:
    if path.endswith(".zip"):
        with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            warnings.simplefilter("ignore")  # it warns of names that are there twice
            for name, content in members:
                file.writestr(name, content)
        return
    with tarfile.open(path, TARS[path]) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1_700_000_000
            tar.addfile(info, io.BytesIO(content))


def content(item: Item, **how: object) -> bytes:
    with located(item, **how) as path:
        assert Path(path).suffix == Path(item.member).suffix
        return Path(path).read_bytes()


def test_members_are_listed_and_read(archive, tmp_path):
    items = list(list_items(archive))
    assert {item.file: item.size for item in items} == {f"{archive}/{n}": len(c) for n, c in MEMBERS.items()}
    assert all(item.version and item.address == str(tmp_path / archive) for item in items)
    (tmp_path / "copies").mkdir()
    assert [content(item, folder=str(tmp_path / "copies")) for item in items] == list(MEMBERS.values())
    assert not any((tmp_path / "copies").iterdir())


def test_members_are_read_in_any_order_from_one_that_stays_open(archive):
    items = list(list_items(archive, glob="*"))
    opened = Archives()
    for item in (*items, *reversed(items), items[1], items[1]):
        assert content(item, archives=opened) == MEMBERS.get(item.member, b"n")
    opened.close()


def test_patterns_are_for_members_too(archive):
    assert [item.member for item in list_items(archive, glob="x/*")] == ["x/b.wav", "x/c.opus"]
    (none,) = list_items(archive, glob="*.flac")
    assert none.problem[0] == "missing" and "no recording in this archive" in none.problem[1]


@pytest.mark.parametrize("name", ["z.zip", "t.tar", "t.tgz"])
def test_a_name_that_is_there_twice_is_two_recordings(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write(name, [("a.wav", b"one"), ("b.wav", b"x"), ("./a.wav", b"other")])
    items = list(list_items(name))
    assert [(item.file, item.occurrence) for item in items] == [
        (f"{name}/a.wav", 0),
        (f"{name}/b.wav", 0),
        (f"{name}/a.wav", 1),
    ]
    assert [content(item) for item in items] == [b"one", b"x", b"other"]
    assert len({item.id for item in items}) == 3


@pytest.mark.parametrize("name", ["z.zip", "t.tar", "t.tgz"])
def test_nothing_is_written_where_a_name_leads(tmp_path, monkeypatch, name):
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    write(name, [("../evil.wav", b"1"), (str(tmp_path / "evil.wav"), b"2"), ("x/../../evil.wav", b"3")])
    items = list(list_items(name))
    assert [content(item, folder=str(inside)) for item in items] == [b"1", b"2", b"3"]
    assert not (tmp_path / "evil.wav").exists() and os.listdir(inside) == [name]


def test_links_and_pipes_in_archives_are_rows_and_folders_are_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tarfile.open("t.tar", "w") as tar:
        for name, kind in (("l.wav", tarfile.SYMTYPE), ("h.wav", tarfile.LNKTYPE), ("d.wav", tarfile.DIRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            tar.addfile(info)
        info = tarfile.TarInfo("f.wav")
        info.type = tarfile.FIFOTYPE
        tar.addfile(info)
    with zipfile.ZipFile("z.zip", "w") as file:
        link = zipfile.ZipInfo("l.wav")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("d.wav/", b"")
    with tarfile.open("t.tar", "a") as tar:  # the same name as a file as well
        info = tarfile.TarInfo("h.wav")
        info.size = 3
        tar.addfile(info, BytesIO(b"abc"))
    items = list(list_items(["t.tar", "z.zip"]))
    said = {(item.file, item.occurrence): item.problem and item.problem[0] for item in items}
    odd = {("t.tar/l.wav", 0), ("t.tar/h.wav", 0), ("t.tar/f.wav", 0), ("z.zip/l.wav", 0)}
    assert said == dict.fromkeys(odd, "not_a_file") | {("t.tar/h.wav", 1): None}
    assert content(items[3]) == b"abc" and items[3].occurrence == 1
    with pytest.raises(AudioError, match="no longer in the archive"):
        content(Item("t.tar/h.wav", items[3].address, "h.wav"))  # the link itself is never opened


def test_a_member_that_is_too_large_is_stopped(archive):
    item = next(item for item in list_items(archive) if item.member == "x/b.wav")
    with pytest.raises(LimitError, match="6000 bytes or more, and 100 are allowed"):
        content(item, most_bytes=100)
    # A header may say less than there is.
    with pytest.raises(LimitError):
        content(Item(item.file, item.address, item.member, 1, item.version), most_bytes=100)
    with pytest.raises(AudioError, match="changed") as caught:
        content(Item(item.file, item.address, item.member, 1, item.version))
    assert caught.value.cause == "changed"


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(subject, "LEAST_BOMB_BYTES", 1 << 16)
    write("t.tgz", [("a.wav", bytes(1 << 20)), ("b.wav", bytes(1 << 24))])
    (_, item) = list_items("t.tgz")
    assert item.problem == (
        "too_large",
        "t.tgz: unpacks to over 250 times its size; unpack it yourself if you trust it, and give the folder",
    )
    with zipfile.ZipFile("z.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.wav", bytes(1 << 24))
    (item,) = list_items("z.zip")
    with pytest.raises(LimitError):
        content(item, most_bytes=1 << 20)


def test_an_encrypted_member_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("z.zip", [("a.wav", b"abc")])
    data = bytearray(Path("z.zip").read_bytes())
    data[6] |= 1  # flags of the member
    data[data.index(b"PK\1\2") + 8] |= 1  # and of the directory
    Path("z.zip").write_bytes(data)
    (item,) = list_items("z.zip")
    with pytest.raises(AudioError, match="z.zip/a.wav: is encrypted; unpack the archive with its password"):
        content(item)


def test_a_damaged_member_is_told_and_the_others_are_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("z.zip", [("a.wav", os.urandom(1000)), ("b.wav", b"fine")])
    data = bytearray(Path("z.zip").read_bytes())
    data[200] ^= 255
    Path("z.zip").write_bytes(data)
    damaged, fine = list_items("z.zip")
    opened = Archives()
    with pytest.raises(AudioError, match="cannot be unpacked"):
        content(damaged, archives=opened)
    assert content(fine, archives=opened) == b"fine"
    opened.close()


@pytest.mark.parametrize("name", ["z.zip", "t.tar", "t.tar.gz", "t.tar.xz", "t.tar.bz2"])
@pytest.mark.parametrize("damage", [b"", b"no archive at all" * 100, None])
def test_what_is_no_archive(tmp_path, monkeypatch, name, damage):
    monkeypatch.chdir(tmp_path)
    write(name, [("a.wav", os.urandom(5000))])
    Path(name).write_bytes(Path(name).read_bytes()[:3000] if damage is None else damage)
    items = list(list_items(name))
    assert items[-1].problem is not None and items[-1].problem[0] in ("unreadable", "missing")
    assert items[-1].file == name and len(items[-1].problem[1]) < 300


def test_a_damaged_header_does_not_pass_for_the_end(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write("t.tar", [("a.wav", b"x"), ("b.wav", b"x")])
    data = bytearray(Path("t.tar").read_bytes())
    data[1024 + 150] ^= 1  # the sum of the second header
    Path("t.tar").write_bytes(data)
    items = list(list_items("t.tar"))
    assert [item.file for item in items] == ["t.tar/a.wav", "t.tar"]
    assert items[1].problem[0] == "unreadable" and "damaged header" in items[1].problem[1]


def test_a_header_that_would_fill_the_memory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 40
    Path("t.tar").write_bytes(info.tobuf() + bytes(2048))
    (item,) = list_items("t.tar")
    assert item.problem[0] == "unreadable"


def test_an_archive_that_changed(archive):
    item = next(iter(list_items(archive)))
    with pytest.raises(AudioError, match="is no longer in the archive"):
        content(Item(f"{archive}/q.wav", item.address, "q.wav", 5, item.version))
    os.unlink(archive)
    with pytest.raises(AudioError, match="does not exist") as caught:
        content(item)
    assert caught.value.cause == "missing"


def test_what_is_taken_for_an_archive():
    assert all(map(is_archive, ("a.ZIP", "a.tar", "s3://b/a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.xz")))
    assert not any(map(is_archive, ("a.wav", "a.gz", "tar", "zip")))
