"""Traces of recorders: the designs, the statistics and the fit that leaves a design out."""

import json
import shutil
from pathlib import Path

import made_tiles
import numpy as np
import pytest

from audioq.audio import read
from audioq.features import FRAME_FEATURES
from audioq.measurement import measure
from audioq.simulate import speechlike
from benchmarks import traces
from benchmarks.recorders import DESIGNS, filtered
from benchmarks.traces import FEATURE, STATISTICS, Example, emptied, ranked, scored, statistics_of

HERE = [(kind, name) for kind, designs in DESIGNS.items() for name in designs if not name.startswith("webrtc")]


@pytest.mark.parametrize(("kind", "name"), HERE)
def test_every_design_changes_the_sound_and_keeps_its_length(kind: str, name: str) -> None:
    y = speechlike(2.0, 8000, np.random.default_rng(1)).astype(np.float32)
    z, sr = DESIGNS[kind][name](y.copy(), 8000, np.random.default_rng(1))
    assert (sr, z.dtype) == (8000, np.float32) and abs(len(z) - len(y)) <= 8000 // 10
    assert np.isfinite(z).all() and not np.array_equal(z[: len(y)], y[: len(z)])


def test_a_filter_of_ffmpeg_does_what_its_settings_say() -> None:
    y = np.random.default_rng(2).standard_normal(20000).astype(np.float32) * np.float32(0.1)
    assert filtered(y, 16000, "volume", "0.5") == pytest.approx(y / 2, abs=1e-6)


def test_a_band_set_to_zero_is_emptied() -> None:
    noise = np.random.default_rng(3).standard_normal((1, made_tiles.HOPS * 160)) * 0.1
    t = np.arange(noise.shape[1]) / 16000
    lone = sum(np.sin(2 * np.pi * hz * t) for hz in (1500.0, 3000.0, 4500.0, 6000.0))[None] * 0.1
    (noisy, noisy_valleys), (thin, thin_valleys) = (emptied(made_tiles.a_tile(y, 16000)) for y in (noise, lone))
    assert noisy.shape == (1, 128) and noisy.mean() < 0.01  # 0.1 % of noise lies 30 dB under its mean
    assert thin.mean() > 0.05 and thin_valleys.mean() > noisy_valleys.mean() + 0.05


def test_a_background_that_moves_between_pauses_travels() -> None:
    sr, rng = 16000, np.random.default_rng(4)
    voice = np.concatenate([np.r_[speechlike(2.0, sr, rng), np.zeros(sr)] for _ in range(5)])
    noise = 0.002 * rng.standard_normal(len(voice))
    pumped = noise * np.repeat([1, 2, 0.5, 2.5, 1], len(voice) // 5)
    steady, moved = (
        statistics_of(measure(read(((voice + n).astype(np.float32), sr)), features=(*FRAME_FEATURES, FEATURE)))
        for n in (noise, pumped)
    )
    assert steady["floor_travel"] < 0.5 < 2.5 < moved["floor_travel"]
    assert abs(steady["release"]) < 0.5 and abs(moved["release"]) < 0.5  # within a pause nothing moves


def test_a_design_is_scored_by_what_was_learned_of_others() -> None:
    rng = np.random.default_rng(5)

    def an_example(i: int, kind: str, design: str, mean: float) -> Example:
        return Example("f", f"talker{i}", kind, design, {n: rng.normal(mean) for n in STATISTICS["gain"]})

    rows = [an_example(i, "none", "none", 0.0) for i in range(60)]
    rows += [an_example(i, "gain", name, 3.0) for i in range(60) for name in ("one", "two")]
    rows.append(Example("f", "short", "none", "none", dict.fromkeys(STATISTICS["gain"], float("nan"))))
    logits = scored(rows, "gain", "two")
    assert np.isnan(logits[-1])
    of = {name: logits[[row.design == name for row in rows]] for name in ("none", "two")}
    assert ranked(of["two"], of["none"][np.isfinite(of["none"])]) > 0.95


def test_only_untouched_calls_are_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy("samples/intact_quiet_call.flac", tmp_path / "a.flac")
    rows = [
        {"file": "a.flac", "label": "intact", "voices": ["x"]},
        {"file": "a.flac", "label": "intact", "post": {"agc": True}},
        {"file": "a.flac", "label": "blocked"},
        {"file": "a.mp3", "label": "intact"},
        {"file": "a.flac", "label": "intact", "source": {"voice": "fa"}},
        {"file": "a.flac", "label": "intact", "chain": "agc"},
    ]
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert [row for _, row in traces.untouched(tmp_path, 9)] == rows[:1]
    monkeypatch.setattr(traces, "installed", lambda: {"gain": {"agc": DESIGNS["gain"]["agc"]}})
    found = traces.examples_of((tmp_path, rows[0]))
    assert [(one.kind, one.design, one.talker) for one in found] == [("none", "none", "x"), ("gain", "agc", "x")]
