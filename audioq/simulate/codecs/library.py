"""Library: a codec library of the system, loaded with ctypes when it is first needed.

None of them is a dependency: without one, its codec says which package would bring it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from audioq.errors import SimulationError

VOID_P, CHAR_P, INT, SHORT_P = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p
"""Types of C in prototypes. Arrays of samples are passed by their address (`array.ctypes.data`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """What is known about a library before it is loaded.

    Parameters
    ----------
    package : str
        The Debian package that brings it.
    files : tuple of str
        Its file names, the one of today's Debian first; the number is that of the binary interface.
    functions : mapping of str to (type or None, tuple of types)
        Prototypes: what is returned, and the arguments. Of a function that takes a variable number of them, the first.
    """

    package: str
    files: tuple[str, ...]
    functions: Mapping[str, tuple[Any, tuple[Any, ...]]]


@cache
def _open(file: str) -> ctypes.CDLL:
    return ctypes.CDLL(file)


def load(library: Library) -> ctypes.CDLL:
    """Load a library and declare its functions.

    Raises
    ------
    SimulationError
        If it is not installed or lacks a function; the message names the file and the Debian package.
    """
    for file in library.files:
        try:
            loaded = _open(file)
        except OSError:
            continue
        for name, (result, arguments) in library.functions.items():
            function = getattr(loaded, name, None)
            if function is None:
                raise SimulationError(f"{file} has no function {name}; install the Debian package {library.package}")
            function.restype, function.argtypes = result, list(arguments)
        return loaded
    names = " or ".join(library.files)
    raise SimulationError(f"{names} is not installed; install the Debian package {library.package}")


def handle(address: int | None, library: Library) -> int:
    """Return the address that a library gave for a new encoder or decoder.

    Raises
    ------
    SimulationError
        If it gave none, because it is out of memory or refuses its settings.
    """
    if not address:
        raise SimulationError(f"{library.files[0]} could not make a coder; use other settings")
    return address
