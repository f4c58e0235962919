"""analyze composes the walk: the same input gives the same bytes, through a saved table and either decoder too."""

from __future__ import annotations

import io
import json
import math
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import audioq
from audioq import decoders
from audioq.decoders import ffmpeg
from audioq.errors import AudioError
from audioq.render.json import to_line
from audioq.report import analyze, compose
from audioq.scores import METRICS
from audioq.simulate import RINGBACK_EU, call_progress, speechlike, zero_fill

SR = 8000
SAMPLES = Path(__file__).resolve().parents[1] / "samples"


def speech(seconds=6.0, sr=SR, seed=1):
    y = speechlike(seconds, sr, np.random.default_rng(seed))
    return zero_fill(y, sr, [(1.0, 1.3), (3.0, 3.5)])[0]


def stereo():
    return np.stack([speech(seed=1), speech(seed=2)])


@pytest.mark.smoke
@pytest.mark.parametrize("make", [speech, stereo, lambda: np.zeros(SR), lambda: call_progress(RINGBACK_EU, 6, SR)[0]])
def test_the_same_array_gives_the_same_bytes(make):
    assert to_line(analyze(make(), sr=SR)) == to_line(analyze(make(), sr=SR))


@pytest.mark.smoke
@pytest.mark.parametrize("make", [speech, stereo, lambda: np.zeros(SR)])
def test_a_saved_table_gives_the_same_report(make, tmp_path):
    whole = analyze(make(), sr=SR)
    audioq.save(audioq.measure(audioq.read(make(), sr=SR)), tmp_path / "call.npz")
    again = compose(audioq.load(tmp_path / "call.npz"))
    assert to_line(again) == to_line(whole)
    assert repr(again) == repr(whole)  # NaN is not equal to itself


@pytest.mark.parametrize("sample", ["degraded_throttled.m4a", "blocked_one_way_stereo.flac", "intact_ringback.wav"])
def test_a_saved_table_of_a_recording_gives_the_same_report(sample):
    file = SAMPLES / sample
    store = io.BytesIO()
    audioq.save(audioq.measure(audioq.read(file)), store)
    store.seek(0)
    assert to_line(compose(audioq.load(store))) == to_line(analyze(file))


def test_a_table_judged_with_other_thresholds_equals_a_new_analysis():
    policy = audioq.DEFAULT_THRESHOLDS.with_values({"degraded.delivered": 0.5, "degraded.stretches": 500})
    table = audioq.measure(audioq.read(speech(), sr=SR))
    again, whole = compose(table, thresholds=policy), analyze(speech(), sr=SR, thresholds=policy)
    assert to_line(again) == to_line(whole)
    assert again.thresholds == policy.fingerprint != compose(table).thresholds


@pytest.mark.smoke
def test_every_number_is_rounded():
    report = analyze(speech(), sr=SR)
    assert report.events
    for metric in METRICS:
        value = report.scores[metric.name]
        assert math.isnan(value) or value == round(value, metric.decimals)
    for number in numbers(report):
        assert math.isnan(number) or number == round(number, 5)
    assert "-0.0," not in to_line(report)


def numbers(item):
    """Yield every float below an item."""
    if isinstance(item, float):
        yield item
    elif is_dataclass(item):
        for field in fields(item):
            yield from numbers(getattr(item, field.name))
    elif isinstance(item, dict):
        yield from numbers(tuple(item.values()))
    elif isinstance(item, tuple):
        for part in item:
            yield from numbers(part)


@pytest.mark.smoke
def test_rounded_probabilities_still_sum_to_1():
    for make in (speech, lambda: np.zeros(SR)):
        for own in (report := analyze(make(), sr=SR)).channels:
            assert math.fsum(own.verdict.probabilities.values()) == pytest.approx(1, abs=2e-4)
        assert report.verdict.confidence == max(report.verdict.probabilities.values())


