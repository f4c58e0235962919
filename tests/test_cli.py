"""The command: exit codes, streams, formats, safe output. What it calls is replaced where that is not the point."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from made_reports import a_report, a_verdict
from typer.testing import CliRunner

import audioq.report
from audioq.cli import app
from audioq.endings import FailOn
from audioq.errors import AudioError
from audioq.render.formats import OutputFormat
from audioq.results import show_each
from audioq.table import Note

ROOT = Path(__file__).resolve().parents[1]
ENDLESS = """
import sys, time
import audioq.report
from made_reports import a_report
def analyze(file, **options):
    if "slow" in file:
        time.sleep(60)
    return a_report(file)
audioq.report.analyze = analyze
from audioq.cli import main
main()
"""


MISREAD = (Note("looks_like_noise", (("codec", "s16le"), ("level", -5.0))),)


def fake_analyze(source, **options):
    """Judge by the name: a label in the name is the verdict, gone.* is missing, bug.* is our fault."""
    name = os.path.basename(source)
    if name.startswith("gone"):
        raise AudioError(source, "no such file", "check the name")
    if name.startswith("bug"):
        raise ZeroDivisionError("by zero")
    if name.startswith("stop"):
        raise KeyboardInterrupt
    label = next((label for label in ("blocked", "degraded") if label in name), "intact")
    fake_analyze.options = options
    warnings = MISREAD if "misread" in name else ()
    return a_report(source, label=label, warnings=warnings, sha256="0" * 64 if options.get("sha256") else None)


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Return a function that runs the command in an empty folder, over the false `analyze`."""
    monkeypatch.setattr(audioq.report, "analyze", fake_analyze)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def process(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    options.setdefault("env", os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"})
    return subprocess.run([sys.executable, *arguments], capture_output=True, timeout=60, **options)


def test_done_is_0(run):
    done = run("analyze", "intact.wav", "blocked.wav")
    assert done.exit_code == 0 and done.stderr == ""
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["intact", "blocked"]


def test_one_recording_is_told_in_full(run):
    done = run("analyze", "degraded.wav")
    assert "What it means" in done.stdout and "\x1b" not in done.stdout


@pytest.mark.parametrize(("deciding", "code"), [("caller", 1), ("agent", 3)])
def test_a_misread_leg_takes_nothing_from_the_verdict_on_another(deciding, code, capsys):
    note = replace(MISREAD[0], values=(*MISREAD[0].values, ("leg", "caller")))
    report = a_report("a.raw + b.wav", label="blocked", warnings=(note,))
    report = replace(report, channels=(replace(report.channels[0], leg=deciding),))
    with pytest.raises(typer.Exit) as ending:
        show_each(["a.raw + b.wav"], lambda _: report, OutputFormat.JSON, None, FailOn.BLOCKED, False)
    assert ending.value.exit_code == code and capsys.readouterr().out


@pytest.mark.parametrize(
    ("other", "role", "more", "code"),
    [
        ("blocked", None, (), 3),
        ("degraded", None, (), 1),
        ("blocked", "ignored", (), 1),
        ("blocked", None, (Note("silent_channel", (("channel", 1),)),), 1),
    ],
)
def test_a_misread_leg_that_decides_hides_no_other_leg(other, role, more, code, capsys):
    note = replace(MISREAD[0], values=(*MISREAD[0].values, ("leg", "caller")))
    report = a_report("a.raw + b.wav", label="blocked", warnings=(note, *more))
    own = report.channels[0]
    agent = replace(own, leg="agent", role=role, verdict=a_verdict(other))
    report = replace(report, channels=(replace(own, leg="caller"), agent))
    with pytest.raises(typer.Exit) as ending:
        show_each(["a.raw + b.wav"], lambda _: report, OutputFormat.CSV, None, FailOn.BLOCKED, False)
    assert ending.value.exit_code == code and capsys.readouterr().out


def test_an_unreadable_file_is_1_and_the_others_go_on(run):
    done = run("analyze", "gone.wav", "intact.wav")
    assert done.exit_code == 1
    assert done.stderr == "error: gone.wav: no such file; check the name\n"
    assert done.stdout.startswith("intact") and len(done.stdout.splitlines()) == 1


def test_an_unreadable_file_is_a_row_of_json_and_csv(run):
    done = run("analyze", "gone.wav", "intact.wav", "--format", "json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows[0]["error"]["type"] == "AudioError" and "verdict" not in rows[0] and "error" not in rows[1]
    done = run("analyze", "gone.wav", "intact.wav", "--format", "csv")
    table = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["error_type"] for row in table] == ["AudioError", ""] and done.exit_code == 1


def test_our_own_fault_asks_for_a_report(run):
    done = run("analyze", "bug.wav", "intact.wav", "--format", "json")
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.exit_code == 1 and first["error"]["type"] == "InternalError" and second["file"] == "intact.wav"
    assert "please report this" in first["error"]["message"] and "Traceback" not in done.output
    assert "Traceback" in run("analyze", "bug.wav", "--debug").stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("intact.wav", "degraded.wav", "--fail-on", "degraded"), 3),
        (("intact.wav", "blocked.wav", "--fail-on", "degraded"), 3),
        (("intact.wav", "degraded.wav", "--fail-on", "blocked"), 0),
        (("gone.wav", "blocked.wav", "--fail-on", "blocked"), 3),
        (("gone.wav", "intact.wav", "--fail-on", "degraded"), 1),
        (("intact.wav", "--fail-on", "intact"), 2),
        (("misread-blocked.raw", "--fail-on", "degraded"), 1),
        (("misread-intact.raw", "--fail-on", "degraded"), 1),
        (("misread-blocked.raw", "intact.wav"), 1),
        (("misread-blocked.raw", "degraded.wav", "--fail-on", "degraded"), 3),
    ],
)
def test_fail_on_is_3_and_wins_over_1(run, arguments, code):
    assert run("analyze", *arguments).exit_code == code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("analyze",), "PATH"),
        (("analyze", "x.wav", "--format", "xml"), "xml"),
        (("analyze", "x.wav", "--start", "2", "--end", "1"), "does not lie after"),
        (("analyze", "x.wav", "--start", "-1"), "'--start'"),
        (("analyze", "x.wav", "--set", "nonsense"), "NAME=VALUE"),
        (("analyze", "x.wav", "--set", "no.such=1"), "no threshold named 'no.such'"),
        (("analyze", "x.wav", "--set", "no.such=loud"), "NAME=VALUE"),
        (("analyze", "x.wav", "--thresholds", "missing.toml"), "missing.toml"),
        (("analyze", "x.wav", "-o", "no/such/folder/x.csv"), "folder does not exist"),
        (("analyze", "x.wav", "-o", "."), "folder"),
        (("measure", "x.wav"), "--output"),
        (("explain", "dropot"), "did you mean dropout"),
        (("nonsense",), "nonsense"),
    ],
)
def test_wrong_usage_is_2_and_says_what(run, arguments, words):
    done = run(*arguments)
    assert done.exit_code == 2 and words in done.stderr and done.stdout == ""


