"""The rule that turns truth into a label, from both sides of every limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioq.simulate.labels import label_of

WORSE = {"intact": 0, "degraded": 1, "blocked": 2}
SHARES = st.floats(0.0, 1.0)
COUNTS = st.floats(0.0, 100.0)


@pytest.mark.parametrize(
    ("delivered", "losses", "label", "grey", "why"),
    [
        (1.0, 0.0, "intact", False, ()),
        (0.985, 2.5, "intact", False, ()),
        (0.9849, 0.0, "intact", True, ()),
        (1.0, 2.51, "intact", True, ()),
        (0.97, 4.0, "intact", True, ()),
        (0.9699, 0.0, "degraded", True, ("delivered",)),
        (1.0, 4.01, "degraded", True, ("losses",)),
        (0.96, 4.01, "degraded", True, ("delivered", "losses")),
        (0.955, 8.0, "degraded", True, ("delivered",) + ("losses",)),
        (0.955, 8.01, "degraded", False, ("delivered", "losses")),
        (0.9549, 0.0, "degraded", False, ("delivered",)),
        (1.0, 8.01, "degraded", False, ("losses",)),
        (0.1901, 0.0, "degraded", False, ("delivered",)),
        (0.19, 0.0, "degraded", True, ("delivered",)),
        (0.15, 0.0, "degraded", True, ("delivered",)),
        (0.1499, 30.0, "blocked", True, ("delivered",)),
        (0.11, 30.0, "blocked", True, ("delivered",)),
        (0.1099, 0.0, "blocked", False, ("delivered",)),
        (0.0, 0.0, "blocked", False, ("delivered",)),
    ],
)
def test_limits(delivered: float, losses: float, label: str, grey: bool, why: tuple[str, ...]) -> None:
    judged = label_of(delivered, losses)
    assert (judged.label, judged.grey, judged.why) == (label, grey, why)


@pytest.mark.parametrize("doubt", ["vocoder", "unanswered", "skips", "stretched"])
def test_a_doubt_makes_any_label_grey_and_changes_nothing_else(doubt: str) -> None:
    for delivered in (1.0, 0.5, 0.0):
        sure, doubted = label_of(delivered, 0.0), label_of(delivered, 0.0, [doubt])
        assert not sure.grey
        assert doubted.grey
        assert (doubted.label, doubted.why) == (sure.label, sure.why)


@given(SHARES, SHARES, COUNTS)
def test_more_delivered_is_never_worse(one: float, other: float, losses: float) -> None:
    low, high = sorted((one, other))
    assert WORSE[label_of(high, losses).label] <= WORSE[label_of(low, losses).label]


@given(SHARES, COUNTS, COUNTS)
def test_fewer_losses_are_never_worse(delivered: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert WORSE[label_of(delivered, low).label] <= WORSE[label_of(delivered, high).label]


@given(SHARES, COUNTS)
def test_only_an_intact_label_has_no_reason(delivered: float, losses: float) -> None:
    judged = label_of(delivered, losses)
    assert bool(judged.why) == (judged.label != "intact")
