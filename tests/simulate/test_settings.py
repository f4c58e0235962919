"""What can be set, and what is said about what cannot."""

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate.settings import Setting, checked, entry

SETTINGS = (
    Setting("share", "", 0.0, 1.0, "A share."),
    Setting("off_s", "s", 0.5, 3.0, "A length.", 2.0),
    Setting("longest", "packets", 1, 3, "A count.", 1, whole=True),
    Setting("dtx", "", 0, 1, "A switch.", 0, whole=True),
    Setting("color", meaning="A word.", default="pink", choices=("white", "pink")),
)


def test_defaults_fill_in_and_types_are_right() -> None:
    values = checked("network x", SETTINGS, {"longest": 2.0, "share": 1, "dtx": True})
    assert values == {"share": 1.0, "off_s": 2.0, "longest": 2, "dtx": 1, "color": "pink"}
    assert list(values) == [setting.name for setting in SETTINGS]
    assert [type(value) for value in values.values()] == [float, float, int, int, str]


def test_the_ends_of_a_range_are_possible_and_numpy_numbers_too() -> None:
    assert checked("x", SETTINGS, {"share": 0, "off_s": 0.5})["off_s"] == 0.5
    assert checked("x", SETTINGS, {"share": np.float32(0.5), "longest": np.int64(3)})["longest"] == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shar": 0.1}, "network x has no setting shar; use share, off_s, longest, dtx, color"),
        ({}, "network x needs share; give a number, 0 to 1"),
        ({"share": None}, "network x needs share; give a number, 0 to 1"),
        ({"share": 1.01}, "network x: share cannot be 1.01; give a number, 0 to 1"),
        ({"share": float("nan")}, "network x: share cannot be nan; give a number, 0 to 1"),
        ({"share": "much"}, "network x: share cannot be 'much'; give a number, 0 to 1"),
        ({"share": True}, "network x: share cannot be True; give a number, 0 to 1"),
        ({"share": 0, "off_s": 0.4}, "network x: off_s cannot be 0.4; give a number, 0.5 to 3 s"),
        ({"share": 0, "longest": 1.5}, "network x: longest cannot be 1.5; give a whole number, 1 to 3 packets"),
        ({"share": 0, "longest": True}, "network x: longest cannot be True; give a whole number, 1 to 3 packets"),
        ({"share": 0, "color": "red"}, "network x: color cannot be 'red'; give one of white, pink"),
        ({"share": 0, "color": 1}, "network x: color cannot be 1; give one of white, pink"),
    ],
)
def test_what_cannot_be_is_one_sentence(given: dict[str, object], message: str) -> None:
    with pytest.raises(SimulationError) as caught:
        checked("network x", SETTINGS, given)
    assert str(caught.value) == message


def test_nothing_to_set() -> None:
    assert checked("network none", (), {}) == {}
    with pytest.raises(SimulationError, match="network none has no setting share; it has none"):
        checked("network none", (), {"share": 0.1})


@pytest.mark.parametrize(
    ("setting", "possible"),
    [
        (Setting("a"), "a number, any"),
        (Setting("a", "dB", low=0.0), "a number, 0 or more dB"),
        (Setting("a", "dB", high=6.0), "a number, at most 6 dB"),
    ],
)
def test_open_ranges_in_words(setting: Setting, possible: str) -> None:
    assert setting.possible == possible
    assert not setting.takes(float("inf"))


def test_entries_of_a_table() -> None:
    assert entry("network", {"a": 1, "b": 2}, "b") == 2
    with pytest.raises(SimulationError, match="there is no network 'c'; use one of a, b"):
        entry("network", {"a": 1, "b": 2}, "c")
