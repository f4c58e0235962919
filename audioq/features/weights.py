"""Weights: the numbers of a trained network, read from its file and checked before the first use.

A file that lacks a number, was cut short or belongs to another version would still give probabilities, only wrong
ones. So all that can be told from the file itself is checked, and nothing is put in the place of what is missing.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audioq.errors import InstallationError

FORMAT = 2
"""Form of the file, in its entry ``format``; another arrangement of the network gets another number."""

TAPS = 3
"""Steps that a convolution sees: one before, its own, one after."""

_SIZES: dict[str, tuple[str, ...]] = {
    "x_mean": ("inputs",),
    "x_scale": ("inputs",),
    "setting_mean": ("settings",),
    "setting_scale": ("settings",),
    "in_weight": ("stacked", "hidden"),
    "in_bias": ("hidden",),
    "setting_weight": ("settings", "hidden"),
    "out_weight": ("hidden", "outputs"),
    "out_bias": ("outputs",),
    "dilations": ("layers",),
    "weight": ("layers", "taps", "hidden", "hidden"),
    "bias": ("layers", "hidden"),
}
"""The arrays of the file and how long each is; the same word is the same length."""
_LAYERED = ("weight", "bias")
"""What the layers share one array for: a file of few arrays is read in half the time."""

_DAMAGE: tuple[type[Exception], ...] = (OSError, ValueError, LookupError, EOFError, TypeError, AttributeError)
_DAMAGE += (RuntimeError, MemoryError, SyntaxError, zipfile.BadZipFile, zlib.error)
"""What NumPy, zipfile and the unpacking raise on damaged files; NotImplementedError is a RuntimeError."""

Weights = dict[str, NDArray[np.float32]]


def load(path: Path, **sizes: int) -> Weights:
    """Read the weights of a network.

    Parameters
    ----------
    path : Path
        An ``.npz`` file with the arrays of the network and ``format``.
    **sizes : int
        What the program expects: ``inputs`` (curves of a frame), ``settings`` (numbers of the call), ``stack``
        (frames a step), ``outputs`` (classes times frames a step), ``hidden``, ``layers``. What is left out is only
        compared within the file.

    Returns
    -------
    dict of str to ndarray, float32
        ``x_mean``, ``x_scale`` (inputs,), ``setting_mean``, ``setting_scale`` (settings,), ``in_weight``
        (stack * inputs, hidden), ``in_bias`` (hidden,), ``setting_weight`` (settings, hidden), ``dilations``
        (layers,), for each layer ``weight_0`` (3, hidden, hidden) and ``bias_0`` (hidden,), and so on, ``out_weight``
        (hidden, outputs), ``out_bias`` (outputs,).

    Raises
    ------
    InstallationError
        The file is missing, damaged, of another version, or its numbers do not fit each other or the program.
    """
    arrays = _unpacked(_bytes(path), path)
    format = arrays.pop("format", np.array(1))
    if format.shape != () or format != FORMAT:
        raise _broken(path, f"has weights of format {format}, and this version of audioq reads format {FORMAT}")
    try:
        _check_sizes(arrays, sizes)
        _check_values(arrays)
    except ValueError as problem:
        raise _broken(path, str(problem)) from None
    return _parted({name: values.astype(np.float32) for name, values in arrays.items()})


def save(path: Path, weights: Mapping[str, NDArray[Any]]) -> None:
    """Write weights so that `load` reads them.

    Parameters
    ----------
    path : Path
        The file, with its ending ``.npz``. The same weights give the same bytes.
    weights : mapping of str to ndarray
        What `load` returns, in any floating type: it is kept, so that float16 stays small.
    """
    n_layers = weights["dilations"].size
    arrays = {name: values for name, values in weights.items() if name.rpartition("_")[0] not in _LAYERED}
    arrays |= {name: np.stack([weights[f"{name}_{layer}"] for layer in range(n_layers)]) for name in _LAYERED}
    arrays["format"] = np.array(FORMAT)
    np.savez(path, **arrays)  # type: ignore[arg-type]  # not compressed: unpacked sooner, and hardly larger


def digest(path: Path) -> str:
    """Return 12 hexadecimal digits that tell one file of weights from another.

    Raises
    ------
    InstallationError
        The file cannot be read.
    """
    return hashlib.sha256(_bytes(path)).hexdigest()[:12]


def _broken(path: Path, problem: str) -> InstallationError:
    return InstallationError(f"{path}: {problem}; reinstall audioq")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as cause:
        raise _broken(path, "this file with weights of the network is missing") from cause
    except OSError as cause:
        raise _broken(path, f"the weights of the network cannot be read ({cause.strerror or cause})") from cause


def _unpacked(content: bytes, path: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:  # np.load opens each member twice
            return {name.removesuffix(".npy"): _array(archive.read(name)) for name in archive.namelist()}
    except _DAMAGE as cause:
        raise _broken(path, "this file with weights of the network is damaged") from cause


def _parted(arrays: Weights) -> Weights:
    parts = {f"{name}_{layer}": part for name in _LAYERED for layer, part in enumerate(arrays[name])}
    return {name: values for name, values in arrays.items() if name not in _LAYERED} | parts


def _array(member: bytes) -> NDArray[Any]:
    return np.asarray(np.lib.format.read_array(io.BytesIO(member), allow_pickle=False))


def _check_sizes(arrays: Mapping[str, NDArray[Any]], sizes: Mapping[str, int]) -> None:
    """Raise ValueError where an array is missing, is one too many, or is not as long as another says."""
    if missing := sorted(_SIZES.keys() - arrays.keys()):
        raise ValueError(f"the weights lack '{missing[0]}'")
    if more := sorted(arrays.keys() - _SIZES.keys()):
        raise ValueError(f"the weights hold '{more[0]}', which this version of audioq does not know")
    known = {"taps": TAPS, **sizes}
    for name, words in _SIZES.items():
        shape = arrays[name].shape
        wanted = tuple(known.setdefault(word, n) for word, n in zip(words, shape, strict=False))
        if len(words) != len(shape) or wanted != shape or 0 in shape:
            other = wanted if len(words) == len(shape) else words
            raise ValueError(f"the weights '{name}' have the shape {_shown(shape)} in place of {_shown(other)}")
    stack = known.get("stack", known["stacked"] // known["inputs"])
    if known["stacked"] != stack * known["inputs"]:
        raise ValueError(f"the weights see {known['stacked']} numbers a step in place of {stack * known['inputs']}")


def _shown(sizes: Iterable[int | str]) -> str:
    return f"({', '.join(map(str, sizes))})"


def _check_values(arrays: Mapping[str, NDArray[Any]]) -> None:
    """Raise ValueError where a number is none, a scale is not above 0, or a dilation is no whole number above 0."""
    for name, values in arrays.items():
        if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
            raise ValueError(f"the weights '{name}' are not all finite numbers")
        if name.endswith("_scale") and not (values > 0).all():
            raise ValueError(f"the weights '{name}' are not all above 0")
    dilations = arrays["dilations"]
    if not ((dilations >= 1) & (dilations == np.floor(dilations))).all():
        raise ValueError("the weights 'dilations' are not all whole numbers of 1 or more")
