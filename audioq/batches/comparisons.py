"""Comparisons: the recordings of a batch against what an earlier batch said of the same ones, with intervals."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from audioq.batches.baselines import Baseline, Standing, standing_of
from audioq.batches.logs import Head
from audioq.batches.rows import LABELS, Row
from audioq.messages import text
from audioq.render.escape import printable, undecoded

LEVEL = 0.99
"""Of the intervals. Three are looked at: of batches between which only chance changes anything, at most three in 200
are called worse."""

FEWEST = 10
"""Pairs that a mean needs for an interval: a few equal differences would else pass for certainty."""

LEAST_MOS = 0.05
"""A mean MOS that is lower by less is not worse: MOS are told to a tenth."""

WORST = 10
"""How many of those that got worse are named."""

SHARES = {"damaged": LABELS[1:], "blocked": LABELS[2:]}
"""The shares of recordings that are compared: how they are called, and which verdicts they count."""


class Change(NamedTuple):
    """A difference, now less then, and the interval that it lies in; NaN where nothing can be said."""

    estimate: float
    low: float
    high: float


def change_of_share(worse: int, better: int, pairs: int, level: float = LEVEL) -> Change:
    """Return the difference of two shares of the same recordings.

    Parameters
    ----------
    worse, better : int
        How many are counted only now, and only then.
    pairs : int
        How many there are in both.
    level : float
        Of the interval.

    Returns
    -------
    Change
        The interval is that of Agresti and Min, Simple improved confidence intervals for comparing matched
        proportions, Statistics in Medicine 24 (2005) 729-740: half a recording is added to each of the four
        counts, so that no change among a few recordings does not pass for certainty.

    Examples
    --------
    >>> [round(part, 3) for part in change_of_share(9, 2, 100)]
    [0.07, -0.017, 0.154]
    """
    if pairs == 0:
        return Change(math.nan, math.nan, math.nan)
    one, other, size = worse + 0.5, better + 0.5, pairs + 2.0
    middle = (one - other) / size
    spread = math.sqrt(one + other - (one - other) ** 2 / size) / size
    reach = _normal(level) * spread
    return Change((worse - better) / pairs, max(middle - reach, -1.0), min(middle + reach, 1.0))


def change_of_mean(was: Sequence[float], now: Sequence[float], level: float = LEVEL) -> Change:
    """Return the difference of the means of pairs, with Student's interval; without one where there are too few."""
    from scipy import stats

    d = np.round(np.asarray(now, np.float64) - np.asarray(was, np.float64), 6)
    if not d.size:
        return Change(math.nan, math.nan, math.nan)
    mean = float(d.mean())
    if d.size < FEWEST:
        return Change(mean, math.nan, math.nan)
    reach = float(stats.t.ppf(0.5 + level / 2, d.size - 1) * d.std(ddof=1) / math.sqrt(d.size))
    return Change(mean, mean - reach, mean + reach)


def _normal(level: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + level / 2)


