"""A drafted manifest: what is known is there, what is not is blank, and the batch reads it back."""

from __future__ import annotations

import csv
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audioq.audio import read
from audioq.batches.describing import manifest
from audioq.batches.drafts import COLUMNS, describe, draft
from audioq.batches.items import Item
from audioq.batches.resemblance import alike, course_of
from audioq.batches.sources import list_items
from audioq.errors import BatchError
from audioq.simulate.codecs.files import write

SR = 8000


def talk(seed: int, seconds: float = 15.0) -> np.ndarray:
    """Bursts of noise at levels of their own, as words have."""
    rng = np.random.default_rng(seed)
    parts = [rng.normal(0, 0.1, SR // 4) * 10 ** rng.uniform(-2, 0) for _ in range(int(4 * seconds))]
    return np.clip(np.concatenate(parts), -1, 1).astype(np.float32)[np.newaxis]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "calls").mkdir()
    return tmp_path


def test_a_draft_of_a_folder(here):
    write(Path("calls/PTT-20250811-WA0003.opus"), talk(1), SR)
    write(Path("calls/a.wav"), talk(1) * 0.3, SR)
    soundfile.write("calls/b.flac", talk(2)[0], SR)
    Path("calls/copy.flac").write_bytes(Path("calls/b.flac").read_bytes())
    Path("calls/x.wav").write_bytes(b"no sound")
    os.utime("calls/a.wav", (1_750_000_000, 1_750_000_000))
    rows = {row["file"]: row for row in manifest("calls", "manifest.csv", time_zone="Africa/Lagos")}
    with open("manifest.csv", encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == list(rows.values())
    assert [tuple(row) for row in rows.values()] == [COLUMNS] * 5
    voice, a, b, copy, broken = rows.values()
    assert (voice["started_at"], voice["started_at_source"], voice["time_zone"]) == (
        *("2025-08-11", "name", "Africa/Lagos"),
    )
    assert b["sha256"] == hashlib.sha256(Path("calls/b.flac").read_bytes()).hexdigest() and b["duration_s"] == "15.000"
    assert (copy["duplicate_of"], copy["near_duplicate_of"]) == ("calls/b.flac", "")
    assert a["near_duplicate_of"] == voice["file"] and b["near_duplicate_of"] == ""
    ended = datetime.fromtimestamp(1_750_000_000, UTC)
    assert a["started_at_source"] == "mtime"
    assert (ended - datetime.fromisoformat(a["started_at"])).total_seconds() == 15
    assert (broken["duration_s"], broken["started_at"], broken["duplicate_of"]) == ("", "", "")
    assert not any(row[name] for row in rows.values() for name in ("app", "operator", "volunteer", "side"))


def test_a_draft_is_read_back(here):
    names = ["=1+1.wav", "new\nline.wav", " a.wav", '@x;,".wav', "s3:\\x.wav", os.fsdecode(b"\xe9.wav")]
    for name in names:
        soundfile.write(str(here / "calls" / "t.wav"), talk(3, 1)[0], SR)
        os.rename(here / "calls" / "t.wav", here / "calls" / name)
    os.chdir("calls")
    manifest(".", "m.csv")
    items = list(list_items("m.csv"))
    assert sorted(item.file for item in items) == sorted(names)
    assert all(item.problem is None for item in items)
    text = Path("m.csv").read_text(encoding="utf-8", errors="surrogateescape")
    assert not any(line.startswith(("=", "@", "+", '"=', '"@')) for line in text.splitlines()[1:])


def test_the_date_of_a_tag_comes_first(here):
    with soundfile.SoundFile("calls/20240101_000000.wav", "w", SR, 1) as file:
        file.write(talk(1, 1)[0])
        file.date = "2025-08-11"
    (row,) = manifest("calls")
    assert (row["started_at"], row["started_at_source"]) == ("2025-08-11", "tag")


def test_what_cannot_be_described_keeps_its_problem():
    assert describe(Item("a.wav", "a.wav", problem=("missing", "a.wav: gone")))["problem"] == "a.wav: gone"
    assert "does not exist" in describe(Item("a.wav", "/nowhere/a.wav"))["problem"]


def test_wrong_zones_and_archives_are_refused(here):
    with pytest.raises(BatchError, match="is no time zone"):
        manifest("calls", time_zone="Mars")
    with pytest.raises(BatchError, match=r"calls.zip: is an archive, and a manifest cannot name what is in it"):
        manifest("calls.zip")
    assert list(draft([], ".")) == []


@pytest.mark.parametrize(("ending", "gain"), [(".opus", 1.0), (".mp3", 0.25), (".m4a", 0.5), (".flac", 0.1)])
def test_another_format_and_loudness_resemble(tmp_path, ending, gain):
    write(tmp_path / f"a{ending}", talk(5, 20) * gain, SR)
    (one, first), (other, second) = course_of(read(talk(5, 20), sr=SR)), course_of(read(tmp_path / f"a{ending}"))
    assert alike([one, other], [first, second]) == [None, 0]


def test_others_do_not_resemble():
    courses = [course_of(read(talk(seed, 12), sr=SR)) for seed in range(20)]
    assert alike(*zip(*courses, strict=True)) == [None] * 20
    noise = np.random.default_rng(1).normal(0, 0.1, (1, 20 * SR)).astype(np.float32)
    assert course_of(read(noise, sr=SR))[1] == [] == course_of(read(np.zeros((1, 20 * SR), np.float32), sr=SR))[1]
    assert course_of(read(talk(1, 5), sr=SR))[1] == []


def test_the_first_of_those_alike_is_named_whatever_the_order():
    (_, one), (_, other) = (course_of(read(talk(seed), sr=SR)) for seed in (1, 2))
    durations = [15.1, 15.0, 15.2, 15.0, 16.0, 15.05]
    assert alike(durations, [one, other, one, [], one, other]) == [None, None, 0, None, None, 1]
    many = alike([15.0] * 1200, [one] * 1200)
    assert many == [None] + [0] * 1199
