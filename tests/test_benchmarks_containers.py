"""The benchmark of container gaps: what it takes out is what it counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audioq.errors import AudioError
from audioq.simulate import speechlike
from benchmarks.container_gaps import CONTAINERS, Count, encoded, row_of, runs_of, speech_of, tried, without

KINDS = {kind.name: kind for kind in CONTAINERS}
SR = 16000


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eleven seconds of speech."""
    y = speechlike(11.0, SR, np.random.default_rng(4))
    path = tmp_path_factory.mktemp("speech") / "call.wav"
    soundfile.write(path, 0.5 * y / np.abs(y).max(), SR)
    return path


@pytest.mark.parametrize("name", ["WebM Opus", "Ogg Opus, pages of 1 s"])
def test_counts(recording: Path, name: str) -> None:
    count = tried(((recording, 0), KINDS[name]), seed=1)
    assert (count.files, count.dropped, count.near, count.alarms) == (1, 4, 4, 0)
    assert count.speech == 3
    if name == "WebM Opus":  # one begins in a pause, where a sender may fall silent by itself
        assert (count.found, count.reported, count.false) == (4, 2, 0)
    else:
        assert count.found == 0, "a long page does not say before which packet a gap lies"


def test_the_same_seed_takes_the_same_stretches_out() -> None:
    one, again, other = (runs_of(20.0, np.random.default_rng([seed, 0])) for seed in (1, 1, 2))
    assert one == again != other
    assert all(0.04 <= end - start <= 1.0 for start, end in one) and one[0][0] >= 1.5
    assert all(late[0] - early[1] >= 0.5 for early, late in zip(one, one[1:], strict=False))


@pytest.mark.parametrize("name", KINDS)
def test_every_container_loses_what_was_asked_for(name: str) -> None:
    kind = KINDS[name]
    y = speechlike(4.0, kind.sr, np.random.default_rng(4))
    _, (gone,) = without(encoded(y, kind), kind, [(1.5, 2.1)])
    assert gone == pytest.approx((1.5, 2.1), abs=1.01 * kind.samples / kind.sr)


def test_recordings_without_speech_or_too_short_are_left_out(recording: Path) -> None:
    names = [path.name for path in speech_of([recording.parent])]
    assert names[-1] == "call.wav" and "intact_hold_music.mp3" not in names
    with pytest.raises(AudioError):
        speech_of([recording.parent / "nowhere"])


def test_a_line_of_the_table() -> None:
    one = Count(1, 4, 3, 4, 2, 1, 0, 0)
    assert one + Count() == one and (one + one).dropped == 8
    assert row_of("WebM Opus", one).startswith("| WebM Opus | 3 of 4: 75% (30%-95%) | 4 of 4")
    assert row_of("none", Count()) == "| none | - | - | - | 0 | 0 of 0 |"
