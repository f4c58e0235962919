"""Manifests: every dialect that people save, every mistake that they make, and a million rows."""

from __future__ import annotations

import csv
import json
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioq.batches.items import Item
from audioq.batches.manifests import read_lines
from audioq.batches.sources import list_items
from audioq.errors import BatchError


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def listed(text: str, name: str = "m.csv", encoding: str = "utf-8", **how: object) -> list[Item]:
    Path(name).write_bytes(text.encode(encoding))
    return list(list_items(name, **how))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_dialect_of_csv(here, encoding, separator, end):
    rows = ["app,file,where", 'Signal,a.wav,"Lagos, Nigeria"', 'WhatsApp,"b.wav","Köln; ""Mitte"""']
    other = rows if separator == "," else [rows[0].replace(",", separator), *_separated(rows[1:], separator)]
    items = listed(end.join(other) + end, encoding=encoding)
    assert [item.file for item in items] == ["a.wav", "b.wav"]
    assert [dict(item.columns) for item in items] == [
        {"app": "Signal", "where": "Lagos, Nigeria"},
        {"app": "WhatsApp", "where": 'Köln; "Mitte"'},
    ]
    assert all(item.problem is None and item.size == 5 for item in items)


def _separated(lines: list[str], separator: str) -> list[str]:
    return [separator.join(f'"{cell.replace(chr(34), 2 * chr(34))}"' for cell in row) for row in csv.reader(lines)]


def test_json_lines_and_parquet_say_the_same(here):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    rows = [
        {"file": "a.wav", "stream": 1, "note": None, "share": 0.25, "new": True},
        {"file": "b.wav", "stream": None, "note": "x", "share": float("nan"), "new": False},
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), "m.parquet")
    Path("m.jsonl").write_text("\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    one, other = (
        [(i.file, dict(i.columns), dict(i.options)) for i in list_items(f"m.{e}")] for e in ("parquet", "jsonl")
    )
    assert one == other
    assert one[0] == ("a.wav", {"stream": "1", "share": "0.25", "new": "true"}, {"stream": "1"})
    assert one[1] == ("b.wav", {"note": "x", "new": "false"}, {})


def test_files_are_relative_to_the_manifest(here):
    (here / "lists").mkdir()
    text = f"file\n../a.wav\n{here}/b.wav\n./c.wav\n"
    items = listed(text, "lists/m.csv")
    assert [item.file for item in items] == ["../a.wav", "../b.wav", "c.wav"]
    assert [item.problem and item.problem[0] for item in items] == [None, None, "missing"]


def test_options_of_a_row_come_before_those_of_all(here):
    one, other = listed("file,side,start\na.wav,near,1.5\nb.wav,,\n", options={"side": "far", "stream": "0"})
    assert one.options == {"side": "near", "stream": "0", "start": "1.5"}
    assert other.options == {"side": "far", "stream": "0"}
    assert one.columns == {"side": "near", "start": "1.5"}


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("side", "left", "'left' is no side; say far, both or near"),
        ("stream", "1.5", "'1.5' is no number of a track"),
        ("stream", "-1", "'-1' is no number of a track"),
        ("start", "soon", "'soon' is no time; write seconds"),
        ("end", "nan", "'nan' is no time"),
        ("end", "-2", "'-2' is no time"),
        ("end", "0", "0 s does not lie after start, 0 s"),
        ("raw_format", "mp5,8000,1", "raw_format"),
        ("channels", "2", "'2' is a number and cannot be a channel's name"),
        ("expect_speech", "agent", "no channel is named 'agent'"),
    ],
)
def test_a_wrong_option_names_manifest_line_and_column(here, column, value, said):
    with pytest.raises(BatchError) as caught:
        listed(f'file,{column}\na.wav,\nb.wav,"{value}"\n')
    assert str(caught.value).startswith(f"m.csv: line 3, column {column}: ")
    assert said in str(caught.value) and str(caught.value).endswith("or leave it blank")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "path,app\na.wav,x\n",
            "has no column file; its columns are path, app; name the column of the recordings file",
        ),
        ("file,app,app\n", "has two columns named 'app'"),
        ("", "is empty"),
        ("\n", "is empty"),
        ("file,app\na.wav,x,y\n", "line 2 has 3 cells, and there are 2 columns"),
        ('file,app\n"a.wav,x\n', "line 2 cannot be read (unexpected end of data)"),
        ("file\n" + "x" * 200_000 + "\n", "line 2 cannot be read (field larger than field limit"),
    ],
)
def test_what_is_no_manifest(here, text, said):
    with pytest.raises(BatchError) as caught:
        listed(text)
    assert str(caught.value).startswith(f"m.csv: {said}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"path": "a.wav"}\n', "has no column file; its columns are path"),
        ('{"file": "a.wav"}\n{"file": \n', "line 2 cannot be read (Expecting value"),
        ('\n["a.wav"]\n', "line 2 cannot be read (no object in {})"),
        ("[" * 100_000 + "\n", "line 1 cannot be read ("),
    ],
)
def test_what_are_no_json_lines(here, text, said):
    with pytest.raises(BatchError) as caught:
        listed(text, "m.jsonl")
    assert str(caught.value).startswith(f"m.jsonl: {said}")


