"""Recorder: its faults, apart from those of the call."""

import io
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from made_containers import KINDS, Kind, encoded

from audioq.audio import read
from audioq.measurement import measure
from audioq.recorder import recorder_faults, spared
from audioq.report import compose
from audioq.simulate import speechlike
from audioq.simulate.devices.recorders import loudspeaker
from audioq.thresholds import DEFAULT_THRESHOLDS

SR = 48000


def spoken(seconds: float = 12.0, sr: int = SR, seed: int = 1) -> np.ndarray:
    return speechlike(seconds, sr, np.random.default_rng(seed))


def faults_of(y: np.ndarray, sr: int = SR, *, room: bool = False):
    return recorder_faults(measure(read((y, sr))), DEFAULT_THRESHOLDS, [0] if room else [])


def without(y: np.ndarray, step: int, length: int, at: list[int]) -> np.ndarray:
    """Zeros of `length` steps from some steps on."""
    y = y.copy()
    for place in at:
        y[place * step : (place + length) * step] = 0
    return y


@pytest.mark.parametrize(("sr", "buffer"), [(48000, 1024), (44100, 512), (16000, 1024), (48000, 4096), (8000, 256)])
def test_dropped_buffers_lie_on_a_grid_of_their_own(sr: int, buffer: int) -> None:
    n = 12 * sr // buffer
    y = without(spoken(sr=sr), buffer, 2, [n // 7, n // 4, n // 2, 2 * n // 3, n - 9])
    (fault,) = faults_of(y, sr)
    assert fault.id == "dropped_buffers"
    assert len(fault.spans) == 5
    assert fault.value == pytest.approx(1000 * buffer / sr) or 1000 * buffer / sr % fault.value < 1e-6
    assert fault.spans[0] == pytest.approx((n // 7 * buffer / sr, (n // 7 + 2) * buffer / sr), abs=3 / sr)


@pytest.mark.parametrize("packet_ms", [10, 20, 30, 60])
@pytest.mark.parametrize("sr", [8000, 16000, 48000])
def test_lost_packets_are_none_of_the_recorder(sr: int, packet_ms: int) -> None:
    step = sr * packet_ms // 1000
    assert faults_of(without(spoken(sr=sr), step, 2, [40, 60, 75, 90, 120]), sr) == ()


@pytest.mark.parametrize("frame", [480, 512])
@pytest.mark.parametrize("sr", [16000, 24000, 32000, 48000])
def test_lost_frames_of_aac_eld_are_none_of_the_recorder(sr: int, frame: int) -> None:
    n = 12 * sr // frame
    y = spoken(sr=sr)
    for at, length in ((n // 7, 1), (n // 4, 2), (n // 2, 4), (2 * n // 3, 1), (n - 40, 3)):
        y[at * frame : (at + length) * frame] = 0
    assert faults_of(y, sr) == ()


def test_a_lossy_file_has_a_grid_of_its_own() -> None:
    table = measure(read((without(spoken(), 1024, 2, [80, 140, 290, 380, 500]), SR)))
    assert [fault.id for fault in recorder_faults(table, DEFAULT_THRESHOLDS)] == ["dropped_buffers"]
    lossy = replace(table, format=replace(table.format, codec="aac"))
    assert recorder_faults(lossy, DEFAULT_THRESHOLDS) == ()


def test_few_buffers_that_frames_of_aac_eld_may_be_by_chance() -> None:
    assert [f.id for f in faults_of(without(spoken(), 1024, 1, [90, 200, 333]))] == ["dropped_buffers"]  # 1 in 32
    assert faults_of(without(spoken(), 512, 2, [180, 401, 667])) == ()  # places on the finer grid only


@pytest.mark.parametrize(("sr", "step", "found"), [(48000, 1024, True), (44100, 1024, True), (48000, 960, False)])
def test_buffers_that_were_left_out(sr: int, step: int, found: bool) -> None:
    y, rng = spoken(14.0, sr), np.random.default_rng(8)
    kept = np.ones(len(y), bool)
    for at in rng.choice(np.arange(20, len(y) // step - 20), 24, replace=False):
        kept[at * step : (at + 1) * step] = False
    faults = faults_of(y[kept], sr)
    assert [fault.id for fault in faults] == (["buffers_left_out"] if found else [])
    if found:
        assert faults[0].value == pytest.approx(1000 * step / sr)
        table = measure(read((y[kept], sr)))
        clean = spared(table, faults, DEFAULT_THRESHOLDS)
        assert len(table.marks["discontinuity"]) - len(clean.marks["discontinuity"]) >= len(faults[0].spans)


def test_buffers_left_out_count_by_their_length_though_cuts_have_none() -> None:
    y, step = spoken(14.0), 1024
    for count in (24, 140):  # of which 11 and 29 are heard, 1.7 and 5.6 % of what is left
        rng = np.random.default_rng(8)
        kept = np.ones(len(y), bool)
        for at in rng.choice(np.arange(20, len(y) // step - 20), count, replace=False):
            kept[at * step : (at + 1) * step] = False
        table = measure(read((y[kept], SR)))
        faults = recorder_faults(table, DEFAULT_THRESHOLDS)
        assert [fault.id for fault in faults] == ["buffers_left_out"]
        assert (spared(table, faults, DEFAULT_THRESHOLDS) is table) is (count == 140)


def test_a_stretch_that_is_played_again_and_again_leaves_no_buffers_out() -> None:
    y = spoken(sr=16000)
    loop = y[40000:41152]
    assert faults_of(np.concatenate([y[:41152], *[loop] * 5, y[41152:]]), 16000) == ()


def two_voices(start: float, end: float, sr: int = 16000, late: int = 0) -> np.ndarray:
    y = np.stack([spoken(sr=sr), spoken(sr=sr, seed=2)])
    y += np.float32(0.001) * np.random.default_rng(5).standard_normal(y.shape).astype(np.float32)
    y[0, int(start * sr) : int(end * sr)] = 0
    y[1, int(start * sr) + late : int(end * sr) + late] = 0
    return y


@pytest.mark.parametrize(("start", "end"), [(5.0, 5.401), (7.001, 12.0)])
def test_all_channels_that_fall_silent_on_one_sample(start: float, end: float) -> None:
    (fault,) = faults_of(two_voices(start, end), 16000)
    assert (fault.id, fault.channel) == ("all_muted", None)
    assert fault.spans == ((int(start * 16000) / 16000, int(end * 16000) / 16000),)
    assert fault.value == pytest.approx(end - start, abs=1e-3)


def test_sound_that_is_zero_by_itself_beside_a_mute_hides_it_not() -> None:
    y = two_voices(5.0, 5.401)
    y[0, 79998:80000] = y[1, 86416:86418] = 0  # samples of their own
    (fault,) = faults_of(y, 16000)
    assert (fault.id, fault.spans) == ("all_muted", ((5.0, 86416 / 16000),))
    y[0, 79990:80000] = 0
    assert faults_of(y, 16000) == ()


def test_directions_that_are_lost_apart_or_copies_of_one_are_none_of_the_recorder() -> None:
    assert faults_of(two_voices(5.0, 5.401, late=16), 16000) == ()
    assert faults_of(two_voices(5.0, 5.401)[:1].repeat(2, axis=0), 16000) == ()
    assert faults_of(np.stack([two_voices(5.0, 5.401)[0], np.zeros(12 * 16000, np.float32)]), 16000) == ()


@pytest.mark.parametrize("gain_db", [-3, -6.5, -10, -20])
@pytest.mark.parametrize("noise", [0.0, 0.0005])
def test_a_softer_copy_of_one_voice_is_no_other_voice(gain_db: float, noise: float) -> None:
    y = two_voices(5.0, 5.401)
    y[1] = np.float32(10 ** (gain_db / 20)) * y[0]
    hiss = np.float32(noise) * np.random.default_rng(6).standard_normal(y.shape[1]).astype(np.float32)
    y[1] += np.where(y[0] == 0, 0, hiss)  # a copy may have noise of its own
    assert faults_of(y, 16000) == ()


def test_of_three_channels_none_may_be_a_copy_of_another() -> None:
    y = two_voices(5.0, 5.401)
    third = spoken(sr=16000, seed=3)
    third[80000:86416] = 0
    assert [fault.id for fault in faults_of(np.stack([*y, third]), 16000)] == ["all_muted"]
    assert faults_of(np.stack([*y, np.float32(0.3) * y[1]]), 16000) == ()


@pytest.mark.parametrize("sr", [8000, 16000, 44100, 48000])
def test_whole_packets_may_be_lost_at_a_server_that_both_directions_pass(sr: int) -> None:
    y = two_voices(0.0, 0.0, sr)
    y[:, 5 * sr : 5 * sr + round(0.42 * sr)] = 0  # whole packets of 20, 30 and 60 ms
    assert faults_of(y, sr) == ()
    table = measure(read((y, sr)))
    assert spared(table, recorder_faults(table, DEFAULT_THRESHOLDS), DEFAULT_THRESHOLDS) is table
    assert compose(table).warnings == ()


def test_only_a_short_mute_of_all_channels_is_kept_out_of_the_verdict() -> None:
    tables = [measure(read((two_voices(*at), 16000))) for at in ((5.0, 5.401), (7.001, 12.0))]
    little, much = (spared(t, recorder_faults(t, DEFAULT_THRESHOLDS), DEFAULT_THRESHOLDS) for t in tables)
    assert little["zero_share"].max() < 0.5
    assert much is tables[1]
    report = compose(tables[1])
    assert [note.id for note in report.warnings] == ["all_muted"]


def test_a_microphone_in_a_room_that_is_overdriven() -> None:
    y = np.clip(30 * spoken(), -1, 1)
    (fault,) = faults_of(y, room=True)
    assert fault.id == "recorder_clipped"
    assert fault.value > 100
    assert faults_of(y) == ()  # by wire a decoder may have reached full scale


def test_a_file_that_is_cut_off() -> None:
    file = io.BytesIO()
    soundfile.write(file, (20000 * spoken(sr=16000)).astype(np.int16), 16000, format="WAV")
    data = file.getvalue()
    report = compose(measure(read(data[: len(data) // 2])))
    (fault,) = report.recording.faults
    assert (fault.id, fault.channel) == ("file_cut_off", None)
    assert fault.spans == ((pytest.approx(6.0, abs=0.01), pytest.approx(12.0, abs=0.01)),)
    assert fault.value == pytest.approx(6.0, abs=0.01)
    assert [note.id for note in report.warnings] == ["truncated"]  # said once
    whole = compose(measure(read((20000 * spoken(sr=16000)).astype(np.int16)[: 6 * 16000], sr=16000)))
    assert report.verdict.confidence == pytest.approx(whole.verdict.confidence, abs=0.02)


def test_zeros_here_and_there_are_none_of_the_recorder() -> None:
    rng = np.random.default_rng(3)
    y = spoken()
    for at in rng.integers(SR, 11 * SR, 6):
        y[at : at + int(rng.integers(500, 9000))] = 0
    assert faults_of(y) == ()


def test_a_room_does_not_fall_silent() -> None:
    y = spoken() + np.float32(0.002) * np.random.default_rng(4).standard_normal(12 * SR).astype(np.float32)
    y[5 * SR : 8 * SR] = 0
    (fault,) = faults_of(y, room=True)
    assert (fault.id, fault.spans) == ("recorder_muted", ((5.0, 8.0),))
    assert faults_of(y) == ()  # without a room it may as well be the call


@pytest.mark.parametrize(("level_dbfs", "chain"), [(-45.0, "unknown"), (-35.0, "loudspeaker")])
def test_a_loudspeaker_in_a_room_whose_recorder_was_muted_or_overdriven(level_dbfs: float, chain: str) -> None:
    y = loudspeaker(spoken(14.0, 16000, 2), 16000, np.random.default_rng(12), level_dbfs=level_dbfs)
    muted, loud = y.copy(), np.clip(8 * y, -1, 1)
    muted[96000:100000] = 0
    report = compose(measure(read((muted, 16000))))
    assert report.recording.chain == chain  # zeros speak against a room, and less likely ones must do
    assert [fault.id for fault in report.recording.faults] == ["recorder_muted"]
    report = compose(measure(read((loud, 16000))))
    assert "recorder_clipped" in [fault.id for fault in report.recording.faults]


def test_an_offset_that_jumps() -> None:
    y = spoken()
    y[7 * SR :] += np.float32(0.04)
    (fault,) = faults_of(y)
    assert fault.id == "dc_jump"
    assert fault.value == pytest.approx(0.04, abs=0.002)
    assert fault.spans[0][0] == pytest.approx(7.0, abs=1.1)


@pytest.mark.parametrize("seed", range(4))
def test_clean_speech_has_no_fault(seed: int) -> None:
    assert faults_of(spoken(seed=seed)) == ()


def test_the_recorders_faults_stay_out_of_the_verdict() -> None:
    n = 12 * SR // 1024
    y = without(spoken(), 1024, 2, list(range(30, n - 30, 50)))
    table = measure(read((y, SR)))
    faults = recorder_faults(table, DEFAULT_THRESHOLDS)
    assert [fault.id for fault in faults] == ["dropped_buffers"]
    report = compose(table)
    assert str(report.verdict.label) == "intact"
    clean = spared(table, faults, DEFAULT_THRESHOLDS)
    assert clean["zero_share"].max() < 0.5 < table["zero_share"].max()
    assert len(clean.marks["zero"]) < len(table.marks["zero"])
    assert spared(table, (), DEFAULT_THRESHOLDS) is table


def test_packets_that_a_container_misses_are_none_of_the_recorder() -> None:
    n = 12 * SR // 1024
    table = measure(read((without(spoken(), 1024, 2, [n // 7, n // 4, n // 2, 2 * n // 3]), SR)))
    assert [fault.id for fault in recorder_faults(table, DEFAULT_THRESHOLDS)] == ["dropped_buffers"]
    gaps = replace(table, marks={**table.marks, "container_gap": table.marks["zero"]})
    assert recorder_faults(gaps, DEFAULT_THRESHOLDS) == ()


@pytest.mark.parametrize("at", [range(30, 500, 6), range(50, 500, 120)])
def test_what_is_missing_for_long_is_not_spared(at: range) -> None:
    length = 2 if len(at) > 10 else 91
    table = measure(read((without(spoken(), 1024, length, list(at)), SR)))
    faults = recorder_faults(table, DEFAULT_THRESHOLDS)
    assert [fault.id for fault in faults] == ["dropped_buffers"]
    assert spared(table, faults, DEFAULT_THRESHOLDS) is table


def test_a_fault_makes_a_verdict_less_sure() -> None:
    n = 12 * SR // 1024
    whole, cut = (
        compose(measure(read((y, SR)))) for y in (spoken(), without(spoken(), 1024, 2, [n // 4, n // 3, n // 2]))
    )
    assert whole.verdict.label == cut.verdict.label
    assert cut.verdict.confidence < whole.verdict.confidence - 0.1
    assert [fault.id for fault in cut.recording.faults] == [note.id for note in cut.warnings] == ["dropped_buffers"]


@pytest.mark.parametrize("container", ["matroska", "mpegts", "adts"])
@pytest.mark.parametrize(("sr", "seed"), [(16000, 2), (44100, 2), (24000, 1)])
def test_zeros_that_fill_the_last_frame_of_aac_are_no_dropout(container: str, sr: int, seed: int) -> None:
    y = speechlike(8, sr, np.random.default_rng(seed))
    loud = np.convolve(np.square(y), np.ones(sr // 20), "same")
    y = y[: 6 * sr + int(np.argmax(loud[6 * sr :])) + 137 * seed]  # speech to the very end
    table = measure(read(encoded(Kind("", container, "aac", sr, 1024), (20000 * y).astype(np.int16))))
    report = compose(table)
    assert not [e for e in report.events if e.kind == "dropout" and e.end > table.duration - 0.08]


def test_longer_zeros_at_the_end_of_aac_are_more_than_padding() -> None:
    y = speechlike(8, 16000, np.random.default_rng(2))
    y[7 * 16000 :] = 0
    table = measure(read(encoded(KINDS["mkv"], (20000 * y).astype(np.int16))))
    assert spared(table, (), DEFAULT_THRESHOLDS) is table


def test_what_may_be_chance_on_a_grid_of_buffers_is_policy() -> None:
    table = measure(read((without(spoken(), 1024, 1, [90, 200, 333]), SR)))  # frames fit by chance once in 32 times
    assert [fault.id for fault in recorder_faults(table, DEFAULT_THRESHOLDS)] == ["dropped_buffers"]
    assert recorder_faults(table, DEFAULT_THRESHOLDS.with_values({"recorder.by_chance": 0.01})) == ()
    y = spoken(sr=16000)
    loop = y[40000:41152]
    looped = measure(read((np.concatenate([y[:41152], *[loop] * 5, y[41152:]]), 16000)))
    assert recorder_faults(looped, DEFAULT_THRESHOLDS) == ()
