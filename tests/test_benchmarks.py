"""The benchmarks: our scorer gives the figures that another scorer gave, and the commands run."""

from __future__ import annotations

import json
import math
import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
from made_labels import label_of

from benchmarks import accuracy, analysis, speed, traps
from benchmarks.floor import HOP, WINDOW, floor
from benchmarks.invariance import running as invariance_running
from benchmarks.recording import write_recording
from benchmarks.scoring.edges import edge_figures
from benchmarks.scoring.events import match
from benchmarks.scoring.labels import Label, read_labels
from benchmarks.scoring.mos import agreement
from benchmarks.scoring.predictions import Predictions, predictions_of, read_predictions, row_of
from benchmarks.scoring.printout import text_of
from benchmarks.scoring.scorecard import as_json, score
from benchmarks.scoring.selection import read_filter, select
from benchmarks.scoring.stretches import Stretch, join, likeness, said, union
from benchmarks.scoring.true_events import read_events
from benchmarks.scoring.verdicts import verdict_figures

GOLDEN = Path(__file__).parent / "golden" / "scoring"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def labels() -> list[Label]:
    return read_labels(GOLDEN)


@pytest.fixture(scope="module")
def predictions() -> Predictions:
    return read_predictions(GOLDEN / "predictions.jsonl")


def in_our_words(figures: dict[str, Any]) -> dict[str, Any]:
    return {"stutter" if kind == "repeat" else kind: value for kind, value in figures.items()}


def flat(figures: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(figures, dict):
        return {path: figures}
    return {key: value for name, one in figures.items() for key, value in flat(one, f"{path}/{name}").items()}


def assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    mine = flat(ours)
    for path, value in flat(theirs).items():
        assert mine[path] == (value if value is None else pytest.approx(value, abs=1e-9)), path


# Figures of the whole


def test_every_figure_equals_the_stored_one(labels: list[Label], predictions: Predictions) -> None:
    expected = dict(EXPECTED["scorecard"])
    for room in ("events", "frames"):
        expected[room] = {scope: in_our_words(kinds) for scope, kinds in expected[room].items()}
    assert_same(as_json(score(labels, predictions)), expected)


def test_exact_edges_equal_the_stored_ones() -> None:
    figures = edge_figures(
        read_labels(GOLDEN / "edge_labels.jsonl"), read_predictions(GOLDEN / "edge_predictions.jsonl")
    )
    expected = in_our_words(EXPECTED["edges"])
    assert figures.alarms_per_min_without_event == pytest.approx(expected.pop("alarms_per_min_without_event"))
    assert flat(as_json_edges(figures)) == pytest.approx(flat(expected), abs=1e-9)


def as_json_edges(figures: Any) -> dict[str, Any]:
    names = ("tp", "fn", "fp", "precision", "recall", "f1")
    return {kind: {name: getattr(one, name) for name in names} for kind, one in figures.kinds.items()}


def test_the_stored_set_holds_what_it_must(labels: list[Label], predictions: Predictions) -> None:
    events = [event for label in labels for event in label.events]
    assert any(event.minor for event in events) and any(event.alt for event in events)
    assert any(event.outer != (event.start, event.end) for event in events)
    assert any(label.grey for label in labels) and any(label.silent for label in labels)
    assert any(not label.events_known for label in labels)
    assert any(label not in predictions for label in labels)


# Labels and predictions


def test_opinions_of_people_are_no_verdict(tmp_path: Path) -> None:
    line = {"file": "a.wav", "label": "intact", "label_basis": "votes", "mos": 4.2, "events": []}
    (tmp_path / "labels.jsonl").write_text(json.dumps(line) + "\n")
    (label,) = read_labels(tmp_path)
    assert label.verdict is None
    card = score([label], predictions_of([{"file": "a.wav", "verdict": "degraded", "scores": {"mos": 4.0}}]))
    assert card.verdict is None and card.events == {} and card.mos["mos"]["all"].n == 1


def test_silent_means_that_nothing_can_be_heard() -> None:
    assert label_of("a", "blocked", rms_dbfs=-120.0).silent
    assert not label_of("a", "blocked", rms_dbfs=-60.0, delivered=0.0).silent
    assert label_of("a", "blocked", delivered=0.0).silent
    assert not label_of("a", "blocked", delivered=0.0, content="tone+speech:ringback").silent
    assert not label_of("a", "intact", delivered=0.0).silent
    # Comfort noise, or a recorder's, where nothing was delivered; and a tone that is lost like all else.
    assert not label_of("a", "blocked", rms_dbfs=-71.3, delivered=0.0, content="speech").silent
    assert label_of("a", "blocked", rms_dbfs=-200.0, delivered=0.1, content="tones").silent


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        ({}, True),
        ({"vocoder": False}, True),
        ({"vocoder": True}, False),
        ({"codec": "codec2"}, False),
        ({"codec": "lpc10"}, False),
        ({"distractor": "vocoder"}, False),
        ({"artefact": "gate"}, False),
        ({"artefact": "gate", "events_known": True}, True),
        ({"vocoder": True, "events_known": False}, False),
        ({"codec": "opus", "events_known": False}, False),
        ({"artefact": "gate", "events_known": None}, False),
    ],
)
@pytest.mark.parametrize("verdict", ["intact", "degraded"])
def test_a_label_says_whether_its_events_are_the_whole_truth(facts: dict[str, Any], known: bool, verdict: str) -> None:
    assert label_of("a", verdict, **facts).events_known is known


