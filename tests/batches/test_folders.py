"""Which files are taken, and one that fails leaves the others alone."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from audioq.batches.attempts import attempt
from audioq.batches.folders import AUDIO_EXTENSIONS, choice, is_hidden, recordings, walk
from audioq.errors import AudioError
from audioq.report import Failure


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_a_folder_gives_its_recordings_sorted(tmp_path):
    make(tmp_path, "b.wav", "a/z.MP3", "a/b/x.opus", "c.m4a", "notes.txt", "noextension", "wav")
    make(tmp_path, "._b.wav", ".hidden/x.wav")
    found = [os.path.relpath(path, tmp_path).replace(os.sep, "/") for path in recordings([tmp_path])]
    assert found == ["a/b/x.opus", "a/z.MP3", "b.wav", "c.m4a"]


def test_a_folder_is_walked_name_by_name(tmp_path):
    make(tmp_path, "a/2.wav", "a.b/1.wav", "a-b.wav", "a/b/3.wav", "z.wav")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "link.wav").symlink_to(tmp_path / "z.wav")
    found = [path.replace(os.sep, "/") for path in walk(str(tmp_path), choice()) if isinstance(path, str)]
    assert found == ["a/2.wav", "a/b/3.wav", "a-b.wav", "a.b/1.wav", "link.wav", "z.wav"]


@pytest.mark.parametrize(
    ("glob", "taken", "left"),
    [
        ("*.opus", ["a.opus", "x/y/b.opus"], ["a.wav", "a.OPUS"]),
        ("2025-*/**/*.wav", ["2025-08/a.wav", "2025-08/x/y/a.wav"], ["2024-08/a.wav", "x/2025-08/a.wav"]),
        ("x/*.wav", ["x/a.wav"], ["x/y/a.wav", "a.wav"]),
        ("./x/**", ["x/a.wav", "x/y/z"], ["y/a.wav"]),
        ("call?[0-9].*", ["call_1.wav", "x/call-2.\nmp3"], ["call12.wav/x", "calla1"]),
    ],
)
def test_patterns(glob, taken, left):
    takes = choice(glob)
    assert all(map(takes, taken)) and not any(map(takes, left))


def test_what_is_hidden():
    assert [is_hidden(path) for path in (".a", "x/.y/a", "__MACOSX/a", "./a", "../a", "a.b")] == [
        *(True, True, True),
        *(False, False, False),
    ]


def test_paths_are_taken_whatever_they_are_called(tmp_path):
    make(tmp_path, "x.dat")
    given = [str(tmp_path / "x.dat"), "-", "missing.wav"]
    assert list(recordings(given)) == given


def test_a_folder_without_recordings_is_a_failure(tmp_path):
    make(tmp_path, "notes.txt")
    (failure,) = recordings([tmp_path])
    assert isinstance(failure, Failure) and failure.type == "AudioError"
    assert failure.message.startswith(f"{tmp_path}: no recording in this folder; ")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs permissions that bind")
def test_a_closed_folder_is_a_failure(tmp_path):
    make(tmp_path, "a.wav", "closed/b.wav")
    (tmp_path / "closed").chmod(0)
    found = list(recordings([tmp_path]))
    (tmp_path / "closed").chmod(0o700)
    assert len(found) == 2 and isinstance(found[1], Failure)


def test_a_folder_that_cannot_be_read_is_a_failure(tmp_path, monkeypatch):
    def scandir(folder):
        raise PermissionError(13, "Permission denied", folder)

    monkeypatch.setattr(os, "scandir", scandir)
    (failure,) = recordings([tmp_path])
    assert "cannot be read (Permission denied)" in failure.message


def test_the_formats_of_phones_are_known():
    assert {"wav", "flac", "ogg", "opus", "mp3", "m4a", "3gp", "amr", "webm", "wma", "mp4"} <= AUDIO_EXTENSIONS


def test_attempt_gives_what_is_made():
    assert attempt("x", str.upper) == "X"


def test_attempt_keeps_our_errors():
    def refuse(file: str) -> str:
        raise AudioError(file, "is not audio", "convert it")

    assert attempt("x", refuse) == Failure("x", "AudioError", "x: is not audio; convert it")


def test_attempt_asks_for_a_report_of_our_faults():
    def fail(file: str) -> str:
        raise ZeroDivisionError

    trace = io.StringIO()
    failure = attempt("x", fail, trace)
    assert isinstance(failure, Failure) and failure.type == "InternalError"
    assert "please report this with the version (audioq 0" in failure.message
    assert "Traceback" in trace.getvalue()


def test_attempt_lets_the_user_stop():
    def stop(file: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt("x", stop)


def test_a_link_to_itself_costs_the_folder_nothing(tmp_path):
    make(tmp_path, "a.wav", "c.wav")
    (tmp_path / "b.wav").symlink_to("b.wav")
    (tmp_path / "d.wav").symlink_to("nowhere")
    found = [os.path.relpath(path, tmp_path) for path in recordings([tmp_path])]
    assert found == ["a.wav", "b.wav", "c.wav", "d.wav"]
