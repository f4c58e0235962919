"""Speed, pitch and formants."""

import numpy as np
import pytest
from scipy.linalg import solve_toeplitz
from scipy.signal import lfilter

from audioq.errors import SimulationError
from audioq.simulate import active_level, speechlike
from audioq.simulate.voice_change import change_formants, change_pitch, change_speed, plan_speed

FORMANTS = (700.0, 1800.0)


def vowel(sr: int, f0: float = 160.0, seconds: float = 1.5) -> np.ndarray:
    """Pulses through two resonances."""
    y = np.zeros(round(seconds * sr))
    y[np.round(np.arange(0, y.size, sr / f0)).astype(int)[:-1]] = 1.0
    for f, width in zip(FORMANTS, (80.0, 120.0), strict=True):
        r = np.exp(-np.pi * width / sr)
        y = lfilter([1.0], [1.0, -2 * r * np.cos(2 * np.pi * f / sr), r**2], y)
    return np.asarray(0.3 * y / np.max(np.abs(y)), np.float32)


def pitch(y: np.ndarray, sr: int, about: float = 160.0) -> float:
    """By autocorrelation, over 0.3 s, near what is expected."""
    part = y[y.size // 2 :][: round(0.3 * sr)].astype(float)
    likeness = np.correlate(part, part, "full")[part.size - 1 :]
    low, high = round(sr / about / 1.5), round(1.5 * sr / about)
    k = low + int(np.argmax(likeness[low:high]))
    a, b, c = likeness[k - 1 : k + 2]
    return sr / (k + 0.5 * (a - c) / (a - 2 * b + c))


def resonances(y: np.ndarray, sr: int) -> list[float]:
    """The two lowest peaks under 3.5 kHz of the envelope by linear prediction."""
    part = y[y.size // 2 :][: round(0.3 * sr)].astype(float)
    part = part * np.hanning(part.size)
    order = 8
    likeness = np.correlate(part, part, "full")[part.size - 1 :][: order + 1]
    likeness[0] *= 1.0001
    weights = np.concatenate(([1.0], -solve_toeplitz(likeness[:order], likeness[1:])))
    envelope = 1.0 / np.abs(np.fft.rfft(weights, 8192))
    inner = envelope[1:-1]
    peaks = (np.flatnonzero((inner > envelope[:-2]) & (inner > envelope[2:])) + 1) * sr / 8192
    return peaks[peaks < 3500.0][:2].tolist()


@pytest.mark.parametrize("semitones", [-6.0, -3.0, 3.0, 6.0])
@pytest.mark.parametrize("sr", [16000, 48000])
def test_pitch_moves(semitones: float, sr: int) -> None:
    y = vowel(sr)
    out = change_pitch(y, sr, semitones)
    assert (out.shape, out.dtype) == (y.shape, np.float32)
    expected = 160.0 * 2 ** (semitones / 12)
    assert pitch(out, sr, expected) == pytest.approx(expected, rel=0.01)
    assert active_level(out, sr) == pytest.approx(active_level(y, sr), abs=1.0)


@pytest.mark.parametrize("ratio", [0.8, 1.2])
def test_formants_move_and_the_pitch_stays(ratio: float) -> None:
    sr = 8000
    y = vowel(sr)
    out = change_formants(y, sr, ratio)
    assert (out.shape, out.dtype) == (y.shape, np.float32)
    assert pitch(out, sr) == pytest.approx(160.0, rel=0.005)
    assert resonances(y, sr) == pytest.approx(FORMANTS, rel=0.03)
    assert resonances(out, sr) == pytest.approx([ratio * f for f in FORMANTS], rel=0.05)


@pytest.mark.parametrize("semitones", [-4.0, 5.0])
def test_formants_brought_back_after_the_pitch(semitones: float) -> None:
    sr = 8000
    out = change_formants(change_pitch(vowel(sr), sr, semitones), sr, 2 ** (-semitones / 12))
    expected = 160.0 * 2 ** (semitones / 12)
    assert pitch(out, sr, expected) == pytest.approx(expected, rel=0.01)
    assert resonances(out, sr) == pytest.approx(FORMANTS, rel=0.07)


@pytest.mark.parametrize("ratio", [0.8, 1.25])
@pytest.mark.parametrize("sr", [8000, 48000])
def test_speed_changes_the_length_and_nothing_else(ratio: float, sr: int) -> None:
    y = vowel(sr)
    out = change_speed(y, sr, ratio)
    assert out.size == round(y.size / ratio)
    assert pitch(out, sr) == pytest.approx(160.0, rel=0.005)
    assert active_level(out, sr) == pytest.approx(active_level(y, sr), abs=0.3)
    assert np.array_equal(out[:10], y[:10])
    assert np.array_equal(out[-10:], y[-10:])


def test_words_are_heard_when_they_are_due() -> None:
    sr = 16000
    y = np.zeros(4 * sr, np.float32)
    y[sr : sr + 4800] = vowel(sr, seconds=0.3)
    y[3 * sr : 3 * sr + 4800] = vowel(sr, seconds=0.3)
    out = change_speed(y, sr, 1.25)
    heard = np.flatnonzero(np.abs(out) > 0.01) / sr
    assert heard[0] == pytest.approx(0.8, abs=0.02)
    assert heard[-1] == pytest.approx(3.3 / 1.25, abs=0.02)


@pytest.mark.parametrize("ratio", [0.7, 1.3])
def test_a_plan_changes_tracks_alike(ratio: float) -> None:
    sr = 8000
    y = speechlike(2.0, sr, np.random.default_rng(1))
    plan = plan_speed(y, sr, ratio)
    slow = np.zeros(plan.sized + 2 * plan.hop)
    for k, place in enumerate(plan.places.tolist()):
        for n in range(2 * plan.hop):  # every stretch fades in, and out under the next one
            gain = 0.5 - 0.5 * np.cos(np.pi * (n + 0.5) / plan.hop)
            source = place + n
            if source < y.size and not (k == 0 and n < plan.hop):
                slow[k * plan.hop + n] += gain * y[source]
            elif source < y.size:
                slow[n] += y[source]
    inner = plan.sized - 3 * plan.hop
    assert plan.lay(y)[:inner] == pytest.approx(slow[:inner], abs=1e-6)
    assert np.array_equal(plan.lay(y), change_speed(y, sr, ratio))
    assert plan.lay(2.0 * y) == pytest.approx(2.0 * plan.lay(y))
    assert plan.origin.shape == (plan.sized,)
    assert np.abs(plan.origin - ratio * np.arange(plan.sized)).max() < 0.025 * sr
    with pytest.raises(SimulationError, match="the plan is for"):
        plan.lay(y[1:])


@pytest.mark.parametrize("change", [change_speed, change_formants])
def test_a_ratio_of_one_changes_nothing(change) -> None:
    y = speechlike(1.0, 8000, np.random.default_rng(1))
    assert np.array_equal(change(y, 8000, 1.0), y)
    assert change(y, 8000, 1.0 + 1e-9) == pytest.approx(y, abs=1e-5)


@pytest.mark.parametrize("change", [change_speed, change_formants, change_pitch])
def test_silence_scraps_and_nonsense(change) -> None:
    for n in (0, 1, 50, 900):
        assert not change(np.zeros(n, np.float32), 8000, 1.2).any()
        assert np.isfinite(change(np.ones(n, np.float32), 8000, 1.2)).all()
    with pytest.raises(SimulationError, match="cannot change by a factor of"):
        change(np.ones(900, np.float32), 8000, 60.0)