def test_what_is_no_parquet(here):
    pytest.importorskip("pyarrow")
    with pytest.raises(BatchError, match=r"m.parquet: the table cannot be read \("):
        listed("file\na.wav\n", "m.parquet")


def test_a_manifest_that_is_not_there():
    with pytest.raises(BatchError, match="no.csv: does not exist"):
        list(list_items("no.csv"))


def test_rows_without_a_recording(here):
    outcome, neither, again = listed("file,outcome,app\n,never connected,x\n,,y\n,never connected,z\n")
    assert (outcome.file, outcome.outcome, outcome.problem) == ("", "never connected", None)
    assert outcome.columns == {"outcome": "never connected", "app": "x"}
    assert neither.problem == (
        "missing",
        "m.csv line 3: neither file nor outcome; name a file, or say what became of the call (outcome)",
    )
    assert len({item.id for item in (outcome, neither, again)}) == 3


def test_rows_that_repeat_others_are_taken_once_and_counted(here):
    notes: list[str] = []
    items = listed("file,app\na.wav,x\nb.wav,x\na.wav,x\na.wav,y\na.wav,x\n", notes=notes)
    assert [(item.file, item.occurrence) for item in items] == [("a.wav", 0), ("b.wav", 0), ("a.wav", 1)]
    assert notes == ["m.csv: rows that repeat others and are taken once: 2"]


def test_calls_that_never_connected_may_be_alike(here):
    items = listed("file,call_id,outcome\n,,never connected\n,,never connected\n,7,cut off\n,7,cut off\n")
    assert [(item.outcome, item.occurrence) for item in items] == [
        *(("never connected", 0), ("never connected", 1)),
        ("cut off", 0),
    ]


def test_legs_of_a_call_are_one_item_wherever_they_stand(here):
    text = "file,call_id,leg,app,channels,outcome\na.wav,7,caller,x,,\nc.wav,8,caller,x,,\nb.wav,7,callee,y,,cut off\n"
    alone, call = listed(text)
    assert (alone.file, alone.legs, alone.options) == ("c.wav", (), {"call_id": "8", "leg": "caller"})
    assert [(leg.file, leg.options["leg"]) for leg in call.legs] == [("a.wav", "caller"), ("b.wav", "callee")]
    assert (call.file, call.size, call.options) == ("a.wav + b.wav", 10, {"call_id": "7"})
    assert call.columns["app"] == "x + y" and call.columns["call_id"] == "7"
    assert call.id == Item("", options={"call_id": "7"}).id
    assert Item.from_json(call.to_json()) == call


def test_a_leg_that_is_missing_is_no_problem_of_the_call(here):
    (call,) = listed("file,call_id,leg\na.wav,7,x\nno.wav,7,y\n")
    assert call.problem is None and call.legs[1].problem[0] == "missing"
    (call,) = listed("file,call_id,leg\nno.wav,7,x\nnone.wav,7,y\n")
    assert call.problem[0] == "missing"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("c.wav,7,x,far", "line 3, column leg: call 7 has two recordings of leg 'x'"),
        ("c.wav,7,y,near", "line 3, column side: 'near' and 'far' are said of the same call 7"),
    ],
)
def test_legs_that_contradict_each_other(here, row, said):
    with pytest.raises(BatchError) as caught:
        listed(f"file,call_id,leg,side\na.wav,7,x,far\n{row}\n")
    assert said in str(caught.value)


def test_folders_and_pipes_in_a_manifest(here):
    (here / "x").mkdir()
    (item,) = listed("file\nx\n")
    assert item.problem[0] == "not_a_file" and item.problem[1].startswith("x: is a folder; ")


def test_names_that_are_no_text(here):
    name = b'\xe9\n,".wav'
    (Path(str(here)) / name.decode("utf-8", "surrogateescape")).write_bytes(b"x")
    Path("m.csv").write_bytes(b'file\n"' + name.replace(b'"', b'""') + b'"\n')
    (item,) = list_items("m.csv")
    assert item.problem is None and item.size == 1


_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(
    rows=st.lists(st.tuples(_CELLS.filter(str.strip), _CELLS, _CELLS), max_size=6),
    separator=st.sampled_from(",;\t|"),
    bom=st.booleans(),
)
def test_what_is_written_is_read(tmp_path_factory, rows, separator, bom):
    path = tmp_path_factory.mktemp("m") / "m.csv"
    with open(path, "w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerow(["file", "app", "call, or; note"])
        writer.writerows(rows)
    assert [tuple(line.cells.values()) for line in read_lines(str(path), "m.csv")] == rows


def write_many(path: Path, count: int) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write("file,app,operator,country\n")
        file.writelines(f"calls/{number}.wav,Signal,op {number % 7},NG\n" for number in range(count))


def test_many_rows_are_streamed(here):
    def peak(count: int) -> int:
        write_many(Path("m.csv"), count)
        tracemalloc.start()
        assert sum(1 for _ in list_items("m.csv")) == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(100)
    # Two tallies of at most 32 bytes a row, and twice that while one of them grows.
    assert peak(8000) < peak(1000) + 8000 * 2 * 32 * 1.5


def test_a_row_takes_microseconds(here):
    count = 30_000
    write_many(Path("m.csv"), count)
    start = time.process_time()
    assert sum(1 for _ in list_items("m.csv")) == count
    assert (time.process_time() - start) * 1e6 / count < 60
