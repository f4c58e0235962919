"""Playback: a voice at half and at twice its speed."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soxr

from audioq.audio import read
from audioq.features.playback import LEAST_FRAMES, NEEDS, WEIGHTS, playback_speed, speed_statistics
from audioq.measurement import measure
from audioq.recorder import recorder_faults
from audioq.report import compose
from audioq.simulate.voice_change import change_formants, change_pitch, change_speed
from audioq.table import FeatureTable
from audioq.thresholds import DEFAULT_THRESHOLDS

SAMPLES = Path(__file__).parents[2] / "samples"
TWO_WAY, ONE_VOICE = "intact_two_way_stereo.opus", "intact_quiet_call.flac"


@cache
def sound(sample: str) -> tuple[np.ndarray, int]:
    audio = read(SAMPLES / sample)
    return np.concatenate(list(audio.blocks(audio.sr)), axis=1), audio.sr


def at_speed(sample: str, speed: float) -> FeatureTable:
    """The sample with a header that states another rate; from 48 kHz on brought to 16 kHz first."""
    y, sr = sound(sample)
    if sr > 16000:
        y, sr = np.stack([soxr.resample(row, sr, 16000) for row in y]), 16000
    return measure(read((y, round(speed * sr))))


def speeds_of(table: FeatureTable) -> list[float]:
    return [f.value for f in recorder_faults(table, DEFAULT_THRESHOLDS) if f.id == "wrong_rate"]


@pytest.mark.parametrize("speed", [0.5, 1.0, 2.0])
def test_a_call_at_three_speeds(speed: float) -> None:
    assert speeds_of(at_speed(TWO_WAY, speed)) == ([] if speed == 1 else [speed])


@pytest.mark.parametrize(
    "semitones, formants, tempo", [(7, 1.25, 1), (11, 1.35, 1), (-5, 0.9, 1), (0, 1, 1.4), (0, 1, 0.7)]
)
def test_a_child_a_deep_voice_a_hasty_and_a_slow_one_are_none(semitones: int, formants: float, tempo: float) -> None:
    y, sr = sound(ONE_VOICE)
    voice = y[0, : 20 * sr]
    if semitones:
        voice = change_formants(change_pitch(voice, sr, semitones), sr, formants)
    if tempo != 1:
        voice = change_speed(voice, sr, tempo)
    table = measure(read((voice, sr)))
    assert np.isfinite(table.number("half_speed", 0))
    assert speeds_of(table) == []


def test_the_report_says_so_and_is_less_sure() -> None:
    whole, slow = (compose(at_speed(TWO_WAY, speed)) for speed in (1, 0.5))
    (fault,) = slow.recording.faults
    assert (fault.id, fault.channel, fault.value) == ("wrong_rate", None, 0.5)
    assert [note.id for note in slow.warnings if note.id == "wrong_rate"] == ["wrong_rate"]
    assert slow.verdict.confidence < whole.verdict.confidence


def test_one_channel_at_its_true_speed_speaks_against_it() -> None:
    table = at_speed(TWO_WAY, 0.5)
    numbers = {**table.numbers, "half_speed": np.array([1.0, 0.5])}
    assert speeds_of(replace(table, numbers=numbers)) == []
    numbers["half_speed"] = np.array([1.0, np.nan])
    assert speeds_of(replace(table, numbers=numbers)) == [0.5]


def test_tones_and_tables_without_the_measurement_have_no_speed() -> None:
    y, sr = sound("intact_ringback.wav")
    for rate in (sr // 2, sr, 2 * sr):
        assert speeds_of(measure(read((y, rate)))) == []
    table = at_speed(TWO_WAY, 0.5)
    older = {name: value for name, value in table.numbers.items() if not name.endswith("_speed")}
    assert speeds_of(replace(table, numbers=older)) == []


def test_one_value_a_channel_in_the_order_of_needs() -> None:
    table = at_speed(TWO_WAY, 1)
    given = [table.curves.get(name, table.numbers.get(name)) for name in NEEDS]
    half, double = playback_speed(*given)
    assert np.array_equal(half, table.numbers["half_speed"], equal_nan=True)
    assert np.array_equal(double, table.numbers["double_speed"], equal_nan=True)
    statistics = speed_statistics(*(curve[0] for curve in given))
    assert statistics is not None
    assert all(np.isfinite(value) for value in statistics.values())
    assert all({*statistics, "offset"} == set(weights) for weights in WEIGHTS.values())


@pytest.mark.parametrize("level", [0.0, 0.05])
def test_nothing_and_noise_alone_say_nothing(level: float) -> None:
    y = level * np.random.default_rng(5).standard_normal(8 * 16000)
    table = measure(read((y.astype(np.float32), 16000)))
    assert np.isnan(table.number("half_speed", 0))
    assert np.isnan(table.number("double_speed", 0))


def test_too_little_sound_says_nothing() -> None:
    y, sr = sound(TWO_WAY)
    table = measure(read((y[:, : sr * LEAST_FRAMES // 100 - 1], sr)))
    assert np.isnan(table.numbers["half_speed"]).all()
