"""The table of concealers: one call, exact truth, nothing changed outside the gaps."""

from functools import cache

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate import Samples, Span, endless_hold, speechlike, straight_fade
from audioq.simulate.concealers import CONCEALERS
from audioq.simulate.concealment import packet_repeat

EXAMPLES: dict[str, dict[str, float | str]] = {
    "zero_fill": {},
    "comfort_noise": {"level_dbfs": -60.0},
    "repetition": {"decay_db_per_s": 300.0},
    "endless_hold": {},
    "packet_repeat": {"packet_s": 0.03},
    "pitch_repetition": {},
    "lpc_noise": {},
    "straight_fade": {},
}
RATES = (8000, 48000)
GAPS = [(0.0, 0.1), (0.4, 0.41), (0.43, 0.5), (1.0, 2.0), (2.7, 3.5)]
"""At the very beginning, shorter than any fade, soon after another, longer than any fade, and until the end."""


@cache
def speech(sr: int) -> Samples:
    y = speechlike(3.0, sr, np.random.default_rng(9))
    y.flags.writeable = False
    return y


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def inside(span: Span, sr: int) -> slice:
    return slice(round(span.start * sr), round(span.end * sr))


def lost(sr: int) -> np.ndarray:
    mask = np.zeros(3 * sr, bool)
    for start, end in GAPS:
        mask[round(start * sr) : round(end * sr)] = True
    return mask


def test_every_concealer_has_an_example_and_says_what_it_does() -> None:
    assert list(CONCEALERS) == list(EXAMPLES)
    for name, concealer in CONCEALERS.items():
        assert concealer.name == name
        assert concealer.meaning.endswith(".")
        assert all(s.meaning.endswith(".") for s in concealer.settings)
        assert all(s.default is None or s.takes(s.default) for s in concealer.settings)


@pytest.mark.parametrize("sr", RATES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_truth_fills_the_gaps_and_nothing_else_changes(name: str, sr: int) -> None:
    y = speech(sr)
    out, truth = CONCEALERS[name].conceal(y, sr, GAPS, rng(), **EXAMPLES[name])
    assert out.dtype == np.float32
    assert out.shape == y.shape
    assert np.isfinite(out).all()
    told = np.zeros(y.size, int)
    for span in truth:
        told[inside(span, sr)] += 1
    assert np.array_equal(told, lost(sr))
    kept = ~lost(sr)
    if name == "pitch_repetition":
        for _, end in GAPS:
            kept[round(end * sr) : round((end + 0.01) * sr)] = False
    assert np.array_equal(out[kept], y[kept])


@pytest.mark.parametrize("sr", RATES)
@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"comfort_noise"}))
def test_dropouts_are_exact_zero_and_buzz_is_not(name: str, sr: int) -> None:
    out, truth = CONCEALERS[name].conceal(speech(sr), sr, GAPS, rng(), **EXAMPLES[name])
    for span in truth:
        assert out[inside(span, sr)].any() == (span.kind == "buzz")
    assert truth[0] == Span(0.0, 0.1, "dropout")
    heard = {span.kind for span in truth[1:]}
    assert heard == {"zero_fill": {"dropout"}, "endless_hold": {"buzz"}}.get(name, {"buzz", "dropout"})


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_lies_in_a_gap_is_never_heard_and_the_input_is_left_alone(name: str) -> None:
    y, full = speech(8000).copy(), speech(8000).copy()
    y[lost(8000)] = 0.0
    before = full.copy()
    first, truth = CONCEALERS[name].conceal(y, 8000, GAPS, rng(), **EXAMPLES[name])
    second, same = CONCEALERS[name].conceal(full, 8000, GAPS[::-1], rng(), **EXAMPLES[name])
    assert np.array_equal(first, second)
    assert truth == same
    assert np.array_equal(full, before)


