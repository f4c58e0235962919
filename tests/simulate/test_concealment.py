"""Fills of gaps: the truth agrees with the samples."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from audioq.simulate import (
    Samples,
    Span,
    comfort_noise,
    delivered_share,
    endless_hold,
    repetition,
    speechlike,
    straight_fade,
    zero_fill,
)
from audioq.simulate.concealment import last_cycle

SR = 16000
GAPS = [(0.5, 0.56), (1.0, 1.5), (2.0, 3.0)]
FILLS = [
    zero_fill,
    repetition,
    endless_hold,
    straight_fade,
    partial(comfort_noise, rng=np.random.default_rng(1), level_dbfs=-50.0),
]


def buzz(f: float = 125.0, seconds: float = 4.0) -> Samples:
    """A steady, voiced sound: harmonics of f at about -20 dBFS."""
    t = np.arange(round(seconds * SR)) / SR
    return np.asarray(0.08 * sum(np.cos(2 * np.pi * k * f * t) / k for k in range(1, 20)), np.float32)


def inside(span: Span) -> slice:
    return slice(round(span.start * SR), round(span.end * SR))


@pytest.mark.parametrize("fill", FILLS)
def test_nothing_outside_the_gaps_changes_and_the_truth_fills_them(
    fill: Callable[..., tuple[Samples, list[Span]]],
) -> None:
    y = speechlike(4.0, SR, np.random.default_rng(9))
    before = y.copy()
    out, truth = fill(y, SR, GAPS)
    assert np.array_equal(y, before)
    assert out.dtype == np.float32
    assert out.shape == y.shape
    lost = np.zeros(y.size, bool)
    for span in truth:
        assert not lost[inside(span)].any()
        lost[inside(span)] = True
    expected = np.zeros(y.size, bool)
    for start, end in GAPS:
        expected[round(start * SR) : round(end * SR)] = True
    assert np.array_equal(lost, expected)
    assert np.array_equal(out[~lost], y[~lost])


@pytest.mark.parametrize("fill", [zero_fill, repetition, endless_hold, straight_fade])
def test_where_nothing_is_heard_the_samples_are_zero(fill: Callable[..., tuple[Samples, list[Span]]]) -> None:
    out, truth = fill(speechlike(4.0, SR, np.random.default_rng(10)), SR, GAPS)
    for span in truth:
        quiet = np.all(out[inside(span)] == 0.0)
        assert quiet == (span.kind == "dropout")


def test_zero_fill() -> None:
    out, truth = zero_fill(buzz(), SR, GAPS)
    assert truth == [Span(start, end, "dropout") for start, end in GAPS]
    assert np.all(out[inside(truth[1])] == 0.0)


def test_the_cycle_is_found() -> None:
    cycle, likeness = last_cycle(buzz(125.0), SR)
    assert cycle.size == 128
    assert likeness > 0.999
    noise = np.random.default_rng(0).standard_normal(SR).astype(np.float32)
    assert last_cycle(noise, SR)[1] < 0.5
    assert last_cycle(np.zeros(0, np.float32), SR)[1] == 0.0


def test_hold_repeats_the_cycle_exactly_and_never_ends() -> None:
    out, truth = endless_hold(buzz(), SR, [(2.0, 3.0)])
    assert truth == [Span(2.0, 3.0, "buzz")]
    held = out[2 * SR : 3 * SR]
    assert np.array_equal(held[128:], held[:-128])
    assert np.array_equal(held[:128], out[2 * SR - 128 : 2 * SR])


def test_repetition_decays_as_told() -> None:
    out, _ = repetition(buzz(), SR, [(1.0, 1.4)], decay_db_per_s=60.0)
    first, last = (np.sqrt(np.mean(out[round(t * SR) : round(t * SR) + 128] ** 2)) for t in (1.0, 1.3))
    assert 20 * np.log10(first / last) == pytest.approx(18.0, abs=0.2)


def test_the_fade_is_straight_and_ends_in_exact_zero_with_a_hard_onset() -> None:
    y = buzz()
    out, truth = straight_fade(y, SR, [(2.0, 3.0)])
    assert [span.kind for span in truth] == ["buzz", "dropout"]
    fade = out[inside(truth[0])]
    levels = 10 * np.log10(np.mean(fade[: fade.size // 128 * 128].reshape(-1, 128) ** 2, axis=1))
    slope, _ = np.polyfit(np.arange(levels.size) * 128 / SR, levels, 1)
    assert slope == pytest.approx(-157.0, abs=1.0)
    assert np.corrcoef(np.arange(levels.size), levels)[0, 1] ** 2 > 0.999
    assert levels[-1] == pytest.approx(-90.0, abs=3.0)
    assert np.all(out[inside(truth[1])] == 0.0)
    assert out[3 * SR] == y[3 * SR]


def test_noise_like_sound_fades_faster() -> None:
    noise = (0.1 * np.random.default_rng(1).standard_normal(2 * SR)).astype(np.float32)
    _, truth = straight_fade(noise, SR, [(1.0, 2.0)])
    assert truth[0].end - truth[0].start == pytest.approx(70.0 / 400.0, abs=0.02)


def test_comfort_noise_has_its_level_and_its_seed() -> None:
    y = buzz()
    first, truth = comfort_noise(y, SR, [(1.0, 2.0)], np.random.default_rng(3), level_dbfs=-50.0, color="pink")
    again, _ = comfort_noise(y, SR, [(1.0, 2.0)], np.random.default_rng(3), level_dbfs=-50.0, color="pink")
    assert np.array_equal(first, again)
    assert truth == [Span(1.0, 2.0, "dropout")]
    assert 10 * np.log10(np.mean(first[SR : 2 * SR].astype(float) ** 2)) == pytest.approx(-50.0, abs=0.01)


def test_before_any_sound_nothing_can_be_repeated() -> None:
    out, truth = endless_hold(buzz(), SR, [(0.0, 0.5)])
    assert truth == [Span(0.0, 0.5, "dropout")]
    assert np.all(out[: SR // 2] == 0.0)


def test_gaps_lower_what_is_delivered() -> None:
    y = buzz()
    _, truth = straight_fade(y, SR, [(1.0, 2.0)])
    assert delivered_share(y, SR, truth) == pytest.approx(0.75)
