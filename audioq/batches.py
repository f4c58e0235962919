"""Many recordings: which files to take, and how one that fails leaves the others alone."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import IO, TypeVar

from audioq import messages
from audioq.errors import AudioError, AudioqError, InstallationError, InternalError
from audioq.report import Failure

Made = TypeVar("Made")

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


def attempt(file: str, make: Callable[[str], Made], trace: IO[str] | None = None) -> Made | Failure:
    """Return what `make` makes of a file, or a `Failure` where it raises.

    What audioq raises on purpose keeps its type and message. Anything else is our own fault and
    becomes an `InternalError` that asks for a report.

    Parameters
    ----------
    file : str
        What `make` gets.
    make : callable
        Makes a report of one file.
    trace : text file, optional
        Where the traceback of a fault of our own goes.
    """
    try:
        return make(file)
    except InstallationError:
        raise  # no recording can be analysed, and none is to blame
    except AudioqError as error:
        return Failure(file=file, type=type(error).__name__, message=str(error))
    except Exception as error:
        if trace is not None:
            traceback.print_exc(file=trace)
        return _our_fault(file, error)


def _our_fault(file: str, error: Exception) -> Failure:
    from audioq import __version__

    cause = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    message = messages.text("error.internal", {"file": file, "cause": cause, "version": __version__})
    return Failure(file=file, type=InternalError.__name__, message=message)