@pytest.mark.parametrize("key", ["dur", "duration"])
def test_a_length_counts_under_either_name(key: str) -> None:
    labels = [label_of("a", **{key: 30.0}), label_of("of unknown length")]
    buzz = {"start": 1.0, "end": 2.0, "kind": "buzz"}
    predictions = predictions_of([{"file": one.file, "verdict": "intact", "events": [buzz]} for one in labels])
    assert score(labels, predictions).false_events_per_min_on_intact == pytest.approx(2.0)
    assert edge_figures(labels, predictions).alarms_per_min_without_event == pytest.approx(2.0)


def test_edges_are_free_up_to_the_next_speech_under_either_name_of_the_length() -> None:
    line = {"events": [{"start": 4.0, "end": 5.0, "kind": "dropout"}], "speech": [[0.0, 4.5], [7.0, 8.0]]}
    free = [read_events({**line, key: 8.0})[0].outer for key in ("dur", "duration")]
    assert free == [(4.0, 7.0)] * 2


def test_grey_distractors_are_told_and_marked() -> None:
    labels = [
        label_of("a", distractor="music"),
        *(replace(label_of(name, distractor=name), grey=True) for name in ("music", "ring_modulation", "vocoder")),
        replace(label_of("nothing"), grey=True),
    ]
    rows = [{"file": "vocoder", "verdict": "degraded"}, {"file": "a", "verdict": "intact"}]
    card = score(labels, predictions_of(rows))
    rates = {name: (one.rate, one.n, one.grey) for name, one in card.false_alarm.items()}
    assert rates == {
        "all_intact": (0.0, 1, False),
        "all_distractors": (0.0, 1, False),
        "music": (0.0, 1, False),
        "music_grey": (1.0, 1, True),
        "ring_modulation_grey": (1.0, 1, True),
        "vocoder": (1.0, 1, True),
    }
    text = text_of(card)
    for words in ("  music  ", "  music (grey)  ", "  ring_modulation (grey)  ", "  vocoder (grey)  "):
        assert words in text


def test_a_recording_is_found_by_its_folder_where_names_recur() -> None:
    rows = [
        {"file": f"x/{folder}/ref.flac", "verdict": verdict} for folder, verdict in (("a", "intact"), ("b", "blocked"))
    ]
    predictions = predictions_of(rows)
    assert predictions[label_of("a/ref.flac")].verdict == "intact"
    assert predictions[label_of("b/ref.flac")].verdict == "blocked"
    assert predictions[label_of("elsewhere.flac")].verdict == "none"


def test_a_failure_is_not_a_prediction() -> None:
    predictions = predictions_of([{"file": "a.wav", "error": {"type": "AudioError", "message": "empty"}}])
    assert label_of("a.wav") not in predictions


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("voice=fa,ml", {"a", "b"}),
        ("source.voice=fa", {"a"}),
        ("codec=opus", {"b"}),
        ("grey=true", {"c"}),
        ("x=none", {"a", "b", "c"}),
    ],
)
def test_labels_are_picked_by_facts_wherever_they_stand(text: str, names: set[str]) -> None:
    labels = [
        label_of("a", source={"voice": "fa"}, grey=False),
        label_of("b", source={"voice": "ml"}, codec=["opus", "silk"], grey=False),
        label_of("c", voice="en", grey=True),
    ]
    assert {label.file for label in select(labels, [read_filter(text)], [])} == names
    assert {label.file for label in select(labels, [], [read_filter(text)])} == {"a", "b", "c"} - names


