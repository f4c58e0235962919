"""Corpus: a labelled folder of simulated calls.

::

    FOLDER/audio/s0001.flac ...   the calls
    FOLDER/frames/s0001.npz ...   state, active, lost on frames of 10 ms
    FOLDER/labels.jsonl           a line a call
    FOLDER/made.json              what has to be the same to make it again

Call `i` depends on the seed, `i`, the recipe, the voices, the codecs that are installed and the versions of the
packages: with another `count`, or with more processes, the calls that both folders have are the same.
"""

from __future__ import annotations

import json
import os
import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from audioq.errors import SimulationError
from audioq.simulate.calls import SimulatedCall, make_call
from audioq.simulate.codecs import CODECS, make_codec, missing
from audioq.simulate.codecs.files import write
from audioq.simulate.lines import line_of
from audioq.simulate.recipes import Choice, Recipe, read_recipe
from audioq.simulate.sources import Source, find_sources
from audioq.simulate.voices import Voice, read_voices

Progress = Callable[[str], None]

SUFFIXES = {"ulaw": "wav"}
"""Forms of files whose suffix is another word."""

ATTEMPTS = 8
"""A call in which the talker hardly speaks is drawn again, at most so often."""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it.

    Parameters
    ----------
    folder : Path
        Where the calls are.
    calls : int
        How many were made.
    labels : dict of str to int
        How many are intact, degraded and blocked.
    refused : tuple of str
        A sentence for each clean recording that could not serve.
    left_out : tuple of str
        A sentence for each codec that is not installed.
    """

    folder: Path
    calls: int
    labels: dict[str, int]
    refused: tuple[str, ...]
    left_out: tuple[str, ...]


def make_corpus(
    clean: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str],
    recipe: str = "benchmark",
    *,
    seed: int = 1,
    count: int = 100,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Made:
    """Make a labelled folder of calls from clean speech.

    Parameters
    ----------
    clean : path or sequence of paths
        Clean recordings of speech, and folders of them. The talker is named by the file; below a folder that was
        given, by the next folder, so that all its recordings are one talker's.
    output : path
        A folder that does not exist yet, or is empty.
    recipe : str
        Name of a recipe, or a file that ends in ``.toml``.
    seed : int
        Another seed makes another corpus of the same recipe.
    count : int
        Number of calls.
    jobs : int, optional
        Number of processes; one a core if not given.
    progress : callable, optional
        Gets the name of each call when it is done.

    Raises
    ------
    SimulationError
        No recording can serve, the recipe cannot be, no codec of it is installed, or the folder holds something.
    """
    folder = Path(output)
    drawn, without = installed(read_recipe(recipe))
    if count < 1:
        raise SimulationError(f"count is {count}; ask for at least 1 call")
    if seed < 0 or (jobs or 1) < 1:
        raise SimulationError(f"seed is {seed} and jobs {jobs}; give a seed from 0 on and at least 1 process")
    sources, problems = find_sources([clean] if isinstance(clean, str | os.PathLike) else clean)
    voices, refused = _voices(sources, problems)
    _prepare(folder)
    task = partial(_make, recipe=drawn, seed=seed, folder=folder)
    labels: dict[str, int] = {"intact": 0, "degraded": 0, "blocked": 0}
    with (folder / "labels.jsonl").open("w", encoding="utf-8", newline="\n") as lines:
        for line in _run(task, voices, count, jobs or os.cpu_count() or 1):
            lines.write(json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n")
            lines.flush()
            labels[line["label"]] += 1
            if progress is not None:
                progress(line["file"])
    _note(folder, recipe, seed, count, sources, without)
    return Made(folder, count, labels, tuple(refused), tuple(without))


def _voices(sources: Sequence[Source], problems: Sequence[str]) -> tuple[list[Voice], list[str]]:
    voices, refused = read_voices((source.path, source.talker) for source in sources)
    if not voices:
        raise SimulationError("no clean speech is left: " + "; ".join([*problems, *refused] or ["none was given"]))
    return voices, [*problems, *refused]


def _prepare(folder: Path) -> None:
    try:
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise SimulationError(f"{folder}: holds something already; name a new or empty folder")
        for name in ("audio", "frames"):
            (folder / name).mkdir(parents=True)
    except OSError as cause:
        raise SimulationError(f"{folder}: cannot be made ({cause.strerror}); name another folder") from cause


def installed(recipe: Recipe) -> tuple[Recipe, list[str]]:
    """Take the codecs out of a recipe that are not installed here, with a sentence for each.

    Raises
    ------
    SimulationError
        None is left.
    """
    reasons: dict[str, str] = {}
    left = _without_missing(recipe, reasons)
    return left, [f"codec {name} is left out: {why}" for name, why in sorted(reasons.items())]


def _without_missing(recipe: Recipe, reasons: dict[str, str]) -> Recipe:
    kept: list[Choice] = []
    for choice in recipe.choices["codec"]:
        why = missing(choice.name)
        if why is None:
            _check_codec(recipe.name, choice)
            kept.append(choice)
        else:
            reasons[choice.name] = why
    if not kept:
        raise SimulationError(f"recipe {recipe.name}: none of its codecs is installed: " + "; ".join(reasons.values()))
    mix = tuple((_without_missing(other, reasons), weight) for other, weight in recipe.mix)
    return Recipe(recipe.name, recipe.meaning, recipe.duration_s, {**recipe.choices, "codec": tuple(kept)}, mix)


def _check_codec(recipe: str, choice: Choice) -> None:
    """Refuse settings that are possible one by one, but not together, before the first call is made."""
    for end in (0, -1):
        given = {name: value[end] if isinstance(value, list) else value for name, value in choice.settings.items()}
        try:
            make_codec(choice.name, **given)
        except SimulationError as problem:
            raise SimulationError(f"recipe {recipe}: {problem}") from problem


_VOICES: list[Voice] = []
"""The voices of a worker process: read once, not sent with every call."""


def _settle(file: str) -> None:
    with open(file, "rb") as handle:
        _VOICES[:] = pickle.load(handle)


def _run(task: Callable[[int], dict[str, Any]], voices: list[Voice], count: int, jobs: int) -> Iterator[dict[str, Any]]:
    numbers = range(1, count + 1)
    if min(jobs, count) == 1:
        _VOICES[:] = voices
        yield from map(task, numbers)
        return
    import multiprocessing

    # Spawned, not forked: a fork would keep the threads that numpy has started here.
    context = multiprocessing.get_context("spawn")
    try:
        # By a file: a worker that dies while it starts would leave us waiting at the end of a full pipe.
        with tempfile.TemporaryDirectory() as folder, _one_thread():
            file = os.path.join(folder, "voices")
            with open(file, "wb") as handle:
                pickle.dump(voices, handle)
            with ProcessPoolExecutor(min(jobs, count), context, _settle, (file,)) as pool:
                yield from pool.map(task, numbers, chunksize=max(1, min(8, count // (4 * jobs))))
    except BrokenProcessPool as cause:
        causes = "as when memory is short, or a script has no if __name__ == '__main__'"
        raise SimulationError(f"a process ended in the middle, {causes}; try fewer jobs and a new folder") from cause


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread of the linear algebra for each worker that starts meanwhile, or they fight over the cores."""
    name = "OPENBLAS_NUM_THREADS"
    before = os.environ.get(name)
    os.environ.setdefault(name, "1")
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(name, None)


