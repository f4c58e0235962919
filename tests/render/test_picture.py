"""The picture of a recording with its events."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from made_reports import a_report  # noqa: E402

from audioq.events import Event  # noqa: E402
from audioq.render.picture import COLORS, draw  # noqa: E402

SR = 8000
EVENTS = (
    Event(1.0, 2.5, "dropout", 0, 0.9, 0.7, True),
    Event(3.0, 3.01, "splice", 1, 0.9, 0.7, True),
    Event(4.0, 6.0, "of_ones_own", 1, 0.9, 0.7, False),
)


def noise(channels=1, seconds=10.0, sr=SR):
    return np.random.default_rng(1).normal(0, 0.1, (channels, round(seconds * sr))).astype(np.float32)


def picture(path, **options):
    import matplotlib.image

    draw(options.get("report", a_report(events=EVENTS)), options.get("y", noise()), options.get("sr", SR), path)
    return matplotlib.image.imread(path)[..., :3]


def has(pixels, color):
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return bool((np.abs(pixels - [red, green, blue]).max(axis=-1) < 0.01).any())


def test_events_are_drawn_in_the_colour_of_their_kind(tmp_path):
    assert has(picture(tmp_path / "a.png"), COLORS["dropout"])
    assert not has(picture(tmp_path / "b.png", report=a_report(events=())), COLORS["dropout"])


def test_every_channel_has_a_row_with_its_own_events(tmp_path):
    one = picture(tmp_path / "one.png")
    two = picture(tmp_path / "two.png", report=a_report(events=EVENTS, channels=2), y=noise(2))
    assert two.shape[0] > 1.5 * one.shape[0]
    assert has(two, COLORS["splice"]) and not has(one, COLORS["splice"])


def test_the_same_report_gives_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        picture(tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("make", [np.zeros, np.ones])
@pytest.mark.parametrize("sr", [8000, 11025, 48000])
def test_silence_and_odd_rates_are_drawn(tmp_path, make, sr):
    assert picture(tmp_path / "a.png", y=make(sr, np.float32), sr=sr, report=a_report(events=())).size


def test_nothing_slow_is_imported_before_a_picture_is_drawn():
    code = "import sys, audioq.render.picture; print({'matplotlib', 'librosa'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_pictures_of_the_pages_can_be_made(tmp_path, monkeypatch):
    import importlib.util
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location("make_picture", root / "docs" / "make_picture.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lines = module.terminal(a_report(), "call.wav")
    assert lines[0].endswith("$ audioq analyze call.wav\x1b[0m")
    assert list(module.pieces("a\x1b[1;31mb\x1b[0mc")) == [(0, "a", ""), (1, "b", "1;31"), (2, "c", "")]
    module.paint(lines, tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 10_000
