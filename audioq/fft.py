"""The real FFT, without the second that `scipy.fft` and `scipy.signal` take to import.

SciPy's compiled pocketfft keeps float32 and allocates nothing but its result; loading only that
extension takes 3 ms. Its path is private, so where it cannot be loaded NumPy's FFT serves.

Memory beside it: fresh arrays above 128 KiB come from the system page by page, which costs more than the
arithmetic of a tile, so kernels write what they soon forget into `scratch`.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import math
import threading
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray


@cache
def _pocketfft() -> ModuleType | None:
    """Load SciPy's pocketfft extension by its file, or return None where that fails."""
    scipy = importlib.util.find_spec("scipy")
    if scipy is None or scipy.origin is None:
        return None
    folder = Path(scipy.origin).parent / "fft" / "_pocketfft"
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        file = folder / f"pypocketfft{suffix}"
        if file.is_file():
            return _load(file)
    return None


def _load(file: Path) -> ModuleType | None:
    spec = importlib.util.spec_from_file_location("pypocketfft", file)
    if spec is None or spec.loader is None:
        return None
    try:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except ImportError:
        return None
    return module if hasattr(module, "r2c") and hasattr(module, "c2r") else None


def rfft(x: NDArray[np.float32], out: NDArray[np.complex64] | None = None) -> NDArray[np.complex64]:
    """Return the FFT of real rows over the last axis.

    Parameters
    ----------
    x : ndarray, float32, shape (..., n)
    out : ndarray, complex64, shape (..., n // 2 + 1), optional
        Where the result is written.

    Returns
    -------
    ndarray, complex64, shape (..., n // 2 + 1)
    """
    fast = _pocketfft()
    slow: Any = np.fft  # whose types know no float32
    result: NDArray[Any] = slow.rfft(x, out=out) if fast is None else fast.r2c(x, (-1,), True, 0, out)
    return result.astype(np.complex64, copy=False)


def irfft(X: NDArray[np.complex64], n: int, out: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
    """Return the real inverse FFT of length `n` over the last axis.

    Parameters
    ----------
    X : ndarray, complex64, shape (..., n // 2 + 1)
    n : int
    out : ndarray, float32, shape (..., n), optional
        Where the result is written.

    Returns
    -------
    ndarray, float32, shape (..., n)
    """
    fast = _pocketfft()
    slow: Any = np.fft
    result: NDArray[Any] = slow.irfft(X, n, out=out) if fast is None else fast.c2r(X, (-1,), n, False, 2, out)
    return result.astype(np.float32, copy=False)


class _Memory(threading.local):
    """Arrays of one thread, by name and shape."""

    def __init__(self) -> None:
        self.arrays: dict[tuple[str, tuple[int, ...], type[np.generic]], NDArray[Any]] = {}
        self.rooms: dict[tuple[str, type[np.generic]], NDArray[Any]] = {}


_MEMORY = _Memory()


def scratch(name: str, shape: tuple[int, ...], dtype: type[np.generic] = np.float32) -> NDArray[Any]:
    """Return memory for what a kernel forgets before it returns: zeros at first, then what was last written.

    The same name, shape and type give the same memory again within a thread, so nothing of it may be handed out.
    """
    key = (name, shape, dtype)
    if key not in _MEMORY.arrays:
        _MEMORY.arrays[key] = np.zeros(shape, dtype)
    return _MEMORY.arrays[key]


def room(name: str, shape: tuple[int, ...], dtype: type[np.generic] = np.float32) -> NDArray[Any]:
    """Return memory like `scratch` for shapes that change from call to call: one array a name and type.

    It is as large as the largest that was ever asked for; what is in it is undefined.
    """
    size = math.prod(shape)
    key = (name, dtype)
    if key not in _MEMORY.rooms or len(_MEMORY.rooms[key]) < size:
        _MEMORY.rooms[key] = np.empty(size, dtype)
    return _MEMORY.rooms[key][:size].reshape(shape)
