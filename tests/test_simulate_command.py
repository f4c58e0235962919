"""The command `simulate`: exit codes, sentences, and a folder that is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_calls import write_voice
from typer.testing import CliRunner

from audioq.cli import app
from audioq.simulate import corpus

SMALL = """
duration_s = 3.5
talker = []
recorder = []
[[codec]]
name = "pcm"
sr = "8000"
[[codec]]
name = "g711-alaw"
[[file]]
name = "wav"
"""

Run = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return a function that runs the command in a folder with a voice and a small recipe."""
    monkeypatch.chdir(tmp_path)
    write_voice(Path("eva.wav"))
    Path("small.toml").write_text(SMALL, encoding="utf-8")

    def simulate(*arguments: str) -> Any:
        return CliRunner().invoke(app, ["simulate", *arguments])

    return simulate


def small(*more: str) -> list[str]:
    return ["eva.wav", "-o", "out", "--recipe", "small.toml", "--count", "2", "--jobs", "1", *more]


def test_calls_are_made(run: Run) -> None:
    done = run(*small("--seed", "3"))
    assert done.exit_code == 0, done.output
    assert "2 calls in out: 2 intact, 0 degraded, 0 blocked" in done.stderr
    assert done.stdout == ""
    lines = [json.loads(line) for line in Path("out/labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["file"] for line in lines] == ["audio/s0001.wav", "audio/s0002.wav"]
    assert {line["seed"] for line in lines} == {3}
    assert lines[0]["voices"] == ["eva"]


def test_a_refused_recording_is_told_and_the_calls_are_made(run: Run) -> None:
    write_voice(Path("quiet.wav"), factor=0.0)
    done = run("quiet.wav", *small())
    assert done.exit_code == 1
    assert "quiet.wav: is silent; pass clean speech" in done.stderr
    assert "2 calls in out" in done.stderr


@pytest.mark.parametrize("clean", ["gone.wav", "small.toml", "quiet.wav", "folder"])
def test_nothing_is_left(run: Run, clean: str) -> None:
    write_voice(Path("quiet.wav"), factor=0.0)
    Path("folder").mkdir()
    done = run(clean, *small()[1:])
    assert done.exit_code == 2
    assert f"no clean speech is left: {clean}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not Path("out").exists()


def test_a_folder_that_is_not_empty_is_left_alone(run: Run) -> None:
    Path("out").mkdir()
    Path("out/mine.txt").write_text("mine", encoding="utf-8")
    done = run(*small())
    assert done.exit_code == 2
    assert "out: holds something already; name a new or empty folder" in done.stderr
    assert [file.name for file in Path("out").iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_made(run: Run) -> None:
    Path("file").write_text("", encoding="utf-8")
    done = run("eva.wav", "-o", "file/out", "--recipe", "small.toml", "--count", "1")
    assert done.exit_code == 2
    assert "cannot be made" in done.stderr
    assert "name another folder" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--count", "0"], "count"),
        (["--jobs", "0"], "jobs"),
        (["--seed", "-1"], "seed"),
        (["--recipe", "nothing"], "there is no recipe 'nothing'; use benchmark,"),
        (["--recipe", "gone.toml"], "recipe gone.toml: cannot be read"),
    ],
)
def test_wrong_usage(run: Run, arguments: list[str], sentence: str) -> None:
    done = run(*small(*arguments))
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert not Path("out").exists()


def test_missing_codecs_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"pcm"}
    monkeypatch.setattr(corpus, "missing", lambda name: "needs libpcm; install it" if name in gone else None)
    done = run(*small())
    assert done.exit_code == 0
    assert "codec pcm is left out: needs libpcm; install it" in done.stderr
    gone.add("g711-alaw")
    done = run("eva.wav", "-o", "more", "--recipe", "small.toml", "--count", "1")
    assert done.exit_code == 2
    assert "recipe small: none of its codecs is installed" in done.stderr
    assert not Path("more").exists()


def test_an_interrupt_leaves_what_is_done(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    make = corpus._make

    def second_stops(number: int, **others: object) -> dict[str, object]:
        if number == 2:
            raise KeyboardInterrupt
        return make(number, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(corpus, "_make", second_stops)
    done = run(*small())
    assert done.exit_code == 130
    assert len(Path("out/labels.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert Path("out/audio/s0001.wav").is_file()


def test_debug_shows_where_it_failed(run: Run) -> None:
    done = run(*small("--recipe", "nothing", "--debug"))
    assert type(done.exception).__name__ == "SimulationError"
