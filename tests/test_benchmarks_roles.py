"""The benchmark of roles: pairs of directions, what is done to the second, and the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_labels import write_lines

from audioq.simulate import speechlike
from benchmarks.pairing import VARIANTS, Answer, _level, emptied, listening, muted, pairs_of, worse
from benchmarks.roles import HEAD, as_markdown, as_plain, main, rows_of
from benchmarks.scoring.labels import read_labels

SR = 8000


def turns(seed: int = 1) -> np.ndarray:
    """Return 24 s of speech in turns: 2 s of it, a word, and long pauses, over a background."""
    rng = np.random.default_rng(seed)
    y = 1e-3 * rng.standard_normal(24 * SR)
    for start, end in ((1.0, 4.0), (7.0, 8.0), (11.0, 14.0), (18.0, 22.0)):
        part = speechlike(end - start, SR, rng)
        y[round(start * SR) : round(start * SR) + len(part)] += part
    return y.astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = []
    for call, labels in {"one": ("intact", "intact"), "two": ("intact", "blocked"), "grey": ("intact", "grey")}.items():
        for side, label in zip("ab", labels, strict=True):
            file = f"{call}_{side}.wav"
            y = np.zeros(24 * SR, np.float32) if label == "blocked" else turns(ord(side))
            soundfile.write(tmp_path / file, y, SR)
            rows.append({"file": file, "call": call, "label": label.replace("grey", "intact"), "grey": label == "grey"})
    write_lines(tmp_path / "labels.jsonl", rows)
    return tmp_path


def test_pairs_are_the_calls_with_two_sure_directions(folder: Path) -> None:
    pairs = pairs_of(read_labels(folder))
    assert [pair.call for pair in pairs] == ["one", "two"]
    assert [worse(pair) for pair in pairs] == ["intact", "blocked"]


def test_a_muted_side_ends_in_a_pause_and_an_empty_one_is_empty() -> None:
    y = turns()
    made = muted(y, SR)
    assert made is not None and not emptied(y, SR).any()
    last = int(np.flatnonzero(made)[-1])
    assert 4 * SR < last < 18 * SR and np.array_equal(made[:last], y[:last])
    assert _level(y, SR)[last // 80 - 20 : last // 80 + 20].max() < _level(y, SR).max() - 25


def test_a_listener_keeps_one_short_utterance() -> None:
    y = turns()
    made = listening(y, SR)
    assert made is not None and len(made) == len(y)
    loud = np.flatnonzero(_level(made, SR) > _level(y, SR).max() - 25)
    assert 0.2 < (loud[-1] - loud[0]) / 100 < 2.2
    assert listening(np.full(10 * SR, 0.1, np.float32), SR) is None


def test_the_table_has_a_row_a_variant() -> None:
    answers = [
        Answer("one", "nothing said", "intact", "intact", "arrived_whole", (("intact", "intact"),)),
        Answer("two", "nothing said", "intact", "blocked", "one_way", (("intact", "blocked"),), ("full_scale",)),
    ]
    rows = list(rows_of(answers))
    assert [row[0] for row in rows] == [variant.name for variant in VARIANTS] and {len(row) for row in rows} == {
        len(HEAD)
    }
    assert rows[0][1:3] == ("2", "1 (50 %)") and rows[0][7:] == ("1 blocked by one_way for intact", "-")
    assert rows[1][1:3] == ("0", "-")
    assert len(as_markdown(answers).splitlines()) == len(as_plain(answers).splitlines()) + 1


def test_the_command_judges_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), "--jobs", "1", "--json", str(folder / "said.jsonl")]) == 0
    table = {line.split("  ")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "2 (100 %)" in table["b empty, b expected"] and "2 silent_channel" in table["b empty, a expected"]
    assert (folder / "said.jsonl").read_text().count("\n") == 2 * 7 + 4
    assert main([str(folder), "--only", "call=grey"]) == 2
    assert main([str(folder / "nowhere")]) == 2