@pytest.mark.parametrize("text", ["voice", "voice=", "=fa"])
def test_a_filter_needs_key_and_value(text: str) -> None:
    with pytest.raises(ValueError, match="KEY=VALUE"):
        read_filter(text)


# Stretches and events


def test_near_stretches_are_one() -> None:
    joined = join([said(1.0, 1.1, "buzz"), said(0.5, 0.6, "buzz"), said(0.65, 0.7, "buzz")])
    assert [(one.start, one.end) for one in joined] == [(0.5, 0.7), (1.0, 1.1)]


def test_union_leaves_no_overlap() -> None:
    assert union([(3.0, 4.0), (0.0, 2.0), (1.0, 1.5), (2.0, 2.5)]) == [(0.0, 2.5), (3.0, 4.0)]


def test_edges_move_freely_within_the_margin() -> None:
    truth = Stretch(1.0, 2.0, "dropout", (0.2, 2.0))
    assert likeness(said(0.3, 2.04, "dropout"), truth) == 1.0
    assert likeness(said(0.0, 2.0, "dropout"), truth) == 0.5


def test_the_truth_finds_itself(labels: list[Label]) -> None:
    for label in labels:
        for kind in ("dropout", "buzz", "stutter", "any"):
            _, misses, alarms = match(label.events, label.events, kind)
            assert (misses, alarms) == (0, 0)


# Single figures


def test_a_class_that_no_recording_has_is_left_out_of_the_mean() -> None:
    figures = verdict_figures([("intact", "intact"), ("degraded", "degraded")])
    assert figures is not None and figures.macro_f1 == 1.0
    assert verdict_figures([]) is None


def test_agreement_shares_ranks_and_needs_five() -> None:
    figures = agreement([1, 2, 2, 3, 4], [1, 2, 2, 9, 10])
    assert figures.spearman == pytest.approx(1.0) and figures.pearson is not None and figures.pearson < 1
    assert agreement([1, 2, 3, 4], [1, 2, 3, 4]).pearson is None
    assert agreement([1] * 5, [1, 2, 3, 4, 5]).spearman is None


# accuracy.py


def report_of(mos: float) -> Any:
    verdict = SimpleNamespace(label="degraded", probabilities={"degraded": 1.0}, basis="speech", rule="some_lost")
    event = SimpleNamespace(start=1.0, end=1.5, kind="dropout", channel=0, confidence=0.9)
    return SimpleNamespace(verdict=verdict, severity=0.4, scores={"mos": mos}, events=(event,))


def test_a_row_survives_being_stored() -> None:
    row = json.loads(json.dumps(row_of(report_of(math.nan), "audio/a.flac"), allow_nan=False))
    assert row["scores"] == {"mos": None}
    prediction = predictions_of([row])[label_of("audio/a.flac")]
    assert (prediction.verdict, prediction.score("mos")) == ("degraded", None)
    assert prediction.events == (said(1.0, 1.5, "dropout"),)


def test_what_cannot_be_read_is_told_and_counts_as_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from audioq.errors import AudioError

    def analyze(source: Path, **_: Any) -> Any:
        if source.name == "bad.wav":
            raise AudioError("bad.wav", "it is empty", "record it again")
        return report_of(2.0)

    monkeypatch.setattr("audioq.report.analyze", analyze, raising=False)
    labels = [label_of("good.wav", "degraded"), label_of("bad.wav", "degraded")]
    rows = analysis.predict_all(labels, {}, jobs=1)
    assert [row["file"] for row in rows] == ["good.wav", "bad.wav"]
    assert "it is empty" in capsys.readouterr().err
    card = score(labels, predictions_of(rows))
    assert card.verdict is not None and (card.missing, card.verdict.accuracy) == (1, 0.5)


@pytest.mark.parametrize("asked", [None, "2"])
def test_workers_take_one_thread_unless_the_user_says_otherwise(
    monkeypatch: pytest.MonkeyPatch, asked: str | None
) -> None:
    if asked is None:
        # Set before it is deleted, so that the patch puts back what was there.
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    else:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", asked)
    seen: list[str | None] = []

    class Pool:
        def __init__(self, *_: Any, **__: Any) -> None:
            seen.append(os.environ.get("OPENBLAS_NUM_THREADS"))

        def __enter__(self) -> Pool:
            return self

        def __exit__(self, *_: object) -> None: ...

        def map(self, *_: Any, **__: Any) -> list[Any]:
            return []

    for module in (analysis, traps, invariance_running):
        monkeypatch.setattr(module, "ProcessPoolExecutor", Pool)
    analysis.predict_all([], {}, jobs=2)
    traps._make_all([], jobs=2)
    invariance_running.measure_all([], [], processes=2)
    assert seen == [asked or "1"] * 3