@dataclass(slots=True)
class Comparison:
    """What changed since the baseline, filled by `add`.

    Attributes
    ----------
    baseline : Baseline
    head : Head or None
        What made the rows that are added.
    pairs : int
        Recordings that are scored in both.
    only_here : int
        Recordings that are scored here and that the baseline does not have.
    lost, gained : int
        Recordings that could be scored only then, or only now.
    moves : Counter of (str, str)
        Verdicts then and now.
    """

    baseline: Baseline
    head: Head | None = None
    pairs: int = 0
    only_here: int = 0
    lost: int = 0
    gained: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    _known: int = 0
    _mos: tuple[array[float], array[float]] = field(default_factory=lambda: (array("d"), array("d")))
    _worst: list[dict[str, Any]] = field(default_factory=list)
    _makers: set[tuple[str, str]] = field(default_factory=set)

    def add(self, row: Row) -> None:
        """Compare a row."""
        if row["status"] == "no_recording":
            return
        now, was = standing_of(row["result"]), self.baseline.of(row)
        self._known += was is not None
        if now.label:
            self._makers.add((row["result"]["audioq"], row["result"]["thresholds"]))
        if was is None:
            self.only_here += now.label is not None
        elif was.label and now.label:
            self._pair(row, was, now)
        else:
            self.lost += was.label is not None
            self.gained += now.label is not None

    def _pair(self, row: Row, was: Standing, now: Standing) -> None:
        self.pairs += 1
        self.moves[str(was.label), str(now.label)] += 1
        if was.mos is not None and now.mos is not None:
            self._mos[0].append(was.mos)
            self._mos[1].append(now.mos)
        rise = (now.severity or 0.0) - (was.severity or 0.0)
        if rise > 0:
            found = {"file": undecoded(row["item"]["file"]), "recording_id": row["id"], "was": was.label}
            found |= {"now": now.label, "severity_was": was.severity, "severity_now": now.severity, "rise": rise}
            self._worst = sorted([*self._worst, found], key=_by_rise)[:WORST]

    @property
    def only_there(self) -> int:
        """Recordings that only the baseline has."""
        return self.baseline.total - self._known

    @property
    def mos(self) -> Change:
        """Of the mean MOS of the calls that have one in both."""
        return change_of_mean(*self._mos)

    def share(self, name: str) -> tuple[int, int, Change]:
        """Return how many recordings one of `SHARES` counted then and now, and the change of the share."""
        labels = SHARES[name]
        was = sum(count for (then, _), count in self.moves.items() if then in labels)
        now = sum(count for (_, here), count in self.moves.items() if here in labels)
        both = sum(count for pair, count in self.moves.items() if pair[0] in labels and pair[1] in labels)
        return was, now, change_of_share(now - both, was - both, self.pairs)

    @property
    def is_worse(self) -> bool:
        """Whether more are damaged, or blocked, or the MOS is lower, beyond what the intervals leave to chance."""
        return bool(self._worse())

    @property
    def fails(self) -> bool:
        """Whether it is worse, or nothing could be compared."""
        return self.is_worse or not self.pairs

    def _worse(self) -> list[str]:
        found = [name for name in SHARES if self.share(name)[2].low > 0]
        change = self.mos
        return [*found, "mos"] if change.high < 0 and change.estimate <= -LEAST_MOS else found

    @property
    def made_otherwise(self) -> bool:
        """Whether another version of audioq, other thresholds or other options made the baseline."""
        return self.head is not None and self.baseline.is_made_otherwise(self._makers, self.head)

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        shares = {}
        for name in SHARES:
            was, now, change = self.share(name)
            shares[name] = {"was": was, "now": now, **_numbers(change)}
        n, then, here = self._mos_means()
        mos = {"n": n, "was": _rounded(then), "now": _rounded(here), **_numbers(self.mos)}
        return {
            "worse": self._worse(),
            "level": LEVEL,
            "pairs": self.pairs,
            "only_here": self.only_here,
            "only_in_baseline": self.only_there,
            "scored_only_in_baseline": self.lost,
            "scored_only_now": self.gained,
            "made_otherwise": self.made_otherwise,
            "shares": shares,
            "mos_of_calls_with_speech": mos,
            "moves": [{"was": was, "now": now, "n": count} for (was, now), count in sorted(self.moves.items())],
            "most_worsened": [{name: value for name, value in one.items() if name != "rise"} for one in self._worst],
        }

    def _mos_means(self) -> tuple[int, float, float]:
        n = len(self._mos[0])
        then, now = (math.fsum(one) / n if n else math.nan for one in self._mos)
        return n, then, now

    def to_lines(self, language: str = "en") -> Iterator[str]:
        """Yield what is to be said of it."""
        values: dict[str, object] = {"file": printable(self.baseline.title), "pairs": self.pairs, "lost": self.lost}
        values |= {"here": self.only_here, "there": self.only_there, "gained": self.gained}
        found = "worse" if self.is_worse else "not_worse" if self.pairs else "nothing"
        yield text(f"compare.{found}", values, language)
        yield from ("  " + text(f"compare.{id}", said, language) for id, said in self._remarks())
        if not self.pairs:
            return
        worse = self._worse()
        for name in SHARES:
            was, now, change = self.share(name)
            said = {**change._asdict(), "was": was, "now": now, "pairs": self.pairs, "level": LEVEL}
            yield "  " + text(f"compare.{name}", said, language) + _mark(name in worse, language)
        yield "  " + self._said_of_mos(language) + _mark("mos" in worse, language)
        moved = {pair: count for pair, count in self.moves.items() if pair[0] != pair[1]}
        if moved:
            listed = ", ".join(f"{was} > {now} {count}" for (was, now), count in sorted(moved.items()))
            yield "  " + text("compare.moves", {"moves": listed}, language)
        if self._worst:
            yield "  " + text("compare.worst", language=language)
        for one in self._worst:
            yield "    " + text("compare.row", {**one, "file": printable(one["file"])}, language)

    def _remarks(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield what makes the comparison less sure."""
        theirs, ours = self.baseline.folders
        if theirs or ours:
            yield "folders", {"theirs": printable(theirs) or ".", "ours": printable(ours) or "."}
        if 2 * self.pairs < max(self.pairs + self.only_here + self.gained, self.baseline.total):
            yield "few", {}
        if self.made_otherwise:
            yield "otherwise", {}

    def _said_of_mos(self, language: str) -> str:
        n, then, here = self._mos_means()
        said = {**self.mos._asdict(), "was": then, "now": here, "n": n, "level": LEVEL, "fewest": FEWEST}
        return text("compare.no_mos" if not n else "compare.few_mos" if n < FEWEST else "compare.mos", said, language)


def _by_rise(found: dict[str, Any]) -> tuple[float, str, str]:
    return -found["rise"], found["file"], found["recording_id"]


def _mark(worse: bool, language: str) -> str:
    return text("compare.mark", language=language) if worse else ""


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _numbers(change: Change) -> dict[str, float | None]:
    return {name: _rounded(value) for name, value in change._asdict().items()}
