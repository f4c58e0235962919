"""The recordings of samples/ are complete, unchanged, labelled and free."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
COLUMNS = ["file", "sha256", "label", "what_happened", "spans", "origin", "licence", "attribution"]
KINDS = {"dropout", "buzz", "stutter", "splice", "dead_air", "clipping", "click", "hum", "tone"}

with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))

each_sample = pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])


def test_the_manifest_lists_every_recording_once() -> None:
    listed = [row["file"] for row in ROWS]
    present = {path.name for path in SAMPLES.iterdir()} - {"manifest.csv", "README.md"}
    assert list(ROWS[0]) == COLUMNS
    assert len(set(listed)) == len(listed)
    assert set(listed) == present


def test_there_are_enough_of_each_verdict_and_they_are_small() -> None:
    counts = Counter(row["label"] for row in ROWS)
    assert set(counts) == {"intact", "degraded", "blocked"}
    assert min(counts.values()) >= 4
    assert len(ROWS) >= 16
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 12_000_000


def test_rates_formats_and_channels_differ() -> None:
    assert {Path(row["file"]).suffix for row in ROWS} == {".wav", ".flac", ".opus", ".mp3", ".m4a", ".3gp"}


@each_sample
def test_the_file_is_the_one_that_was_described(row: dict[str, str]) -> None:
    assert hashlib.sha256((SAMPLES / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    assert row["file"].startswith(row["label"] + "_")


@each_sample
def test_origin_licence_and_attribution_are_given(row: dict[str, str]) -> None:
    assert row["licence"] in {"CC-BY-SA-3.0", "CC0-1.0"}
    assert row["what_happened"]
    assert row["origin"]
    assert row["attribution"]
    if row["licence"] == "CC-BY-SA-3.0":
        assert "Allison Smith" in row["attribution"]
        assert "Digium" in row["attribution"]


@each_sample
def test_spans_are_stretches_of_known_kinds(row: dict[str, str]) -> None:
    for span in filter(None, row["spans"].split(";")):
        kind, _, times = span.partition(":")
        start, end = map(float, times.split("-"))
        assert kind in KINDS
        assert 0.0 <= start < end <= 25.1


@each_sample
def test_the_readme_names_it(row: dict[str, str]) -> None:
    assert f"| `{row['file']}` | {row['what_happened']} |" in (SAMPLES / "README.md").read_text(encoding="utf-8")