@pytest.mark.parametrize("sr", RATES)
@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"comfort_noise"}))
def test_silence_stays_silence(name: str, sr: int) -> None:
    out, truth = CONCEALERS[name].conceal(np.zeros(sr, np.float32), sr, [(0.2, 0.7)], rng(), **EXAMPLES[name])
    assert truth == [Span(0.2, 0.7, "dropout")]
    assert not out.any()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_gap_can_be_all_there_is_or_nothing(name: str) -> None:
    y = speech(8000)
    whole, truth = CONCEALERS[name].conceal(y, 8000, [(0.0, 3.0)], rng(), **EXAMPLES[name])
    assert truth == [Span(0.0, 3.0, "dropout")]
    assert whole.any() == (name == "comfort_noise")
    untouched, nothing = CONCEALERS[name].conceal(y, 8000, [], rng(), **EXAMPLES[name])
    assert np.array_equal(untouched, y)
    assert nothing == []


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"pitch_repetition"}))
def test_the_re_onset_is_hard(name: str) -> None:
    y = speech(8000)
    out, _ = CONCEALERS[name].conceal(y, 8000, [(1.0, 1.2)], rng(), **EXAMPLES[name])
    assert np.array_equal(out[9600:], y[9600:])


def test_settings_arrive_and_defaults_are_those_of_the_functions() -> None:
    y = speech(8000)
    for mine, theirs in (
        (CONCEALERS["straight_fade"].conceal(y, 8000, GAPS, rng()), straight_fade(y, 8000, GAPS)),
        (CONCEALERS["endless_hold"].conceal(y, 8000, GAPS, rng()), endless_hold(y, 8000, GAPS)),
        (CONCEALERS["packet_repeat"].conceal(y, 8000, GAPS, rng()), packet_repeat(y, 8000, GAPS)),
        (
            CONCEALERS["straight_fade"].conceal(y, 8000, GAPS, rng(), voiced_db_per_s=50, noisy_db_per_s=90),
            straight_fade(y, 8000, GAPS, voiced_db_per_s=50.0, noisy_db_per_s=90.0),
        ),
    ):
        assert np.array_equal(mine[0], theirs[0])
        assert mine[1] == theirs[1]
    pink, _ = CONCEALERS["comfort_noise"].conceal(y, 8000, [(1, 2)], rng(), level_dbfs=-50, color="pink")
    assert 10 * np.log10(np.mean(pink[8000:16000].astype(float) ** 2)) == pytest.approx(-50.0, abs=0.01)


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("comfort_noise", {}, "concealer comfort_noise needs level_dbfs; give a number, -120 to 0 dBFS"),
        ("zero_fill", {"level": 1.0}, "concealer zero_fill has no setting level; it has none"),
        ("packet_repeat", {"packet_s": 5.0}, "packet_s cannot be 5.0; give a number, 0.0025 to 0.12 s"),
    ],
)
def test_settings_are_checked(name: str, settings: dict[str, float], message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        CONCEALERS[name].conceal(speech(8000), 8000, GAPS, rng(), **settings)


@pytest.mark.parametrize("sr", RATES)
@pytest.mark.parametrize("gap", [0.01, 0.05, 0.12, 0.4])
def test_packets_are_repeated_as_a_loop_would(sr: int, gap: float) -> None:
    y = speech(sr)
    start, end, length = round(0.7 * sr), round((0.7 + gap) * sr), round(0.02 * sr)
    assert np.sqrt(np.mean(y[start - length : start] ** 2)) > 0.01
    expected = y.copy()
    for k in range(start, end):
        time, place = divmod(k - start, length)
        expected[k] = y[start - length + place] * 0.5**time if time < 6 else 0.0
    out, truth = packet_repeat(y, sr, [(0.7, 0.7 + gap)])
    assert np.array_equal(out, expected)
    heard = min(end, start + 6 * length)
    assert truth[0] == Span(start / sr, heard / sr, "buzz")
    assert truth[1:] == ([Span(heard / sr, end / sr, "dropout")] if heard < end else [])


def test_soft_packets_are_repeated_less_often() -> None:
    """At -80 dBFS the second time is -86, the third -92 dBFS."""
    t = np.arange(8000) / 8000
    y = (np.sqrt(2.0) * 1e-4 * np.sin(2 * np.pi * 200 * t)).astype(np.float32)
    out, truth = packet_repeat(y, 8000, [(0.5, 0.8)])
    assert truth == [Span(0.5, 0.54, "buzz"), Span(0.54, 0.8, "dropout")]
    assert not out[4320:6400].any()


def test_sound_shorter_than_a_packet_is_repeated_from_silence() -> None:
    y = np.full(800, 0.1, np.float32)
    out, truth = packet_repeat(y, 8000, [(0.005, 0.04)])
    assert not out[40:160].any()
    assert np.array_equal(out[160:200], y[:40])
    assert truth == [Span(0.005, 0.04, "buzz")]
