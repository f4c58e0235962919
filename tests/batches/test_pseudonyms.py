"""Pseudonyms: the same name has the same one, no two names share one, and only what is listed stays readable."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_batches import command, finish, folder, rows, speech
from made_names import KEY, hashed

from audioq import batch
from audioq.batches.items import Item
from audioq.batches.plans import Plan
from audioq.batches.pseudonyms import LEAST_KEY_BYTES, Pseudonyms, pseudonyms_of
from audioq.batches.sources import list_items
from audioq.decoders.raw import ENDINGS
from audioq.errors import BatchError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are killed by signals")


def listed(tmp_path: Path, text: str, kept: tuple[str, ...] = ()) -> list[Item]:
    (tmp_path / "m.csv").write_text(text, encoding="utf-8")
    return list(Pseudonyms(KEY, kept).items(list_items(tmp_path / "m.csv")))


def test_columns_are_hidden_unless_they_are_listed_or_kept(tmp_path):
    head = "file,call_id,app,operator,country,volunteer,phone,side,started_at,duplicate_of,sha256,blank"
    line = "a.wav,c 1,wa,O,TZ,anna,+255,far,2025-08-11,./b.WAV,abc, "
    (item,) = listed(tmp_path, f"{head}\n{line}\n", ("phone",))
    readable = {"app": "wa", "operator": "O", "country": "TZ", "side": "far", "started_at": "2025-08-11"}
    names = {"duplicate_of": hashed("b.WAV") + ".wav", "sha256": hashed("abc"), "volunteer": hashed("anna")}
    assert item.columns == {**readable, "phone": "+255", **names, "call_id": hashed("c 1"), "blank": " "}
    assert item.options == {"call_id": hashed("c 1"), "side": "far"}
    assert item.file == hashed("a.wav") + ".wav"


@pytest.mark.parametrize(
    ("column", "fine", "words"),
    [
        ("started_at", "2025-08-11T12:00+03:00", "at anna's"),
        ("duration_s", "1.5", "long"),
        ("duration_s", "86400", "491715550123"),
        ("duration_s", "0", "nan"),
        ("started_at_source", "mtime", "anna"),
    ],
)
def test_a_readable_cell_that_is_not_what_it_should_be_is_hidden(tmp_path, column, fine, words):
    one, other = listed(tmp_path, f"file,{column}\na.wav,{fine}\nb.wav,{words}\n")
    assert one.columns == {column: fine} and other.columns == {column: hashed(words)}


def test_copies_are_not_told_by_their_versions_and_a_recording_that_was_moved_is():
    items = [Item(name, version="1") for name in ("a/x.wav", "b/x.wav", "a/y.wav")]
    one, moved, copy = (Pseudonyms(KEY).item(item).version for item in items)
    assert one == moved != copy
    assert Pseudonyms(KEY).item(Item("a.wav")).version == ""


def test_rows_without_a_name_are_not_numbered_as_the_manifest_has_them(tmp_path):
    (tmp_path / "m.csv").write_text("file,outcome\n" + ",never connected\n" * 20, encoding="utf-8")
    summary = batch(tmp_path / "m.csv", tmp_path / "out", anonymize=KEY)
    numbers = [row["item"]["occurrence"] for row in rows(tmp_path / "out")]
    assert summary.total == len(set(numbers)) == 20 and min(numbers) > 1000 and numbers != sorted(numbers)
    assert batch(tmp_path / "m.csv", tmp_path / "out", anonymize=KEY).total == 20  # and they are known again


def test_members_of_an_archive_stay_together_and_those_of_a_tar_in_their_order():
    mask = Pseudonyms(KEY)
    items = [Item(f"{a}/{n}.wav", f"/x/{a}", f"{n}.wav") for n in range(9) for a in ("a.zip", "b.tar.gz", "c.tar")]
    items += [Item(f"{n}.wav", f"/x/{n}.wav") for n in range(9)]
    with Plan() as plan:
        plan.add(mask.items(items))
        plan.mix(mask.place)
        names = [os.path.basename(item.address) + "/" + str(item.found[0]) for item in plan.pending()]
    archives = [name.partition("/")[0] for name in names if not name.endswith("None")]
    assert archives == sorted(archives, key=archives.index) and len(names) == len(items)
    for tar in ("b.tar.gz", "c.tar"):
        assert [name for name in names if name.startswith(tar)] == [f"{tar}/{n}.wav" for n in range(9)]
    assert [name for name in names if name.startswith("a.zip")] != [f"a.zip/{n}.wav" for n in range(9)]


def test_kept_columns_are_said_to_be_missing(tmp_path):
    speech(tmp_path / "a.wav")
    (tmp_path / "m.csv").write_text("file,phone\na.wav,1\n", encoding="utf-8")
    notes: list[str] = []
    batch(tmp_path / "m.csv", tmp_path / "out", anonymize=KEY, keep_columns=["phone", "fone"], say=notes.append)
    assert notes == ["no row has the column 'fone', which is to be kept; check its name"]
    assert rows(tmp_path / "out")[0]["item"]["columns"] == {"phone": "1"}


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_key_is_read_without_the_end_of_its_line(tmp_path, end):
    (tmp_path / "key").write_bytes(KEY + end)
    assert pseudonyms_of(tmp_path / "key").fingerprint == Pseudonyms(KEY).fingerprint
    assert KEY.decode() not in repr(pseudonyms_of(tmp_path / "key"))


@pytest.mark.parametrize("content", [b"", b"short\n", bytes(LEAST_KEY_BYTES - 1) + b"\n", bytes(5000)])
def test_no_key_and_a_weak_one_are_refused_with_the_remedy(tmp_path, content):
    (tmp_path / "key").write_bytes(content)
    for file in ("key", "nowhere"):
        asked = (folder(tmp_path / "in", 1), "-o", tmp_path / "out", "--anonymize", tmp_path / file)
        code, out, err = finish(command("batch", *asked))
        assert (code, out) == (2, "") and "token_hex(32))' > newkey)" in err and not (tmp_path / "out").exists()
    with pytest.raises(BatchError, match="bytes"):
        batch(tmp_path / "in", tmp_path / "out", anonymize=content[: LEAST_KEY_BYTES - 1])


def test_a_key_in_the_folder_of_the_results_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "key").write_bytes(KEY)
    (tmp_path / "link").symlink_to(tmp_path / "out" / "key")
    for key in (tmp_path / "out" / "key", tmp_path / "link"):
        with pytest.raises(BatchError, match="whoever gets them would have it"):
            batch(folder(tmp_path / "in", 1), tmp_path / "out", anonymize=key)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (("--keep-column", "app"), "leave --keep-column out"),
        (("--anonymize", "KEY", "--keep-column", "file"), "column 'file' names recordings"),
        (("--anonymize", "KEY", "--keep-column", "call_id"), "column 'call_id' names recordings"),
        (("--anonymize", "KEY", "--keep-column", "duplicate_of"), "column 'duplicate_of' names recordings"),
        (("--anonymize", "KEY", "--sha256"), "--sha256 or --anonymize"),
        (("--anonymize", "KEY", "--debug"), "--debug or --anonymize"),
    ],
)
def test_options_that_contradict_it_are_refused(tmp_path, given, word):
    (tmp_path / "key").write_bytes(KEY)
    given = [tmp_path / "key" if one == "KEY" else one for one in given]
    code, out, err = finish(command("batch", folder(tmp_path / "in", 1), "-o", tmp_path / "out", *given))
    assert (code, out) == (2, "") and word in err and not (tmp_path / "out").exists()


def test_endings_that_decoders_go_by_stay(tmp_path):
    names = [*(f"x.{end.upper()}" for end in ENDINGS), "x.raw", "x.pcm"]
    mask = Pseudonyms(KEY)
    assert [mask.file(name) for name in names] == [hashed(name) + os.path.splitext(name)[1].lower() for name in names]
    others = ["x", "x.anna", "anna.wav/x", ""]
    assert [mask.file(name) for name in others] == [name and hashed(name) for name in others]


TEXT = st.text(st.characters(), min_size=1)  # lone surrogates too, which stand for bytes that are no text


@given(st.lists(TEXT, unique=True, min_size=2, max_size=20))
def test_names_that_differ_have_pseudonyms_that_differ(names):
    mask, again = Pseudonyms(KEY), Pseudonyms(bytes(KEY))
    assert len({mask.of(name) for name in names}) == len(names)
    assert len({mask.file(name) for name in names}) == len(names)
    assert [mask.file(name) for name in names] == [again.file(name) for name in names]
    assert all(re.fullmatch(r"[0-9a-f]{24}(\.[a-z0-9]+)?", mask.file(name)) for name in names)


@given(TEXT, TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=3))
def test_an_item_says_nothing_of_what_it_was(file, version, member, columns):
    problem = ("missing", f"{file}: gone")
    item = Item(file, f"/x/{file}", member, 3, version, {"call_id": file}, columns, problem=problem)
    hidden = Pseudonyms(KEY).item(item)
    assert Item.from_json(hidden.to_json()) == hidden and hidden.found == (member, version)
    assert hidden.id == Pseudonyms(KEY).item(item).id and hidden.key == Pseudonyms(KEY).item(item).key
    shown = json.dumps(hidden.record()) + repr(hidden)
    for secret in (file, version, member, *(cell for name, cell in columns.items() if cell.strip())):
        if len(secret) > 8:
            assert secret not in shown and json.dumps(secret)[1:-1] not in shown
    assert "gone" not in hidden.problem[1] and hidden.file in hidden.problem[1]


def test_the_page_says_how_a_row_is_found_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).resolve().parents[2] / "docs" / "batch.md").read_text(encoding="utf-8")
    (code,) = [block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "hmac" in block]
    (commands,) = [block for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "token_hex" in block]
    subprocess.run(["sh", "-c", commands.splitlines()[0]], check=True)
    exec(compile(code, "docs/batch.md", "exec"), {})
    mask = pseudonyms_of("key")
    assert mask is not None and capsys.readouterr().out == mask.file("calls/2025-08-11 Anna.wav") + "\n"
    assert os.stat("key").st_mode & 0o077 == 0
