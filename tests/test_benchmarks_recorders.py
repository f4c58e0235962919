"""The benchmarks of recorders, on a folder of two calls."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks import chains, reencoded
from benchmarks.training.room import examples, fitted, says

SAMPLES = Path("samples")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calls")
    rows = []
    for name, voice in (("intact_quiet_call.flac", "es"), ("intact_telegram_call.flac", "fa")):
        shutil.copy(SAMPLES / name, folder / name)
        rows.append({"file": name, "label": "intact", "source": {"voice": voice}})
    (folder / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


def test_calls_kept_by_others_have_their_labels_and_are_recognised(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reencoded.main([str(folder), "-o", str(tmp_path), "--chains", "loudspeaker,aac32", "--jobs", "1"]) == 0
    rows = [json.loads(line) for line in (tmp_path / "aac32" / "labels.jsonl").read_text("utf-8").splitlines()]
    assert [row["file"] for row in rows] == ["intact_quiet_call.m4a", "intact_telegram_call.m4a"]
    assert {row["chain"] for row in rows} == {"aac32"}
    folders = [folder, tmp_path / "aac32", tmp_path / "loudspeaker"]
    assert chains.main([*map(str, folders), "--withheld"]) == 0
    rows, words = capsys.readouterr().out.split("\n\n")
    lines = [line for line in rows.splitlines() if line.startswith("|")][2:]
    assert [line.split("|")[2].strip() for line in lines] == ["direct", "lossy", "loudspeaker"]
    assert all("| 1 | 100%" in line for line in lines)  # the voice that weights were fitted on is left out
    assert [line.split("|")[1].strip() for line in words.splitlines()[2:]] == ["direct", "lossy", "loudspeaker"]
    assert all("| 1 | 100%" in line for line in words.splitlines()[2:])


def test_the_fit_tells_a_room_from_none(folder: Path, tmp_path: Path) -> None:
    reencoded.main([str(folder), "-o", str(tmp_path), "--chains", "loudspeaker", "--jobs", "1"])
    rows = examples([folder, tmp_path / "loudspeaker"])
    assert [(row.talker, row.played) for row in rows] == [("es", False), ("es", True)]
    weights = fitted(rows)
    assert [says(weights, row) for row in rows] == [False, True]


def test_an_unknown_chain_is_wrong_usage(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        reencoded.main([str(folder), "-o", str(tmp_path), "--chains", "gramophone"])
