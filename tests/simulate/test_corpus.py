"""Corpora: the same folder every time, and a folder that can be read whatever happens."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_calls import shortened, write_voice

from audioq.audio import read
from audioq.errors import SimulationError
from audioq.simulate import corpus
from audioq.simulate.codecs import CODECS, missing
from audioq.simulate.corpus import Made, installed, make_corpus
from audioq.simulate.recipes import read_recipe
from benchmarks.scoring.labels import read_labels
from benchmarks.scoring.predictions import predictions_of
from benchmarks.scoring.scorecard import as_json, score

SMALL = """
duration_s = 3.5
talker = []
recorder = []
[[codec]]
name = "pcm"
sr = "8000"
[[codec]]
name = "g711-alaw"
[[network]]
name = "none"
[[network]]
name = "random"
share = 0.3
[[network]]
name = "outage_total"
[[file]]
name = "flac"
[[file]]
name = "ulaw"
"""


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make calls of 4 s of every recipe."""
    monkeypatch.setattr(corpus, "read_recipe", lambda name: shortened(read_recipe(name)))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    for k, name in enumerate(("eva/1.wav", "eva/2.wav", "uwe/1.wav", "ina.wav")):
        write_voice(folder / name, k)
    return folder


@pytest.fixture
def small(tmp_path: Path) -> str:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    return str(tmp_path / "small.toml")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def lines_of(folder: Path) -> list[dict[str, Any]]:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    text = (folder / "labels.jsonl").read_text(encoding="utf-8")
    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


@pytest.mark.usefixtures("short")
def test_the_seed_decides_and_neither_processes_nor_count(clean: Path, tmp_path: Path) -> None:
    done = make_corpus([clean], tmp_path / "one", "benchmark", seed=5, count=5, jobs=1)
    assert (done.calls, done.refused, sum(done.labels.values())) == (5, (), 5)
    make_corpus([clean], tmp_path / "two", "benchmark", seed=5, count=5, jobs=2)
    one = bytes_of(tmp_path / "one")
    assert one == bytes_of(tmp_path / "two")
    make_corpus([clean], tmp_path / "fewer", "benchmark", seed=5, count=2, jobs=1)
    fewer = bytes_of(tmp_path / "fewer")
    same = {name for name in fewer if name.startswith(("audio/", "frames/"))}
    assert len(same) == 4
    assert all(fewer[name] == one[name] for name in same)
    assert one["labels.jsonl"].startswith(fewer["labels.jsonl"])
    make_corpus([clean], tmp_path / "other", "benchmark", seed=6, count=1, jobs=1)
    other = bytes_of(tmp_path / "other")["labels.jsonl"]
    assert lines_of(tmp_path / "other")[0]["number"] == 1
    assert not fewer["labels.jsonl"].replace(b'"seed": 5', b'"seed": 6').startswith(other)


def test_what_lies_in_the_folder(clean: Path, small: str, tmp_path: Path) -> None:
    said: list[str] = []
    done = make_corpus([clean], tmp_path / "new" / "deep", small, count=5, jobs=1, progress=said.append)
    folder = tmp_path / "new" / "deep"
    lines = lines_of(folder)
    assert said == [line["file"] for line in lines]
    assert done.folder == folder
    for number, line in enumerate(lines, 1):
        assert (line["number"], line["seed"], line["recipe"]) == (number, 1, "small")
        assert line["file"] == f"audio/s{number:04d}.{'wav' if line['post']['box'] == 'ulaw' else 'flac'}"
        audio = read(folder / line["file"])
        samples = sum(block.shape[1] for block in audio.blocks(1 << 20))
        assert audio.sr == line["fs"]
        assert line["dur"] == pytest.approx(samples / audio.sr, abs=0.0101)
        frames = np.load(folder / line["frames"])
        assert frames["state"].dtype == np.uint8
        assert frames["active"].dtype == frames["lost"].dtype == bool
        assert {frames[name].size for name in ("state", "active", "lost")} == {round(line["dur"] * 100)}
        assert set(line["voices"]) <= {"eva", "uwe", "ina"}
    counted = {label: sum(line["label"] == label for line in lines) for label in done.labels}
    assert counted == done.labels
    made = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    assert (made["seed"], made["count"]) == (1, 5)
    assert {one["talker"] for one in made["clean"]} == {"eva", "ina", "uwe"}
    assert all(len(one["sha256"]) == 64 for one in made["clean"])
    assert "name" in made["recipe_text"]
    assert made["recipe"] == small
    assert set(made["codecs"]) == {name for name in CODECS if missing(name) is None}


