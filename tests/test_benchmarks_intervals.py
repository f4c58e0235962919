"""The benchmarks' intervals and calibration, beside loops that draw one recording at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_labels import label_of

from benchmarks.scoring.bootstrap import AT_ONCE, DRAWS, SEED, Interval, bounds, drawn_sums, draws, ratios
from benchmarks.scoring.calibration import calibration
from benchmarks.scoring.event_counts import count_events
from benchmarks.scoring.groups import UNITS
from benchmarks.scoring.intervals import Intervals, Units, intervals, macro_f1_interval, rate_interval
from benchmarks.scoring.labels import Label, read_labels
from benchmarks.scoring.predictions import Predictions, predictions_of, read_predictions
from benchmarks.scoring.printout import text_of
from benchmarks.scoring.ranks import ranks_of
from benchmarks.scoring.reliability import drawn_errors
from benchmarks.scoring.scorecard import score
from benchmarks.scoring.stretches import Stretch
from benchmarks.scoring.verdicts import FalseAlarms

GOLDEN = Path(__file__).parent / "golden" / "scoring"


@pytest.fixture(scope="module")
def labels() -> list[Label]:
    return read_labels(GOLDEN)


@pytest.fixture(scope="module")
def predictions() -> Predictions:
    return read_predictions(GOLDEN / "predictions.jsonl")


def intervals_of(labels: list[Label], predictions: Predictions, unit: str) -> Intervals:
    return intervals(labels, predictions, count_events(labels, predictions), unit)


# Drawing


def test_draws_are_the_same_however_many_are_held_at_a_time() -> None:
    at_once = np.random.default_rng(SEED).multinomial(7, np.full(7, 1 / 7), size=DRAWS)
    assert DRAWS > AT_ONCE
    np.testing.assert_array_equal(np.concatenate(list(draws(7))), at_once)


def test_sums_are_those_of_a_loop_over_recordings() -> None:
    rows = np.random.default_rng(1).integers(0, 9, (12, 3))
    units = [str(i // 2 % 4) for i in range(12)]
    sums = drawn_sums(rows, units)
    for draw, drawn in list(enumerate(next(draws(4))))[:20]:
        slow = sum(drawn[int(unit)] * row for unit, row in zip(units, rows, strict=True))
        np.testing.assert_allclose(sums[draw], slow)


def test_draws_in_which_a_figure_is_undefined_say_nothing() -> None:
    values = ratios(np.array([1.0, 0.0, 1.0]), np.array([2.0, 0.0, 2.0]))
    assert np.isnan(values[1]) and bounds(values) == Interval(0.5, 0.5)
    assert bounds(np.array([np.nan])) is None


# Intervals


def test_the_interval_holds_the_figure_and_never_changes(labels: list[Label], predictions: Predictions) -> None:
    sure = [label for label in labels if not label.grey]
    card = score(labels, predictions)
    interval = card.intervals["calls"].macro_f1
    assert interval == macro_f1_interval(sure, predictions) == macro_f1_interval(sure, predictions)
    assert interval is not None and card.verdict is not None
    assert interval.low < card.verdict.macro_f1 < interval.high


def test_every_figure_lies_within_its_intervals(labels: list[Label], predictions: Predictions) -> None:
    card = score(labels, predictions)
    for over in card.intervals.values():
        pairs = [(over.intact_called_otherwise, card.false_alarm["all_intact"].rate)]
        pairs += [(over.false_events_per_min_on_intact, card.false_events_per_min_on_intact or 0.0)]
        for scope, kinds in card.events.items():
            pairs += [(over.events[scope][kind], one.f1) for kind, one in kinds.items() if one.f1 is not None]
        assert len(pairs) >= 8
        for interval, value in pairs:
            assert interval is not None and interval.low <= value <= interval.high
    assert card.intervals["talkers"].units.macro_f1 < card.intervals["calls"].units.macro_f1


def test_two_directions_of_a_call_are_drawn_together() -> None:
    rows = [{"file": f"{i}", "verdict": "intact" if i < 20 else "blocked"} for i in range(40)]
    alone = [label_of(str(i), "intact") for i in range(40)]
    paired = [label_of(str(i), "intact", call=str(i // 2)) for i in range(40)]
    narrow, wide = (macro_f1_interval(labels, predictions_of(rows)) for labels in (alone, paired))
    assert narrow is not None and wide is not None
    assert wide.high - wide.low > narrow.high - narrow.low


def test_few_talkers_say_less_than_many_calls() -> None:
    # Two talkers, one always judged wrong: whoever draws calls is surer than the talkers allow.
    labels = [label_of(str(i), "intact", dur=60.0, voices=["a" if i < 20 else "b", "c"]) for i in range(40)]
    event = {"start": 1.0, "end": 2.0, "kind": "buzz"}
    rows = [
        {"file": str(i), "verdict": "degraded" if i < 20 else "intact", "events": [event] * (i < 20)} for i in range(40)
    ]
    over = {unit: intervals_of(labels, predictions_of(rows), unit) for unit in UNITS}
    assert (over["calls"].units.macro_f1, over["talkers"].units.macro_f1) == (40, 2)
    for name in ("intact_called_otherwise", "false_events_per_min_on_intact"):
        assert getattr(over["talkers"], name) == Interval(0.0, 1.0)
        calls = getattr(over["calls"], name)
        assert 0.3 < calls.low < 0.5 < calls.high < 0.7


def test_units_are_counted_over_the_recordings_of_each_figure() -> None:
    event = Stretch(1.0, 2.0, "dropout", (1.0, 2.0))
    labels = [
        *(replace(label_of(f"grey {i}", "intact", dur=5.0), grey=True) for i in range(7)),
        *(label_of(f"intact {i}", dur=5.0) for i in range(3)),
        replace(label_of("late", dur=5.0), events=(event,)),
        *(label_of(f"blocked {i}", "blocked", dur=5.0) for i in range(2)),
        label_of("vocoder", "degraded", vocoder=True, dur=5.0),
    ]
    card = score(labels, predictions_of([{"file": "late", "verdict": "intact"}]))
    assert card.intervals["calls"].units == Units(
        macro_f1=7,
        intact_called_otherwise=4,
        events={"not_blocked": 11, "all": 13},
        false_events_per_min_on_intact=3,
    )
    lines = text_of(card).split("\n")
    assert any(line.startswith("  macro-F1  ") and "(7, too few)" in line for line in lines)
    assert any(line.startswith("  F1 of dropout, all  ") and line.endswith("(13)") for line in lines)


def test_what_cannot_be_counted_has_no_interval() -> None:
    nothing = intervals_of([label_of("a", "blocked")], predictions_of([]), "calls")
    assert nothing.intact_called_otherwise is None and nothing.false_events_per_min_on_intact is None
    assert nothing.events["not_blocked"]["any"] is None and nothing.events["all"]["any"] is None
    assert nothing.macro_f1 == Interval(0.0, 0.0)


def test_event_intervals_draw_whole_talkers() -> None:
    event = Stretch(1.0, 2.0, "dropout", (1.0, 2.0))
    labels = [replace(label_of(f"{i}", "degraded", voice=f"v{i % 2}"), events=(event,)) for i in range(20)]
    said = {"start": 1.0, "end": 2.0, "kind": "dropout"}
    rows = [{"file": f"{i}", "verdict": "degraded", "events": [said] * (i % 2)} for i in range(20)]
    over = intervals_of(labels, predictions_of(rows), "talkers")
    assert over.events["all"]["dropout"] == over.events["not_blocked"]["any"] == Interval(0.0, 1.0)
    assert over.events["all"]["stutter"] is None


def test_none_wrong_of_ten_is_not_none_wrong_ever() -> None:
    interval = rate_interval(FalseAlarms(0.0, 10))
    assert interval.low == 0.0
    assert interval.high == pytest.approx(0.27753, abs=1e-5)


# Calibration


def test_calibration_of_known_probabilities() -> None:
    labels = [label_of(str(i), "intact" if i < 15 else "degraded") for i in range(20)]
    probabilities = {"intact": 0.75, "degraded": 0.25, "blocked": 0.0}
    rows = [{"file": str(i), "verdict": {"label": "intact", "probabilities": probabilities}} for i in range(20)]
    figures = calibration(labels, predictions_of(rows))
    assert figures is not None
    # Always the same is said, with the shares of the classes: no better than the constant forecast.
    assert figures.brier == pytest.approx(0.75 * 2 * 0.25**2 + 0.25 * 2 * 0.75**2)
    assert figures.brier == pytest.approx(figures.brier_constant)
    assert figures.auc == 0.5
    assert {name: [one.n for one in table.bins] for name, table in figures.tables.items()} == {
        "10": [2] * 10,
        "5": [4] * 5,
    }
    assert calibration(labels, predictions_of([])) is None


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    sure = [0.4, 0.5, 0.6, 0.6, 0.8, 0.9]
    right = [False, True, False, True, True, False]
    rows = [
        {"file": str(i), "verdict": {"label": "intact", "probabilities": {"intact": one}}} for i, one in enumerate(sure)
    ]
    labels = [label_of(str(i), "intact" if one else "blocked") for i, one in enumerate(right)]
    pairs = [
        (a > b) + 0.5 * (a == b)
        for a, good in zip(sure, right, strict=True)
        if good
        for b, bad in zip(sure, right, strict=True)
        if not bad
    ]
    figures = calibration(labels, predictions_of(rows))
    assert figures is not None and figures.auc == pytest.approx(np.mean(pairs))
    figures = calibration(labels[1:2], predictions_of(rows))
    assert figures is not None and figures.auc is None


@pytest.mark.parametrize("n_bins", [5, 10, 40])
def test_drawn_calibration_errors_are_those_of_a_slow_loop(n_bins: int) -> None:
    rng = np.random.default_rng(3)
    confidence = np.sort(rng.uniform(0.4, 1.0, 33))
    gap = confidence - (rng.random(33) < confidence)
    place = rng.permutation(np.arange(33) % 21)  # some calls have two directions
    fast = drawn_errors(gap, place, n_bins)
    assert fast.shape == (DRAWS,)
    for draw, drawn in list(enumerate(next(draws(21))))[:50]:
        again = np.repeat(gap, drawn[place].astype(int))
        slow = sum(abs(part.sum()) for part in np.array_split(again, n_bins)) / len(again)
        assert fast[draw] == pytest.approx(slow, abs=1e-12)


def test_calibration_error_is_told_beside_its_luck() -> None:
    rng = np.random.default_rng(5)
    sure = rng.uniform(0.5, 1.0, 200)
    labels = [label_of(str(i), "intact" if rng.random() < one else "blocked") for i, one in enumerate(sure)]
    rows = [
        {"file": str(i), "verdict": {"label": "intact", "probabilities": {"intact": one}}} for i, one in enumerate(sure)
    ]
    figures = calibration(labels, predictions_of(rows))
    assert figures is not None
    for table in figures.tables.values():
        assert 0.3 * table.ece_by_chance < table.ece < 3 * table.ece_by_chance
        interval = table.intervals["calls"]
        assert interval is not None and interval.low < interval.high
    assert figures.tables["5"].ece_by_chance < figures.tables["10"].ece_by_chance


def test_equal_values_share_their_rank() -> None:
    np.testing.assert_array_equal(ranks_of(np.array([3.0, 1.0, 3.0, 2.0])), [2.5, 0.0, 2.5, 1.0])
