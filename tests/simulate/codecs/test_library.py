"""Libraries that are not there, or are others than was thought."""

from __future__ import annotations

import ctypes

import pytest

from audioq.errors import SimulationError
from audioq.simulate.codecs import CODECS, library, make_codec, missing

OPTIONAL = [name for name, kind in CODECS.items() if kind.needs]


def no_library(file: str) -> ctypes.CDLL:
    raise OSError(f"{file}: cannot open shared object file")


@pytest.mark.parametrize("name", OPTIONAL)
def test_a_missing_library_names_its_package(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_open", no_library)
    with pytest.raises(SimulationError, match="is not installed; install the Debian package") as caught:
        make_codec(name)
    assert str(caught.value).split()[-1] in CODECS[name].needs.split()
    assert missing(name) == str(caught.value)


def test_a_library_without_a_function_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_open", lambda file: object())
    wanted = library.Library("libx1", ("libx.so.1",), {"x_init": (None, ())})
    with pytest.raises(SimulationError, match=r"libx\.so\.1 has no function x_init; install the Debian package libx1"):
        library.load(wanted)


def test_the_codecs_of_pyav_need_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_open", no_library)
    assert all(missing(name) is None for name in CODECS if name not in OPTIONAL)


def test_a_coder_that_was_not_made() -> None:
    wanted = library.Library("libx1", ("libx.so.1",), {})
    assert library.handle(7, wanted) == 7
    with pytest.raises(SimulationError, match=r"libx\.so\.1 could not make a coder"):
        library.handle(None, wanted)
