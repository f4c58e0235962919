"""measure: blocks, channels, the grid, the notes, features of ones own, and everything an array can hold."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from audioq.audio import Audio, read
from audioq.errors import AudioError
from audioq.features import CALL_FEATURES, FRAME_FEATURES, MARK_FEATURES, CallFeature, FrameFeature
from audioq.frames import Frames
from audioq.measurement import measure
from audioq.simulate import colored_noise, speechlike, zero_fill
from audioq.table import FeatureTable, Quantity

RATES = [8000, 11025, 16000, 44100, 48000]


@cache
def a_call(sr: int, seconds: float = 2.737) -> np.ndarray:
    """Two channels with silence, held values and clipping across the edges of blocks; the first with an offset."""
    rng = np.random.default_rng(sr)
    one, two = (speechlike(seconds, sr, rng, level_dbfs=-18) for _ in range(2))
    one[sr : sr + sr // 5] = 0
    one += np.float32(0.01)
    two[round(1.27 * sr) : round(1.31 * sr)] = 0.125
    two[2 * sr : 2 * sr + sr // 3] = 0
    two[round(0.5 * sr) : round(0.5 * sr) + 9] = 1
    y = np.stack([one, two])
    y.setflags(write=False)
    return y


def in_pieces(audio: Audio, lengths: Sequence[int]) -> Audio:
    """The same recording, handed out in pieces of given lengths."""
    assert audio.y is not None
    y = audio.y
    edges = np.cumsum([0, *lengths])
    assert edges[-1] == y.shape[1]
    pieces = [y[:, a:b].copy() for a, b in zip(edges[:-1], edges[1:], strict=True)]
    return replace(audio, _reader=lambda n: iter(pieces))


def assert_equal(one: FeatureTable, two: FeatureTable) -> None:
    for room in ("curves", "marks", "numbers"):
        first, second = getattr(one, room), getattr(two, room)
        assert list(first) == list(second)
        different = [name for name in first if first[name].tobytes() != second[name].tobytes()]
        assert different == []
    assert (one.format, one.notes, one.fingerprint) == (two.format, two.notes, two.fingerprint)


@cache
def whole(sr: int) -> FeatureTable:
    return measure(read(a_call(sr), sr=sr), block_seconds=1000)


@pytest.mark.parametrize("sr", RATES)
@pytest.mark.parametrize("block_seconds", [0.0137, 0.3331, 2.7])
def test_in_blocks_equals_at_once_bit_for_bit(sr: int, block_seconds: float) -> None:
    assert_equal(measure(read(a_call(sr), sr=sr), block_seconds=block_seconds), whole(sr))


@pytest.mark.smoke
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1), pieces=st.integers(2, 60))
@pytest.mark.parametrize("sr", [8000, 44100])
def test_in_pieces_of_any_length_equals_at_once(sr: int, seed: int, pieces: int) -> None:
    audio = read(a_call(sr), sr=sr)
    cuts = np.sort(np.random.default_rng(seed).integers(0, a_call(sr).shape[1], pieces - 1))
    lengths = np.diff([0, *cuts, a_call(sr).shape[1]])
    assert_equal(measure(in_pieces(audio, lengths.tolist())), whole(sr))


def test_one_sample_at_a_time() -> None:
    audio = read(a_call(8000)[:, 9000:11500], sr=8000)
    assert_equal(measure(in_pieces(audio, [1] * 2500)), measure(audio))


@pytest.mark.parametrize("block_seconds", [0.7, 13.1])
def test_longer_than_the_offset_is_looked_at(block_seconds: float) -> None:
    """The offset is that of the first 12.8 s, whatever the blocks."""
    y = speechlike(15, 8000, np.random.default_rng(50)) + np.float32(0.02)
    y[13 * 8000 :] += np.float32(0.1)
    audio = read(np.clip(y, -1, 1), sr=8000)
    assert_equal(measure(audio, block_seconds=block_seconds), measure(audio, block_seconds=1000))


@pytest.mark.parametrize("duration", [np.nan, 0.0, 0.5, 1e9])
def test_a_wrong_duration_in_the_header_changes_nothing(duration: float) -> None:
    y = colored_noise(8000 * 25, 8000, np.random.default_rng(59), level_dbfs=-20)
    audio = read(np.stack([y, y[::-1]]), sr=8000)
    wrong = replace(audio, format=replace(audio.format, duration=duration))
    assert_equal(measure(wrong, FRAME_FEATURES[:2], ()), measure(audio, FRAME_FEATURES[:2], ()))


@pytest.mark.parametrize("sr", RATES)
def test_a_channel_does_not_see_the_other(sr: int) -> None:
    both = whole(sr)
    for channel in range(2):
        alone = measure(read(a_call(sr)[channel : channel + 1], sr=sr))
        for name, curve in both.curves.items():
            assert curve[channel].tobytes() == alone.curves[name][0].tobytes(), name
        for name, number in both.numbers.items():
            assert number[channel].tobytes() == alone.numbers[name][0].tobytes(), name
        for name, marks in both.marks.items():
            own = marks[marks["channel"] == channel]
            assert own[["start", "end", "value"]].tolist() == alone.marks[name][["start", "end", "value"]].tolist()


def test_beside_silence_and_beside_full_scale() -> None:
    y = a_call(16000)[1]
    loud = np.sign(np.random.default_rng(51).standard_normal(y.size)).astype(np.float32)
    expected = measure(read(y, sr=16000))
    for other in (np.zeros_like(y), loud):
        table = measure(read(np.stack([other, y]), sr=16000))
        for name, curve in expected.curves.items():
            assert table[name][1].tobytes() == curve[0].tobytes(), name


@pytest.mark.parametrize("channels", [1, 2, 3, 6])
def test_number_of_channels(channels: int) -> None:
    rng = np.random.default_rng(52)
    y = np.stack([colored_noise(6000, 8000, rng, level_dbfs=-20 - 5 * c) for c in range(channels)])
    table = measure(read(y, sr=8000))
    assert table.channels == table.format.channels == channels
    assert {curve.shape for curve in table.curves.values()} == {(channels, 75)}
    assert {number.shape for number in table.numbers.values()} == {(channels,)}
    np.testing.assert_allclose(table["level"].mean(axis=1), -20 - 5 * np.arange(channels), atol=0.3)
    many = [note for note in table.notes if note.id == "many_channels"]
    assert [note.values for note in many] == ([(("channels", channels),)] if channels > 2 else [])


@pytest.mark.smoke
@pytest.mark.parametrize("sr", [*RATES, 22050, 96000, 1000])
@pytest.mark.parametrize("frames", [30, 127, 128, 129, 160, 257])
def test_the_grid(sr: int, frames: int) -> None:
    n = -(-frames * sr // 100)
    y = colored_noise(n, sr, np.random.default_rng(53), level_dbfs=-20)
    table = measure(read(y, sr=sr), features=FRAME_FEATURES[:1], call_features=())
    assert table.n_frames == frames
    assert table.duration == n / sr
    np.testing.assert_allclose(table.times, np.arange(frames) * 0.01)
    assert table["level"].shape == (1, frames)
    assert table["level"].min() > -60  # no padding where there is sound


@pytest.mark.parametrize("extra", [0.1, 0.5, 0.9])
def test_a_part_of_a_frame_at_the_end_moves_nothing(extra: float) -> None:
    sound = colored_noise(160 * 141, 16000, np.random.default_rng(57), level_dbfs=-30)
    y, more = sound[: 160 * 140], sound[: 160 * 140 + round(extra * 160)]
    one, two = measure(read(y, sr=16000)), measure(read(more, sr=16000))
    assert two.n_frames - one.n_frames in (0, 1)
    assert abs(two.n_frames * 0.01 - two.duration) < 0.01
    assert one["level"].tobytes() == two["level"][:, : one.n_frames].tobytes()


@pytest.mark.parametrize("sr", RATES)
def test_a_gap_stands_at_its_place_at_every_rate(sr: int) -> None:
    sound = colored_noise(2 * sr, sr, np.random.default_rng(54), level_dbfs=-20, band=(100, 3000))
    y, truth = zero_fill(sound, sr, [(1.005, 1.205)])
    table = measure(read(y, sr=sr))
    mark = table.marks["zero"]
    assert mark.tolist() == [(0, round(1.005 * sr), round(truth[0].end * sr), 0.0)]
    assert int(table["fall_10"][0, :150].argmax()) == 100
    assert int(table["rise_10"][0, 50:].argmax()) == 120 - 50
    covered = table["zero_share"][0]
    np.testing.assert_allclose(covered[100:121], [0.5, *[1] * 19, 0.5], atol=0.01)
    assert covered.sum() == pytest.approx(20, abs=0.02)
    assert table["level"][0, 102:119].max() < -60
    assert table["level"][0, [98, 122]].min() > -30


@pytest.mark.parametrize("sr", [*RATES, 22050])
def test_a_feature_means_the_same_at_every_rate(sr: int) -> None:
    t = np.arange(2 * sr) / sr
    table = measure(read(0.1 * np.sin(2 * np.pi * 1000 * t), sr=sr))
    inner = slice(10, -10)
    np.testing.assert_allclose(table["level"][0, inner], -23.01, atol=0.1)
    np.testing.assert_allclose(table["peak_hz"][0, inner], 1000)
    np.testing.assert_allclose(table["spectral_lines"][0, inner], 2, atol=0.2)
    assert table["periodicity"][0, inner].min() > 0.99


@pytest.mark.parametrize("sr", [8000, 44100])
@pytest.mark.parametrize("seconds", [2.0, 20.0])
def test_appended_silence_does_not_move_the_floor(sr: int, seconds: float) -> None:
    y = speechlike(6.0, sr, np.random.default_rng(55), floor_dbfs=-60)
    before = measure(read(y, sr=sr), FRAME_FEATURES[:1], CALL_FEATURES[:2])
    padded = np.concatenate([y, np.zeros(round(seconds * sr), np.float32)])
    after = measure(read(padded, sr=sr), FRAME_FEATURES[:1], CALL_FEATURES[:2])
    assert before.numbers["noise_floor_dbfs"][0] == pytest.approx(-60, abs=6)
    for name in ("noise_floor_dbfs", "active_level_dbfs"):
        assert after.numbers[name][0] == pytest.approx(before.numbers[name][0], abs=1)


def ids(table: FeatureTable) -> list[str]:
    return [note.id for note in table.notes]


@pytest.mark.smoke
def test_notes() -> None:
    t = np.arange(8000)
    quiet = (0.1 * np.sin(0.3 * t)).astype(np.float32)
    assert ids(measure(read(quiet, sr=8000))) == []
    assert ids(measure(read(0 * quiet, sr=8000))) == ["all_zero"]
    assert "full_scale" in ids(measure(read(np.clip(20 * quiet, -1, 1), sr=8000)))
    offset = measure(read(np.stack([quiet, quiet - 0.05]), sr=8000))
    assert ids(offset) == ["dc_offset"]
    assert dict(offset.notes[0].values)["offset"] == pytest.approx(0.05, abs=0.001)
    assert "odd_rate" in ids(measure(read(quiet, sr=8001)))


@pytest.mark.parametrize("sr", [8000, 48000])
def test_an_offset_is_no_background(sr: int) -> None:
    y = speechlike(4.0, sr, np.random.default_rng(56), floor_dbfs=-65)
    plain, moved = measure(read(y, sr=sr)), measure(read(y + np.float32(0.03), sr=sr))
    for name in ("noise_floor_dbfs", "active_level_dbfs", "activity_factor"):
        assert moved.numbers[name][0] == pytest.approx(plain.numbers[name][0], abs=0.3)
    np.testing.assert_allclose(moved["level"][:, 5:], plain["level"][:, 5:], atol=3)


@pytest.mark.smoke
def test_the_table_is_as_the_index_says() -> None:
    table = whole(8000)
    frames = [name for f in FRAME_FEATURES for name in f.gives]
    assert list(table.curves)[: len(frames) + 2] == [*frames, "zero_share", "clipped_share"]
    assert list(table.marks) == [f.name for f in MARK_FEATURES]
    assert set(table.quantities) == {*table.curves, *table.marks, *table.numbers}
    assert set(table.curves) | set(table.numbers) >= {name for f in CALL_FEATURES for name in f.gives}
    assert table.file == "array"
    assert measure(read(a_call(8000), sr=8000, name="mine")).file == "mine"


def loudest(frames: Frames) -> np.ndarray:
    return np.abs(frames.tile).max(axis=2)


def corners(frames: Frames) -> tuple[np.ndarray, np.ndarray]:
    return frames.tile[..., 0], frames.around(frames.S, 0, 0).sum(axis=1)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_frame_feature_of_ones_own(channels: int) -> None:
    mine = FrameFeature(loudest, {"loudest": Quantity("1", "largest magnitude")})
    pair = FrameFeature(corners, {"corner": Quantity("1", "first sample"), "power": Quantity("1", "power")})
    rng = np.random.default_rng(58)
    y = np.stack([colored_noise(160 * 700, 16000, rng, level_dbfs=-20) for _ in range(channels)])
    table = measure(read(y, sr=16000), features=(*FRAME_FEATURES, mine, pair))
    plain = measure(read(y, sr=16000))
    np.testing.assert_array_equal(table["corner"], y[:, ::160])
    np.testing.assert_array_equal(table["loudest"], np.abs(y).reshape(channels, -1, 160).max(axis=2))
    assert table["power"].shape == (channels, 700)
    assert table["power"].dtype == np.float32
    assert table.quantities["loudest"] == Quantity("1", "largest magnitude")
    assert table.fingerprint != plain.fingerprint
    for name, curve in plain.curves.items():
        assert table[name].tobytes() == curve.tobytes(), name


def test_a_call_feature_of_ones_own() -> None:
    def spans(level: np.ndarray, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return level - floor[:, None], level.max(axis=1)

    gives = {"over": Quantity("dB", "level over the floor"), "top": Quantity("dBFS", "highest level")}
    first = CallFeature(spans, ("level", "noise_floor_dbfs"), gives)
    second = CallFeature(lambda over, top: over.mean(axis=1) + top, ("over", "top"), {"sum": Quantity("dB", "of both")})
    table = measure(read(a_call(8000), sr=8000), call_features=(*CALL_FEATURES, first, second))
    np.testing.assert_array_equal(table["over"], table["activity"])
    np.testing.assert_allclose(table.numbers["top"], table["level"].max(axis=1))
    assert table.numbers["sum"].dtype == np.float64
    np.testing.assert_allclose(table.numbers["sum"], table["over"].mean(axis=1) + table.numbers["top"], rtol=1e-5)


def test_a_feature_that_gives_too_much_or_too_little_is_an_error() -> None:
    mine = FrameFeature(lambda frames: (loudest(frames),) * 2, {"loudest": Quantity("1", "largest magnitude")})
    with pytest.raises(ValueError, match="argument"):
        measure(read(a_call(8000), sr=8000), features=(*FRAME_FEATURES, mine))


def test_without_frame_features_there_are_still_marks() -> None:
    table = measure(read(a_call(8000), sr=8000), features=(), call_features=())
    assert list(table.curves) == ["zero_share", "clipped_share"]


# ---- everything that an array can hold ----

SIMILARITIES = ("periodicity", "packet_similarity", "grid_similarity", "stutter_similarity", "shape_correlation")
SHARES = ("zero_share", "clipped_share", "muted", "pause_lost", "concealed", "stuttered")
RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(SIMILARITIES, (-1.0001, 1.0001)),
    **dict.fromkeys(SHARES, (0, 1)),
    **dict.fromkeys(("level", "level_low", "peak"), (-120.01, np.inf)),
    **dict.fromkeys(("fall_10", "rise_10", "fall_30", "rise_30", "hole_depth", "fade_error"), (0, np.inf)),
    **dict.fromkeys(("shape_flux", "spread", "magnitude"), (0, np.inf)),
    "flatness": (-np.inf, 0.01),
    "pitch_lag": (2.5, 15),
    "packet_lag": (10, 60),
    "stutter_lag": (60, 210),
    "jump_at": (0, 10),
    "band_edge": (0, 8000),
    "spectral_lines": (0.99, 258),
    "peak_hz": (0, 8000),
    "pitch_wander": (0, 100),
    "phase_jump": (0, 2.001),
}
MAY_BE_UNDEFINED = {"band_edge", "spectral_lines"}


def check(y: np.ndarray, sr: int) -> FeatureTable | None:
    """Measure without a warning; None where the array was refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            table = measure(read(y, sr=sr))
        except AudioError:
            return None
    channels = 1 if y.ndim == 1 else len(y)
    for name, curve in table.curves.items():
        assert curve.dtype == np.float32, name
        assert curve.shape == (channels, table.n_frames), name
        if name not in MAY_BE_UNDEFINED:
            assert np.isfinite(curve).all(), name
        assert not np.isinf(curve).any(), name
        low, high = RANGES.get(name, (-np.inf, np.inf))
        defined = curve[~np.isnan(curve)]
        assert defined.size == 0 or low <= defined.min() <= defined.max() <= high, name
    for name, number in table.numbers.items():
        assert number.shape == (channels,), name
        assert not np.isinf(number).any(), name
    factor = table.numbers["activity_factor"]
    assert ((factor >= 0) & (factor <= 1.0001)).all()
    for marks in table.marks.values():
        assert ((marks["start"] >= 0) & (marks["start"] < marks["end"]) & (marks["end"] <= y.shape[-1])).all()
    assert abs(table.n_frames * 0.01 - table.duration) < 0.0101
    return table


