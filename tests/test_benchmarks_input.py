"""What the accuracy command says of input that it cannot use, or not all of: one sentence, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from made_labels import write_lines

from benchmarks import accuracy

GOLDEN = Path(__file__).parent / "golden" / "scoring"
STORED = GOLDEN / "predictions.jsonl"


def run(*arguments: object) -> int:
    return accuracy.main([str(one) for one in arguments])


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command, which must refuse, and return its only sentence."""
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and said.err.startswith("accuracy.py: ")
    return said.err


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Return a folder of two labels with their recordings (empty ones: nothing is decoded here)."""
    rows = [{"file": f"{name}.wav", "label": "intact", "dur": 5.0, "frames": f"{name}.npz"} for name in "ab"]
    write_lines(tmp_path / "labels.jsonl", rows)
    for name in "ab":
        (tmp_path / f"{name}.wav").touch()
        np.savez(tmp_path / f"{name}.npz", state=np.ones(9), active=np.ones(9))
    return tmp_path


@pytest.fixture
def analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = SimpleNamespace(label="intact", probabilities={"intact": 1.0}, basis="speech", rule="arrived_whole")
    report = SimpleNamespace(verdict=verdict, severity=0.0, scores={"mos": 4.0}, events=())
    monkeypatch.setattr("audioq.report.analyze", lambda source, **_: report, raising=False)


# Exit code 2: nothing can be scored


@pytest.mark.parametrize("wrong", [["--only", "voice"], ["--set", "a=b"]])
def test_options_that_mean_nothing(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(GOLDEN, "--predictions", STORED, *wrong)
    assert stopped.value.code == 2


def test_no_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there are no labels" in refusal(capsys, tmp_path)
    assert "there are no labels" in refusal(capsys, tmp_path / "nowhere")
    (tmp_path / "labels.jsonl").touch()
    assert "is empty" in refusal(capsys, tmp_path)


def test_no_label_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = refusal(capsys, GOLDEN, "--predictions", STORED, "--only", "codec=nobody")
    assert "no label of 72 is left" in sentence and "--only" in sentence


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{not json", "line 3, is not JSON"),
        ('{"file": "c.wav"', "line 3, is not JSON"),
        ([1, 2], "line 3, is no JSON object"),
        ({"label": "intact"}, "line 3, has no `file`"),
        ({"file": 3}, "line 3, has no `file`"),
        ({"file": "c.wav", "label": "fine"}, "line 3, has the label 'fine'"),
        ({"file": "c.wav", "dur": "long"}, "line 3, has no number in `dur`"),
        ({"file": "c.wav", "events": [{"start": 1.0, "kind": "buzz"}]}, "line 3, has an event without"),
        ({"file": "c.wav", "events": [[1.0, 2.0]]}, "line 3, has an event without"),
        ({"file": "c.wav", "events": [{"start": "soon", "end": 2, "kind": "buzz"}]}, "line 3, has an event without"),
        ({"file": "c.wav", "events": 7}, "line 3, has an event without"),
    ],
)
def test_a_line_of_labels_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: object, words: str
) -> None:
    write_lines(tmp_path / "labels.jsonl", [{"file": "a.wav"}, "", line])
    assert words in refusal(capsys, tmp_path)


def test_files_that_are_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "labels.jsonl").write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8 text" in refusal(capsys, tmp_path)
    assert "cannot be read" in refusal(capsys, GOLDEN, "--predictions", tmp_path)
    assert "cannot be read" in refusal(capsys, GOLDEN, "--predictions", tmp_path / "gone.jsonl")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "holds no verdict"),
        ([{"file": "a.wav", "error": {"type": "AudioError"}}], "holds no verdict"),
        (["verdict"], "line 1, is not JSON"),
        ([{"verdict": "intact"}], "line 1, has no `file`"),
        (
            [{"file": "a.wav", "verdict": {"label": "intact", "probabilities": {"intact": 7}}}],
            "line 1: the probability of 'intact' is 7",
        ),
        ([{"file": "a.wav", "verdict": "intact", "events": [{"start": 0}]}], "line 1, is no line of"),
        ([{"file": "a.wav", "verdict": {"label": "intact", "probabilities": [1, 0, 0]}}], "line 1, is no line of"),
        ([{"file": "a.wav", "verdict": "intact", "scores": {"mos": "good"}}], "line 1, is no line of"),
        ([{"file": "b.wav", "verdict": "intact"}], "for recordings that were left out"),
        ([{"file": "other.wav", "verdict": "intact"}], "for other recordings: not one of their 1 names (other.wav"),
    ],
)
def test_predictions_that_cannot_be_used(
    corpus: Path, capsys: pytest.CaptureFixture[str], rows: list[Any], words: str
) -> None:
    stored = write_lines(corpus / "stored.jsonl", rows)
    assert words in refusal(capsys, corpus, "--predictions", stored, "--not", "file=b.wav")


def test_recordings_that_are_all_missing(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in "ab":
        (corpus / f"{name}.wav").unlink()
    assert "none of the 2 recordings lies in" in refusal(capsys, corpus)


def test_frame_truth_that_is_no_archive(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored = write_lines(corpus / "stored.jsonl", [{"file": "a.wav", "verdict": "intact"}])
    (corpus / "a.npz").write_bytes(b"PK\x03\x04 cut")
    assert "the frame truth of a.wav cannot be read" in refusal(capsys, corpus, "--predictions", stored)
    np.savez(corpus / "a.npz", state=np.ones(9), active=np.ones(8))
    assert "the frame truth of a.wav cannot be read" in refusal(capsys, corpus, "--predictions", stored)


def test_an_unknown_threshold_is_refused_before_any_analysis(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no threshold named 'nothing'" in refusal(capsys, corpus, "--jobs", 1, "--set", "nothing=1")


@pytest.mark.parametrize("option", ["--json", "--save"])
def test_a_folder_that_is_not_there_is_told_before_any_analysis(
    corpus: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert "there is no folder" in refusal(capsys, corpus, option, corpus / "nowhere" / "figures.json")


def test_a_file_that_cannot_be_written(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored = write_lines(corpus / "stored.jsonl", [{"file": "a.wav", "verdict": "intact"}])
    assert run(corpus, "--predictions", stored, "--json", corpus) == 2
    assert "cannot be written" in capsys.readouterr().err


# Exit code 1: scored, but not all was there


def test_a_missing_recording_counts_as_wrong(corpus: Path, capsys: pytest.CaptureFixture[str], analysis: None) -> None:
    (corpus / "b.wav").unlink()
    saved = corpus / "said.jsonl"
    assert run(corpus, "--jobs", 1, "--save", saved, "--json", "-") == 1
    said = capsys.readouterr()
    assert "1 of 2 recordings are missing or unreadable and count as wrong, first b.wav" in said.err
    assert json.loads(said.out)["verdict"]["accuracy"] == 0.5
    assert [json.loads(row)["file"] for row in saved.read_text().splitlines()] == ["a.wav", "b.wav"]


def test_all_there_is_exit_code_0(corpus: Path, analysis: None) -> None:
    assert run(corpus, "--jobs", 1, "--json", "-") == 0


def test_missing_frame_truth_is_told(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stored = write_lines(corpus / "stored.jsonl", [{"file": f"{name}.wav", "verdict": "intact"} for name in "ab"])
    (corpus / "b.npz").unlink()
    assert run(corpus, "--predictions", stored) == 1
    assert "1 of 2 files of frame truth are missing" in capsys.readouterr().err
    assert run(corpus, "--predictions", stored, "--only", "file=a.wav") == 0
    assert run(corpus, "--predictions", stored, "--edges") == 0


def test_unknown_predictions_are_counted(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("a.wav", "b.wav", "other.wav", "another.wav")
    stored = write_lines(corpus / "stored.jsonl", [{"file": name, "verdict": "intact"} for name in names])
    assert run(corpus, "--predictions", stored) == 0
    assert "2 predictions for recordings that have no label" in capsys.readouterr().out