@pytest.mark.smoke
def test_a_report_says_what_it_rests_on():
    report = analyze(stereo(), sr=SR)
    assert (report.file, report.sha256, report.version) == ("array", None, audioq.__version__)
    assert report.format.sr == SR and report.format.channels == 2 and report.format.duration == 6.0
    assert report.thresholds == audioq.DEFAULT_THRESHOLDS.fingerprint
    assert len(report.channels) == 2
    assert report.severity == report.scores["severity"]


@pytest.mark.smoke
def test_a_short_recording_gets_a_warning():
    assert [note.id for note in analyze(speech(2.0), sr=SR).warnings if note.id == "short"] == ["short"]
    assert not [note for note in analyze(speech(4.0), sr=SR).warnings if note.id == "short"]


@pytest.mark.smoke
def test_a_part_is_analysed_as_if_it_were_the_whole():
    y = speech()
    part = analyze(y, sr=SR, start=2.0, end=5.0)
    assert [note.id for note in part.warnings] == ["part"]
    assert to_line(replace(part, warnings=())) == to_line(analyze(y[2 * SR : 5 * SR], sr=SR))


def test_path_bytes_file_and_array_give_the_same_verdict():
    file = SAMPLES / "degraded_bursty_loss.flac"
    reports = [analyze(str(file)), analyze(file), analyze(file.read_bytes()), analyze(io.BytesIO(file.read_bytes()))]
    y = np.concatenate(list(audioq.read(file).blocks(SR)), axis=1)
    reports.append(analyze(y, sr=8000))
    reports.append(analyze((y, 8000)))
    assert len({repr((r.verdict, r.scores, r.events)) for r in reports}) == 1


def test_the_digest_is_given_where_it_is_asked_for():
    file = SAMPLES / "blocked_telegram_silence.flac"
    assert len(analyze(file, sha256=True).sha256 or "") == 64
    assert "sha256" not in json.loads(to_line(analyze(file)))


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("source", "options", "problem"),
    [
        ("no-such-file.wav", {}, "no-such-file.wav"),
        (b"no audio at all", {}, "bytes: "),
        (np.zeros(0), {"sr": SR}, "no samples"),
        (np.zeros(SR // 5), {"sr": SR}, "only 0.200 s"),
        (np.full(SR, np.nan), {"sr": SR}, "NaN"),
        (np.zeros((SR, 2)), {"sr": SR}, "channels"),
        (np.zeros(SR), {"sr": SR, "start": 5.0}, "start"),
    ],
)
def test_what_cannot_be_judged_is_an_error_and_never_a_label(source, options, problem):
    with pytest.raises(AudioError, match=problem) as caught:
        analyze(source, **options)
    assert caught.value.remedy and "\n" not in str(caught.value)


@pytest.mark.smoke
def test_a_table_without_a_curve_is_an_error():
    table = audioq.measure(audioq.read(speech(), sr=SR))
    curves = {name: curve for name, curve in table.curves.items() if name != "hum"}
    with pytest.raises(audioq.TableError, match="no curve named 'hum'"):
        compose(replace(table, curves=curves))


@pytest.mark.parametrize(
    "sample",
    [
        *("blocked_recorder_noise.wav", "degraded_random_loss.wav", "intact_noisy_line.wav"),
        *("degraded_bursty_loss.flac", "intact_telegram_call.flac", "blocked_one_way_stereo.flac"),
        *("blocked_died_after_a_few_words.mp3", "degraded_comfort_noise.opus"),
    ],
)
def test_both_decoders_give_the_same_verdict(sample, monkeypatch):
    file = SAMPLES / sample
    first = analyze(file)
    monkeypatch.setattr(decoders, "probe", lambda view, *_: ffmpeg.probe(view, None))
    second = analyze(file)
    assert (second.verdict.label, second.verdict.rule, second.verdict.basis) == (
        (first.verdict.label, first.verdict.rule, first.verdict.basis)
    )
    assert second.severity == pytest.approx(first.severity, abs=0.02)
    if file.suffix in {".wav", ".flac"}:  # no loss in the decoder: the same samples, and so the same report
        assert repr((second.verdict, second.scores, second.events)) == repr((first.verdict, first.scores, first.events))
