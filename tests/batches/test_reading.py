"""Results are read back the same from whatever format lies there, into pandas and polars."""

from __future__ import annotations

import json
import shutil

import pytest
from made_rows import MANIFEST, a_failure, a_row, rows

from audioq.batches.columns import TABLES
from audioq.batches.items import Item
from audioq.batches.reading import read_results
from audioq.batches.tables import Layout
from audioq.batches.writing import COMMIT, write_folder, write_tables
from audioq.errors import BatchError
from audioq.render.csv import defuse

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pytest.importorskip("pyarrow")

LAYOUT = Layout.of(MANIFEST)
HEADER = {"log": 1, "audioq": "0.1.0", "measurement": "m", "thresholds": "t", "options": {}}


def log(folder, several, end=""):
    lines = [json.dumps(row) for row in (HEADER, *several)]
    (folder / "log.jsonl").write_text("\n".join(lines) + "\n" + end)
    return folder


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The same results in each format."""
    made = {name: tmp_path_factory.mktemp(name) for name in ("csv", "jsonl", "parquet", "log")}
    for format in ("csv", "jsonl", "parquet"):
        write_folder(rows(), made[format], layout=LAYOUT, formats=(format,), part_rows=4)
    log(made["log"], rows())
    return made


def told(frame):
    """Records of a frame, with what CSV cannot carry made alike."""
    if isinstance(frame, pl.DataFrame):
        return [
            {k: {e["key"]: e["value"] for e in v} if _map(v) else v for k, v in r.items()}
            for r in frame.iter_rows(named=True)
        ]
    plain = frame.astype(object)
    return plain.where(frame.notna(), None).to_dict("records")


def _map(value):
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def expected(table, csv=False):
    records = [record for row in rows() for record in LAYOUT.records(row)[table]]
    safe = {n: lambda v, p=n == "file": defuse(v, path=p) if csv and isinstance(v, str) else v for n in records[0]}
    return [{name: safe[name](value) for name, value in record.items()} for record in records]


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "log"])
@pytest.mark.parametrize("table", TABLES)
def test_every_format_gives_the_same_records(places, table, format, library):
    frame = read_results(places[format], table, library=library)
    names = [c.name for c in LAYOUT.columns(table)]
    assert sorted(frame.columns) == sorted(names)
    found = [{name: record[name] for name in names} for record in told(frame)]
    assert found == expected(table, csv=format == "csv")


@pytest.mark.parametrize("table", TABLES)
def test_types_are_the_same_from_every_format(places, table):
    for library in ("pandas", "polars"):
        frames = {format: read_results(place, table, library=library) for format, place in places.items()}
        types = {format: {n: str(frame[n].dtype) for n in sorted(frame.columns)} for format, frame in frames.items()}
        for format in ("csv", "jsonl", "log"):
            assert _bare(types[format]) == _bare(types["parquet"]), format


def _bare(types):
    return {name: "category" if type.startswith("Categorical") else type for name, type in types.items()}


def test_pandas_has_categories_aware_times_and_dicts(places):
    recordings = read_results(places["parquet"])
    assert recordings["label"].dtype == "category" and str(recordings["started_at"].dtype) == "datetime64[us, UTC]"
    assert isinstance(read_results(places["csv"], "events")["evidence"][0], dict)
    assert (recordings.groupby("status", observed=True).size() > 0).all()


def test_duckdb_reads_parquet_and_csv_alike(places):
    duckdb = pytest.importorskip("duckdb")
    query = "SELECT recording_id, label, mos, epoch_us(started_at), dropout_events FROM {} ORDER BY ALL"
    parquet = duckdb.sql(query.format(f"'{places['parquet']}/recordings/*.parquet'")).fetchall()
    csv = duckdb.sql(query.format(f"read_csv('{places['csv']}/recordings.csv', sample_size=-1)")).fetchall()
    assert parquet == csv and len(parquet) == len(rows())
    own = sorted(((r["recording_id"], r["label"]) for r in expected("recordings")), key=str)
    assert sorted(((row[0], row[1]) for row in parquet), key=str) == own
    maps = duckdb.sql(f"SELECT map_keys(evidence) FROM '{places['parquet']}/events/*.parquet'").fetchall()
    assert [set(keys) for (keys,) in maps] == [set(e["evidence"]) for e in expected("events")]


def test_folders_that_divide_are_read_back(tmp_path):
    write_folder(rows(), tmp_path, layout=LAYOUT, formats=("parquet",), partition_by=("operator", "label"))
    names = [column.name for column in LAYOUT.columns("recordings")]
    for library in ("pandas", "polars"):
        found = told(read_results(tmp_path, library=library))
        ordered = sorted(({n: record[n] for n in names} for record in found), key=str)
        assert ordered == sorted(expected("recordings"), key=str)


def test_a_log_tells_each_recording_once_and_forgets_a_torn_line(tmp_path):
    item = Item("again.wav")
    several = [a_failure(item, "timeout"), a_row(Item("b.wav"), 0), a_row(item, 1)]
    frame = read_results(log(tmp_path, several, end='{"row": 1, "id": "to'))
    assert frame["file"].tolist() == ["again.wav", "b.wav"] and frame["status"].tolist() == ["ok", "ok"]


def test_a_later_head_of_a_log_begins_anew(tmp_path):
    again = [HEADER | {"thresholds": "others"}, a_row(Item("b.wav"), 1)]
    frame = read_results(log(tmp_path, [a_row(Item("a.wav", columns={"old": "1"}), 0), *again]))
    assert frame["file"].tolist() == ["b.wav"] and "old" not in frame.columns


def test_a_log_goes_before_tables_that_are_not_finished(tmp_path):
    write_folder(rows(), tmp_path, formats=("csv", "parquet"))
    (tmp_path / COMMIT).unlink()
    assert len(read_results(tmp_path)) == len(rows())
    assert len(read_results(log(tmp_path, rows()[:2]))) == 2


def test_times_without_an_offset_take_the_zone_that_is_given(tmp_path):
    log(tmp_path, [a_row(Item("a.wav", columns={"started_at": "2025-07-01 12:00"}), 2)])
    assert read_results(tmp_path)["started_at"].isna().all()
    frame = read_results(tmp_path, time_zone="Europe/Berlin")
    assert frame["started_at"][0].isoformat() == "2025-07-01T10:00:00+00:00"


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet", "log"])
def test_an_empty_run_is_an_empty_frame(tmp_path, format, library):
    if format == "log":
        log(tmp_path, [])
    else:
        write_folder([], tmp_path, formats=(format,))
    for table in TABLES:
        frame = read_results(tmp_path, table, library=library)
        assert len(frame) == 0 and "recording_id" in frame.columns


def test_many_records_are_joined_from_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr("audioq.batches.reading.CHUNK", 4)
    write_folder(rows(), tmp_path, layout=LAYOUT)
    for library in ("pandas", "polars"):
        frame = read_results(tmp_path, library=library)
        assert [r["label"] for r in told(frame)] == [r["label"] for r in expected("recordings")]
    assert read_results(tmp_path)["label"].dtype == "category"


def test_a_bucket_is_read_by_its_list():
    fsspec = pytest.importorskip("fsspec")
    place = fsspec.filesystem("memory")
    write_tables(rows(), lambda n: place.open(f"/run/{n}", "wb"), layout=LAYOUT, formats=("parquet",), part_rows=3)
    with place.open("/run/recordings/part-99999.parquet", "wb") as stale:
        stale.write(b"of an earlier time")
    assert len(read_results("memory://run")) == len(rows())
    place.rm("/run", recursive=True)


def test_what_is_not_there_is_refused_with_a_remedy(tmp_path, places, monkeypatch):
    with pytest.raises(BatchError, match="no results .* audioq batch"):
        read_results(tmp_path)
    with pytest.raises(BatchError, match="no results"):
        read_results(tmp_path / "gone")
    with pytest.raises(BatchError, match="recordings, channels, events"):
        read_results(places["csv"], "calls")
    with pytest.raises(BatchError, match="pandas or polars"):
        read_results(places["csv"], library="excel")
    monkeypatch.setitem(__import__("sys").modules, "polars", None)
    with pytest.raises(BatchError, match="pip install 'polars'"):
        read_results(places["csv"], library="polars")


@pytest.mark.parametrize("file", ["recordings/part-00000.parquet", "recordings.csv", "recordings.jsonl", COMMIT])
def test_damaged_results_are_refused(tmp_path, places, file):
    format = {"json": "csv", "parquet": "parquet", "csv": "csv", "jsonl": "jsonl"}[file.rpartition(".")[2]]
    shutil.copytree(places[format], tmp_path / "copy")
    (tmp_path / "copy" / file).write_bytes(b'{"no":\n 1,\xff')
    with pytest.raises(BatchError, match="damaged"):
        read_results(tmp_path / "copy")
