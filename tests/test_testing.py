"""The helper for tests of others: it fails where it should, says why, and never fails for another reason."""

from __future__ import annotations

import numpy as np
import pytest

from audioq.errors import AudioError
from audioq.simulate import speechlike
from audioq.testing import assert_intact

SR = 8000


def call(holes: int = 0) -> np.ndarray:
    """Return six seconds of something like speech, in each of which so many ms are missing."""
    y = speechlike(6.0, SR, np.random.default_rng(1))
    for start in range(SR, y.size - SR, SR):
        y[start : start + holes * SR // 1000] = 0.0
    return y


def test_an_intact_recording_passes_and_its_report_comes_back():
    report = assert_intact(call(), sr=SR)
    assert report.verdict.label == "intact" and report.verdict.basis == "speech"


def test_a_degraded_one_fails_with_reasons_and_times():
    with pytest.raises(AssertionError) as failure:
        assert_intact(call(holes=250), sr=SR)
    said = str(failure.value)
    assert said.startswith("degraded, where intact is the worst that will do\n")
    assert "dropout" in said and " s" in said


def test_the_worst_that_will_do_can_be_given():
    assert assert_intact(call(holes=250), sr=SR, at_worst="degraded").verdict.label == "degraded"
    with pytest.raises(AssertionError, match="blocked, where degraded"):
        assert_intact(np.zeros(3 * SR, np.float32), sr=SR, at_worst="degraded")


@pytest.mark.parametrize("wrong", ["blocked", "good", ""])
def test_a_verdict_that_lets_everything_through_is_refused(wrong):
    with pytest.raises(ValueError, match="give one of intact, degraded"):
        assert_intact(call(), sr=SR, at_worst=wrong)


def test_what_cannot_be_read_is_no_failed_assertion(tmp_path):
    (tmp_path / "broken.wav").write_bytes(b"nothing")
    with pytest.raises(AudioError, match="broken.wav"):
        assert_intact(tmp_path / "broken.wav")


def test_the_failure_is_shown_at_the_line_of_the_test(pytester_like):
    assert "audioq/testing.py" not in pytester_like


@pytest.fixture
def pytester_like(tmp_path):
    """Return what pytest says of a test that fails by the helper."""
    import os
    import subprocess
    import sys
    from pathlib import Path

    test = tmp_path / "test_call.py"
    test.write_text(
        "import numpy as np\nfrom audioq.testing import assert_intact\n\n"
        "def test_call():\n    assert_intact(np.zeros(24000, np.float32), sr=8000)\n"
    )
    root = str(Path(__file__).resolve().parents[1])
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    made = subprocess.run(line, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": root}, cwd=tmp_path)
    assert made.returncode == 1 and "1 failed" in made.stdout and "blocked, where intact" in made.stdout
    return made.stdout
