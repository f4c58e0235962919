"""`audioq manifest` reads recordings in worker processes, and drafts a row for each, whatever is in it."""

from __future__ import annotations

import csv
import os
import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

import audioq
from audioq.cli import app
from audioq.simulate import speechlike


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("calls")
    y = speechlike(15.0, 8000, np.random.default_rng(3))
    soundfile.write(place / "PTT-20250811-WA0003.wav", y, 8000)
    (place / "sub").mkdir()
    shutil.copy(place / "PTT-20250811-WA0003.wav", place / "sub" / "copy.wav")
    soundfile.write(place / "quieter.flac", 0.5 * y, 8000)
    soundfile.write(place / "=other.wav", speechlike(15.0, 8000, np.random.default_rng(4)), 8000)
    (place / "broken.wav").write_bytes(b"RIFF nothing")
    os.utime(place / "=other.wav", (1_750_000_015, 1_750_000_015))
    return place


def test_a_draft_has_a_row_for_every_recording(folder, tmp_path):
    said: list[str] = []
    steps: list[tuple[int, int]] = []
    rows = audioq.manifest(folder, folder / "m.csv", jobs=2, watch=lambda *step: steps.append(step), say=said.append)
    by = {row["file"]: row for row in rows}
    assert list(by) == ["./=other.wav", "PTT-20250811-WA0003.wav", "broken.wav", "quieter.flac", "sub/copy.wav"]
    assert steps[-1] == (5, 5) and len(said) == 1 and "broken.wav" in said[0]
    assert by["broken.wav"]["duration_s"] == "" and by["sub/copy.wav"]["duration_s"] == "15.000"
    assert by["sub/copy.wav"]["duplicate_of"] == "PTT-20250811-WA0003.wav"
    assert by["quieter.flac"]["near_duplicate_of"] == "PTT-20250811-WA0003.wav"
    assert by["./=other.wav"]["near_duplicate_of"] == ""
    named = by["PTT-20250811-WA0003.wav"]
    assert (named["started_at"], named["started_at_source"], named["time_zone"]) == ("2025-08-11", "name", "local")
    began = datetime.fromtimestamp(1_750_000_000, UTC)
    assert by["./=other.wav"]["started_at_source"] == "mtime"
    assert datetime.fromisoformat(by["./=other.wav"]["started_at"]) == began
    with open(folder / "m.csv", newline="", encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == rows
    (folder / "m.csv").unlink()


def test_a_draft_can_be_scored_as_it_stands(folder, tmp_path):
    done = CliRunner().invoke(app, ["manifest", str(folder), "-o", str(tmp_path / "m.csv"), "--jobs", "1"])
    assert done.exit_code == 1  # one of them is broken
    assert "5 recordings" in done.output and "1 are copies" in done.output
    summary = audioq.batch(tmp_path / "m.csv", tmp_path / "results", jobs=1)
    assert summary.statuses == {"ok": 4, "failed": 1}


def test_what_cannot_be_drafted_is_refused(folder, tmp_path):
    with pytest.raises(audioq.BatchError, match="Nowhere/Land"):
        audioq.manifest(folder, time_zone="Nowhere/Land")
    with pytest.raises(audioq.BatchError, match=r"m.csv: is a manifest already, and a draft of it would lose"):
        audioq.manifest("m.csv", tmp_path / "other.csv")
    with pytest.raises(audioq.BatchError, match=r"m.parquet: a manifest is drafted as CSV"):
        audioq.manifest(folder, tmp_path / "m.parquet")
    (tmp_path / "filled.csv").write_text("file,operator\na.wav,A\n")
    with pytest.raises(audioq.BatchError, match=r"filled.csv: is there already, and what was filled in would be lost"):
        audioq.manifest(folder, tmp_path / "filled.csv")
    assert (tmp_path / "filled.csv").read_text() == "file,operator\na.wav,A\n"
    with pytest.raises(audioq.BatchError, match="cannot be written"):
        audioq.manifest(folder, tmp_path / "missing" / "m.csv", jobs=1)
    done = CliRunner().invoke(app, ["manifest", str(folder), "-o", str(tmp_path / "missing" / "m.csv")])
    assert done.exit_code == 2
