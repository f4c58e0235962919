"""Pitch repetition with a fade, against loops that go sample by sample."""

from functools import cache

import numpy as np
import pytest

from audioq.simulate import Samples, Span, speechlike
from audioq.simulate.pitch_repetition import find_pitch, overlap_after, repeat_pitch

RATES = (8000, 16000, 44100, 48000)


@cache
def speech(sr: int) -> Samples:
    return speechlike(1.2, sr, np.random.default_rng(9))


def voice(f: float, sr: int, seconds: float = 1.0) -> Samples:
    t = np.arange(round(seconds * sr)) / sr
    return np.asarray(0.08 * sum(np.cos(2 * np.pi * k * f * t + k) / k for k in range(1, 15)), np.float32)


@pytest.mark.parametrize("sr", RATES)
@pytest.mark.parametrize("f", [70.0, 100.0, 125.0, 190.0])
def test_the_pitch_is_found(f: float, sr: int) -> None:
    cycles = find_pitch(voice(f, sr), sr) * f / sr
    assert cycles == pytest.approx(round(cycles), abs=0.03)
    assert sr / 200 - 1 <= find_pitch(voice(f, sr), sr) <= sr / 66 + 1


def slow_pitch(past: Samples, sr: int) -> int:
    tail = np.concatenate([np.zeros(sr), past]).astype(float)
    window = round(0.02 * sr)
    best, found = -np.inf, 0
    for lag in range(round(sr / 200), round(sr / 66) + 1):
        now, earlier = tail[-window:], tail[-window - lag : -lag]
        likeness = sum(now * earlier) / np.sqrt(sum(now**2) * sum(earlier**2) + 1e-20)
        if likeness > best + 1e-12:
            best, found = likeness, lag
    return found


@pytest.mark.parametrize("n", [0, 30, 200, 3000, 5000])
def test_the_pitch_against_a_loop(n: int) -> None:
    y = speechlike(2.0, 8000, np.random.default_rng(3))
    assert find_pitch(y[:n], 8000) == slow_pitch(y[:n], 8000)


def slow_fill(past: Samples, sr: int, n: int) -> list[float]:
    """The fill one sample at a time: a place that runs through a loop, and what the old loop would have played."""
    lag = find_pitch(past, sr)
    quarter, step = lag // 4, round(0.01 * sr)
    x = [0.0] * sr + past.tolist()
    end = len(x)

    def played(cycles: int, place: int) -> float:
        length = cycles * lag
        into = place - (length - quarter)
        value = x[end - length + place]
        if into < 0:
            return value
        weight = (into + 1) / (quarter + 1)
        return (1 - weight) * value + weight * x[end - 2 * length + place]

    places: dict[int, int] = {1: 0}
    fill = []
    for k in range(n):
        if k >= 6 * step:
            fill.append(0.0)
            continue
        if k % step == 0 and k // step in (1, 2):
            places[k // step + 1] = places[k // step] % lag
        value = x[end - 1 - k] if k < quarter else 0.0
        for cycles, place in places.items():
            weight = min(1.0, (k - (cycles - 1) * step + 1) / (quarter + 1))
            value = (1 - weight) * value + weight * played(cycles, place)
            places[cycles] = (place + 1) % (cycles * lag)
        fill.append(value * (1.0 if k < step else 1.0 - 0.2 * (k - step) / step))
    return fill


@pytest.mark.parametrize("sr", [8000, 48000])
@pytest.mark.parametrize("gap", [0.005, 0.01, 0.02, 0.035, 0.06, 0.15])
def test_the_fill_against_a_loop(sr: int, gap: float) -> None:
    y = speech(sr)
    start, end = round(0.7 * sr), round((0.7 + gap) * sr)
    overlap = overlap_after(end - start, find_pitch(y[:start], sr), sr)
    fill = slow_fill(y[:start], sr, end - start + overlap)
    expected = y.astype(float)
    expected[start:end] = fill[: end - start]
    for k in range(overlap):
        weight = (k + 1) / (overlap + 1)
        expected[end + k] = (1 - weight) * fill[end - start + k] + weight * y[end + k]
    out, truth = repeat_pitch(y, sr, [(0.7, 0.7 + gap)])
    assert out == pytest.approx(expected, abs=1e-6)
    heard = min(end, start + 6 * round(0.01 * sr))
    assert truth[0] == Span(start / sr, heard / sr, "buzz")
    assert truth[1:] == ([Span(heard / sr, end / sr, "dropout")] if heard < end else [])
    assert np.array_equal(out[:start], y[:start])
    assert np.array_equal(out[end + overlap :], y[end + overlap :])


@pytest.mark.parametrize("sr", [8000, 48000])
def test_a_steady_voice_goes_on_as_it_was_but_fades(sr: int) -> None:
    y = voice(100.0, sr)
    out, _ = repeat_pitch(y, sr, [(0.5, 0.6)])
    start, step, quarter = sr // 2, sr // 100, sr // 400
    k = np.arange(quarter, 6 * step)
    fade = np.where(k < step, 1.0, 1.0 - 0.2 * (k - step) / step)
    assert out[start + k] == pytest.approx(y[start + k] * fade, abs=1e-4)
    assert not out[start + 6 * step : start + sr // 10].any()


def test_the_edges_have_no_jump() -> None:
    y = speech(16000)
    natural = np.abs(np.diff(y[: 16000 * 7 // 10])).max()
    out, _ = repeat_pitch(y, 16000, [(0.7, 0.73)])
    assert np.abs(np.diff(out[11190:11700])).max() < 1.5 * natural


def test_the_overlap_grows_with_the_gap() -> None:
    assert overlap_after(80, 80, 8000) == 20
    assert overlap_after(81, 80, 8000) == 52
    assert overlap_after(240, 80, 8000) == 80
    assert overlap_after(8000, 40, 8000) == 80
    assert overlap_after(480, 480, 48000) == 120
    assert overlap_after(1, 80, 8000) == 20


def test_after_silence_the_good_sound_fades_in() -> None:
    y = np.full(8000, 0.5, np.float32)
    out, truth = repeat_pitch(y, 8000, [(0.0, 0.5)])
    assert truth == [Span(0.0, 0.5, "dropout")]
    assert not out[:4000].any()
    assert out[4000:4080] == pytest.approx(0.5 * np.arange(1, 81) / 81)
    assert np.array_equal(out[4080:], y[4080:])


def test_the_overlap_ends_at_the_next_gap_and_at_the_end() -> None:
    y = voice(100.0, 8000)
    out, truth = repeat_pitch(y, 8000, [(0.5, 0.6), (0.605, 0.7), (0.995, 0.999)])
    assert [(span.start, span.end) for span in truth if span.kind == "buzz"] == [
        (0.5, 0.56),
        (0.605, 0.665),
        (0.995, 0.999),
    ]
    weight = np.arange(1, 41) / 81
    assert out[4800:4840] == pytest.approx(weight * y[4800:4840], abs=1e-6)
    assert out.size == 8000
    short, _ = repeat_pitch(y, 8000, [(0.5, 0.6), (0.602, 0.604)])
    changed = np.flatnonzero(short[4832:] != y[4832:])
    assert changed.max() < 30