def _make(number: int, recipe: Recipe, seed: int, folder: Path) -> dict[str, Any]:
    """Make, write and describe one call."""
    call = _with_speech(recipe, np.random.default_rng([seed, number]))
    name = f"s{number:04d}"
    form = call.plan.one("file").name
    file = f"audio/{name}.{SUFFIXES.get(form, form)}"
    write(folder / file, call.y, call.sr, ulaw=form == "ulaw")
    frames = f"frames/{name}.npz"
    np.savez_compressed(folder / frames, state=call.truth.state, active=call.truth.active, lost=call.truth.lost)
    return line_of(call, file, frames) | {"seed": seed, "number": number}


def _with_speech(recipe: Recipe, rng: np.random.Generator) -> SimulatedCall:
    """A call in which, if anybody should speak, enough is said to judge it by."""
    for _ in range(ATTEMPTS):
        call = make_call(recipe.draw(rng), _VOICES, rng)
        if not call.scene.voices or call.truth.active.sum() >= 80:
            break
    return call


def _note(folder: Path, recipe: str, seed: int, count: int, sources: Sequence[Source], without: list[str]) -> None:
    """Write down what has to be the same for the same bytes."""
    from importlib.metadata import version

    from audioq import __version__

    made = {
        "audioq": __version__,
        "packages": {name: version(name) for name in ("av", "numpy", "scipy", "soundfile", "soxr")},
        "recipe": recipe,
        "recipe_text": Path(recipe).read_text(encoding="utf-8") if recipe.endswith(".toml") else None,
        "seed": seed,
        "count": count,
        "clean": [
            {"talker": one.talker, "file": os.path.basename(one.path), "sha256": one.sha256}
            for one in sources
            if os.path.isfile(one.path)
        ],
        "codecs": sorted(name for name in CODECS if missing(name) is None),
        "left_out": without,
    }
    (folder / "made.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
