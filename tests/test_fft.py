"""The FFT: SciPy's compiled one and NumPy's in its place."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from audioq import fft
from audioq.audio import read
from audioq.measurement import measure
from audioq.simulate import speechlike

RNG = np.random.default_rng(30)


@pytest.fixture
def without_pocketfft(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fft, "_pocketfft", lambda: None)


@pytest.mark.parametrize("n", [2, 75, 256, 512, 640, 1000])
@pytest.mark.parametrize("shape", [(), (1,), (7,), (2, 5)])
def test_both_ways_agree(n: int, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    x = RNG.standard_normal((*shape, n)).astype(np.float32)
    X = fft.rfft(x)
    back = fft.irfft(X, n)
    monkeypatch.setattr(fft, "_pocketfft", lambda: None)
    slow = fft.rfft(x)
    assert X.dtype == slow.dtype == np.complex64
    assert X.shape == slow.shape == (*shape, n // 2 + 1)
    np.testing.assert_allclose(X, slow, atol=2e-6 * n)
    np.testing.assert_allclose(X, np.fft.rfft(x.astype(np.float64)), atol=2e-6 * n)
    slow_back = fft.irfft(slow, n)
    assert back.dtype == slow_back.dtype == np.float32
    for result in (back, slow_back):
        np.testing.assert_allclose(result, x, atol=1e-5)


@pytest.mark.smoke
def test_the_fallback_alone(without_pocketfft: None) -> None:
    x = np.cos(2 * np.pi * 3 * np.arange(64) / 64).astype(np.float32)
    X = fft.rfft(x)
    assert X.dtype == np.complex64
    np.testing.assert_allclose(np.abs(X), 32 * (np.arange(33) == 3), atol=1e-4)
    np.testing.assert_allclose(fft.irfft(X, 64), x, atol=1e-6)


def test_views_and_what_is_not_contiguous() -> None:
    y = RNG.standard_normal((2, 400)).astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(y, 64, axis=1)[:, ::10]
    assert np.array_equal(fft.rfft(windows), fft.rfft(np.ascontiguousarray(windows)))
    X = fft.rfft(windows)
    assert np.array_equal(fft.irfft(X[:, ::2], 64), fft.irfft(np.ascontiguousarray(X[:, ::2]), 64))


def test_the_input_stays_as_it_was() -> None:
    x = RNG.standard_normal((3, 64)).astype(np.float32)
    kept = x.copy()
    X = fft.rfft(x)
    kept_X = X.copy()
    fft.irfft(X, 64)
    assert np.array_equal(x, kept)
    assert np.array_equal(X, kept_X)


def test_scipys_is_found_where_it_is_installed() -> None:
    found = fft._pocketfft()
    assert found is not None, "SciPy has moved its pocketfft: audioq.fft takes NumPy's, which is slower"
    assert hasattr(found, "r2c")


@pytest.mark.parametrize(
    "spec", [None, SimpleNamespace(origin=None), SimpleNamespace(origin="/nowhere/scipy/__init__.py")]
)
def test_without_scipy_or_its_file_there_is_none(spec: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert fft._pocketfft.__wrapped__() is None


def test_a_file_that_cannot_be_loaded_is_none(tmp_path: Path) -> None:
    suffix = fft.importlib.machinery.EXTENSION_SUFFIXES[0]
    damaged = tmp_path / f"pypocketfft{suffix}"
    damaged.write_bytes(b"no library")
    assert fft._load(damaged) is None
    empty = tmp_path / "pypocketfft.py"
    empty.write_text("")
    assert fft._load(empty) is None
    assert fft._load(tmp_path / "unknown.kind") is None


def test_the_measurement_hardly_sees_which_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    y = speechlike(1.5, 16000, np.random.default_rng(31))
    fast = measure(read(y, sr=16000), call_features=())
    monkeypatch.setattr(fft, "_pocketfft", lambda: None)
    slow = measure(read(y, sr=16000), call_features=())
    for name in ("level", "shape_flux", "periodicity", "packet_similarity", "stutter_similarity", "harmonic_contrast"):
        np.testing.assert_allclose(fast[name], slow[name], atol=2e-3, err_msg=name)
