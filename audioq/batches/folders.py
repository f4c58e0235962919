"""Folders: which files in them are recordings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

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

Choice = Callable[[str], bool]
"""Says of a path below a folder, with ``/`` between its parts, whether it is taken."""


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
            yield from _folder(path, choice(raw=raw))
        else:
            yield path


def _folder(folder: str, taken: Choice) -> Iterator[str | Failure]:
    empty = True
    for found in walk(folder, taken):
        empty = False
        if isinstance(found, OSError):
            name = found.filename or folder
            yield _refused(name, messages.text("error.folder", {"file": name, "cause": found.strerror or found}))
        else:
            yield os.path.join(folder, found)
    if empty:
        yield _refused(folder, messages.text("error.empty_folder", {"file": folder}))


def _refused(file: str, message: str) -> Failure:
    return Failure(file=file, type=AudioError.__name__, message=message)


def walk(folder: str, taken: Choice) -> Iterator[str | OSError]:
    """Yield the files below a folder that are taken, sorted by the names of folders and files in turn.

    Only the names in one folder, and those that wait in the folders above it, are in memory. Links to folders are not
    followed, and what is hidden is left out.

    Yields
    ------
    str or OSError
        A path relative to `folder`, or why a folder below it cannot be read.
    """
    waiting = [""]  # a folder ends in a separator, but for the first
    while waiting:
        path = waiting.pop()
        if path and not path.endswith(os.sep):
            yield path
            continue
        try:
            waiting += _inside(folder, path, taken)
        except OSError as cause:
            yield cause


def _inside(folder: str, path: str, taken: Choice) -> list[str]:
    """Return what is in a folder at `path` below another, the last name first."""
    names, folders = [], set()
    with os.scandir(os.path.join(folder, path)) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.add(entry.name)
            elif not taken((path + entry.name).replace(os.sep, "/")) or _leads_on(entry):
                continue
            names.append(entry.name)
    names.sort(reverse=True)
    for i, name in enumerate(names):  # in place: there may be millions
        names[i] = path + name + (os.sep if name in folders else "")
    return names


def _leads_on(entry: os.DirEntry[str]) -> bool:
    """Whether it is a link to a folder; a link to itself is none."""
    return entry.is_symlink() and os.path.isdir(entry.path)


def choice(glob: str | None = None, raw: bool = False) -> Choice:
    """Return what says whether a path below a folder is taken: by its ending, or by a pattern.

    Parameters
    ----------
    glob : str, optional
        A pattern of the shell. Without a slash it is for the name alone, in any folder; with one it is for the path
        from the source on, in which ``**`` stands for any number of folders.
    raw : bool
        Without `glob`, take `RAW_EXTENSIONS` as well.

    Examples
    --------
    >>> [choice(glob)("2025-08/x/a.wav") for glob in ("*.wav", "2025-*/**/*.wav", "2025-*/*.wav", "*.mp3")]
    [True, True, False, False]
    """
    if glob is not None:
        parts = glob.removeprefix("./").split("/")
        pattern = parts if len(parts) > 1 else ["**", *parts]
        return lambda path: _fits(path.split("/"), pattern)
    extensions = AUDIO_EXTENSIONS | RAW_EXTENSIONS if raw else AUDIO_EXTENSIONS
    return lambda path: os.path.splitext(path)[1].lower().removeprefix(".") in extensions


def _fits(parts: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_fits(parts[skipped:], pattern[1:]) for skipped in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _fits(parts[1:], pattern[1:])


def is_hidden(path: str) -> bool:
    """Whether a path with ``/`` between its parts leads through a hidden folder or to a hidden file.

    Folders ``__MACOSX`` hold what macOS adds to an archive, under the names of the recordings.
    """
    parts = path.split("/")
    return "__MACOSX" in parts or any(part.startswith(".") and part not in (".", "..") for part in parts)