def run(*arguments: object) -> int:
    return accuracy.main([str(one) for one in arguments])


def test_the_command_prints_text_and_writes_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = tmp_path / "figures.json"
    assert run(GOLDEN, "--predictions", GOLDEN / "predictions.jsonl", "--json", figures) == 0
    text = capsys.readouterr().out
    assert "macro-F1 0.761 (95 %: " in text and "without all-silent ones" in text and "Brier" in text
    assert json.loads(figures.read_text())["verdict"]["n"] == 66


def test_the_command_scores_a_part(capsys: pytest.CaptureFixture[str]) -> None:
    stored = GOLDEN / "predictions.jsonl"
    assert run(GOLDEN, "--predictions", stored, "--only", "voice=fa,ml", "--not", "codec=pcmu", "--json", "-") == 0
    figures = json.loads(capsys.readouterr().out)
    picked = [
        label
        for label in read_labels(GOLDEN)
        if label.facts.get("source", {}).get("voice") in ("fa", "ml") and label.facts["codec"] != "pcmu"
    ]
    assert 0 < figures["files"] == len(picked)
    # What was said of recordings that were left out is not unknown; the made-up name still is.
    assert figures["unknown"] == 1


def test_the_command_tells_edges_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(GOLDEN / "edge_labels.jsonl", "--edges", "--predictions", GOLDEN / "edge_predictions.jsonl") == 0
    assert "delete" in capsys.readouterr().out


# speed.py: no figure is asserted here, for a machine may be busy


def test_the_floor_measures_power() -> None:
    rng = np.random.default_rng(1)
    y = rng.standard_normal(WINDOW + 299 * HOP).astype(np.float32)
    rows = floor(y)
    frames = np.lib.stride_tricks.sliding_window_view(y, WINDOW)[::HOP] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames)) ** 2
    assert rows.shape == (4, 300)
    np.testing.assert_allclose(rows[0], power.mean(axis=1), rtol=1e-4)
    np.testing.assert_allclose(rows[3], np.log10(power.max(axis=1)), rtol=1e-3)
    assert floor(y[:100]).shape == (4, 0)


@pytest.mark.parametrize(("sr", "channels"), [(8000, 1), (16000, 2)])
def test_a_recording_is_as_long_as_asked_and_always_the_same(tmp_path: Path, sr: int, channels: int) -> None:
    one, two = tmp_path / "one.wav", tmp_path / "two.wav"
    for file in (one, two):
        write_recording(file, 61.5, sr, channels)
    samples, rate = soundfile.read(one, always_2d=True)
    assert (rate, samples.shape) == (sr, (int(61.5 * sr), channels))
    assert one.read_bytes() == two.read_bytes()
    assert 0.1 < np.abs(samples).max() < 1.0


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs a POSIX system")
def test_the_cost_of_a_command_is_its_own() -> None:
    cost = speed.cost_of([sys.executable, "-c", "sum(range(10**6))"])
    assert cost.cpu > 0 and cost.wall > 0 and cost.peak_mib > 1
    with pytest.raises(speed.RunError, match="exit code 3"):
        speed.cost_of([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_floor_is_timed_inside_a_process_of_its_own(tmp_path: Path) -> None:
    write_recording(tmp_path / "one.wav", 2.0, 8000, 1)
    assert speed.cpu_of("floor", tmp_path / "one.wav", tmp_path / "one.wav") > 0
    with pytest.raises(speed.RunError, match="from the floor"):
        speed.cpu_of("floor", tmp_path / "none.wav", tmp_path / "none.wav")


def test_ratios_are_told_round_by_round() -> None:
    ratio = speed.ratio_of("analysis / floor", "CPU s", [2.0, 4.0, 9.0], [1.0, 2.0, 3.0])
    assert (ratio.ratio, ratio.low, ratio.high) == (2.0, 2.0, 3.0)
    assert "| **2.00** | 2.00 to 3.00 |" in speed.ratio_lines([ratio])[-1]
    assert speed.peak_lines([speed.Peak(30, 48000, 2, 91.6, 1.0)])[-1] == "| 48 kHz, stereo | 30 | **92** | 1.00 |"