def test_a_threshold_file_that_is_wrong_is_usage(run, tmp_path):
    (tmp_path / "t.toml").write_text("dropout = [")
    assert run("analyze", "x.wav", "--thresholds", "t.toml").exit_code == 2


def test_options_reach_the_library(run):
    run("analyze", "x.wav", "--start", "1", "--end", "2.5", "--stream", "1", "--sha256")
    assert fake_analyze.options.pop("thresholds") is not None
    given = {"start": 1.0, "end": 2.5, "stream": 1, "sha256": True, "raw_format": None, "max_duration": None}
    assert fake_analyze.options == given


def test_a_folder_is_searched(run, tmp_path):
    (tmp_path / "calls" / "deep").mkdir(parents=True)
    for name in ("b.wav", "deep/a.mp3", "readme.txt"):
        (tmp_path / "calls" / name).touch()
    done = run("analyze", "calls", "--format", "json")
    assert [Path(json.loads(line)["file"]).name for line in done.stdout.splitlines()] == ["b.wav", "a.mp3"]
    (tmp_path / "empty").mkdir()
    done = run("analyze", "empty")
    assert done.exit_code == 1 and done.stderr.startswith("error: empty: no recording in this folder; ")


def test_odd_names_are_shown_safely(run):
    for name in ("a b.wav", "new\nline.wav", "\x1b[31mred.wav", "\u202egnp.wav", "\U0001f600.wav", "=1+1.wav"):
        done = run("analyze", name, "gone\x1b[2J.wav")
        assert len(done.stdout.splitlines()) == len(done.stderr.splitlines()) == 1
        assert not set("\x1b\u202e") & set(done.output)
        assert json.loads(run("analyze", name, "--format", "json").stdout)["file"] == name


def test_a_file_appears_whole(run, tmp_path):
    done = run("analyze", "intact.wav", "gone.wav", "--format", "csv", "-o", "out.csv")
    assert done.exit_code == 1 and done.stdout == ""
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 3
    assert os.listdir(tmp_path) == ["out.csv"]


