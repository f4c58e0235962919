"""What the pages show runs as it stands: the code of README and docs/library.md, the commands, the example."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from audioq import Label
from audioq.simulate import colored_noise, speechlike

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
EXAMPLES = ROOT / "docs" / "examples"


def fences(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """A folder with the recordings that the pages name."""
    (tmp_path / "calls").mkdir()
    shutil.copy(SAMPLES / "degraded_random_loss.wav", tmp_path / "call.wav")
    shutil.copy(SAMPLES / "degraded_throttled.m4a", tmp_path / "call.m4a")
    shutil.copy(Path(__file__).parent / "data" / "mediarecorder.webm", tmp_path / "call.webm")
    shutil.copy(SAMPLES / "intact_two_way_stereo.opus", tmp_path / "stereo.opus")
    shutil.copy(SAMPLES / "blocked_telegram_silence.flac", tmp_path / "calls")
    shutil.copy(SAMPLES / "intact_mobile_recorder.3gp", tmp_path / "calls")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(EXAMPLES))
    return tmp_path


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_the_code_of_the_pages_runs_in_its_order(page, calls, capsys):
    if any("to_dataframe" in block for block in fences(page, "python")):
        pytest.importorskip("pandas")
    names: dict[str, object] = {}
    for block in fences(page, "python"):
        exec(compile(block, page, "exec"), names)
    assert "degraded" in capsys.readouterr().out


def test_a_saved_table_equals_the_recording_as_the_page_says(calls):
    from audioq import analyze, compose, load, measure, read, save

    save(measure(read("call.wav")), "call.npz")
    assert repr(compose(load("call.npz"))) == repr(analyze("call.wav"))


def test_the_commands_of_the_readme_run(calls):
    from audioq.cli import app

    (block,) = [block for block in fences("README.md", "sh") if "audioq explain" in block]
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert len(lines) >= 9 and all(line[0] == "audioq" for line in lines)
    (calls / "speech").mkdir()
    soundfile.write(calls / "speech" / "anna.wav", speechlike(8.0, 16000, np.random.default_rng(1)), 16000)
    bare = {"format": "RAW", "subtype": "PCM_16", "endian": "LITTLE"}
    soundfile.write(calls / "call.raw", speechlike(8.0, 8000, np.random.default_rng(1)), 8000, **bare)
    (calls / "key").write_text("0123456789abcdef\n")
    for line in lines:
        # A hundred calls take a minute; three show the same.
        few = ["--count", "3", "--jobs", "1"] if line[1] == "simulate" else []
        done = CliRunner().invoke(app, [*line[1:], *few])
        assert done.exit_code == (3 if "--fail-on" in line else 0), (line, done.output)
    for made in ("calls.jsonl", "calls.csv", "call.npz"):
        assert (calls / made).stat().st_size > 0


def test_policy_files_of_the_page_are_read(calls):
    from audioq import DEFAULT_THRESHOLDS, read_thresholds

    for block in fences("docs/scores.md", "toml"):
        (calls / "policy.toml").write_text(block, encoding="utf-8")
        assert set(read_thresholds("policy.toml")) == set(DEFAULT_THRESHOLDS)


@pytest.fixture
def example(calls):
    sys.modules.pop("add_impairment", None)
    import add_impairment

    return add_impairment


def rumbling(seconds: float) -> np.ndarray:
    """A clean call with rumble from 3 s on."""
    from audioq import read

    y = np.concatenate(list(read(SAMPLES / "intact_telegram_call.flac").blocks(16000)), axis=1)[0].copy()
    noise = colored_noise(
        round(seconds * 16000), 16000, np.random.default_rng(2), level_dbfs=-10, color="white", band=(30, 100)
    )
    y[3 * 16000 : 3 * 16000 + noise.size] += noise
    return y


def test_the_example_finds_its_impairment_where_it_is(example):
    found = [e for e in example.analyze(rumbling(5.0), sr=16000).events if e.kind == "rumble"]
    assert len(found) == 1
    assert (found[0].start, found[0].end) == pytest.approx((3.0, 8.0), abs=0.05)
    assert found[0].evidence[0].curve == "low_share" and found[0].evidence[0].unit == "dB"


def test_the_example_finds_nothing_in_a_clean_call(example):
    report = example.analyze(SAMPLES / "intact_telegram_call.flac")
    assert report.verdict.label == Label.INTACT
    assert [e for e in report.events if e.kind == "rumble"] == []


def test_the_rule_of_the_example_moves_the_verdict(example):
    report = example.analyze(rumbling(5.0), sr=16000)
    assert (report.verdict.label, report.verdict.rule) == (Label.DEGRADED, "rumbling")
    assert example.analyze(rumbling(1.0), sr=16000).verdict.rule != "rumbling"


def test_the_example_is_short():
    code = [line for line in (EXAMPLES / "add_impairment.py").read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(code) <= 50


def test_the_commands_of_the_batch_page_run(tmp_path, monkeypatch):
    pytest.importorskip("prometheus_client")
    from audioq.cli import app

    monkeypatch.chdir(tmp_path)
    samples = ("intact_quiet_call.flac", "degraded_stutter.flac")
    for night in ("calls", "nightly/2026-11-26", "nightly/2026-11-27"):
        (tmp_path / night).mkdir(parents=True)
        for name in samples:
            shutil.copy(SAMPLES / name, tmp_path / night / name)
    made = CliRunner().invoke(app, ["batch", "nightly/2026-11-26/", "-o", "results-of-the-26th"])
    assert made.exit_code == 0, made.output
    (tmp_path / "key").write_text("0123456789abcdef\n")  # the page makes one with the shell
    blocks = [line for block in fences("docs/batch.md", "sh") for line in block.splitlines()]
    lines = [line for line in blocks if line.startswith("audioq")]
    assert {"calls/", "manifest.csv", "--allow", "--baseline", "--anonymize"} <= set(" ".join(lines).split())
    for line in lines:
        if "batch" in line:
            shutil.rmtree("results", ignore_errors=True)  # each block of the page stands for itself
        done = CliRunner().invoke(app, shlex.split(line)[1:])
        assert done.exit_code == (3 if "--fail-on" in line else 0), (line, done.output)
    assert (tmp_path / "tests.xml").exists() and (tmp_path / "audioq.prom").exists()
