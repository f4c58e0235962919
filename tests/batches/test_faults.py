"""Broken, hostile and moving files: each is one failure row with its cause, and costs the others nothing."""

from __future__ import annotations

import os
import sys
import time

import numpy as np
import pytest
import soundfile
from made_batches import SR, by_file, folder, rows, speech, write_long
from made_broken import make_broken

from audioq import batch
from audioq.batches import scoring
from audioq.batches.limits import Limits
from audioq.batches.pool import Loss, Pool
from audioq.batches.rows import CAUSES
from audioq.batches.sources import list_items
from audioq.simulate import speechlike
from audioq.thresholds import DEFAULT_THRESHOLDS

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are killed by signals")


@pytest.mark.parametrize("jobs", [1, 2])
def test_broken_files_are_a_row_each_and_cost_the_others_nothing(tmp_path, jobs):
    source = folder(tmp_path / "in", 6)
    causes = make_broken(source / "broken")
    (source / "loop").symlink_to(source)
    begun = time.monotonic()
    summary = batch(source, tmp_path / "out", jobs=jobs)
    found = by_file(tmp_path / "out")
    bad = {name.removeprefix("in/broken/"): row["cause"] for name, row in found.items() if "/broken/" in name}
    assert bad == causes and len(causes) > 25 and set(causes.values()) <= CAUSES.keys()
    assert summary.statuses == {"ok": 6, "failed": len(causes)}
    for name, row in found.items():
        if row["status"] == "failed":
            message = row["result"]["error"]["message"]
            assert message.startswith(f"{name}: ") and "; " in message and str(tmp_path) not in message
    assert time.monotonic() - begun < 60


def test_odd_files_that_hold_sound_are_scored(tmp_path):
    speech(tmp_path / "in" / "plain.wav", 3.0)
    data = (tmp_path / "in" / "plain.wav").read_bytes()
    speech(tmp_path / "flac.wav.flac", 3.0)
    (tmp_path / "in" / "is_flac.wav").write_bytes((tmp_path / "flac.wav.flac").read_bytes())
    (tmp_path / "in" / "cut.wav").write_bytes(data[: len(data) // 2])
    (tmp_path / "in" / "claims.wav").write_bytes(data[:40] + b"\xf0\xff\xff\x7f" + data[44:])
    assert batch(tmp_path / "in", tmp_path / "out").statuses == {"ok": 4}
    lengths = {name: row["result"]["format"]["duration"] for name, row in by_file(tmp_path / "out").items()}
    assert lengths["in/claims.wav"] == lengths["in/plain.wav"] == lengths["in/is_flac.wav"] == 3.0


class Moving(scoring.Scoring):
    """Does something to each file while it is read."""

    def _table(self, item, place):
        table = super()._table(item, place)
        if "vanishes" in item.file:
            os.unlink(item.address)
        if "grows" in item.file:
            with open(item.address, "ab") as file:
                file.write(bytes(100))
        return table


def test_a_file_that_vanishes_or_grows_while_it_is_read_is_a_failure(tmp_path, monkeypatch):
    monkeypatch.setattr("audioq.batches.running.Scoring", Moving)
    for name in ("grows.wav", "stays.wav", "vanishes.wav"):
        speech(tmp_path / "in" / name)
    batch(tmp_path / "in", tmp_path / "out", start_method="fork")
    found = {row["item"]["file"]: row["cause"] for row in rows(tmp_path / "out")}
    assert found == {"in/grows.wav": "changed", "in/stays.wav": None, "in/vanishes.wav": "missing"}
    monkeypatch.undo()
    assert batch(tmp_path / "in", tmp_path / "out").statuses == {"ok": 2, "failed": 1}


def test_a_file_that_vanishes_after_it_was_listed_is_missing(tmp_path):
    source = folder(tmp_path / "in", 3)

    def vanish(step):
        if step.row is None:
            os.unlink(source / "002.wav")

    summary = batch(source, tmp_path / "out", watch=vanish)
    assert summary.causes == {"missing": 1} and summary.statuses["ok"] == 2


class Hanging(scoring.Scoring):
    """A decoder that never comes back."""

    def _table(self, item, place):
        if "hangs" in item.file:
            time.sleep(600)
        return super()._table(item, place)


def test_a_decoder_that_hangs_is_a_failure(tmp_path, monkeypatch):
    monkeypatch.setattr("audioq.batches.running.Scoring", Hanging)
    source = folder(tmp_path / "in", 4)
    speech(source / "001_hangs.wav")
    summary = batch(source, tmp_path / "out", timeout=3, start_method="fork", jobs=2)
    assert summary.statuses == {"ok": 4, "failed": 1} and summary.causes == {"timeout": 1}
    assert "raise --timeout" in by_file(tmp_path / "out")["in/001_hangs.wav"]["result"]["error"]["message"]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
@pytest.mark.parametrize("ending", ["flac", "wav", "ogg", "mp3"])
def test_too_little_memory_is_never_a_fault_of_the_recording(tmp_path, ending):
    piece = speechlike(20.0, 16000, np.random.default_rng(1))
    write_long(tmp_path / "in" / f"long.{ending}", 300, piece, 16000)
    found = {}
    for megabytes in (1, 4, 8, 12, 16, 24, 512):
        limits = Limits(max_memory=megabytes)
        job = scoring.Scoring(DEFAULT_THRESHOLDS, limits, {})
        # A forked child may find room in what this process has freed; the least limit is for one that has none.
        method = "spawn" if megabytes == 1 else None
        ((_, answer),) = Pool(job, limits, 1, method).run(list_items(tmp_path / "in"))
        found[megabytes] = answer.cause if isinstance(answer, Loss) else answer.data
    assert found[1] == "memory" and found[512] not in CAUSES
    assert set(found.values()) == {"memory", found[512]}


def bomb(path, hours):
    """Write hours of silence that take few bytes, with a header that does not say how many."""
    with soundfile.SoundFile(path, "w", 1000, 1, format="FLAC") as file:
        for _ in range(hours):
            file.write(np.zeros(3600 * 1000, np.int16))
    data = bytearray(path.read_bytes())
    data[18 + 3] &= 0xF0  # the count of samples of STREAMINFO, 0 for unknown
    data[22:26] = b"\0\0\0\0"
    path.write_bytes(data)
    return path


def test_hours_of_silence_in_few_bytes_are_refused_while_they_are_decoded(tmp_path):
    source = folder(tmp_path / "in", 2)
    small = bomb(source / "bomb.flac", 6).stat().st_size
    begun = time.monotonic()
    summary = batch(source, tmp_path / "out", max_memory=300, max_duration=3600)
    assert summary.causes == {"too_long": 1} and summary.statuses["ok"] == 2
    assert small < 1 << 20 and time.monotonic() - begun < 60


@pytest.mark.slow
def test_six_hours_pass_within_the_limits_of_every_batch(tmp_path):
    piece = np.concatenate([speechlike(5.0, SR, np.random.default_rng(1)), np.zeros(25 * SR)])
    write_long(tmp_path / "in" / "long.flac", 6 * 3600, piece)
    summary = batch(tmp_path / "in", tmp_path / "out")
    assert summary.statuses == {"ok": 1} and summary.seconds == 6 * 3600
