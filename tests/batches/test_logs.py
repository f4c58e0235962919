"""The log keeps every row that was finished, whatever ended the run, and belongs to one run at a time."""

from __future__ import annotations

import errno
import os

import pytest

from audioq.batches.items import Item
from audioq.batches.logs import Head, Log
from audioq.batches.rows import failed_row
from audioq.batches.scoring import line_of
from audioq.errors import BatchError

HEAD = Head("0.1", "measured", "judged", {"side": "far"})


def line(name: str, cause: str = "unreadable") -> bytes:
    return line_of(failed_row(Item(name, name), cause, "AudioError", f"{name}: is odd")).data


def keys(log: Log) -> list[str]:
    return [entry.key for entry in log.entries()]


def key(name: str) -> str:
    return Item(name, name).key


def test_rows_are_found_again(tmp_path):
    with Log(tmp_path / "new" / "folder", HEAD) as log:
        offsets = [log.append(line(name)) for name in ("a", "b\ud800\n", "c")]
    with Log(tmp_path / "new" / "folder", HEAD) as log:
        assert keys(log) == [key("a"), key("b\ud800\n"), key("c")]
        assert [entry.offset for entry in log.entries()] == offsets
        assert [entry.status for entry in log.entries()] == ["failed"] * 3
        assert log.row(offsets[2])["item"]["file"] == "c"
        assert log.repaired == 0


@pytest.mark.parametrize("cut", [1, 7, 60])
def test_a_torn_last_line_is_taken_away(tmp_path, cut):
    with Log(tmp_path, HEAD) as log:
        log.append(line("a"))
        log.append(line("b"))
    whole = (tmp_path / "log.jsonl").read_bytes()
    (tmp_path / "log.jsonl").write_bytes(whole[:-cut])
    with Log(tmp_path, HEAD) as log:
        assert keys(log) == [key("a")] and log.repaired == len(line("b")) - cut
        log.append(line("b"))
    assert (tmp_path / "log.jsonl").read_bytes() == whole


def test_a_log_that_lost_all_but_a_part_of_its_head_begins_anew(tmp_path):
    (tmp_path / "log.jsonl").write_bytes(HEAD.line()[:20])
    with Log(tmp_path, HEAD) as log:
        assert keys(log) == []
    assert (tmp_path / "log.jsonl").read_bytes() == HEAD.line()


def test_rows_that_were_made_otherwise_are_refused(tmp_path):
    with Log(tmp_path, HEAD) as log:
        log.append(line("a"))
    other = Head("0.1", "measured", "stricter", {"side": "near"})
    with pytest.raises(BatchError, match=r"thresholds: judged, now stricter; options: .*far.*, now .*near.*--rescore"):
        Log(tmp_path, other)
    with Log(tmp_path, other, rescore=True) as log:
        assert keys(log) == []
        log.append(line("b"))
    with Log(tmp_path, other) as log:
        assert keys(log) == [key("b")]
    assert (tmp_path / "log.jsonl").read_bytes().count(b"\n") == 4  # nothing is ever taken out


def test_what_is_no_log_is_left_alone(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"mine": 1}\n')
    with pytest.raises(BatchError, match="was not written by audioq batch"):
        Log(tmp_path, HEAD)
    assert (tmp_path / "log.jsonl").read_text() == '{"mine": 1}\n'


def test_a_second_run_at_once_is_refused(tmp_path):
    with Log(tmp_path, HEAD):
        with pytest.raises(BatchError, match="another run is writing its results there"):
            Log(tmp_path, HEAD)
    with Log(tmp_path, HEAD):
        pass


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BatchError, match="cannot be written to"):
        Log(tmp_path / "file", HEAD)


def test_a_full_disc_leaves_whole_rows(tmp_path, monkeypatch):
    class Full:
        """A stream of which a part of one line is written before the disc is full."""

        def __init__(self, stream):
            self.stream, self.room = stream, 30

        def write(self, data):
            if not self.room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written = self.stream.write(data[: self.room])
            self.room = 0
            return written

        def __getattr__(self, name):
            return getattr(self.stream, name)

    with Log(tmp_path, HEAD) as log:
        log.append(line("a"))
        before = (tmp_path / "log.jsonl").read_bytes()
        log._stream = Full(log._stream)
        with pytest.raises(BatchError, match=r"No space left on device.*run the same command again"):
            log.append(line("b"))
    assert (tmp_path / "log.jsonl").read_bytes() == before


def test_scoring_everything_again_goes_on_where_it_was_broken_off(tmp_path):
    with Log(tmp_path, HEAD) as log:
        log.append(line("a"))
    with Log(tmp_path, HEAD, rescore=True, finished=False) as log:
        assert keys(log) == []  # the run before was to keep what there was
        log.append(line("b"))
    with Log(tmp_path, HEAD, rescore=True, finished=False) as log:
        assert keys(log) == [key("b")]
    with Log(tmp_path, HEAD) as log:  # going on without --rescore is the same
        assert keys(log) == [key("b")]
    with Log(tmp_path, HEAD, rescore=True, finished=True) as log:
        assert keys(log) == []
