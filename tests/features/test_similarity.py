"""Similarity."""

import made_tiles
import numpy as np
import pytest
from reference import similarity as slow

from audioq.features.similarity import long_lags, short_lags
from audioq.frames import TILE, halve
from audioq.simulate import Loop, stutter

TOLERANCE = 2e-4


def assert_peak(value: np.ndarray, lag: np.ndarray, expected: np.ndarray, first: int, per_ms: int) -> None:
    """The value is the largest of its row; where several are as large, each of them is a right lag."""
    np.testing.assert_allclose(value, expected[:, first:].max(axis=1), atol=TOLERANCE)
    column = np.round(lag * per_ms).astype(int)
    assert ((column >= first) & (column < expected.shape[1])).all()
    np.testing.assert_allclose(expected[np.arange(len(column)), column], value, atol=TOLERANCE)


@pytest.mark.parametrize("sr", [8000, 16000])
def test_short_lags_like_the_slow_twin(sr: int) -> None:
    frames = made_tiles.a_tile(made_tiles.two_channels(sr), sr)
    for low, curves in zip(frames.low, zip(*short_lags(frames), strict=True), strict=True):
        ncc = slow.correlations(low, hop=80, window=160, longest=480, step=1)
        periodicity, pitch_lag, packet_similarity, packet_lag, grid_similarity = curves
        assert_peak(periodicity, pitch_lag, ncc[:, :121], 20, 8)
        assert_peak(packet_similarity, packet_lag, ncc, 80, 8)
        np.testing.assert_allclose(grid_similarity, ncc[:, [80, 160, 240, 320, 480]].max(axis=1), atol=TOLERANCE)


def test_long_lags_like_the_slow_twin() -> None:
    frames = made_tiles.a_tile(made_tiles.two_channels(8000), 8000)
    for low, value, lag in zip(halve(frames.low), *long_lags(frames), strict=True):
        ncc = slow.correlations(low, hop=40, window=160, longest=840, step=2)
        assert np.array_equal(value[::2], value[1::2])
        assert np.array_equal(lag[::2], lag[1::2])
        assert_peak(value[::2], lag[::2], ncc, 240, 4)


@pytest.mark.smoke
@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize("packet", [0.01, 0.02, 0.03, 0.04, 0.06])
def test_a_packet_that_is_played_again_is_found_at_its_lag(sr: int, packet: float) -> None:
    rng = np.random.default_rng(8)
    y = 0.1 * rng.standard_normal(made_tiles.HOPS * sr // 100)
    start, length, plays = round(0.8 * sr), round(packet * sr), round(0.12 / packet)
    y[start : start + plays * length] = np.tile(y[start - length : start], plays)
    *_, similarity, lag, grid = short_lags(made_tiles.a_tile(0.5 * y, sr))
    inside = slice(made_tiles.frame_at(0.81), made_tiles.frame_at(0.8 + plays * packet - 0.01))
    assert similarity[0, inside].min() > 0.99
    assert grid[0, inside].min() > 0.99
    assert np.allclose(np.mod(lag[0, inside] + 0.5, packet * 1000), 0.5, atol=0.13)
    assert lag[0, inside].min() == pytest.approx(packet * 1000)
    outside = np.concatenate([similarity[0, :40], similarity[0, -40:]])
    assert outside.max() < 0.6


def test_repetition_is_found_while_it_fades() -> None:
    rng = np.random.default_rng(9)
    y = 0.1 * rng.standard_normal(made_tiles.HOPS * 80)
    start = round(0.8 * 8000)
    gain = 10 ** (-157 * np.arange(800) / 8000 / 20)
    y[start : start + 800] = np.tile(y[start - 160 : start], 5) * gain
    similarity = short_lags(made_tiles.a_tile(y, 8000))[2]
    assert similarity[0, made_tiles.frame_at(0.81) : made_tiles.frame_at(0.89)].min() > 0.98


@pytest.mark.parametrize("hz", [80.0, 100.0, 160.0, 320.0])
def test_the_period_of_a_voice(hz: float) -> None:
    t = np.arange(made_tiles.HOPS * 160) / 16000
    y = sum(np.cos(2 * np.pi * k * hz * t) for k in range(1, int(3500 / hz))) * 0.01
    periodicity, lag, *_ = short_lags(made_tiles.a_tile(np.asarray(y), 16000))
    assert periodicity.min() > 0.97
    np.testing.assert_allclose(np.mod(lag * hz / 1000 + 0.5, 1), 0.5, atol=0.03)


@pytest.mark.parametrize("sr", [8000, 16000])
def test_a_stutter_loop_of_120_ms(sr: int) -> None:
    rng = np.random.default_rng(10)
    sound = (0.1 * rng.standard_normal(made_tiles.HOPS * sr // 100)).astype(np.float32)
    y, truth = stutter(sound, sr, [Loop(0.7, 0.12, 4)], insert=False)
    similarity, lag = (curve[0] for curve in long_lags(made_tiles.a_tile(y, sr)))
    inside = slice(made_tiles.frame_at(truth[0].start + 0.16), made_tiles.frame_at(truth[0].end - 0.04))
    assert similarity[inside].min() > 0.97
    assert np.all(lag[inside] == 120)
    assert similarity[:20].max() < 0.6
    assert similarity[-40:].max() < 0.6


def test_level_does_not_matter_and_silence_resembles_nothing() -> None:
    y = made_tiles.two_channels(8000)
    loud, soft = (short_lags(made_tiles.a_tile(gain * y[:1], 8000)) for gain in (1.0, 0.25))
    for one, other in zip(loud, soft, strict=True):
        voiced = loud[0] > 0.9
        np.testing.assert_allclose(one[voiced], other[voiced], atol=1e-3)
    for curves in (short_lags, long_lags):
        value, *_ = curves(made_tiles.a_tile(np.zeros((1, made_tiles.HOPS * 80)), 8000))
        assert value.shape == (1, TILE)
        assert not value.any()


def test_what_lies_at_minus_100_dbfs_counts_half() -> None:
    packet = np.random.default_rng(25).standard_normal(160)
    packet *= 1e-5 / np.sqrt(np.mean(packet**2))
    *_, grid = short_lags(made_tiles.a_tile(np.tile(packet, made_tiles.HOPS // 2), 8000))
    np.testing.assert_allclose(grid, 0.5, atol=0.01)
