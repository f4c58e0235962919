"""What an array of samples must look like, and what is said where it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from audioq.errors import AudioError

_SCALED_TYPES = ("uint8", "int8", "int16", "int32")


def accept(title: str, source: NDArray[Any] | tuple[Any, ...], sr: int | None) -> tuple[NDArray[Any], int]:
    """Return samples, shape (channels, n), of the type that was given, and their rate in Hz.

    Raises
    ------
    AudioError
        The rate is missing or doubtful, the shape is not (n,) or (channels, n), or the type has no
        known full scale.
    """
    array, rate = _array_and_rate(title, source, sr)
    samples = np.atleast_2d(array)
    _check_shape(title, samples, array.ndim)
    _check_type(title, samples)
    return samples, rate


def _array_and_rate(title: str, source: NDArray[Any] | tuple[Any, ...], sr: int | None) -> tuple[NDArray[Any], int]:
    pair = source if isinstance(source, tuple) else (source, sr)
    if len(pair) != 2 or not isinstance(pair[0], np.ndarray):
        raise AudioError(title, "a tuple must be (samples, rate)", "pass (y, sr) with y an array")
    array, rate = pair
    if rate is None:
        raise AudioError(title, "its sampling rate is missing", "pass sr=, the native rate in Hz")
    if isinstance(source, tuple) and sr is not None and sr != rate:
        raise AudioError(title, f"two sampling rates were given, {rate} and {sr} Hz", "leave sr out")
    if isinstance(rate, bool) or not isinstance(rate, (int, float, np.number)) or float(rate) % 1 != 0:
        raise AudioError(title, f"its sampling rate is {rate!r}", "pass sr as a whole number of Hz")
    return array, int(rate)


def _check_shape(title: str, samples: NDArray[Any], ndim: int) -> None:
    if ndim not in (1, 2):
        raise AudioError(title, f"it has {ndim} dimensions", "pass shape (n,) or (channels, n)")
    channels, n = samples.shape
    if channels == 0 or n == 0:
        raise AudioError(title, "holds no samples", "pass shape (n,) or (channels, n)")
    if channels > n:
        problem = f"it has more channels ({channels}) than samples ({n})"
        raise AudioError(title, problem, "pass y.T, channels come first (soundfile.read gives (n, channels))")


def _check_type(title: str, samples: NDArray[Any]) -> None:
    if samples.dtype.kind != "f" and samples.dtype.name not in _SCALED_TYPES:
        allowed = f"float, {', '.join(_SCALED_TYPES)}"
        raise AudioError(title, f"samples of type {samples.dtype} have no known full scale", f"pass {allowed}")
