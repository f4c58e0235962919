"""Summary: what a batch found, summed up row by row, for people and as JSON.

The sums are exact, so the order of the rows changes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from audioq.batches.doubts import said_labels
from audioq.batches.rows import LABELS
from audioq.messages import text
from audioq.render.escape import printable, undecoded

if TYPE_CHECKING:
    from audioq.batches.comparisons import Comparison
    from audioq.batches.gates import Passage
    from audioq.batches.groups import Groups
    from audioq.batches.rows import Row

SUMMARY_VERSION = 1
"""Version of ``summary.json``."""

MOST_SEVERE = 10
"""How many of the most severe are named."""

FAILURES = 10
"""How many of those that could not be scored are named."""

# What a manifest says is free text, and a page is not.
_MOST_NAMES = 12
_NAME_CHARACTERS = 40


@dataclass(slots=True)
class Summary:
    """Counts and sums of a batch, filled by `add`.

    Attributes
    ----------
    statuses, labels, bases, causes, outcomes : Counter of str
        How many rows have each: of all rows; of those that were scored; why the others failed; what the manifest says
        of those without a recording.
    seconds : Fraction
        Sound of those that were scored.
    mos, with_mos : Fraction, int
        Sum of the MOS over the calls that have one, which are those with speech, and how many these are.
    without_leg : int
        Calls that were judged though a leg of theirs could not be read.
    worst : list of dict
        The most severe of those that were harmed at all, the worst first: file, recording_id, severity, label,
        longest_dropout_s.
    failures : list of dict
        The first by name that could not be scored: file, recording_id, cause, error.
    gone_failures : int
        How many of the failed are not in the sources (any more); filled beside it.
    misread : int
        Recordings whose bytes are probably in another format.
    passage, comparison : Passage, Comparison or None
        How it fared at its gate, and against its baseline; filled beside it.
    groups : Groups or None
        Which groups are small, where names are replaced.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(LABELS, 0)))
    bases: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: Fraction = Fraction(0)
    mos: Fraction = Fraction(0)
    with_mos: int = 0
    worst: list[dict[str, Any]] = field(default_factory=list)
    without_leg: int = 0
    misread: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    gone_failures: int = 0
    passage: Passage | None = None
    comparison: Comparison | None = None
    groups: Groups | None = None

    def counting(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield the rows on and add each."""
        for row in rows:
            self.add(row)
            yield row

    def add(self, row: Row) -> None:
        """Count a row."""
        self.statuses[row["status"]] += 1
        if row["status"] == "failed":
            self.causes[row["cause"]] += 1
            said = {"recording_id": row["id"], "cause": row["cause"], "error": row["result"]["error"]["message"]}
            found = {"file": undecoded(row["item"]["file"]), **said}
            self.failures = sorted([*self.failures, found], key=_named)[:FAILURES]
        elif row["status"] == "no_recording":
            self.outcomes[undecoded(row["item"]["outcome"] or "")] += 1
        else:
            self._score(row, row["result"])

    def _score(self, row: Row, result: Mapping[str, Any]) -> None:
        self.labels[result["verdict"]["label"]] += 1
        self.bases[result["verdict"]["basis"]] += 1
        self.without_leg += any("error" in leg for leg in result.get("legs", ()))
        self.misread += said_labels(result)[0]
        self.seconds += Fraction(result["format"]["duration"])
        if result["scores"]["mos"] is not None:
            self.mos += Fraction(result["scores"]["mos"])
            self.with_mos += 1
        if result["severity"]:
            self._rank(row, result)

    def _rank(self, row: Row, result: Mapping[str, Any]) -> None:
        found = {
            "file": undecoded(row["item"]["file"]),
            "recording_id": row["id"],
            "severity": result["severity"],
            "label": result["verdict"]["label"],
            "longest_dropout_s": result["scores"]["longest_dropout_s"],
        }
        if len(self.worst) < MOST_SEVERE or _rank(found) < _rank(self.worst[-1]):
            self.worst = sorted([*self.worst, found], key=_rank)[:MOST_SEVERE]

    @property
    def total(self) -> int:
        """How many rows there are."""
        return self.statuses.total()

    @property
    def mean_mos(self) -> float | None:
        """Mean MOS of the calls with speech, None where there are none; it never stands without the next two."""
        return float(self.mos / self.with_mos) if self.with_mos else None

    @property
    def blocked_share(self) -> float | None:
        """Share of the blocked among all that were scored, from 0 to 1, None where none was."""
        scored = self.statuses["ok"]
        return self.labels["blocked"] / scored if scored else None

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain dicts, lists, strings and numbers, without anything of the clock."""
        return {
            "summary": SUMMARY_VERSION,
            "recordings": self.total,
            "statuses": {name: self.statuses[name] for name in ("ok", "failed", "no_recording")},
            "labels": dict(self.labels),
            "bases": _ranked(self.bases),
            "causes": _ranked(self.causes),
            "outcomes": _ranked(self.outcomes),
            "calls_without_a_leg": self.without_leg,
            "misread": self.misread,
            "hours": round(float(self.seconds / 3600), 6),
            "mos_of_calls_with_speech": {
                "n": self.with_mos,
                "mean": _rounded(self.mean_mos),
                "blocked_share": _rounded(self.blocked_share),
            },
            "failures": [dict(one) for one in self.failures],
            "gone_failures": self.gone_failures,
            "most_severe": [dict(one) for one in self.worst],
            **({} if self.passage is None else {"gate": self.passage.to_dict()}),
            **({} if self.comparison is None else {"baseline": self.comparison.to_dict()}),
            **(self.groups.to_dict() if self.groups else {}),
        }

    @property
    def is_whole(self) -> bool:
        """Whether all recordings that the sources have could be scored, as what they are."""
        failed = self.statuses["failed"] - self.gone_failures
        return not (failed or self.without_leg or self.misread)

    @property
    def fails(self) -> bool:
        """Whether the gate was not passed, or it is worse than its baseline, or nothing was there to tell by."""
        return bool((self.passage and not self.passage.is_open) or (self.comparison and self.comparison.fails))

    def to_json(self) -> str:
        """Return ``summary.json``: the same text for the same rows in any order, ASCII only."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n"

    def to_text(self, elapsed: float | None = None, language: str = "en") -> str:
        """Return the summary for people, in lines.

        Parameters
        ----------
        elapsed : float, optional
            Seconds that the batch took, for its throughput.
        language : str
        """
        if not self.total:
            return text("summary.empty", language=language) + "\n"
        lines = [*self._counts(language), *self._failures(language), *self._opinion(language)]
        lines += self._most_severe(language)
        lines += self._throughput(elapsed, language)
        for held_to in (self.comparison, self.passage):
            lines += () if held_to is None else held_to.to_lines(language)
        return "\n".join(lines) + "\n"

    def _counts(self, language: str) -> Iterator[str]:
        ok, failed, none = (self.statuses[name] for name in ("ok", "failed", "no_recording"))
        said = {"total": self.total, "ok": ok, "failed": failed, "none": none}
        yield text("summary.head", said, language) + "; " + self._hours(language)
        groups = {"verdict": self.labels, "basis": self.bases, "cause": self.causes, "outcome": self.outcomes}
        for name, counts in groups.items():
            if counts.total():
                yield f"{_word(name, language)}: {_counted(counts, language)}"
        if self.without_leg:
            yield text("summary.without_leg", {"count": self.without_leg}, language)
        if self.misread:
            yield text("summary.misread", {"count": self.misread}, language)
        if self.groups:
            yield self.groups.to_text(language)

    def _failures(self, language: str) -> Iterator[str]:
        if self.failures:
            yield text("summary.failures", {"count": len(self.failures)}, language)
        yield from (f"  {printable(one['error'])}" for one in self.failures)
        if self.gone_failures:
            yield text("summary.gone_failures", {"count": self.gone_failures}, language)

    def _hours(self, language: str) -> str:
        return text("summary.hours", {"hours": float(self.seconds / 3600)}, language)

    def _opinion(self, language: str) -> Iterator[str]:
        if self.statuses["ok"]:
            said = {"mean": self.mean_mos, "n": self.with_mos, "share": self.blocked_share, "ok": self.statuses["ok"]}
            yield text("summary.mos" if self.with_mos else "summary.no_mos", said, language)

    def _most_severe(self, language: str) -> Iterator[str]:
        if self.worst:
            yield text("summary.worst", language=language)
        for one in self.worst:
            longest = one["longest_dropout_s"]
            said = {**one, "longest": longest, "file": printable(one["file"])}
            yield "  " + text("summary.row" if longest else "summary.row_without", said, language)

    def _throughput(self, elapsed: float | None, language: str) -> Iterator[str]:
        if elapsed:
            said = {"seconds": elapsed, "rate": self.total / elapsed, "hours": float(self.seconds) / elapsed}
            yield text("summary.throughput", said, language)


def _named(found: Mapping[str, Any]) -> tuple[str, str]:
    return found["file"], found["recording_id"]


def _rank(found: Mapping[str, Any]) -> tuple[float, float, str, str]:
    return (-found["severity"], -(found["longest_dropout_s"] or 0.0), found["file"], found["recording_id"])


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _counted(counts: Counter[str], language: str) -> str:
    known = dict(counts) if set(LABELS) <= counts.keys() else _ranked(counts)
    shown = dict(list(known.items())[:_MOST_NAMES])
    others = counts.total() - sum(shown.values())
    named = [(printable(name)[:_NAME_CHARACTERS] or _word("unsaid", language), count) for name, count in shown.items()]
    named += [(_word("others", language), others)] if others else []
    said = ({"name": name, "count": count, "share": count / counts.total()} for name, count in named)
    return ", ".join(text("summary.count", one, language) for one in said)


def _word(name: str, language: str) -> str:
    return text(f"summary.{name}", language=language)