def test_the_scorer_reads_it(clean: Path, small: str, tmp_path: Path) -> None:
    make_corpus([clean], tmp_path / "out", small, count=8, jobs=1)
    labels = read_labels(tmp_path / "out")
    assert [label.name for label in labels] == [Path(line["file"]).name for line in lines_of(tmp_path / "out")]
    rows = [
        {
            "file": label.file,
            "verdict": {"label": label.verdict, "probabilities": {str(label.verdict): 1.0}},
            "events": [
                {"start": event.start, "end": event.end, "kind": event.kind}
                for event in label.events
                if event.kind in ("dropout", "buzz", "stutter")
            ],
        }
        for label in labels
    ]
    card = as_json(score(labels, predictions_of(rows)))
    assert card["files"] == 8
    assert card["missing"] == 0
    assert card["verdict"]["macro_f1"] == 1.0
    wrong = as_json(score(labels, predictions_of([{**row, "verdict": "intact", "events": []} for row in rows])))
    assert wrong["verdict"]["macro_f1"] < 1.0


def test_a_folder_that_holds_something_stays_as_it_is(clean: Path, small: str, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SimulationError, match="full: holds something already; name a new or empty folder"):
        make_corpus([clean], folder, small, count=1, jobs=1)
    assert bytes_of(folder) == {"mine.txt": b"mine"}
    with pytest.raises(SimulationError, match="holds something already"):
        make_corpus([clean], folder / "mine.txt", small, count=1, jobs=1)
    with pytest.raises(SimulationError, match="cannot be made .*; name another folder"):
        make_corpus([clean], folder / "mine.txt" / "below", small, count=1, jobs=1)
    assert bytes_of(folder) == {"mine.txt": b"mine"}


def test_an_empty_folder_serves(clean: Path, small: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert make_corpus([clean], tmp_path / "empty", small, count=1, jobs=1).calls == 1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"count": 0}, "count is 0"), ({"count": -3}, "count is -3"), ({"seed": -1}, "seed is -1"), ({"jobs": -2}, "-2")],
)
def test_numbers_that_cannot_be(
    clean: Path, small: str, tmp_path: Path, options: dict[str, int], sentence: str
) -> None:
    with pytest.raises(SimulationError, match=sentence):
        make_corpus([clean], tmp_path / "out", small, **{"count": 1, "jobs": 1, **options})  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_recordings_that_cannot_serve(clean: Path, small: str, tmp_path: Path) -> None:
    silent = write_voice(tmp_path / "silent.wav", factor=0.0)
    (tmp_path / "nothing").mkdir()
    given = [clean, silent, tmp_path / "gone.wav", tmp_path / "nothing"]
    done = make_corpus(given, tmp_path / "out", small, count=2, jobs=1)
    assert done.calls == 2
    assert len(done.refused) == 3
    assert any("silent.wav: is silent" in sentence for sentence in done.refused)
    assert all("\n" not in sentence for sentence in done.refused)
    with pytest.raises(SimulationError, match="no clean speech is left: .*gone") as problem:
        make_corpus(given[1:], tmp_path / "more", small, count=2, jobs=1)
    assert "silent.wav" in str(problem.value)
    with pytest.raises(SimulationError, match="no clean speech is left: none was given"):
        make_corpus([], tmp_path / "more", small, count=2, jobs=1)
    assert not (tmp_path / "more").exists()


def without(monkeypatch: pytest.MonkeyPatch, *gone: str) -> None:
    def why(name: str) -> str | None:
        return f"{name} needs a library; install it" if name in gone else None

    monkeypatch.setattr(corpus, "missing", why)


