"""FeatureTable: saved and read again; what is damaged is refused."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audioq.audio import read
from audioq.errors import TableError
from audioq.measurement import measure
from audioq.simulate import speechlike
from audioq.table import MARK_DTYPE, FeatureTable, Format, Note, Quantity, fingerprint, load, save


def a_table(**changes: Any) -> FeatureTable:
    level = np.array([[-20, np.nan, -120], [-np.inf, 0, 1e-45]], np.float32)
    marks = np.array([(0, 3, 50, 0.0), (1, 2**40, 2**40 + 9, -1.0)], MARK_DTYPE)
    fields: dict[str, Any] = {
        "curves": {"level": level, "zero_share": np.abs(np.nan_to_num(level, neginf=0)) / 120},
        "marks": {"zero": marks, "held": np.zeros(0, MARK_DTYPE)},
        "numbers": {"noise_floor_dbfs": np.array([-60.123456789012345, np.nan])},
        "quantities": {"level": Quantity("dBFS", "RMS level over 10 ms"), "zero": Quantity("0", "run of “zeros”")},
        "file": "call.wav",
        "format": Format("wav", "pcm_s16", 8000, None, 2, 0.03),
        "sha256": "0" * 64,
        "notes": (Note("all_zero"), Note("truncated", (("declared", 2.5), ("decoded", "ein Stück")))),
        "fingerprint": "0123456789ab",
    }
    return FeatureTable(**(fields | changes))


def again(table: FeatureTable) -> FeatureTable:
    file = io.BytesIO()
    save(table, file)
    return load(io.BytesIO(file.getvalue()))


def assert_same(one: FeatureTable, two: FeatureTable) -> None:
    for room in ("curves", "marks", "numbers"):
        first, second = getattr(one, room), getattr(two, room)
        assert list(first) == list(second)
        for name in first:
            assert first[name].dtype == second[name].dtype
            assert first[name].shape == second[name].shape
            assert first[name].tobytes() == second[name].tobytes(), name
    for name in ("quantities", "file", "format", "sha256", "notes", "fingerprint"):
        assert getattr(one, name) == getattr(two, name), name


@pytest.mark.smoke
def test_what_was_saved_is_read_bit_for_bit() -> None:
    assert_same(a_table(), again(a_table()))


@pytest.mark.parametrize(
    "name", ["caf\udce9\udcff.wav", "a\nb\t\x1b[31m.wav", "=1+2.wav", "звонок 📞.ogg", "", "x" * 3000, "null\x00.wav"]
)
def test_any_name_of_a_file_comes_back(name: str) -> None:
    assert again(a_table(file=name)).file == name


def test_what_may_be_missing() -> None:
    table = a_table(sha256=None, notes=(), numbers={}, marks={}, quantities={})
    assert_same(table, again(table))
    assert math.isnan(again(a_table(format=Format("mp3", "mp3", 8000, 16000, 2, math.nan))).format.duration)
    notes = (Note("odd", (("value", math.inf), ("text", "\udce9"))),)
    assert again(a_table(notes=notes)).notes == notes


def test_paths_of_every_kind(tmp_path: Path) -> None:
    for file in (tmp_path / "a.npz", str(tmp_path / "b"), tmp_path / "caf\udce9 📞"):
        save(a_table(), file)
        assert Path(file).is_file()
        assert_same(a_table(), load(file))
    assert len(list(tmp_path.iterdir())) == 3


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    save(a_table(), first)
    save(again(a_table()), second)
    assert first.getvalue() == second.getvalue()


@pytest.mark.smoke
def test_a_measured_table_comes_back() -> None:
    y = speechlike(1.0, 8000, np.random.default_rng(40))
    table = measure(read(np.stack([y, 0 * y]), sr=8000))
    assert_same(table, again(table))


def test_properties() -> None:
    table = a_table()
    assert (table.duration, table.channels, table.n_frames) == (0.03, 2, 3)
    np.testing.assert_allclose(table.times, [0, 0.01, 0.02])
    assert table["level"] is table.curves["level"]
    with pytest.raises(TableError, match="no curve named 'loudness'; this table has level, zero_share"):
        table["loudness"]


def test_the_fingerprint_is_of_the_names() -> None:
    assert fingerprint(["a", "b"]) == fingerprint(["a", "b"])
    assert len({fingerprint(names) for names in ([], ["a"], ["a", "b"], ["b", "a"], ["ab"])}) == 5
    assert len(fingerprint(["a"])) == 12


def test_to_dataframe() -> None:
    pytest.importorskip("pandas")
    frame = a_table().to_dataframe()
    assert list(frame.columns) == ["channel", "time", "level", "zero_share"]
    assert frame["channel"].tolist() == [0, 0, 0, 1, 1, 1]
    np.testing.assert_allclose(frame["time"], [0, 0.01, 0.02] * 2)
    np.testing.assert_array_equal(frame["level"].to_numpy().reshape(2, 3), a_table()["level"])


def saved(**arrays: Any) -> bytes:
    """An archive as `save` writes it, with some of its arrays exchanged; None takes one away."""
    file = io.BytesIO()
    save(a_table(), file)
    with np.load(io.BytesIO(file.getvalue())) as archive:
        kept = {name: archive[name] for name in archive.files} | arrays
    file = io.BytesIO()
    np.savez_compressed(file, **{name: value for name, value in kept.items() if value is not None})
    return file.getvalue()


def a_head(**changes: Any) -> np.ndarray:
    with np.load(io.BytesIO(saved())) as archive:
        head = json.loads(str(archive["head"])) | changes
    return np.array(json.dumps({name: value for name, value in head.items() if value is not ...}))


def a_npy() -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


def an_object_array() -> bytes:
    file = io.BytesIO()
    np.savez(file, head=np.array([{"version": 1}], object))
    return file.getvalue()


DAMAGED = {
    "empty": b"",
    "text": b"this is no table",
    "a zip without anything": b"PK\x05\x06" + bytes(18),
    "cut short": saved()[:-100],
    "cut in the middle": saved()[:900],
    "without its head": saved(head=None),
    "with a head that is no JSON": saved(head=np.array("{")),
    "with objects inside": an_object_array(),
    "of another version": saved(head=a_head(version=99)),
    "without a version": saved(head=a_head(version=...)),
}
DAMAGED_BUGS = {
    "an array alone": a_npy(),
    "with a head that is a list": saved(head=np.array("[]")),
    "with a head that is null": saved(head=np.array("null")),
    "without quantities": saved(head=a_head(quantities=...)),
    "with a format that is none": saved(head=a_head(format={"container": "wav"})),
    "with notes that are none": saved(head=a_head(notes=[1])),
    "with a stray array": saved(stray=np.zeros(3)),
    "with an unknown room": saved(**{"cellar/level": np.zeros(3)}),
}


@pytest.mark.parametrize(
    "data",
    [
        *(pytest.param(data, id=name) for name, data in DAMAGED.items()),
        *(pytest.param(data, id=name) for name, data in DAMAGED_BUGS.items()),
    ],
)
def test_what_is_damaged_is_a_table_error(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "call.npz"
    file.write_bytes(data)
    with pytest.raises(TableError, match="call.npz"):
        load(file)


@pytest.mark.parametrize(
    "arrays",
    [
        {"curves/level": np.zeros((2, 4), np.float32)},
        {"curves/level": np.zeros(3, np.float32)},
        {"curves/level": None, "curves/zero_share": None},
    ],
    ids=["unequal", "one dimension", "none"],
)
def test_curves_that_do_not_fit_are_a_table_error(arrays: dict[str, Any]) -> None:
    with pytest.raises(TableError):
        load(io.BytesIO(saved(**arrays)))


def test_a_table_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    for file in (tmp_path / "gone.npz", tmp_path):
        with pytest.raises(TableError, match="does not exist|is no table of audioq"):
            load(file)


def test_bytes_exchanged_at_random_are_a_table_error_or_a_table() -> None:
    data, rng = saved(), np.random.default_rng(41)
    for _ in range(300):
        damaged = bytearray(data)
        for place in rng.integers(0, len(data), 3):
            damaged[place] = rng.integers(256)
        try:
            assert isinstance(load(io.BytesIO(bytes(damaged))), FeatureTable)
        except TableError:
            pass
