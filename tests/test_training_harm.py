"""Harm for the training: what it says of each frame is what was done to it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.training import harming
from benchmarks.training.harming import CONCEALED, FINE, IGNORE, MUTED, PAUSE, SPLICED, STUTTERED, harmed

SR, HOP = 8000, 80


@pytest.fixture
def speech():
    """Two seconds of a loud voice, a pause, two more: samples that differ everywhere."""
    rng = np.random.default_rng(5)
    y = rng.standard_normal(5 * SR) * 0.1
    y[2 * SR : 3 * SR] *= 0.001
    return y


def only(monkeypatch, harm, **changes):
    row = {"shortest": 0.05, "longest": 0.3, "fewest": 2.0, "most": 3.0} | changes
    monkeypatch.setattr(harming, "MODES", ((1.0, harm, *row.values()),))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("harm", ["silence", "repetition", "twice", "loop", "cut"])
def test_frames_told_to_be_as_before_hold_the_samples_of_the_source(monkeypatch, speech, harm, seed):
    only(monkeypatch, getattr(harming, harm))
    monkeypatch.setattr(harming, "_digital_pauses", lambda y, hop: y)
    y, place, kind = harmed(speech, SR, np.random.default_rng(seed))
    assert len(y) == len(kind) * HOP and len(place) == len(kind)
    frames = y.reshape(-1, HOP)
    for i in np.flatnonzero(kind == -2):
        assert (np.abs(speech - frames[i, HOP // 2]) < 1e-12).any()
        assert abs(np.argmin(np.abs(speech - frames[i, HOP // 2])) // HOP - place[i]) <= 1


def test_silence_is_muted_in_speech_and_a_lost_pause_elsewhere(monkeypatch, speech):
    only(monkeypatch, harming.silence, shortest=0.2, longest=0.5)
    _, place, kind = harmed(speech, SR, np.random.default_rng(1))
    assert {MUTED} <= set(kind.tolist()) <= {-2, IGNORE, MUTED, PAUSE}
    assert np.all((place[kind == PAUSE] >= 195) & (place[kind == PAUSE] < 305))


def test_each_harm_has_its_class(monkeypatch, speech):
    for harm, wanted in (
        (harming.repetition, {CONCEALED}),
        (harming.twice, {CONCEALED, STUTTERED}),
        (harming.loop, {STUTTERED}),
        (harming.cut, {SPLICED}),
    ):
        only(monkeypatch, harm)
        kinds = set()
        for seed in range(4):
            kinds |= set(harmed(speech, SR, np.random.default_rng(seed))[2].tolist())
        assert kinds & {FINE, CONCEALED, STUTTERED, SPLICED, MUTED} <= wanted and kinds & wanted


def test_the_same_seed_harms_alike(speech):
    one, two = (harmed(speech, SR, np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
