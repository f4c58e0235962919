"""The benchmark that asks whether two voices in one channel can be heard."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.training.voices import Example as Row
from benchmarks.training.voices import best_split, example, gap_of_two, main, odds

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
FILES = {  # file: (talker, two voices), to have both kinds; no claim about the samples
    "intact_quiet_call.flac": ("es", False),
    "intact_telegram_call.flac": ("co", False),
    "degraded_bursty_loss.flac": ("en", True),
    "intact_dtx_turn_taking.flac": ("de", True),
}


def test_two_pitches_lie_apart_and_one_does_not() -> None:
    rng = np.random.default_rng(1)
    one = rng.normal(7, 0.2, 400)
    two = np.concatenate([rng.normal(6.6, 0.1, 200), rng.normal(7.4, 0.1, 200)])
    assert gap_of_two(two)[0] > 2 * gap_of_two(one)[0] and gap_of_two(two)[1] > gap_of_two(one)[1] + 0.3


def test_turns_are_parted_where_they_lie_furthest_apart() -> None:
    lengths = np.array([100.0, 100, 100, 100])
    assert best_split(np.array([1.0, 1, 5, 5]), lengths) == pytest.approx(2)  # half of each, 4 apart
    assert best_split(np.array([3.0, 3, 3, 3]), lengths) == 0


def test_odds_rise_with_what_was_fitted() -> None:
    rng = np.random.default_rng(2)
    rows = [Row("f", str(i), two, tuple(rng.normal(two * 2, 1, 3))) for i in range(40) for two in (False, True)]
    said = odds(rows, rows)
    assert np.mean((said > 0) == [row.two for row in rows]) > 0.8


def test_the_command_says_how_many_of_each_kind_are_called_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = []
    for name, (talker, two) in FILES.items():
        shutil.copy(SAMPLES / name, tmp_path / name)
        labels.append({"file": name, "voices": [talker], "post": {"mix": two}, "grey": False, "delivered": 1.0})
    (tmp_path / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in labels), "utf-8")
    assert main([str(tmp_path), "--check", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [("one voice" in line, "not fitted" in line) for line in lines] == [
        *((True, False), (False, False)),
        *((True, True), (False, True)),
    ]
    assert all(" of 2 = " in line for line in lines)


@pytest.mark.parametrize(
    "change", [{"grey": True}, {"voices": ["fa"]}, {"voices": ["es", "en"]}, {"post": {"mix": True}, "delivered": 0.1}]
)
def test_what_holds_no_clear_number_of_voices_is_left_out(change: dict[str, object]) -> None:
    label = {"file": "none.wav", "voices": ["es"], "post": {"mix": False}, "grey": False, "delivered": 1.0}
    assert example((SAMPLES, label | change)) is None
