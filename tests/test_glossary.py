"""Every name that is printed can be looked up."""

from __future__ import annotations

import pytest

from audioq.errors import AudioqError
from audioq.glossary import explain
from audioq.kinds import KINDS
from audioq.messages import SEVERITY_BANDS, names
from audioq.rules import RULES, Label
from audioq.scores import METRICS
from audioq.thresholds import DEFAULT_THRESHOLDS

NAMES = (
    *(metric.name for metric in METRICS),
    *(kind.name for kind in KINDS),
    *(rule.id for rule in RULES),
    *DEFAULT_THRESHOLDS,
    *Label,
    *(name for _, name in SEVERITY_BANDS),
    *(name for group in ("basis", "rival", "note") for name in names(group) if name != "generic"),
)


def test_every_name_is_explained_in_words():
    for name in NAMES:
        said = explain(name)
        assert said.startswith(name) and len(said.splitlines()) > 1
        assert "nan" not in said.split() and "{" not in said


def test_everything_is_listed():
    listed = {line.strip() for line in explain().splitlines()}
    assert set(NAMES) <= listed


@pytest.mark.parametrize("group", ["verdicts", "scores", "kinds", "rules", "basis", "rivals", "warnings", "thresholds"])
def test_a_group_lists_its_names(group):
    said = explain(group)
    assert said.startswith(f"{group}:") and said in explain()


def test_case_does_not_matter():
    assert explain("Dropout") == explain("dropout")


def test_a_score_has_unit_and_direction():
    assert "Unit: dB; higher is better" in explain("snr_db")


def test_an_unknown_name_suggests_near_ones():
    with pytest.raises(AudioqError, match="did you mean dropout"):
        explain("dropot")
    with pytest.raises(AudioqError, match="'xyzzy'; audioq explain lists"):
        explain("xyzzy")
