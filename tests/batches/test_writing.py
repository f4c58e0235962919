"""Tables on disc: whole or not at all, the same bytes every time, and safe to open."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from pathlib import Path

import pytest
from made_rows import MANIFEST, a_row, rows

from audioq.batches.items import Item
from audioq.batches.tables import Layout
from audioq.batches.writing import COMMIT, write_folder, write_tables
from audioq.errors import BatchError

LAYOUT = Layout.of(MANIFEST)
ALL = {"layout": LAYOUT, "formats": ("csv", "jsonl", "parquet")}


def files(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_rows_give_the_same_bytes(tmp_path):
    pytest.importorskip("pyarrow")
    how = ALL | {"partition_by": ("operator",), "part_rows": 2}
    write_folder(rows(), tmp_path / "a", **how)
    write_folder(iter(rows()), tmp_path / "b", **how)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_lines_hold_the_rows_in_full(tmp_path):
    write_folder(rows(), tmp_path, formats=("jsonl",))
    text = (tmp_path / "recordings.jsonl").read_bytes().decode("ascii")
    assert [json.loads(line) for line in text.splitlines()] == rows()


def test_csv_has_a_record_a_row_and_no_formula(tmp_path):
    write_folder(rows(), tmp_path, layout=LAYOUT)
    recordings = table(tmp_path, "recordings")
    assert [record["recording_id"] for record in recordings] == [row["id"] for row in rows()]
    assert not [cell for record in recordings for cell in record.values() if cell.startswith(("=", "+", "@", "\t"))]
    assert "./=cmd|' /C calc'!A0.wav" in [record["file"] for record in recordings]
    assert "'=cmd|' /C calc'!A0.wav" in [record["operator"] for record in recordings]
    negative = [record["noise_floor_dbfs"] for record in recordings if record["noise_floor_dbfs"].startswith("-")]
    assert negative and all(float(cell) < 0 for cell in negative)


def test_csv_leaves_undefined_numbers_empty(tmp_path):
    write_folder([rows()[2]], tmp_path)
    (silence,) = table(tmp_path, "recordings")
    assert silence["label"] == "blocked" and silence["mos"] == ""


def test_an_empty_run_has_heads_and_schemas(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    names = write_folder([], tmp_path, **ALL)
    for name in ("recordings", "channels", "events"):
        expected = [column.name for column in LAYOUT.columns(name)]
        assert (tmp_path / f"{name}.csv").read_text("utf-8").strip().split(",") == expected
        read = pq.read_table(tmp_path / name)
        assert read.num_rows == 0 and read.column_names == expected
    assert json.loads((tmp_path / COMMIT).read_text())["files"] == names[:-1]


def test_parts_are_numbered_and_limited(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    many = [a_row(Item(f"{i}.wav"), 2) for i in range(23)]
    write_folder(many, tmp_path, formats=("parquet",), part_rows=5)
    parts = sorted((tmp_path / "recordings").iterdir())
    assert [part.name for part in parts] == [f"part-{i:05d}.parquet" for i in range(5)]
    assert [pq.read_metadata(part).num_rows for part in parts] == [5, 5, 5, 5, 3]
    assert [row["id"] for row in many] == [i for part in parts for i in pq.read_table(part)["recording_id"].to_pylist()]
    for part in parts:  # the channels of the same recordings
        same = tmp_path / "channels" / part.name
        assert pq.read_table(same)["recording_id"].to_pylist() == pq.read_table(part)["recording_id"].to_pylist()


def test_parquet_has_the_types_that_are_promised(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    write_folder(rows(), tmp_path, **ALL)
    schema = pq.read_schema(tmp_path / "recordings" / "part-00000.parquet")
    assert schema.metadata[b"schema_version"] == b"1"
    assert str(schema.field("label").type) == "dictionary<values=string, indices=int32, ordered=0>"
    assert str(schema.field("started_at").type) == "timestamp[us, tz=UTC]"
    assert schema.field("longest_dropout_s").metadata[b"unit"] == b"s"
    events = pq.read_schema(tmp_path / "events" / "part-00000.parquet")
    assert str(events.field("evidence").type).startswith("map<string, double")


def test_folders_divide_all_tables_by_values_of_any_kind(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    many = [*rows(), a_row(Item("long.wav", columns={"operator": "é/" * 300}), 1)]
    write_folder(many, tmp_path, layout=LAYOUT, formats=("parquet",), partition_by=("operator", "label"))
    folders = {file.parent.parent for file in tmp_path.glob("recordings/*/*/*.parquet")}
    assert {"operator=A", "operator=B", "operator=__HIVE_DEFAULT_PARTITION__"} < {folder.name for folder in folders}
    assert all(len(folder.name) < 255 and folder.parent == tmp_path / "recordings" for folder in folders)
    read = [pq.ParquetFile(file).read() for file in sorted(tmp_path.glob("recordings/**/*.parquet"))]
    assert sorted(i for part in read for i in part["recording_id"].to_pylist()) == sorted(row["id"] for row in many)
    assert "operator" not in read[0].column_names


def test_duckdb_reads_the_names_of_the_folders(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    write_folder(rows(), tmp_path, layout=LAYOUT, formats=("parquet",), partition_by=("operator",))
    parts = f"read_parquet('{tmp_path}/recordings/*/*.parquet', hive_partitioning=true)"
    own = {r["recording_id"]: r["operator"] for row in rows() for r in LAYOUT.records(row)["recordings"]}
    assert dict(duckdb.sql(f"SELECT recording_id, operator FROM {parts}").fetchall()) == own


def test_more_folders_than_can_be_open_lose_nothing(tmp_path, monkeypatch):
    pq = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr("audioq.batches.parquet.OPEN_PLACES", 2)
    monkeypatch.setattr("audioq.batches.parquet.HELD_ROWS", 3)
    many = [a_row(Item(f"{i}.wav", columns={"operator": str(i % 7)}), 2) for i in range(40)]
    write_folder(many, tmp_path, layout=LAYOUT, formats=("parquet",), partition_by=("operator",))
    found = [i for f in tmp_path.glob("recordings/**/*.parquet") for i in pq.ParquetFile(f).read()[0].to_pylist()]
    assert sorted(found) == sorted(row["id"] for row in many)


def test_tables_of_an_earlier_time_go(tmp_path):
    pytest.importorskip("pyarrow")
    write_folder([a_row(Item(f"{i}.wav"), 2) for i in range(5)], tmp_path, formats=("parquet", "csv"), part_rows=1)
    (tmp_path / "log.jsonl").write_text("mine")
    write_folder(rows(), tmp_path, formats=("parquet",))
    names = set(files(tmp_path))
    assert names == {COMMIT, "log.jsonl", *(f"{t}/part-00000.parquet" for t in ("recordings", "channels", "events"))}


def test_an_error_in_the_middle_leaves_the_earlier_tables(tmp_path):
    def breaking():
        yield rows()[0]
        raise RuntimeError("in the middle")

    write_folder(rows(), tmp_path)
    before = files(tmp_path)
    with pytest.raises(RuntimeError):
        write_folder(breaking(), tmp_path)
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "holds"),
    [("recordings/mine.wav", "RIFF"), ("recordings/sub/part-00000.parquet", "a"), ("recordings.csv", "file\na.wav\n")]
    + [("events", "a file"), ("commit.json", "{}"), ("recordings.jsonl", '{"file":"a.wav"}'), ("channels/a=1/x", "")],
)
def test_nothing_that_is_somebodys_own_is_touched(tmp_path, name, holds):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(holds)
    with pytest.raises(BatchError, match="left alone"):
        write_folder(rows(), tmp_path)
    assert files(tmp_path) == {name: holds.encode()}


def test_a_link_is_somebodys_own(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "recordings").symlink_to(tmp_path / "own")
    with pytest.raises(BatchError, match="left alone"):
        write_folder(rows(), tmp_path / "results")


def test_what_a_killed_finish_left_is_mended(tmp_path):
    (tmp_path / ".tables" / "recordings").mkdir(parents=True)
    (tmp_path / ".tables" / "recordings.csv").write_text("half")
    write_folder(rows(), tmp_path)
    assert not (tmp_path / ".tables").exists() and len(table(tmp_path, "recordings")) == len(rows())


def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BatchError, match="cannot be written"):
        write_folder(rows(), tmp_path / "file")


def test_a_full_disc_is_refused_with_a_remedy(tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("audioq.batches.writing._opened", lambda file: Full())
    with pytest.raises(BatchError, match="No space left .* free space"):
        write_folder(rows(), tmp_path)


@pytest.mark.parametrize(
    "how",
    [{"formats": ("xlsx",)}, *({"formats": ("parquet",), "partition_by": (b,)} for b in ("mos", "no", "recording_id"))],
)
def test_what_cannot_be_is_refused(tmp_path, how):
    pytest.importorskip("pyarrow")
    with pytest.raises(BatchError):
        write_folder(rows(), tmp_path, **how)


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(BatchError, match=r"pip install 'audioq\[parquet\]'"):
        write_folder(rows(), tmp_path, formats=("parquet",))


def test_any_place_that_gives_files_will_do():
    fsspec = pytest.importorskip("fsspec")
    pytest.importorskip("pyarrow")
    place = fsspec.filesystem("memory")
    names = write_tables(rows(), lambda name: place.open(f"/tables-test/{name}", "wb"), **ALL)
    assert names[-1] == COMMIT and all(place.info(f"/tables-test/{name}")["size"] for name in names)
    place.rm("/tables-test", recursive=True)


def test_memory_does_not_grow_with_the_rows(tmp_path):
    pytest.importorskip("pyarrow")
    row = a_row(Item("a.wav"), 1)

    def peak(count: int) -> int:
        tracemalloc.start()
        write_folder((row | {"id": str(i)} for i in range(count)), tmp_path, formats=("csv", "parquet"), part_rows=50)
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(50)
    assert peak(1000) < 1.5 * peak(200)
