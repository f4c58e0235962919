"""Command and library agree, and the command starts without what it does not need."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.main import get_command

import audioq
from audioq.cli import app
from audioq.simulate import make_corpus, speechlike, zero_fill

pytestmark = pytest.mark.smoke

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = get_command(app).commands

# What a command calls, in its order. `judge` takes saved tables: the half of `analyze` that needs no sound.
CALLS = {
    "analyze": (audioq.analyze, audioq.analyze_legs),
    "measure": (audioq.read, audioq.measure, audioq.save),
    "judge": (audioq.load, audioq.compose),
    "info": (audioq.info,),
    "explain": (audioq.explain,),
    "batch": (audioq.batch, audioq.estimate),
    "verify": (audioq.verify,),
    "manifest": (audioq.manifest,),
    "simulate": (make_corpus,),
}

# What only the command has: how results are shown, where they go, and `changes`, which is thresholds.with_values.
SHOWN = {"format", "output", "changes", "fail_on", "debug", "dry_run"}

# What only the library has: objects of Python that cannot be typed in a shell, and the rate of an array.
PYTHON = {"progress", "sr", "features", "call_features", "kinds", "rules", "block_seconds", "name", "language"}
# Of batches: who is told how far they are, and what is objects of other packages.
PYTHON |= {"watch", "say", "client", "storage_options"}

# The same thing, named for what it is on either side.
SAME = {("judge", "table"): "file"}

# Options that are not `--` and the name of the parameter.
SPELLINGS = {"changes": "--set"}


def test_every_command_is_a_public_function():
    # What makes calls lies in a package of the command's name, which a function beside it would hide.
    assert set(COMMANDS) == set(CALLS) and set(COMMANDS) - {"simulate"} <= set(audioq.__all__)


@pytest.mark.parametrize("command", COMMANDS)
def test_parameters_of_a_command_are_those_of_what_it_calls(command):
    taken = {SAME.get((command, p.name), p.name) for p in COMMANDS[command].params} - {"help"}
    called = CALLS[command]
    offered = set().union(*(inspect.signature(function).parameters for function in called))
    made = {"audio", "table", "file"}  # what one function hands to the next
    assert taken - SHOWN <= offered
    assert offered - PYTHON - made - ({"name"} & offered) <= taken


@pytest.mark.parametrize("command", COMMANDS)
def test_options_are_spelled_like_their_parameters(command):
    for parameter in COMMANDS[command].params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            assert SPELLINGS.get(parameter.name, f"--{parameter.name.replace('_', '-')}") in parameter.opts


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_and_functions_have_the_same_defaults(command):
    for parameter in COMMANDS[command].params:
        for function in CALLS[command]:
            other = inspect.signature(function).parameters.get(parameter.name)
            if other is None or parameter.required or other.default is inspect.Parameter.empty:
                continue
            if parameter.name != "thresholds":  # a file there, a mapping here: no file means the default mapping
                assert several(parameter.default) == several(other.default)


def several(default):
    """Return the default of an option that may be repeated as the library has it: one text, or a tuple of them."""
    if not isinstance(default, list):
        return default
    return str(default[0]) if len(default) == 1 else tuple(default)


def test_every_command_and_option_has_help():
    for command in COMMANDS.values():
        assert command.help
        assert all(getattr(parameter, "help", "") for parameter in command.params)


def test_public_functions_are_documented_and_named_in_the_map():
    for name in audioq.__all__:
        assert getattr(audioq, name).__doc__
    assert set(audioq.__all__) <= set(dir(audioq))
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        audioq.no_such_name  # noqa: B018


NOT_NEEDED = (
    *("scipy.signal", "scipy.fft", "scipy.io", "librosa", "pandas", "matplotlib"),
    *("av", "rich", "numba", "pydantic"),
)
WATCH = """
import atexit, sys
atexit.register(lambda: print(*sorted(set(sys.modules) & set({watched!r})), file=sys.stderr))
from audioq.cli import main
main()
"""


@pytest.mark.parametrize("sr", [8000, 48000])
@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_analyze_one_wav_imports_nothing_that_it_does_not_need(tmp_path, sr, form):
    y = speechlike(5.0, sr, np.random.default_rng(1))
    soundfile.write(tmp_path / "one.wav", zero_fill(y, sr, [(1.0, 1.5), (3.0, 3.5)])[0], sr)
    done = subprocess.run(
        [sys.executable, "-c", WATCH.format(watched=NOT_NEEDED), "analyze", "one.wav", "--format", form],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0 and "one.wav" in done.stdout
    assert done.stderr.split() == []