def test_missing_codecs_are_left_out(clean: Path, small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "pcm")
    done = make_corpus([clean], tmp_path / "out", small, count=6, jobs=1)
    assert done.left_out == ("codec pcm is left out: pcm needs a library; install it",)
    assert {line["codec_params"]["name"] for line in lines_of(tmp_path / "out")} == {"g711-alaw"}
    made = json.loads((tmp_path / "out" / "made.json").read_text(encoding="utf-8"))
    assert made["left_out"] == list(done.left_out)
    assert "pcm" not in made["codecs"]


def test_without_any_codec(clean: Path, small: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "pcm", "g711-alaw")
    with pytest.raises(SimulationError, match="recipe small: none of its codecs is installed: .*install it"):
        make_corpus([clean], tmp_path / "out", small, count=1, jobs=1)
    assert not (tmp_path / "out").exists()


def test_codecs_are_left_out_of_all_that_is_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "libopus")
    recipe, sentences = installed(read_recipe("benchmark"))
    assert len(sentences) == 1
    assert all(choice.name != "libopus" for one, _ in recipe.mix for choice in one.choices["codec"])
    assert len(recipe.mix) == len(read_recipe("benchmark").mix)


@pytest.mark.skipif(missing("libopus") is not None, reason="libopus is not installed")
def test_settings_that_do_not_go_together_are_refused_before_anything_is_made(clean: Path, tmp_path: Path) -> None:
    text = '[[codec]]\nname = "libopus"\nmode = "hybrid"\nsr = ["48000", "16000"]\n'
    (tmp_path / "odd.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SimulationError, match="recipe odd: the codec libopus is hybrid only"):
        make_corpus([clean], tmp_path / "out", str(tmp_path / "odd.toml"), count=1, jobs=1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("reason", [KeyboardInterrupt(), OSError("the disk is full")])
def test_what_is_done_can_be_read_when_it_is_interrupted(
    clean: Path, small: str, tmp_path: Path, reason: BaseException
) -> None:
    done: list[str] = []

    def stop(file: str) -> None:
        # The line is there before the next call is begun, not only when all is closed.
        assert len(lines_of(tmp_path / "out")) == len(done) + 1
        done.append(file)
        if len(done) == 3:
            raise reason

    with pytest.raises(type(reason)):
        make_corpus([clean], tmp_path / "out", small, count=9, jobs=1, progress=stop)
    assert len(read_labels(tmp_path / "out")) == 3
    for line in lines_of(tmp_path / "out"):
        assert (tmp_path / "out" / line["file"]).is_file()
        assert (tmp_path / "out" / line["frames"]).is_file()
    assert not (tmp_path / "out" / "made.json").exists()


def test_calls_in_which_hardly_anybody_speaks_are_drawn_again(clean: Path, tmp_path: Path) -> None:
    text = SMALL.replace("3.5", "4") + '[[content]]\nname = "speech"\n'
    (tmp_path / "short.toml").write_text(text, encoding="utf-8")
    make_corpus([clean], tmp_path / "out", str(tmp_path / "short.toml"), count=12, jobs=1)
    assert min(line["active_s"] for line in lines_of(tmp_path / "out")) >= 0.8


def test_problems_of_a_worker_come_back_whole() -> None:
    problem = pickle.loads(pickle.dumps(SimulationError("what; remedy")))
    assert isinstance(problem, SimulationError)
    assert str(problem) == "what; remedy"


def test_made_tells() -> None:
    made = Made(Path("x"), 1, {"intact": 1}, (), ())
    assert made.folder == Path("x")


def test_one_path_is_one_path(clean: Path, small: str, tmp_path: Path) -> None:
    assert make_corpus(str(clean), tmp_path / "out", small, count=1, jobs=1).calls == 1


def test_a_script_without_a_guard_ends_with_a_sentence(clean: Path, small: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    lines = [
        "from audioq.simulate import make_corpus",
        f"make_corpus({str(clean)!r}, 'out', {small!r}, count=4, jobs=2)",
    ]
    script.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "a script has no if __name__ == '__main__'" in done.stderr