def test_a_file_has_the_same_bytes_as_the_stream(run, tmp_path):
    streamed = run("analyze", "a.wav", "b.wav", "--format", "json").stdout_bytes
    run("analyze", "a.wav", "b.wav", "--format", "json", "-o", "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == streamed.replace(b"\r\n", b"\n")


def test_an_interruption_is_130_and_leaves_what_was_done(run, tmp_path):
    done = run("analyze", "intact.wav", "stop.wav", "never.wav")
    assert done.exit_code == 130 and done.stdout.startswith("intact") and "never" not in done.stdout
    (tmp_path / "out.jsonl").write_text("before")
    done = run("analyze", "intact.wav", "stop.wav", "--format", "json", "-o", "out.jsonl")
    assert done.exit_code == 130 and "out.jsonl.part" in done.stderr
    assert (tmp_path / "out.jsonl").read_text() == "before"
    assert json.loads((tmp_path / "out.jsonl.part").read_text())["file"] == "intact.wav"


def test_an_input_is_never_written_over(run, tmp_path):
    (tmp_path / "call.wav").write_bytes(b"precious")
    for arguments in (("analyze", "call.wav"), ("analyze", "."), ("judge", "call.wav"), ("measure", "call.wav")):
        done = run(*arguments, "-o", "call.wav")
        assert done.exit_code == 2 and "would be lost" in done.stderr
    assert (tmp_path / "call.wav").read_bytes() == b"precious"


def test_judge_composes_a_report_of_a_table(run, monkeypatch):
    import audioq.table

    monkeypatch.setattr(audioq.table, "load", lambda file: f"table of {file}")
    monkeypatch.setattr(audioq.report, "compose", lambda table, thresholds: a_report(table), raising=False)
    done = run("judge", "a.npz", "b.npz", "--format", "json")
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == ["table of a.npz", "table of b.npz"]


def test_judge_reports_what_is_no_table(monkeypatch, tmp_path):
    (tmp_path / "x.npz").write_bytes(b"nothing")
    done = CliRunner().invoke(app, ["judge", str(tmp_path / "x.npz"), str(tmp_path / "missing.npz")])
    assert done.exit_code == 1 and "is no table of audioq" in done.stderr and "does not exist" in done.stderr


def test_explain_says_what_names_mean(run):
    assert run("explain", "mos").stdout.startswith("mos (score)")
    assert "thresholds:" in run("explain").stdout or "scores:" in run("explain").stdout


def test_version_and_help(run):
    assert run("--version").stdout.startswith("audioq 0.")
    done = run("--help")
    assert done.exit_code == 0 and all(name in done.stdout for name in ("analyze", "measure", "judge", "explain"))


def test_help_imports_nothing_slow():
    code = (
        "import sys; sys.argv = ['audioq', '--help']\n"
        "from audioq.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'numpy', 'scipy', 'librosa', 'rich', 'av'}))"
    )
    assert process("-c", code).stdout.decode().splitlines()[-1] == "[]"


def test_one_recording_imports_nothing_slow(tmp_path):
    # typer must not load pydantic either: see audioq/arguments.py.
    watched = ENDLESS.replace("main()\n", "import atexit\natexit.register(lambda: print(*sys.modules))\nmain()\n")
    done = process("-c", watched, "analyze", "a.wav", "--start", "1", "--fail-on", "degraded", cwd=tmp_path)
    loaded = {name.split(".")[0] for name in done.stdout.decode().splitlines()[-1].split()}
    assert done.returncode == 3 and "numpy" in loaded
    assert not loaded & {"scipy", "librosa", "pandas", "rich", "pydantic", "av"}


def test_a_missing_file_through_the_whole_program(tmp_path):
    done = process("-m", "audioq", "analyze", "no such file.wav", "--format", "json", cwd=tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["type"] == "AudioError"


@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX only")
def test_a_name_that_is_no_text(tmp_path):
    done = process("-m", "audioq", "analyze", b"caf\xe9.wav", b"\xff.wav", "--format", "csv", cwd=tmp_path)
    assert done.returncode == 1 and b"caf\\xe9.wav" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_console_that_cannot_show_a_character(encoding, tmp_path):
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "PYTHONIOENCODING": encoding}
    for arguments in (["\U0001f600 \u0434.wav"], ["\u0434.wav", "b.wav"], ["\u0434.wav", "--format", "csv"]):
        done = process("-c", ENDLESS, "analyze", *arguments, env=environment, cwd=tmp_path)
        assert done.returncode == 0 and done.stderr == b"" and b"\\u0434" in done.stdout


def test_a_reader_that_goes_away_ends_it_quietly(tmp_path):
    names = [f"{number}.wav" for number in range(3000)]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    command = [sys.executable, "-c", ENDLESS, "analyze", *names, "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as running:
        assert running.stdout.readline().startswith(b"{")
        running.stdout.close()
        errors = running.stderr.read()
        assert running.wait(60) == 141 and errors == b""


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_control_c_leaves_the_rows_so_far(tmp_path):
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    command = [sys.executable, "-c", ENDLESS, "analyze", "a.wav", "slow.wav", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as running:
        first = running.stdout.readline()
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=60)
        assert running.returncode == 130 and json.loads(first)["file"] == "a.wav" and rest == errors == b""