N = 4000
SPECIAL: dict[str, np.ndarray] = {
    "all zeros": np.zeros(N, np.float32),
    "negative zeros": np.full(N, -0.0, np.float32),
    "one sample": (np.arange(N) == 1234).astype(np.float32),
    "the last sample": (np.arange(N) == N - 1).astype(np.float32),
    "the first sample": -(np.arange(N) == 0).astype(np.float32),
    "an offset": np.full(N, 0.5, np.float32),
    "a small offset": np.full(N, 0.0015, np.float32),
    "a full-scale square": np.where(np.arange(N) % 40 < 20, 1, -1).astype(np.float32),
    "a square of two samples": np.where(np.arange(N) % 2 < 1, 1, -1).astype(np.float32),
    "a step": np.where(np.arange(N) < 2000, -1, 1).astype(np.float32),
    "denormals": np.tile(np.array([1e-45, -1e-42, 1e-40, 0], np.float32), N // 4),
    "small numbers": np.tile(np.array([1e-20, -3e-20, 1e-18, 0], np.float32), N // 4),
    "loud, then very quiet": np.where(np.arange(N) < 1500, 1, 1e-4).astype(np.float32) * np.cos(np.arange(N) * 0.4),
    "half silent": np.where(np.arange(N) < N // 2, 0, 0.3 * np.sin(np.arange(N))),
    "int16 at both ends": np.where(np.arange(N) % 50 < 25, 32767, -32768).astype(np.int16),
    "int32 at its lowest": np.full(N, -(2**31), np.int32),
    "uint8 silence": np.full(N, 128, np.uint8),
    "beyond full scale": 16 * np.sin(np.arange(N) * 0.37),
}


@pytest.mark.smoke
@pytest.mark.parametrize("sr", [8000, 11025])
@pytest.mark.parametrize("name", SPECIAL)
def test_special_arrays(name: str, sr: int) -> None:
    assert check(SPECIAL[name], sr) is not None
    assert check(np.stack([SPECIAL[name], SPECIAL[name][::-1]]), sr) is not None


@pytest.mark.parametrize("height", [1000, 32768])
def test_floats_in_units_of_16_bit_are_measured_or_refused(height: float) -> None:
    check(height * np.sin(np.arange(N) * 0.37), 8000)


@pytest.mark.parametrize("height", [1e10, 1e20, 3e38])
def test_absurd_heights_are_measured_or_refused(height: float) -> None:
    check((height * np.sin(np.arange(N) * 0.37)).astype(np.float32), 8000)


@pytest.mark.parametrize("n", [1, 2, 7, 80, 299, 2399])
def test_too_short_is_refused(n: int) -> None:
    with pytest.raises(AudioError, match="0.3 s"):
        measure(read(np.full(n, 0.1, np.float32), sr=8000))


@pytest.mark.parametrize("n", [2400, 2401, 2479])
def test_as_short_as_may_be(n: int) -> None:
    table = check(0.1 * np.sin(np.arange(n)), 8000)
    assert table is not None
    assert table.n_frames == 30


TYPES = (np.float16, np.float32, np.float64, np.int8, np.uint8, np.int16, np.int32)


@st.composite
def some_arrays(draw: st.DrawFn) -> np.ndarray:
    """Short patterns of any values, played again and again, with silence before or behind."""
    dtype = np.dtype(draw(st.sampled_from(TYPES)))
    shape = draw(st.tuples(st.integers(1, 3), st.integers(1, 24)))
    if dtype.kind == "f":
        full_scale = st.floats(-1, 1, width=16 if dtype == np.float16 else 32)
        elements = st.one_of(full_scale, st.floats(-16, 16, width=16), st.sampled_from([np.nan, -np.inf, 1.0, 0.0]))
    else:
        info = np.iinfo(dtype)
        elements = st.integers(int(info.min), int(info.max))
    pattern = draw(arrays.arrays(dtype, shape, elements=elements))
    y = np.tile(pattern, draw(st.integers(1, 60)))
    silence = np.zeros((shape[0], draw(st.integers(0, 500))), dtype)
    return np.concatenate([y, silence] if draw(st.booleans()) else [silence, y], axis=1)


@given(y=some_arrays(), sr=st.sampled_from([1000, 1103, 3000]))
@example(y=np.zeros((1, 300), np.float32), sr=1000)
def test_any_array(y: np.ndarray, sr: int) -> None:
    check(y, sr)


@settings(max_examples=25)
@given(y=some_arrays(), times=st.integers(1, 30), sr=st.sampled_from([8000, 16000, 22050, 48000]))
def test_any_array_at_usual_rates(y: np.ndarray, times: int, sr: int) -> None:
    check(np.tile(y, times)[:, : 2 * sr], sr)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), bits=st.integers(1, 16), sr=st.sampled_from([8000, 16000, 44100]))
def test_random_whole_numbers(seed: int, bits: int, sr: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.integers(-(2 ** (bits - 1)), 2 ** (bits - 1), (2, sr // 2)).astype(np.int16)
    table = check(y, sr)
    assert table is not None
    assert table.n_frames == 50
