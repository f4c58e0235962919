"""Noise in the colour of the last sound."""

import numpy as np
import pytest

from audioq.simulate import Samples, Span, speechlike
from audioq.simulate.lpc_noise import _spectrum, fill_with_noise, predictor


def colored(sr: int, seconds: float = 1.0, level: float = 0.05) -> Samples:
    """Noise with a resonance at a quarter of the rate's half."""
    from scipy.signal import lfilter

    noise = lfilter([1.0], [1.0, -1.2, 0.8], np.random.default_rng(2).standard_normal(round(seconds * sr)))
    return np.asarray(level * noise / np.std(noise), np.float32)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_recursion_solves_the_normal_equations() -> None:
    from scipy.linalg import solve_toeplitz

    x = speechlike(1.0, 8000, rng())[4000:4160].astype(float)
    power = np.array([x[: x.size - k] @ x[k:] for k in range(11)])
    power[0] *= 1 + 1e-6
    a, error = predictor(power)
    assert a[1:] == pytest.approx(solve_toeplitz(power[:-1], -power[1:]), rel=1e-5)
    assert error == pytest.approx(power @ a, rel=1e-5)
    assert np.abs(np.roots(a)).max() < 1.0


@pytest.mark.parametrize("sr", [8000, 48000])
@pytest.mark.parametrize("f", [0.0, 1000.0, 3000.0])
def test_even_a_pure_tone_gives_a_stable_filter(f: float, sr: int) -> None:
    y = np.cos(2 * np.pi * f * np.arange(sr) / sr).astype(np.float32)
    out, _ = fill_with_noise(y, sr, [(0.5, 0.9)], rng())
    assert np.isfinite(out).all()
    assert np.abs(out[sr // 2 :][: sr // 50]).max() < 10.0
    a, error, level = _spectrum(y[: sr // 2], sr // 50)
    assert np.abs(np.roots(a)).max() < 1.0
    assert error > 0.0
    assert level == pytest.approx(0.0 if f == 0.0 else -3.0, abs=0.3)


@pytest.mark.parametrize("sr", [8000, 48000])
def test_the_fill_against_a_loop(sr: int) -> None:
    y = speechlike(1.5, sr, rng(9))
    start, n, length = round(0.7 * sr), round(0.1 * sr), round(0.02 * sr)
    a, error, _ = _spectrum(y[:start], length)
    memory = [0.0] * 10
    expected = []
    for white in rng().standard_normal(length + n) * np.sqrt(error):
        value = white - sum(c * m for c, m in zip(a[1:], memory, strict=True))
        memory = [value, *memory[:-1]]
        expected.append(value)
    gain = [0.7 ** (k // length) for k in range(n)]
    out, truth = fill_with_noise(y, sr, [(0.7, 0.8)], rng())
    assert out[start : start + n] == pytest.approx(np.array(expected[length:]) * gain, abs=1e-5)
    assert truth == [Span(0.7, 0.8, "buzz")]


@pytest.mark.parametrize("sr", [8000, 48000])
def test_level_and_colour_are_kept(sr: int) -> None:
    """Over many gaps, for chance is in each of them."""
    y = colored(sr, 20.0)
    gaps = [(0.1 + k * 0.1, 0.12 + k * 0.1) for k in range(190)]
    out, _ = fill_with_noise(y, sr, gaps, rng())
    pieces = np.array([[x[round(a * sr) : round(b * sr)] for a, b in gaps] for x in (y, out)], float)
    levels = 10 * np.log10(np.mean(pieces**2, axis=(1, 2)))
    assert levels[1] == pytest.approx(levels[0], abs=0.5)
    spectra = np.mean(np.abs(np.fft.rfft(pieces * np.hanning(pieces.shape[2]))) ** 2, axis=1)
    peaks = np.argmax(spectra, axis=1)
    assert peaks[1] == pytest.approx(peaks[0], rel=0.08)


def test_each_frame_has_seven_tenths_of_the_one_before() -> None:
    y = colored(8000, 60.0)
    gaps = [(0.2 + k * 0.2, 0.28 + k * 0.2) for k in range(290)]
    out, _ = fill_with_noise(y, 8000, gaps, rng())
    fills = np.array([out[round(a * 8000) : round(b * 8000)] for a, b in gaps]).reshape(290, 4, 160)
    rms = np.sqrt(np.mean(fills.astype(float) ** 2, axis=(0, 2)))
    assert rms[1:] / rms[:-1] == pytest.approx([0.7] * 3, abs=0.04)


@pytest.mark.parametrize("level", [0.3, 0.01, 3.3e-5])
def test_it_ends_in_exact_zero_at_minus_90(level: float) -> None:
    y = colored(8000, level=level)
    out, truth = fill_with_noise(y, 8000, [(0.3, 0.95)], rng())
    own = _spectrum(y[:2400], 160)[2]
    frames = sum(own + 20 * np.log10(0.7) * k >= -90.0 for k in range(100))
    heard = 0.3 + frames * 0.02
    kinds = [(span.kind, round(span.start, 6), round(span.end, 6)) for span in truth]
    assert kinds == [("buzz", 0.3, round(heard, 6)), ("dropout", round(heard, 6), 0.95)]
    assert not out[round(heard * 8000) : 7600].any()


def test_the_seed_gives_the_noise() -> None:
    y = colored(8000)
    first, again, other = (fill_with_noise(y, 8000, [(0.3, 0.5)], rng(seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_under_minus_90_nothing_is_heard() -> None:
    out, truth = fill_with_noise(colored(8000, level=2e-5), 8000, [(0.3, 0.5)], rng())
    assert truth == [Span(0.3, 0.5, "dropout")]
    assert not out[2400:4000].any()
