"""Folders: which files in them are recordings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from audioq import messages
from audioq.errors import AudioError
from audioq.report import Failure

AUDIO_EXTENSIONS = frozenset(
    "3g2 3gp 3gpp aac aif aifc aiff al alaw alw amr asf au avi awb caf flac g722 g723 g729 gsm m4a m4b m4v mka "
    "mkv mov mp3 mp4 mpg mpeg mu mulaw oga ogg opus pcma pcmu rf64 sln sln12 sln16 sln192 sln24 sln32 sln44 sln48 "
    "sln96 snd spx ts ul ulaw ulw w64 wav wav16 wave webm wma wmv".split()
)
"""Files in a folder are taken if their names end in one of these, in upper or lower case."""

RAW_EXTENSIONS = frozenset(("raw", "pcm"))
"""Taken as well where the user says what bytes without a header are."""


def recordings(paths: Iterable[str | os.PathLike[str]], raw: bool = False) -> Iterator[str | Failure]:
    """Yield the files to analyse: each path as it stands, a folder's recordings in sorted order.

    Folders are searched to any depth without following links to folders. Hidden files, whose names
    start with a point, are left out, because systems keep their own records under such names. A
    path that is no folder is always taken, whatever its name, and so is ``-``. `raw` takes those that
    end in `RAW_EXTENSIONS` as well.

    Yields
    ------
    str or Failure
        A path, or why a folder gives none.
    """
    for given in paths:
        path = os.fspath(given)
        if path != "-" and os.path.isdir(path):
            yield from _folder(path, AUDIO_EXTENSIONS | RAW_EXTENSIONS if raw else AUDIO_EXTENSIONS)
        else:
            yield path


def _folder(folder: str, extensions: frozenset[str]) -> Iterator[str | Failure]:
    closed: list[OSError] = []
    taken = []
    for parent, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        taken += [os.path.join(parent, name) for name in files if _is_recording(name, extensions)]
    yield from sorted(taken, key=lambda path: path.split(os.sep))
    for cause in closed:
        name = cause.filename or folder
        yield _refused(name, messages.text("error.folder", {"file": name, "cause": cause.strerror or cause}))
    if not taken and not closed:
        yield _refused(folder, messages.text("error.empty_folder", {"file": folder}))


def _is_recording(name: str, extensions: frozenset[str]) -> bool:
    return not name.startswith(".") and os.path.splitext(name)[1].lower().removeprefix(".") in extensions


def _refused(file: str, message: str) -> Failure:
    return Failure(file=file, type=AudioError.__name__, message=message)
