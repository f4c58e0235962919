"""Weights: what is sound is read as it stands, what is not is refused with one clear sentence."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from audioq.errors import AudioqError, InstallationError
from audioq.features import weights

INPUTS, STACK, HIDDEN, OUTPUTS, DILATIONS = 5, 2, 4, 6, (1, 2, 4)

Arrays = dict[str, np.ndarray]


def drawn() -> Arrays:
    """The arrays of the file of a small network, in the types in which training stores them."""
    rng = np.random.default_rng(3)
    shapes = {
        "in_weight": (STACK * INPUTS, HIDDEN),
        "setting_weight": (2 * INPUTS + 1, HIDDEN),
        "out_weight": (HIDDEN, OUTPUTS),
        "weight": (len(DILATIONS), 3, HIDDEN, HIDDEN),
        "bias": (len(DILATIONS), HIDDEN),
    }
    long = {"x_mean": INPUTS, "setting_mean": 2 * INPUTS + 1, "in_bias": HIDDEN, "out_bias": OUTPUTS}
    arrays: Arrays = {name: rng.standard_normal(shape).astype(np.float16) for name, shape in shapes.items()}
    arrays |= {name: rng.standard_normal(n).astype(np.float32) for name, n in long.items()}
    arrays |= {"x_scale": np.ones(INPUTS, np.float32), "setting_scale": np.ones(2 * INPUTS + 1, np.float32)}
    return arrays | {"dilations": np.array(DILATIONS), "format": np.array(weights.FORMAT)}


def written(tmp_path: Path, **changed: np.ndarray | None) -> Path:
    """A file of weights in which some arrays were replaced, or left out where None is given."""
    arrays = {name: value for name, value in (drawn() | changed).items() if value is not None}
    path = tmp_path / "net.npz"
    np.savez_compressed(path, **arrays)
    return path


def refused(path: Path, **sizes: int) -> str:
    with pytest.raises(InstallationError) as raised:
        weights.load(path, **sizes)
    sentence = str(raised.value)
    assert sentence.startswith(f"{path}: ")
    assert sentence.endswith("; reinstall audioq")
    assert "\n" not in sentence
    return sentence


def test_sound_weights_are_read_as_they_stand(tmp_path: Path) -> None:
    sizes = {"inputs": INPUTS, "settings": 2 * INPUTS + 1, "stack": STACK, "outputs": OUTPUTS, "hidden": HIDDEN}
    read = weights.load(written(tmp_path), **sizes, layers=len(DILATIONS))
    expected = drawn()
    for layer, (weight, bias) in enumerate(zip(expected.pop("weight"), expected.pop("bias"), strict=True)):
        expected |= {f"weight_{layer}": weight, f"bias_{layer}": bias}
    assert read.keys() == expected.keys() - {"format"}
    for name, values in read.items():
        assert values.dtype == np.float32
        assert np.array_equal(values, expected[name].astype(np.float32))


def test_what_is_saved_is_read_again_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    read = weights.load(written(tmp_path))
    small = {name: values.astype(np.float16) for name, values in read.items()}
    for name in ("one.npz", "two.npz"):
        weights.save(tmp_path / name, small)
    again = weights.load(tmp_path / "one.npz")
    assert again.keys() == read.keys()
    assert all(np.array_equal(again[name], values.astype(np.float16)) for name, values in read.items())
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "missing" in refused(tmp_path / "net.npz")
    with pytest.raises(InstallationError, match="missing"):
        weights.digest(tmp_path / "net.npz")


def test_a_folder_in_its_place_cannot_be_read(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_damaged(tmp_path: Path, share: float) -> None:
    path = written(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert "damaged" in refused(path)


def test_no_changed_byte_passes_unseen(tmp_path: Path) -> None:
    """Whatever byte changes, the weights are refused or are the same numbers as before (names, times, padding)."""
    path = written(tmp_path)
    content, sound = path.read_bytes(), weights.load(path)
    for place in range(0, len(content), 23):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        try:
            read = weights.load(path)
        except InstallationError:
            continue
        assert all(np.array_equal(read[name], values) for name, values in sound.items()), place


@pytest.mark.parametrize("content", [b"nothing of the kind", np.lib.format.MAGIC_PREFIX + b"\x01\x00"])
def test_what_is_no_archive_is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "net.npz"
    path.write_bytes(content)
    assert "damaged" in refused(path)


def test_a_lone_array_is_damaged(tmp_path: Path) -> None:
    content = io.BytesIO()
    np.save(content, np.zeros(3))
    path = tmp_path / "net.npz"
    path.write_bytes(content.getvalue())
    assert "damaged" in refused(path)


def test_an_archive_of_something_else_lacks_weights(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refused(path)


@pytest.mark.parametrize(
    ("format", "words"),
    [
        (None, "format 1, "),
        (np.array(1), "format 1, "),
        (np.array(3), "format 3, "),
        (np.array([2, 2]), "format [2 2]"),
    ],
)
def test_another_version_is_named(tmp_path: Path, format: np.ndarray | None, words: str) -> None:
    assert words in refused(written(tmp_path, format=format))


@pytest.mark.parametrize("name", sorted(drawn().keys() - {"format"}))
def test_each_array_is_needed_and_must_fit(tmp_path: Path, name: str) -> None:
    assert "'" in refused(written(tmp_path, **{name: None}))
    longer = np.concatenate([drawn()[name], drawn()[name][-1:]])
    refused(written(tmp_path, **{name: longer}))
    refused(written(tmp_path, **{name: drawn()[name][np.newaxis]}))
    refused(written(tmp_path, **{name: drawn()[name][:0]}))


def test_an_array_too_many_is_named(tmp_path: Path) -> None:
    assert "'weight_3'" in refused(written(tmp_path, weight_3=np.zeros((3, HIDDEN, HIDDEN))))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["weight", "out_bias", "setting_mean", "x_scale"])
def test_a_number_that_is_none_is_named(tmp_path: Path, name: str, value: float) -> None:
    changed = drawn()[name].copy()
    changed.flat[1] = value
    assert f"'{name}'" in refused(written(tmp_path, **{name: changed}))


def test_other_values_that_cannot_be(tmp_path: Path) -> None:
    assert "above 0" in refused(written(tmp_path, x_scale=np.zeros(INPUTS)))
    assert "whole" in refused(written(tmp_path, dilations=np.array([1, 0, 4])))
    assert "whole" in refused(written(tmp_path, dilations=np.array([1, 1.5, 4])))
    assert "finite" in refused(written(tmp_path, out_bias=np.array(["a"] * OUTPUTS)))


@pytest.mark.parametrize(
    "size", [{"inputs": 6}, {"settings": 9}, {"stack": 1}, {"outputs": 7}, {"hidden": 5}, {"layers": 4}]
)
def test_weights_must_fit_the_program(tmp_path: Path, size: dict[str, int]) -> None:
    refused(written(tmp_path), **size)


def test_the_digest_tells_files_apart(tmp_path: Path) -> None:
    first = weights.digest(written(tmp_path))
    assert first == weights.digest(written(tmp_path))
    assert len(first) == 12
    assert first != weights.digest(written(tmp_path, out_bias=np.ones(OUTPUTS, np.float32)))


@pytest.mark.smoke
def test_the_error_is_one_of_ours() -> None:
    assert issubclass(InstallationError, AudioqError)
