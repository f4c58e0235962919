"""Numbers that make no sense are refused before any work."""

from __future__ import annotations

import math

import pytest

import audioq
from audioq.batches.limits import Limits
from audioq.batches.ranges import check_ranges


@pytest.mark.parametrize(
    "wrong",
    [
        {"sample": 0},
        {"jobs": 0},
        {"jobs": -3},
        {"seed": -1},
        {"start": -1.0},
        {"start": 5.0, "end": 2.0},
        {"end": 0.0},
        {"limits": Limits(timeout=-1)},
        {"limits": Limits(timeout=math.nan)},
        {"limits": Limits(max_memory=1)},
        {"limits": Limits(max_size=0)},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(audioq.BatchError, match=" is .*; give "):
        check_ranges(**wrong)


def test_what_makes_sense_is_not():
    check_ranges()
    check_ranges(jobs=1, sample=1, seed=0, start=1.0, end=2.0, limits=Limits())


def test_the_verbs_check(tmp_path):
    for refused in (
        lambda: audioq.batch(tmp_path, tmp_path / "out", sample=0),
        lambda: audioq.estimate(tmp_path, jobs=0),
        lambda: audioq.manifest(tmp_path, max_memory=0),
    ):
        with pytest.raises(audioq.BatchError, match="or more"):
            refused()
    assert not (tmp_path / "out").exists()
